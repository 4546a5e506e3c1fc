package audit

import (
	"context"
	"iter"
	"slices"
	"strconv"

	"iskurctl/internal/ledger"
)

// nearby is how far after its query an outcome usually comes, in entries. Those that come later are collected first, so
// that the queries in between need not be held.
const nearby = 8192

// late gives the outcomes of queries in r that come long after, and below end.
type late func(ctx context.Context, r ledger.Range, end int64) (map[int64]outcomeRow, error)

// Entries reads queries with their outcomes from any source of the log, a bundle among them, for the entries of r. An
// outcome counts when the source holds its entry; otherwise it is Unknown. Without disclosures user, parameters and
// purpose are empty. It reads the leaves twice and holds few.
func Entries(ctx context.Context, src ledger.Source, r ledger.Range, size int64) iter.Seq2[Entry, error] {
	return entries(ctx, src, r, size, func(ctx context.Context, r ledger.Range, end int64) (map[int64]outcomeRow, error) {
		return lateOutcomes(ctx, src, r, end)
	})
}

func entries(ctx context.Context, src ledger.Source, r ledger.Range, size int64, find late) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		end, err := entriesEnd(ctx, src, r, size)
		var late map[int64]outcomeRow
		if err == nil {
			late, err = find(ctx, r, end)
		}
		if err != nil {
			yield(Entry{}, err)
			return
		}
		next, stop := iter.Pull2(src.Disclosures(ctx, r.From, r.To))
		defer stop()
		d, derr, more := next()
		var queue []Entry // from the first query that waits for its outcome
		flush := func(below int64) bool {
			n := 0
			for n < len(queue) && (!queue[n].Pending || queue[n].Seq < below) {
				if !yield(queue[n], nil) {
					return false
				}
				n++
			}
			queue = slices.Delete(queue, 0, n)
			return true
		}
		var leaf ledger.Leaf
		for e, err := range src.Entries(ctx, r.From, end) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if ledger.ParseLeaf(e.Leaf, &leaf) != nil {
				continue // verification names it
			}
			if o, ok := outcomeOf(&leaf); ok {
				if i, found := slices.BinarySearchFunc(queue, o.query, func(q Entry, seq int64) int { return int(q.Seq - seq) }); found {
					queue[i].settle(o)
				}
				if !flush(e.Seq - nearby) {
					return
				}
				continue
			}
			if leaf.Kind != kindQuery || e.Seq >= r.To {
				continue
			}
			for more && derr == nil && d.Seq < e.Seq {
				d, derr, more = next()
			}
			if derr != nil {
				yield(Entry{}, derr)
				return
			}
			q := Entry{Seq: e.Seq, Time: entryTime(&leaf), Outcome: Unknown, Pending: true}
			if more && d.Seq == e.Seq && d.Err != nil { // without its key nothing may look complete
				yield(Entry{}, in(e.Seq, d.Err))
				return
			}
			if more && d.Seq == e.Seq {
				if p, err := disclosed(&leaf, d.SD); err == nil {
					q.User, q.Purpose, q.Params = p.user, p.purpose, p.params
				}
			}
			q.Host, _ = leaf.Str("host")
			method, _ := leaf.Str("method")
			attempt, _ := leaf.Int("n")
			q.Method, q.Attempt = Method(method), int(attempt)
			if o, ok := late[e.Seq]; ok {
				q.settle(o)
			}
			if queue = append(queue, q); !flush(e.Seq - nearby) {
				return
			}
		}
		flush(size)
	}
}

func (e *Entry) settle(o outcomeRow) {
	e.Pending, e.Outcome, e.Records, e.Duration = false, o.code, o.records, o.duration()
}

// entriesEnd gives where the source's entries for r end: tiles are whole, so there may be more than was asked for.
func entriesEnd(ctx context.Context, src ledger.Source, r ledger.Range, size int64) (int64, error) {
	extent, err := src.Extent(ctx, size)
	end := r.To
	for _, x := range extent {
		if x.From < r.To && x.To > end {
			end = min(x.To, (r.To+ledger.Width-1)&^(ledger.Width-1), size)
		}
	}
	return end, err
}

// lateOutcomes finds them by reading all leaves: a bundle has no index.
func lateOutcomes(ctx context.Context, src ledger.Source, r ledger.Range, end int64) (map[int64]outcomeRow, error) {
	late := make(map[int64]outcomeRow)
	var leaf ledger.Leaf
	for e, err := range src.Entries(ctx, r.From, end) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if ledger.ParseLeaf(e.Leaf, &leaf) != nil {
			continue
		}
		if o, ok := outcomeOf(&leaf); ok && e.Seq-o.query > nearby && o.query >= r.From {
			late[o.query] = o
		}
	}
	return late, nil
}

// late finds them by the rows that lead to them.
func (l *Log) late(ctx context.Context, r ledger.Range, end int64) (map[int64]outcomeRow, error) {
	rows, err := l.st.Read().QueryContext(ctx, farOutcomes, r.From, r.To, end, nearby)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	late := make(map[int64]outcomeRow)
	var raw []byte
	var leaf ledger.Leaf
	for rows.Next() {
		if err := rows.Scan(&raw); err != nil {
			return nil, l.explain(ctx, err)
		}
		if ledger.ParseLeaf(raw, &leaf) != nil {
			continue
		}
		if o, ok := outcomeOf(&leaf); ok {
			late[o.query] = o
		}
	}
	return late, l.explain(ctx, rows.Err())
}

// RecordsHeader names the columns of a bundle's records.csv: those of `audit list`.
var recordsHeader = []string{"seq", "time", "user", "host", "method", "params", "purpose", "attempt", "outcome", "records", "duration_ms"}

// Records gives the rows of a bundle's records.csv, header first. A row is valid until the next.
func Records(entries iter.Seq2[Entry, error]) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		if !yield(recordsHeader, nil) {
			return
		}
		row := make([]string, 0, len(recordsHeader))
		for e, err := range entries {
			if err != nil {
				yield(nil, err)
				return
			}
			row = append(row[:0], strconv.FormatInt(e.Seq, 10), ledger.Time(e.Time), e.User, e.Host, string(e.Method), paramsText(e.Params), e.Purpose,
				strconv.Itoa(e.Attempt), string(e.Outcome), strconv.Itoa(e.Records), strconv.FormatInt(e.Duration.Milliseconds(), 10))
			if !yield(row, nil) {
				return
			}
		}
	}
}

// paramsText writes parameters as the canonical object that they were read from; "" for none disclosed.
func paramsText(params []Param) string {
	text, err := paramsObject(params)
	if err != nil || len(params) == 0 { // an error is not possible: it was read from such an object
		return ""
	}
	return string(text)
}
