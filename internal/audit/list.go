package audit

import (
	"context"
	"database/sql"
	"iter"
	"slices"
	"strings"
	"time"

	"iskurctl/internal/ledger"
)

const (
	// pageRows bounds what a listing holds in memory, and how long one read keeps the -wal from being recycled.
	pageRows = 500
	// window is how many sequence numbers one read looks at when no index leads to the rows.
	window = 2000
	// indexedTags is up to how many numbers are looked up by the index; more are compared while reading in order.
	indexedTags = 100
)

// Entry is one query with its outcome. While it is Pending its Outcome is Unknown, and Alive says whether the process
// that makes it still lives.
type Entry struct {
	Seq            int64
	Time           time.Time // UTC, milliseconds
	User, Host     string
	Method         Method
	Params         []Param
	Purpose        string
	Attempt        int
	Outcome        OutcomeCode
	Pending, Alive bool
	Records        int
	Duration       time.Duration
}

// Filter says which queries are wanted; all conditions hold together. Times are [From, To), zero is open. KimlikNos and
// Seqs: nil asks for all, an empty list for none.
type Filter struct {
	From, To  time.Time
	Seqs      []int64 // a thousand at most
	User      string
	Method    Method
	Outcome   OutcomeCode
	KimlikNos []string
}

// List gives the queries that match, by ascending sequence number, as the log stood when it began. It reads in short
// pages, so that it neither holds much nor hinders who writes. The first error ends it: class Integrity for an entry
// that was changed, Unverifiable for one sealed under another key, Store for the rest; or the context's.
func (l *Log) List(ctx context.Context, f Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		to, _, err := l.readHead(ctx)
		from := int64(0)
		if err == nil && (!f.From.IsZero() || !f.To.IsZero()) {
			from, to, err = l.timeBounds(ctx, f, to)
		}
		if err != nil {
			yield(Entry{}, err)
			return
		}
		if f.KimlikNos != nil && len(f.KimlikNos) == 0 || f.Seqs != nil && len(f.Seqs) == 0 {
			return
		}
		if len(f.Seqs) > 0 {
			from, to = max(from, slices.Min(f.Seqs)), min(to, slices.Max(f.Seqs)+1)
		}
		l.scan(ctx, l.search(f, from, to), yield)
	}
}

// Pending gives the queries that have no outcome, by ascending sequence number, those of living processes included.
func (l *Log) Pending(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		next, settled, err := l.readHead(ctx)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		s := search{from: settled, to: next, step: window}
		s.where.add("o.seq IS NULL")
		l.scan(ctx, s, yield)
	}
}

// search is a filter made ready: what the database decides, and what is left to compare.
type search struct {
	from, to int64 // sequence numbers [from, to)
	step     int64 // how many of them one read may look at
	where    condition
	tags     map[string]bool // nil: the database decides
}

func (l *Log) search(f Filter, from, to int64) search {
	s := search{from: from, to: to, step: window}
	if !f.From.IsZero() {
		s.where.add("q.time_ms >= ?", ceilMilli(f.From))
	}
	if !f.To.IsZero() {
		s.where.add("q.time_ms < ?", ceilMilli(f.To))
	}
	if f.User != "" {
		s.where.add("q.user_tag = ?", l.keys.Tag(tagUser, f.User))
	}
	if f.Method != "" {
		s.where.add("q.method = ?", string(f.Method))
	}
	if f.Outcome != "" {
		s.where.add("COALESCE(o.outcome, 'unknown') = ?", string(f.Outcome))
	}
	if len(f.Seqs) > 0 {
		among(&s.where, "q.seq", f.Seqs)
		s.step = to // the primary key finds the rows
	}
	switch n := len(f.KimlikNos); {
	case n == 0:
	case n <= indexedTags:
		s.step = to // the index finds the rows wherever they are
		tags := make([][]byte, 0, n)
		for _, no := range f.KimlikNos {
			tags = append(tags, l.keys.Tag(tagKimlikNo, no))
		}
		among(&s.where, "q.tag", tags)
	default:
		s.tags = make(map[string]bool, n)
		for _, no := range f.KimlikNos {
			s.tags[string(l.keys.Tag(tagKimlikNo, no))] = true
		}
	}
	return s
}

