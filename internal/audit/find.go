package audit

import (
	"context"
	"slices"
	"time"
)

// Find gives the queries that have these sequence numbers, by their number; what is no query, or is gone, is left out.
// Errors as of List.
func (l *Log) Find(ctx context.Context, seqs []int64) (map[int64]Entry, error) {
	found := make(map[int64]Entry, len(seqs))
	for part := range slices.Chunk(seqs, pageRows) {
		s := search{from: slices.Min(part), to: slices.Max(part) + 1}
		s.step = s.to - s.from
		among(&s.where, "q.seq", part)
		var failed error
		l.scan(ctx, s, func(e Entry, err error) bool {
			if failed = err; err == nil {
				found[e.Seq] = e
			}
			return err == nil
		})
		if failed != nil {
			return nil, failed
		}
	}
	return found, nil
}

// Since gives the time of the oldest entry when older ones were disposed of; zero when the log is there from its
// beginning.
func (l *Log) Since(ctx context.Context) (time.Time, error) {
	head, ok, err := l.ledger.Head(ctx)
	if err != nil || !ok || head.Pruned == 0 || head.Pruned == head.Size {
		return time.Time{}, err
	}
	return l.timeOf(ctx, head.Pruned)
}

// Span is the times [From, To) that a copy of the log covers. A zero From is the beginning of the log.
type Span struct{ From, To time.Time }

// Covered gives what a copy made now holds of what was asked for, where zero is open: nothing from before since, and
// nothing from later than now.
func Covered(from, to, since, now time.Time) Span {
	if from.Before(since) {
		from = since
	}
	if to.IsZero() || to.After(now) {
		to = now
	}
	return Span{From: from, To: to}
}
