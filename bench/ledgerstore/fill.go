package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/tckn"
)

const (
	years = 4    // what the clock passes through: less than the five after which entries must go
	round = 1024 // queries begun at once, while those of the round before end
)

func rounds(entries int64) int64 { return (entries/2+round-1)/round + 1 }

// filler makes queries in rounds. Within a round the clock stands still, so that no entry is older than the one before
// it, whichever of the round is committed first.
type filler struct {
	log   *audit.Log
	clock time.Time
	step  time.Duration // from round to round
}

// fill logs queries and their outcomes.
func (f *filler) fill(ctx context.Context, queries int64) error {
	var before, now []int64
	first := int64(0) // of the queries in before
	for begun := int64(0); begun < queries || len(before) > 0; {
		now = append(now[:0], make([]int64, min(round, queries-begun))...)
		failed := make([]error, len(now)+len(before))
		var all sync.WaitGroup
		for i := range now {
			all.Go(func() { now[i], failed[i] = f.log.Begin(ctx, synthetic(begun+int64(i))) })
		}
		for i, seq := range before {
			all.Go(func() { failed[len(now)+i] = f.log.End(ctx, seq, outcome(first+int64(i))) })
		}
		all.Wait()
		for _, err := range failed {
			if err != nil {
				return err
			}
		}
		first, begun = begun, begun+int64(len(now))
		before, now = now, before
		f.clock = f.clock.Add(f.step)
	}
	return nil
}

// synthetic gives query i: mostly single numbers of the block that belongs to nobody, some ranges and parameters.
func synthetic(i int64) audit.Query {
	q := audit.Query{
		User: fmt.Sprintf("user%02d", 1+i*7%20), Host: fmt.Sprintf("pc-%d", 1+i%5), Purpose: "başvuru " + fmt.Sprint(1000+i%9000), Attempt: 1,
	}
	switch {
	case i%1000 == 0:
		q.Method = audit.Parameters
	case i%50 == 0:
		q.Method, q.Params = audit.ByRange, []audit.Param{{Name: "BASLANGIC_TARIHI", Value: "2026-01-01"}, {Name: "BITIS_TARIHI", Value: "2026-01-31"}}
	default:
		number := tckn.Complete(100_000_000 + int(i*31%100))
		q.Method, q.Params, q.KimlikNo = audit.ByNumber, []audit.Param{{Name: "KIMLIK_NO", Value: number}}, number
	}
	return q
}

// outcome gives what came of query i.
func outcome(i int64) audit.Outcome {
	took := time.Duration(20+i*13%80) * time.Millisecond
	switch {
	case i%97 == 0:
		return audit.Outcome{Code: audit.Unavailable, Duration: took}
	case i%5 == 0:
		return audit.Outcome{Code: audit.None, Duration: took}
	}
	return audit.Outcome{Code: audit.OK, Records: 1 + int(i%3), Duration: took}
}
