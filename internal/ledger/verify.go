package ledger

import (
	"context"
	"sync/atomic"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Level is how much a verification reads.
type Level string

// The levels: the checkpoint and its consistency with the trusted state; that, every new entry and a part of the old
// ones; every entry; every entry with what it means.
const (
	Quick   Level = "quick"
	Default Level = "default"
	Full    Level = "full"
	Deep    Level = "deep"
)

// Domain knows what the entries of one log mean, and which kinds there are. Verify asks it at the level Deep.
type Domain interface {
	// Inspect looks at a chunk of entries; it is called by several goroutines, in no order.
	Inspect(ctx context.Context, c *Chunk) (summary any, findings []Finding, err error)
	// Fold gets the summaries one after the other, in ascending order.
	Fold(summary any) []Finding
	// Finish is called once, after all.
	Finish(ctx context.Context, size int64) ([]Finding, error)
}

// Excuser is a Domain that knows of entries whose disclosures may be gone although they were not pruned: erased ones, or
// those of a bundle without personal data. It is asked by several goroutines while entries are read, so it has to
// know beforehand; that the log itself says the same is for its Inspect and Finish to check.
type Excuser interface {
	Excused(seq int64) bool
}

// Chunk is the entries [From, To) with their opened disclosures. Inspect may keep none of it. Only entries that are in
// the tree and well-formed stand there, and only disclosures that belong to them; Damaged are the others of the range,
// ascending: they are reported already, and what refers to them is not to be reported for that. Leaves are the Entries as
// they were parsed.
type Chunk struct {
	From, To  int64
	Entries   []Entry
	Leaves    []Leaf
	Disclosed []Disclosed
	Damaged   []int64
}

// Options say what to verify and against what. Trust is the verifier's own state; without it Vkey is believed.
type Options struct {
	Log      string
	Level    Level // "" is Default
	Trust    *Trust
	Vkey     string
	Origin   string // "" accepts any
	Domain   Domain
	Workers  int                     // goroutines that read entries, 2 when not given
	Scrub    int64                   // how many old entries the level Default reads again
	Progress func(done, total int64) // in entries, called by one goroutine
}

// Coverage says how much was read, in entries: a verdict never says more than that.
type Coverage struct {
	New, NewRead int64
	Old, OldRead int64
	Disclosures  int64
}

// Report is what came of it. Findings ascend by entry and code; those that concern no entry come first.
type Report struct {
	Log      string
	Level    Level
	Verdict  string // ok policy unverifiable diverged broken
	Size     int64
	Root     Hash
	Range    Range // the entries that the source claims to be there for: all that were not disposed of, or a part
	Coverage Coverage
	Findings []Finding
	Next     Trust // to be kept when nothing of class Integrity or Unverifiable was found, and nothing new was left unread
	gone     int64 // entries below went with their leaves
}

// ReadAllNew reports whether every entry was read that nobody had seen before, but for those that were disposed of.
func (r Report) ReadAllNew() bool {
	return r.Coverage.NewRead >= r.Size-max(r.Coverage.Old, min(r.gone, r.Size))
}

// Class is the worst of the findings: Integrity, Unverifiable, Negative, else OK.
func (r Report) Class() fault.Class {
	worst := fault.OK
	for _, f := range r.Findings {
		switch c := f.Code.Class(); {
		case c == fault.Integrity:
			return c
		case c == fault.Unverifiable, c == fault.Negative && worst == fault.OK:
			worst = c
		}
	}
	return worst
}

// Verify checks a log and reports everything that is not as it should be. The error says that it could not be done (the
// source cannot be read, ctx is over); whatever is wrong with the log is a finding. It reads once, in bounded memory.
//
// The checkpoint's root is the anchor. From there the tiles are followed downward, so that for each it is known whether
// its hashes lead up to the root; entries are hashed and compared upward. A disagreement is then laid to the one
// of the two that does not lead to the root, or, where that chain is broken itself, to the one that stands alone
// against the tile, the entry and the hash stored beside it. So one alteration is one finding.
func Verify(ctx context.Context, src Source, o Options) (Report, error) {
	if o.Level == "" {
		o.Level = Default
	}
	if o.Workers < 1 {
		o.Workers = 2
	}
	switch o.Level {
	case Quick, Default, Full, Deep:
	default:
		return Report{}, fault.New(fault.Internal, "verify_level", i18n.T("bilinmeyen doğrulama düzeyi", "unknown level of verification"))
	}
	v := &verification{src: src, o: o}
	if err := v.run(ctx); err != nil {
		return Report{}, err
	}
	return v.report(), nil
}

// verification is one run of Verify. Its fields are set before entries are read and belong to the goroutine that called
// Verify afterwards; readers only look at those that no longer change.
type verification struct {
	src Source
	o   Options

	checkpoint Checkpoint
	size       int64 // the checkpoint's
	known      int64 // entries below were seen by the verifier before: the trusted size, not more than size
	extent     []Range
	selected   []Range      // what is read, in whole tiles
	pruned     atomic.Int64 // grows when the log is pruned meanwhile

	edges [Levels]*node     // the tiles at the right end that are not full; nil where there is none
	paths [Levels]*node     // the last tiles that path followed
	old   [Levels]oldHashes // what the root at the trusted size is made of, as far as it was met

	stored  *Head            // what stands beside the checkpoint, where the source is the store
	claimed int64            // entries below count as disposed of, as the source itself says
	unsaid  Range            // entries that count as disposed of although no entry says so
	locked  map[int64]locked // by data key

	listed  []mark  // by the source
	lists   bool    // it can
	lost    []int64 // listed, and not there
	misled  []mark  // listed, and none
	met     []mark  // while reading, and in the tree
	proven  []mark  // in the tree; ascending
	damaged bool    // a mark does not count, and why is reported
	newest  string  // the newest key of the chain
	scrub   int64   // where the next scrub begins
	done    int64   // entries read
	cover   Coverage
	found   collector
	gap     Range // the run of missing entries that may go on in the next chunk
	latest  int64 // ms, of the entries so far; 0 before the first
	behind  bool  // the last entry's time lies far before latest
}

func (v *verification) run(ctx context.Context) error {
	goOn, err := v.head(ctx)
	if err != nil || !goOn {
		return err
	}
	pruned, err := v.src.Pruned(ctx)
	if err != nil {
		return err
	}
	v.pruned.Store(min(max(pruned, 0), v.size))
	v.claimed = v.pruned.Load()
	if v.stored != nil { // as it stood beside this checkpoint
		v.claimed = min(max(v.stored.Pruned, 0), v.size)
	}
	extent, err := v.src.Extent(ctx, v.size)
	if err != nil {
		return err
	}
	v.extent = clip(extent, 0, v.size)
	if err := v.readEdges(ctx); err != nil {
		return err
	}
	if v.o.Level != Quick {
		v.choose()
		if err := v.walk(ctx); err != nil {
			return err
		}
		if err := v.beyond(ctx); err != nil {
			return err
		}
	}
	if err := v.prove(ctx); err != nil {
		return err
	}
	v.disposed()
	if v.o.Level != Quick {
		if err := v.returned(ctx); err != nil {
			return err
		}
		v.lockedFindings()
	}
	v.settle()
	if err := v.consistency(ctx); err != nil {
		return err
	}
	v.signer()
	if v.o.Level != Deep {
		return nil
	}
	if err := v.strays(ctx); err != nil {
		return err
	}
	if v.o.Domain == nil {
		return nil
	}
	findings, err := v.o.Domain.Finish(ctx, v.size)
	v.found.add(findings...)
	return err
}
