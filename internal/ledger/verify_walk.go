package ledger

import (
	"bytes"
	"context"
	"math"
	"sync"

	"iskurctl/internal/i18n"
)

// Tiles of the lowest level that are read at once: 4,096 entries are some 150 KiB of hashes for each reader. With what
// the entries mean, they and their disclosures are in memory as well, so fewer.
const (
	tilesAtOnce     = 16
	tilesAtOnceDeep = 2
)

// step is what the walk hands on in the order of the log: entries that a reader works on, or a tile whose lower ones are
// all done.
type step struct {
	job  *job
	node *node
}

// walk reads the selected entries with several readers and folds what they found in order. One goroutine goes down the
// tiles and hands out the work, at most two chunks a reader ahead; the calling one folds.
func (v *verification) walk(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan *job)
	steps := make(chan step, 2*v.o.Workers)
	var all sync.WaitGroup
	for range v.o.Workers {
		all.Go(func() {
			r := newReader(v)
			for j := range jobs {
				if err := r.run(ctx, j); err != nil {
					cancel(err)
				}
				close(j.done)
			}
		})
	}
	all.Go(func() {
		defer close(steps)
		defer close(jobs)
		w := walker{v: v, jobs: jobs, steps: steps}
		if err := w.down(ctx); err != nil {
			cancel(err)
		}
	})
	total := count(v.wanted(0, v.size))
	for s := range steps {
		if s.job != nil {
			<-s.job.done
		}
		switch {
		case ctx.Err() != nil: // only empty the channel
		case s.job != nil:
			v.take(s.job)
			if v.o.Progress != nil {
				v.o.Progress(v.done, total)
			}
		default:
			v.close(s.node)
		}
	}
	all.Wait()
	v.missing(Range{})
	return context.Cause(ctx)
}

// walker goes down the tiles.
type walker struct {
	v     *verification
	jobs  chan<- *job
	steps chan<- step
}

func (w *walker) down(ctx context.Context) error {
	for level := Levels - 1; level > 0; level-- {
		if n := w.v.edges[level]; n != nil {
			if err := w.visit(ctx, n); err != nil {
				return err
			}
		}
	}
	if n := w.v.edges[0]; n != nil && touches(w.v.selected, n.index*Width, w.v.size) {
		return w.hand(ctx, &job{from: n.index * Width, to: w.v.size})
	}
	return nil
}

// visit hands out what is below a tile, then the tile. Where the tile is absent and no entry is there either, it does not
// look further down: a checkpoint that nobody vouches for may speak of any size, and the work has to end.
func (w *walker) visit(ctx context.Context, n *node) error {
	first, end := n.index*Width, n.index*Width+int64(n.width)
	shift := levelBits * n.level // entries below a hash of n, as a power of two
	if n.hashes == nil {
		nothing, err := w.nothing(ctx, first<<shift, end<<shift)
		if err != nil {
			return err
		}
		if nothing {
			gap := &job{done: make(chan struct{}), above: n, missing: w.v.wanted(first<<shift, end<<shift)}
			close(gap.done)
			if err := w.send(ctx, step{job: gap}); err != nil {
				return err
			}
			return w.send(ctx, step{node: n})
		}
	}
	var err error
	for at := first; at < end && err == nil; at++ {
		wanted := touches(w.v.selected, at<<shift, (at+1)<<shift)
		switch {
		case n.level == 1 && wanted:
			from := at
			for at+1 < end && (at+1)%w.v.tilesAtOnce() != 0 && touches(w.v.selected, (at+1)<<shift, (at+2)<<shift) {
				at++
			}
			err = w.hand(ctx, &job{from: from * Width, to: (at + 1) * Width, above: n})
		case n.level > 1 && (wanted || w.v.everything()):
			var below *node
			if below, err = w.v.open(ctx, n.level-1, at, n); err == nil {
				err = w.visit(ctx, below)
			}
		}
	}
	if err != nil {
		return err
	}
	return w.send(ctx, step{node: n})
}

func (w *walker) nothing(ctx context.Context, from, to int64) (bool, error) {
	for _, r := range w.v.wanted(from, to) {
		for _, err := range w.v.src.Entries(ctx, r.From, r.To) {
			return false, err
		}
	}
	return true, nil
}

