package registry

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// verifyPage is how many rows one read takes.
const verifyPage = 1000

// Verify compares every change with its entry in the query log and everything that is derived from the changes with them.
// It needs no key, and works after a disposal: the hashes of the entries stay. Findings are V55, with the number of the entry
// where one is concerned; the error says that it could not be done. That the entries themselves are whole is for the
// verification of the query log to say.
func (r *Registry) Verify(ctx context.Context) ([]ledger.Finding, error) {
	v := &verification{r: r}
	for _, step := range []func(context.Context) error{v.changes, v.entries, v.versions, v.indexes} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return v.found, nil
}

// Sound is nil when Verify finds nothing: for what people will sign. Errors: class Integrity, registry_damaged; as Verify.
func (r *Registry) Sound(ctx context.Context) error {
	found, err := r.Verify(ctx)
	if err == nil && len(found) > 0 {
		err = damaged()
	}
	return err
}

// verification is one run of Verify.
type verification struct {
	r     *Registry
	seen  int64 // changes below are looked at: what comes meanwhile is another run's
	size  int64 // of the log, when it held all of them
	found []ledger.Finding
	seqs  []int64 // of the changes
}

func (v *verification) report(seq int64, tr, en string, args ...any) {
	v.found = append(v.found, ledger.Finding{Code: ledger.ProjectionDrift, Seq: seq, Detail: i18n.Tf(tr, en, args...)})
}