// among adds that a column holds one of the values, of which there is at least one.
func among[T any](c *condition, column string, values []T) {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	c.add(column+" IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
}

// ceilMilli: entries stand at whole milliseconds, a bound between two of them belongs to the later one.
func ceilMilli(t time.Time) int64 {
	ms := t.UnixMilli()
	if t.After(time.UnixMilli(ms)) {
		ms++
	}
	return ms
}

// found is a query that was not looked into yet.
type found struct {
	entry   stored
	row     projection
	code    sql.NullString
	outcome []byte
}

// scan yields what the search finds, a page at a time; nothing is open in the database while the caller has an entry.
func (l *Log) scan(ctx context.Context, s search, yield func(Entry, error) bool) {
	for from := s.from; from < s.to; {
		until := min(from+max(s.step, 1), s.to)
		page, err := l.page(ctx, s, from, until)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		for _, f := range page {
			if s.tags != nil && !s.tags[string(f.row.tag)] {
				continue
			}
			e, err := l.entry(ctx, f)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
		if len(page) == pageRows {
			until = page[pageRows-1].entry.seq + 1
		}
		from = until
	}
}

// entry opens a query that was found.
func (l *Log) entry(ctx context.Context, f found) (Entry, error) {
	var leaf ledger.Leaf
	e := Entry{Seq: f.entry.seq}
	p, err := l.open(ctx, f.entry, &leaf)
	if err != nil {
		return e, err
	}
	if err := l.fill(&e, &leaf, p, f.row); err != nil {
		return e, damaged(e.Seq, err)
	}
	if err := fillOutcome(&e, f.code, f.outcome); err != nil {
		return e, damaged(e.Seq, err)
	}
	e.Alive = e.Pending && l.st.ProcessAlive(f.row.process)
	return e, nil
}

// page reads the matching rows of [from, until), at most pageRows.
func (l *Log) page(ctx context.Context, s search, from, until int64) ([]found, error) {
	where := condition{text: append([]string(nil), s.where.text...), args: append([]any(nil), s.where.args...)}
	where.add("q.seq >= ?", from)
	where.add("q.seq < ?", until)
	rows, err := l.st.Read().QueryContext(ctx, where.entries(), where.args...)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	var page []found
	for rows.Next() {
		var f found
		if err := rows.Scan(&f.entry.seq, &f.row.timeMS, &f.row.method, &f.row.process, &f.row.userTag, &f.row.tag,
			&f.entry.leaf, &f.entry.hash, &f.entry.key, &f.entry.sd, &f.code, &f.outcome); err != nil {
			return nil, l.explain(ctx, err)
		}
		page = append(page, f)
	}
	return page, l.explain(ctx, rows.Err())
}

// readHead gives the next sequence number and the one below which every query has its outcome.
func (l *Log) readHead(ctx context.Context) (next, settled int64, err error) {
	err = l.st.Read().QueryRowContext(ctx, readMarks).Scan(&next, &settled)
	return next, settled, l.explain(ctx, err)
}

// timeBounds narrows a listing by time to a range of sequence numbers: clocks are set back at times, so the order of the
// two is nearly, not exactly, the same.
func (l *Log) timeBounds(ctx context.Context, f Filter, next int64) (from, to int64, err error) {
	low, high := int64(0), int64(1)<<62
	if !f.From.IsZero() {
		low = ceilMilli(f.From)
	}
	if !f.To.IsZero() {
		high = ceilMilli(f.To)
	}
	err = l.st.Read().QueryRowContext(ctx, timeBounds, low, high).Scan(&from, &to)
	return from, min(to, next), l.explain(ctx, err)
}

// openQuery is a query without outcome.
type openQuery struct {
	seq     int64
	process string
}

func (l *Log) openQueries(ctx context.Context, from, until int64) ([]openQuery, error) {
	rows, err := l.st.Read().QueryContext(ctx, openQueries, from, until)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	var page []openQuery
	for rows.Next() {
		var q openQuery
		if err := rows.Scan(&q.seq, &q.process); err != nil {
			return nil, l.explain(ctx, err)
		}
		page = append(page, q)
	}
	return page, l.explain(ctx, rows.Err())
}

// explain prefers the context's own error: an interrupted statement reports the interruption.
func (l *Log) explain(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return l.st.Explain(err)
}