func (v *verification) tilesAtOnce() int64 {
	if v.o.Level == Deep {
		return tilesAtOnceDeep
	}
	return tilesAtOnce
}

// hand gives the job to a reader before its place in the order, so that whoever waits for it waits for work that is
// being done.
func (w *walker) hand(ctx context.Context, j *job) error {
	j.done = make(chan struct{})
	select {
	case w.jobs <- j:
		return w.send(ctx, step{job: j})
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (w *walker) send(ctx context.Context, s step) error {
	select {
	case w.steps <- s:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// take folds what a reader found.
func (v *verification) take(j *job) {
	v.done += j.oldRead + j.newRead
	v.cover.OldRead += j.oldRead
	v.cover.NewRead += j.newRead
	v.cover.Disclosures += j.disclosures
	v.met = append(v.met, j.marks...)
	for key, l := range j.locked {
		if v.locked == nil {
			v.locked = make(map[int64]locked)
		}
		v.locked[key] = v.locked[key].join(l)
	}
	for _, r := range j.missing {
		v.missing(r)
	}
	for _, t := range j.tiles {
		v.found.addTile(t.code, t.tile, t.detail)
	}
	v.found.add(j.findings...)
	if j.old.hashes != nil {
		v.old[0] = j.old
	}
	for i, root := range j.roots {
		if root.known {
			j.above.set((j.from/Width+int64(i))%Width, root.hash)
		}
	}
	if j.above == nil {
		for i := range len(j.edge) / hashSize {
			v.edges[0].set(int64(i), Hash(j.edge[i*hashSize:][:hashSize]))
		}
	}
	if v.o.Level == Deep {
		v.fold(j)
	}
}

// close judges a tile above the lowest level once everything below it was seen.
func (v *verification) close(n *node) {
	if n.parent == nil { // the right edge is judged as one, by settle
		if n.sure {
			v.keepOld(n.tile, n.hashes, true)
		}
		return
	}
	if n.problem != "" {
		v.found.addTile(n.problem, n.tile, tileText(n.tile))
	}
	if n.sure {
		v.keepOld(n.tile, n.hashes, true)
		return
	}
	if n.unknown > 0 {
		return // the tile above keeps what it holds
	}
	root := Fold(n.best)
	proven := n.claim.sure && root == n.claim.hash
	switch {
	case n.hashes == nil && n.claim.sure && !proven:
		v.found.addTile(TileMismatch, n.tile, aboveText(n.tile))
	case n.hashes != nil && !bytes.Equal(n.hashes, n.best):
		v.found.addTile(TileMismatch, n.tile, belowText(n.tile, n.best))
	case n.hashes != nil && n.claim.sure: // its own hashes do not give what stands above, and neither does what is below
		v.found.addTile(TileMismatch, n.tile, aboveText(n.tile))
	}
	v.keepOld(n.tile, n.best, proven)
	n.parent.set(n.index%Width, root)
}

// missing joins the runs of missing entries across chunks; an empty one ends the last.
func (v *verification) missing(r Range) {
	if r.From == v.gap.To && v.gap.To > v.gap.From && r.To > r.From {
		v.gap.To = r.To
		return
	}
	if n := v.gap.To - v.gap.From; n > 0 {
		v.found.add(Finding{LeafMissing, v.gap.From, i18n.Tf("%d kayıt yok: %s–%s", "%d entries are missing: %s–%s", n, plain(v.gap.From), plain(v.gap.To-1))})
	}
	v.gap = r
}

// beyond looks for entries that the checkpoint does not speak of.
func (v *verification) beyond(ctx context.Context) error {
	var run Range
	report := func() {
		if n := run.To - run.From; n > 0 {
			v.found.add(Finding{LeafExtra, run.From, i18n.Tf("denetim noktasının %d kaydından sonra %d kayıt daha var: %s–%s",
				"%[2]d more entries stand behind the checkpoint's %[1]d: %[3]s–%[4]s", v.size, n, plain(run.From), plain(run.To-1))})
		}
	}
	for e, err := range v.src.Entries(ctx, v.size, math.MaxInt64) {
		if err != nil {
			return err
		}
		if e.Seq != run.To {
			report()
			run = Range{e.Seq, e.Seq}
		}
		run.To++
	}
	report()
	return nil
}
