package ledger

import (
	"context"

	"iskurctl/internal/fault"
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

// Domain knows what the entries of one log mean. Verify asks it at the level Deep.
type Domain interface {
	// Inspect looks at a chunk of entries; it is called by several goroutines, in no order.
	Inspect(ctx context.Context, c *Chunk) (summary any, findings []Finding, err error)
	// Fold gets the summaries one after the other, in ascending order.
	Fold(summary any) []Finding
	// Finish is called once, after all.
	Finish(ctx context.Context, size int64) ([]Finding, error)
}

// Chunk is the entries [From, To) with their opened disclosures. Inspect may keep none of it.
type Chunk struct {
	From, To  int64
	Entries   []Entry
	Disclosed []Disclosed
}

// Options say what to verify and against what. Trust is the verifier's own state; without it Vkey is believed.
type Options struct {
	Log      string
	Level    Level
	Trust    *Trust
	Vkey     string
	Origin   string // "" accepts any
	Domain   Domain
	Workers  int
	Scrub    int64 // how many old entries the level Default reads again
	Progress func(done, total int64)
}

// Coverage says how much was read, in entries: a verdict never says more than that.
type Coverage struct {
	New, NewRead int64
	Old, OldRead int64
	Disclosures  int64
}

// Report is what came of it.
type Report struct {
	Log      string
	Level    Level
	Verdict  string // ok policy unverifiable diverged broken
	Size     int64
	Root     Hash
	Coverage Coverage
	Findings []Finding
	Next     Trust // to be kept when nothing was found
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
