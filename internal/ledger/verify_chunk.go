package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// job is a chunk of entries, in whole tiles of the lowest level, and what a reader found there. above is the tile that
// holds their roots; the partial tile at the right end has none.
type job struct {
	from, to int64
	above    *node
	done     chan struct{}

	oldRead, newRead, disclosures int64
	findings                      []Finding
	tiles                         []tileProblem
	missing                       []Range
	marks                         []mark
	locked                        map[int64]locked // by data key
	roots                         []tileRoot       // of each tile, as it should be
	edge                          []byte           // the partial tile as it should be, when it is known
	old                           oldHashes
	times                         []stamp
	summary                       any
}

type tileProblem struct {
	tile   tile
	code   Code
	detail i18n.Text
}

type tileRoot struct {
	hash  Hash
	known bool
}

// otherHash is a hash stored beside an entry that is not the entry's.
type otherHash struct {
	at   int64 // entry of the chunk
	hash Hash
}

// reader works on one job after the other. What it needs for that is made once.
type reader struct {
	v       *verification
	buf     []byte // 0x00 and an entry: what a leaf hash is made of (RFC 6962, 2.1)
	hashes  []byte // of the entries that are there
	have    []bool
	best    []byte // of one tile
	others  []otherHash
	beside  bool    // the source has hashes beside its entries
	damaged []int64 // entries that are missing or altered
	tiles   []tile
	fresh   bool // the number of pruned entries was read again for this job
	deep    inspection
	*job
}

func newReader(v *verification) *reader {
	n := int(v.tilesAtOnce()) * Width
	return &reader{v: v, buf: make([]byte, 1, 1024), hashes: make([]byte, n*hashSize), have: make([]bool, n), best: make([]byte, Width*hashSize)}
}

// run does a job: the tiles first, so that no two reads of the source are open at once.
func (r *reader) run(ctx context.Context, j *job) error {
	r.job, r.fresh = j, false
	r.others, r.damaged, r.tiles = r.others[:0], r.damaged[:0], r.tiles[:0]
	clear(r.have)
	if j.above == nil {
		r.tiles = append(r.tiles, r.v.edges[0].tile)
	} else {
		j.roots = make([]tileRoot, 0, (j.to-j.from)/Width)
		var err error
		if r.tiles, err = r.v.lowTiles(ctx, r.tiles, j.from/Width, j.to/Width); err != nil {
			return err
		}
	}
	if err := r.read(ctx); err != nil {
		return err
	}
	for _, t := range r.tiles {
		r.judge(t)
	}
	slices.Sort(r.damaged)
	r.damaged = slices.Compact(r.damaged)
	damaged := func(seq int64) bool {
		_, bad := slices.BinarySearch(r.damaged, seq)
		return bad
	}
	j.marks = slices.DeleteFunc(j.marks, func(m mark) bool { return damaged(m.seq) })
	if r.v.o.Level != Deep {
		return nil
	}
	return r.inspect(ctx)
}

// read hashes the entries.
func (r *reader) read(ctx context.Context) error {
	keep := r.v.o.Level == Deep
	r.deep.reset()
	var gaps []Range
	for _, c := range clip(r.v.extent, r.from, r.to) {
		next := c.From
		for e, err := range r.v.src.Entries(ctx, c.From, c.To) {
			if err != nil {
				return err
			}
			if e.Seq < next || e.Seq >= c.To {
				return fault.New(fault.Internal, "source_order", i18n.T("kayıtlar sırayla okunamadı", "the entries did not come in order"))
			}
			if e.Seq > next {
				gaps = append(gaps, Range{next, e.Seq})
			}
			next = e.Seq + 1
			if e.Seq%Width == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			r.entry(e)
			if keep {
				r.deep.keep(e)
			}
		}
		if next < c.To {
			gaps = append(gaps, Range{next, c.To})
		}
	}
	if len(gaps) == 0 {
		return nil
	}
	pruned, err := r.pruned(ctx)
	if err != nil {
		return err
	}
	r.missing = clip(gaps, pruned&^(Width-1), r.to)
	for _, g := range r.missing {
		for seq := g.From; seq < g.To; seq++ {
			r.damaged = append(r.damaged, seq)
		}
	}
	return nil
}

// pruned reads again how much was disposed of before something is called missing: that may have happened meanwhile.
func (r *reader) pruned(ctx context.Context) (int64, error) {
	if r.fresh {
		return r.v.pruned.Load(), nil
	}
	n, err := r.v.src.Pruned(ctx)
	if err != nil {
		return 0, err
	}
	r.fresh = true
	if n = min(n, r.v.size); n > r.v.pruned.Load() {
		r.v.pruned.Store(n)
	}
	return r.v.pruned.Load(), nil
}

func (r *reader) entry(e Entry) {
	at := e.Seq - r.from
	r.buf = append(r.buf[:1], e.Leaf...)
	h := sha256.Sum256(r.buf)
	copy(r.hashes[at*hashSize:], h[:])
	r.have[at] = true
	if e.Seq < r.v.known {
		r.oldRead++
	} else {
		r.newRead++
	}
	if e.Hash != nil {
		r.beside = true
		if !bytes.Equal(e.Hash, h[:]) {
			o := otherHash{at: at}
			copy(o.hash[:], e.Hash)
			r.others = append(r.others, o)
		}
	}
	if len(e.Leaf) > MaxLeaf {
		r.findings = append(r.findings, Finding{LeafTooLarge, e.Seq, i18n.Tf("kayıt %d bayttan büyük: %d bayt", "the entry is larger than %d bytes: it has %d", MaxLeaf, len(e.Leaf))})
	}
	if m, ok := readMark(e.Seq, e.Leaf); ok {
		r.marks = append(r.marks, m)
	}
}

