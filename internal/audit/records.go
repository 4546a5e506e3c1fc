package audit

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"strconv"

	"iskurctl/internal/ledger"
)

// nearby is how far after its query an outcome usually comes, in entries. Those that come later, or behind the range, are
// collected first, so that the queries in between need not be held.
const nearby = 8192

// lateBatch is how many outcomes are collected at a time.
const lateBatch = 100_000

// late gives the outcomes that are to be collected, of queries from one on: at most lateBatch, in the order of the queries.
// end is where the entries of the range end. next is the query from which on there may be others, none when there are not.
type late func(ctx context.Context, from, end int64) (batch []outcomeRow, next int64, err error)

const none = math.MaxInt64

// Entries reads queries with their outcomes from any source of the log, a bundle among them, for the entries of r. An
// outcome counts when the source holds its entry, wherever that stands; otherwise it is Unknown. Without disclosures user,
// parameters and purpose are empty. It reads the leaves at least twice and holds few.
func Entries(ctx context.Context, src ledger.Source, r ledger.Range, size int64) iter.Seq2[Entry, error] {
	return entries(ctx, src, r, size, lateOf(src, r, size))
}

func entries(ctx context.Context, src ledger.Source, r ledger.Range, size int64, find late) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		end, err := entriesEnd(ctx, src, r, size)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		late := lateReader{find: find, end: end, next: r.From}
		next, stop := iter.Pull2(src.Disclosures(ctx, r.From, r.To))
		defer stop()
		d, derr, more := next()
		var room, queue []Entry // queue, at the end of room: from the first query that waits for its outcome
		flush := func(below int64) bool {
			for len(queue) > 0 && (!queue[0].Pending || queue[0].Seq < below) {
				if !yield(queue[0], nil) {
					return false
				}
				queue = queue[1:]
			}
			return true
		}
		wait := func(q Entry) {
			if len(queue) == cap(queue) { // move to the front; seldom, for half of the room is free then
				if 2*len(queue) >= cap(room) {
					room = make([]Entry, 0, max(64, 4*len(queue)))
				}
				queue = append(room[:0], queue...)
			}
			queue = append(queue, q)
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
			o, ok, err := late.of(ctx, e.Seq)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if ok {
				q.settle(o)
			}
			if wait(q); !flush(e.Seq - nearby) {
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
			end = min(x.To, wholeEnd(r, size))
		}
	}
	return end, err
}

// wholeEnd is where the last tile of r ends.
func wholeEnd(r ledger.Range, size int64) int64 {
	return min((r.To+ledger.Width-1)&^(ledger.Width-1), size)
}

// lateReader goes through late outcomes beside their queries.
type lateReader struct {
	find      late
	end, next int64
	batch     []outcomeRow
}

// of gives the outcome of a query; queries come in ascending order.
func (l *lateReader) of(ctx context.Context, query int64) (o outcomeRow, ok bool, err error) {
	for {
		for len(l.batch) > 0 && l.batch[0].query <= query {
			if l.batch[0].query == query {
				o, ok = l.batch[0], true
			}
			l.batch = l.batch[1:]
		}
		if ok || len(l.batch) > 0 || l.next == none {
			return o, ok, nil
		}
		if l.batch, l.next, err = l.find(ctx, max(l.next, query), l.end); err != nil {
			return o, false, err
		}
	}
}

// lateOf finds them by reading all leaves from the range on: a bundle has no index. It reads them once a batch, so that its
// memory is bounded whatever the log is like.
func lateOf(src ledger.Source, r ledger.Range, size int64) late {
	return func(ctx context.Context, from, end int64) (batch []outcomeRow, next int64, err error) {
		below := r.To
		next = none
		cut := func() {
			slices.SortStableFunc(batch, func(a, b outcomeRow) int { return cmp.Compare(a.query, b.query) })
			if len(batch) > lateBatch {
				batch = batch[:lateBatch]
				below = batch[lateBatch-1].query + 1
				next = below
			}
		}
		var leaf ledger.Leaf
		for e, err := range src.Entries(ctx, r.From, size) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return nil, none, err
			}
			if ledger.ParseLeaf(e.Leaf, &leaf) != nil {
				continue
			}
			if o, ok := outcomeOf(&leaf); ok && o.query >= from && o.query < below && (e.Seq >= end || e.Seq-o.query > nearby) {
				if batch = append(batch, o); len(batch) == 2*lateBatch {
					cut()
				}
			}
		}
		cut()
		return batch, next, nil
	}
}

// late finds them by the rows that lead to them.
func (l *Log) late(r ledger.Range, size int64) late {
	return func(ctx context.Context, from, end int64) (batch []outcomeRow, next int64, err error) {
		rows, err := l.st.Read().QueryContext(ctx, lateOutcomes, from, r.To, end, size, nearby, lateBatch)
		if err != nil {
			return nil, none, l.explain(ctx, err)
		}
		defer func() { _ = rows.Close() }()
		var raw []byte
		var leaf ledger.Leaf
		n, query := 0, int64(0)
		for ; rows.Next(); n++ {
			if err := rows.Scan(&query, &raw); err != nil {
				return nil, none, l.explain(ctx, err)
			}
			if ledger.ParseLeaf(raw, &leaf) != nil {
				continue
			}
			if o, ok := outcomeOf(&leaf); ok && o.query == query { // else verification names it
				batch = append(batch, o)
			}
		}
		next = none
		if n == lateBatch {
			next = query + 1
		}
		return batch, next, l.explain(ctx, rows.Err())
	}
}

// laterTiles gives the entries of the tiles behind those of r that hold outcomes of its queries.
func (l *Log) laterTiles(ctx context.Context, r ledger.Range, size int64) (tiles []ledger.Range, err error) {
	rows, err := l.st.Read().QueryContext(ctx, outcomeTiles, r.From, r.To, wholeEnd(r, size), size)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var tile int64
		if err := rows.Scan(&tile); err != nil {
			return nil, l.explain(ctx, err)
		}
		next := ledger.Range{From: tile * ledger.Width, To: min((tile+1)*ledger.Width, size)}
		if last := len(tiles) - 1; last >= 0 && tiles[last].To == next.From {
			tiles[last].To = next.To
		} else {
			tiles = append(tiles, next)
		}
	}
	return tiles, l.explain(ctx, rows.Err())
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