// changes looks at every change: they are numbered without gaps, and the entry that each says it has can be made from it.
func (v *verification) changes(ctx context.Context) error {
	var err error
	if v.seen, err = v.r.number(ctx, nextChange); err != nil {
		return err
	}
	head, _, err := v.r.cfg.Audit.Ledger().Head(ctx)
	if err != nil {
		return err
	}
	v.size = head.Size
	hashes := hashes{src: v.r.cfg.Audit.Ledger().Source(), size: head.Size, index: -1}
	page := make([]change, 0, verifyPage)
	expected := int64(0)
	for from := int64(math.MinInt64); ; from = page[len(page)-1].n + 1 {
		page = page[:0]
		typed := true
		err := v.r.st.Scan(ctx, func(row *store.Row) error {
			c := cells{r: row}
			var x change
			c.change(&x)
			typed = typed && !c.bad
			page = append(page, x)
			return nil
		}, changesFrom, from, v.seen)
		if err != nil {
			return err
		}
		if len(page) > 0 && page[len(page)-1].n < from {
			return v.disorder()
		}
		if !typed { // the tables are STRICT: only a file that was altered byte by byte has this
			v.report(-1, "Ek-2 değişikliklerinde türü yanlış bir alan var", "a field of a registry change is of a wrong type")
		}
		for i := range page {
			c := &page[i]
			switch {
			case c.n == expected:
			case c.n > expected && expected == c.n-1:
				v.report(-1, "%s numaralı Ek-2 değişikliği yok", "registry change %s is missing", plain(expected))
			default:
				v.report(-1, "Ek-2 değişikliklerinin numaraları %s ile %s arasında kesintili", "the numbers of the registry changes are broken between %s and %s", plain(expected), plain(c.n))
			}
			expected = c.n + 1
			v.seqs = append(v.seqs, c.seq)
			same, err := hashes.agree(ctx, c)
			if err != nil {
				return err
			}
			if !same {
				v.report(c.seq, "%s numaralı Ek-2 değişikliği, günlükteki kaydıyla uyuşmuyor", "registry change %s does not agree with its entry in the log", plain(c.n))
			}
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

// plain writes a number without a separator of thousands.
func plain(n int64) string { return strconv.FormatInt(n, 10) }

// hashes reads the hashes of entries from the tiles of the log, which stay when entries are disposed of.
type hashes struct {
	src   *ledger.StoreSource
	size  int64
	index int64 // of tile
	tile  []byte
}

// agree tells whether a change is the one that its entry stands for. Where the tile says no, and is itself not what the tile
// above was made of, the entry and the hash beside it decide: the verification of the log names the tile.
func (h *hashes) agree(ctx context.Context, c *change) (bool, error) {
	leaf, err := c.leaf()
	if err != nil || c.seq < 0 || c.seq >= h.size {
		return false, nil //nolint:nilerr // what gives no entry agrees with none
	}
	if index := c.seq / ledger.Width; index != h.index {
		width := min(h.size-index*ledger.Width, ledger.Width)
		if h.tile, err = h.src.Tile(ctx, 0, index, int(width)); err != nil {
			return false, err
		}
		h.index = index
	}
	want := tlog.RecordHash(leaf)
	if at := c.seq % ledger.Width * tlog.HashSize; int64(len(h.tile)) >= at+tlog.HashSize && bytes.Equal(h.tile[at:at+tlog.HashSize], want[:]) {
		return true, nil
	}
	if proven, err := h.proven(ctx); proven || err != nil {
		return false, err
	}
	for e, err := range h.src.Entries(ctx, c.seq, c.seq+1) {
		return err == nil && (bytes.Equal(e.Hash, want[:]) || bytes.Equal(e.Leaf, leaf)), err
	}
	return false, nil
}

// proven tells whether the tile is what the one above it was made of. The last one, which is not full, stands in no tile yet:
// the root is made of it each time the log is verified.
func (h *hashes) proven(ctx context.Context) (bool, error) {
	if len(h.tile) != ledger.Width*tlog.HashSize {
		return false, nil
	}
	full := h.size / ledger.Width // hashes of level 1
	above := h.index / ledger.Width
	tile, err := h.src.Tile(ctx, 1, above, int(min(full-above*ledger.Width, ledger.Width)))
	at := h.index % ledger.Width * tlog.HashSize
	if err != nil || int64(len(tile)) < at+tlog.HashSize {
		return false, err
	}
	root := ledger.Fold(h.tile)
	return bytes.Equal(root[:], tile[at:at+tlog.HashSize]), nil
}

// entries compares the list of entries that stand for changes with the changes.
func (v *verification) entries(ctx context.Context) error {
	slices.Sort(v.seqs)
	at := 0
	var missing []int64
	skip := func(below int64) {
		for ; at < len(v.seqs) && v.seqs[at] < below; at++ {
			missing = append(missing, v.seqs[at])
		}
	}
	for seq, err := range v.r.cfg.Audit.ChangeEntries(ctx) {
		if err != nil {
			return err
		}
		if seq >= v.size {
			break // what came meanwhile; a list that goes beyond the log is found by the deepest check of it
		}
		skip(seq)
		if at < len(v.seqs) && v.seqs[at] == seq {
			at++
			continue
		}
		v.report(seq, "günlükteki kaydın anlattığı Ek-2 değişikliği yok", "the registry change that the entry of the log stands for is not there")
	}
	skip(math.MaxInt64)
	if len(missing) == 0 {
		return nil
	}
	pruned, err := v.r.cfg.Audit.Ledger().Source().Pruned(ctx) // now: a disposal may just have been made
	for _, seq := range missing {
		if seq >= pruned {
			v.report(seq, "Ek-2 değişikliğinin kaydı günlüğün listesinde yok", "the entry of the registry change is not in the log's list")
		}
	}
	return err
}

// versions compares what is derived from the changes with them: each version is made of one change, and of each there is one.
func (v *verification) versions(ctx context.Context) error {
	rank, id, version, key := int64(math.MinInt64), int64(math.MinInt64), int64(math.MinInt64), ""
	for n := verifyPage; n == verifyPage; {
		n = 0
		rankBefore, keyBefore, idBefore, versionBefore := rank, key, id, version
		err := v.r.st.Scan(ctx, func(row *store.Row) error {
			n++
			v.version(&cells{r: row}, &rank, &id, &version, &key)
			return nil
		}, versionsBehind, rank, key, id, version)
		if err != nil {
			return err
		}
		if n == verifyPage && cmp.Or(cmp.Compare(rank, rankBefore), cmp.Compare(key, keyBefore), cmp.Compare(id, idBefore), cmp.Compare(version, versionBefore)) <= 0 {
			return v.disorder()
		}
	}
	changes, err := v.r.number(ctx, countChanges, v.seen)
	if err != nil {
		return err
	}
	versions, err := v.r.number(ctx, countVersions, v.seen)
	if err == nil && changes != versions {
		v.report(-1, "Ek-2 listesinde %d sürüm, değişikliklerde %d sürüm var", "the list of Ek-2 has %d versions, the changes have %d", versions, changes)
	}
	return err
}

func (v *verification) version(c *cells, rankAt, id, version *int64, keyAt *string) {
	*rankAt, *keyAt, *id, *version = c.int(), c.text(), c.int(), c.int()
	n, search, next, later, same, seq := c.int(), c.text(), c.int(), c.int(), c.int(), c.int()
	p := Person{ID: *id, Party: Party(c.text()), Role: Role(c.text()), Unit: c.text(), GivenName: c.text(), Surname: c.text(), Title: c.text(), Email: c.text()}
	if n >= v.seen && seq >= 0 {
		return // it came meanwhile
	}
	if c.bad || same != 1 || next != later || *rankAt != rank(p.Party, p.Role) || *keyAt != key(p) || search != searchable(p) {
		v.report(seq, "Ek-2 listesinde %s numaralı satırın %s. sürümü değişikliklerle uyuşmuyor", "in the list of Ek-2 version %[2]s of row %[1]s does not agree with the changes", plain(*id), plain(*version))
	}
}

// disorder ends the reading of a table whose rows do not ascend, and which would otherwise be read for ever.
func (v *verification) disorder() error {
	v.report(-1, "bir Ek-2 tablosunun satırları sırasında değil", "the rows of a table of the registry are out of order")
	return nil
}

// indexes has SQLite compare the indexes with their rows: versions and logins are found through them.
func (v *verification) indexes(ctx context.Context) error {
	for _, text := range []string{checkChanges, checkVersions} {
		err := v.r.st.Scan(ctx, func(row *store.Row) error {
			if said, _ := row.Text(0); string(said) != "ok" {
				v.report(-1, "Ek-2 tablolarının dizini satırlarla uyuşmuyor", "an index of the registry does not agree with its rows")
			}
			return nil
		}, text)
		if err != nil {
			return err
		}
	}
	return nil
}