// judge compares the entries of a tile with the tile, and both with what stands above.
func (r *reader) judge(t tile) {
	from := t.index*Width - r.from
	leaves, have := r.hashes[from*hashSize:][:t.width*hashSize], r.have[from:][:t.width]
	n := 0
	for n < len(r.others) && r.others[n].at < from+Width {
		n++
	}
	var others []otherHash
	others, r.others = r.others[:n], r.others[n:]
	whole := !slices.Contains(have, false)
	best, known := leaves, true
	if !whole || len(others) > 0 || !bytes.Equal(leaves, t.hashes) {
		best, known = r.weigh(t, leaves, have, others, whole)
	}
	if r.above == nil {
		if known {
			r.edge = bytes.Clone(best)
			if !r.v.edges[0].sure && !r.holds(t, best) {
				r.doubted(t, have)
			}
		}
		r.keep(t, best, known && r.v.edges[0].sure)
		return
	}
	if !known {
		r.roots = append(r.roots, tileRoot{})
		return
	}
	c := r.above.claimFor(t.index % Width)
	root := Fold(best)
	if c.sure && root != c.hash {
		r.tileProblem(t, TileMismatch, aboveText(t))
		r.doubted(t, have)
	}
	r.roots = append(r.roots, tileRoot{root, true})
	r.keep(t, best, c.sure && root == c.hash)
}

// doubted notes that none of the tile's entries is known to be in the tree.
func (r *reader) doubted(t tile, have []bool) {
	for i, there := range have {
		if there {
			r.damaged = append(r.damaged, t.index*Width+int64(i))
		}
	}
}

// keep is keepOld for the reader, whose job is folded later.
func (r *reader) keep(t tile, best []byte, sure bool) {
	trust := r.v.o.Trust
	if w := edgeWidth(r.v.known, 0); trust != nil && trust.Size == r.v.known && w > 0 && edgeIndex(r.v.known, 0) == t.index {
		r.old = oldHashes{bytes.Clone(best[:w*hashSize]), sure}
	}
}

// weigh finds out which of entry, tile and hash beside the entry is wrong, and gives the hashes as they should be; known is
// false when one of them is nowhere.
func (r *reader) weigh(t tile, leaves []byte, have []bool, others []otherHash, whole bool) (best []byte, known bool) {
	best = r.best[:len(leaves)]
	copy(best, leaves)
	first := t.index * Width
	if t.hashes == nil {
		// The partial tile of a store is the hashes beside the entries: it is short because an entry is missing.
		// Where one of them was cut or lengthened, that one is named.
		if r.above != nil || whole && len(others) == 0 {
			r.tileProblem(t, t.problem, tileText(t))
		}
		right := whole && r.holds(t, leaves)
		for _, o := range others {
			if right {
				r.findings = append(r.findings, besideFinding(r.from+o.at))
				continue
			}
			r.altered(r.from + o.at)
			copy(best[(r.from+o.at-first)*hashSize:], o.hash[:])
		}
		if r.above != nil && whole && len(others) == 0 && !right && r.above.claimFor(t.index%Width).sure {
			r.findings = append(r.findings, Finding{LeafHashMismatch, first, i18n.Tf("kayıtlardan en az biri değişmiş; karosu olmadığı için hangisi olduğu söylenemiyor (%s)",
				"at least one of the entries was altered; without the tile it cannot be said which (%s)", tileName(t))})
		}
		return best, whole
	}
	tileRight := r.holds(t, t.hashes)
	leavesRight := !tileRight && whole && r.holds(t, leaves)
	wrong := false // the tile
	for i := range t.width {
		leaf, stored := best[i*hashSize:][:hashSize], t.hashes[i*hashSize:][:hashSize]
		seq := first + int64(i)
		var other []byte
		if len(others) > 0 && r.from+others[0].at == seq {
			other, others = others[0].hash[:], others[1:]
		}
		switch {
		case !have[i]:
			copy(leaf, stored)
		case bytes.Equal(leaf, stored):
			if other != nil {
				r.findings = append(r.findings, besideFinding(seq))
			}
		case tileRight || !leavesRight && (other != nil || !r.beside):
			r.altered(seq)
			copy(leaf, stored)
		case other != nil:
			r.findings = append(r.findings, besideFinding(seq))
			wrong = wrong || r.above != nil || !bytes.Equal(other, stored) // else they are the same bytes of the store
		default:
			wrong = true
		}
	}
	if wrong {
		r.tileProblem(t, TileMismatch, belowText(t, best))
	}
	return best, true
}

// holds tells whether hashes of the tile are those that what stands above asks for.
func (r *reader) holds(t tile, hashes []byte) bool {
	if r.above != nil {
		c := r.above.claimFor(t.index % Width)
		return c.known && Fold(hashes) == c.hash
	}
	tiles := [Levels][]byte{hashes}
	for level, n := range r.v.edges {
		if level > 0 && n != nil {
			if n.hashes == nil {
				return false
			}
			tiles[level] = n.hashes
		}
	}
	return RootOf(r.v.size, tiles) == r.v.checkpoint.Root
}

func (r *reader) tileProblem(t tile, code Code, detail i18n.Text) {
	r.job.tiles = append(r.job.tiles, tileProblem{t, code, detail})
}

func (r *reader) altered(seq int64) {
	r.findings = append(r.findings, leafFinding(seq))
	r.damaged = append(r.damaged, seq)
}
