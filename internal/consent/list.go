package consent

import (
	"cmp"
	"context"
	"database/sql"
	"iter"
	"slices"
	"strings"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
)

const (
	// window is how many sequence numbers one read looks at when no index leads to the rows.
	window = 2000
	// indexedPeople is up to how many people are looked up by the index; more are compared while reading in order.
	indexedPeople = 100
	// everywhere is beyond every sequence number.
	everywhere = 1 << 62
)

// List gives the events that match, by ascending sequence number, as the log stood when it began. It reads in short
// pages, so that it neither holds much nor hinders who writes. The first error ends it: class Usage for a session that is
// no UUID; Integrity for an entry that was changed, Unverifiable for one whose key is not there, Store for the rest; or
// the context's.
func (l *Log) List(ctx context.Context, f Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		s, err := l.search(ctx, f)
		if err != nil {
			yield(Entry{}, l.explain(ctx, err))
			return
		}
		l.found(ctx, s)(yield)
	}
}

// Find gives the event with an id. Errors: class Negative, event_unknown; those of List.
func (l *Log) Find(ctx context.Context, id string) (Entry, error) {
	u, ok := parseUUID(id)
	if ok {
		s := search{to: everywhere, step: everywhere} // the index finds it
		s.where.add("e.id = ?", u[:])
		for e, err := range l.found(ctx, s) {
			return e, err
		}
	}
	return Entry{}, fault.New(fault.Negative, "event_unknown", i18n.T("bu kimlikle kayıtlı bir olay yok", "no event is recorded under this id")).
		WithHint(i18n.T("kimlikleri `iskurctl consent list` ve `iskurctl consent history` gösterir", "`iskurctl consent list` and `iskurctl consent history` show the ids"))
}

// History gives the events of a person, oldest first; of an erased person there are none. Errors as of List.
func (l *Log) History(ctx context.Context, tc string) iter.Seq2[Entry, error] {
	return l.List(ctx, Filter{Numbers: []string{tc}})
}

// search is a filter made ready: what the database decides, and what is left to compare.
type search struct {
	to, step int64 // sequence numbers below to; how many of them one read may look at
	where    condition
	people   map[int64]bool // nil: the database decides
	channel  string
	names    []string // words, folded
}

func (l *Log) search(ctx context.Context, f Filter) (s search, err error) {
	s = search{step: window, channel: f.Channel, names: strings.Fields(i18n.Fold(f.Name))}
	if err := l.st.Read().QueryRowContext(ctx, logSize).Scan(&s.to); err != nil {
		return s, err
	}
	if !f.From.IsZero() {
		s.where.add("e.time >= ?", ceilMilli(f.From))
	}
	if !f.To.IsZero() {
		s.where.add("e.time < ?", ceilMilli(f.To))
	}
	if f.Act != "" {
		s.where.add("e.act = ?", string(f.Act))
	}
	if f.Step != "" {
		s.where.add("e.step = ?", string(f.Step))
	}
	if f.Session != "" {
		id, ok := parseUUID(f.Session)
		if !ok {
			return s, fault.New(fault.Usage, "session_invalid", i18n.T("oturum, küçük harfli bir UUID olmalı", "a session is a UUID in lower case"))
		}
		s.where.add("e.session = ?", id[:])
	}
	if f.Text != "" {
		statement, by := refer(f.Text)
		t, ok, err := findText(ctx, l.st.Read(), statement, by)
		if err != nil {
			return s, err
		}
		if !ok {
			t.Seq = -1 // nobody refers to it
		}
		s.where.add("e.text = ?", t.Seq)
	}
	if f.Numbers != nil {
		return s, l.searchPeople(ctx, &s, f.Numbers)
	}
	return s, nil
}

// searchPeople limits a search to the people who have one of the numbers.
func (l *Log) searchPeople(ctx context.Context, s *search, numbers []string) error {
	s.people = make(map[int64]bool)
	for some := range slices.Chunk(numbers, askedAtOnce) {
		tags := make([]any, len(some))
		for i, n := range some {
			tags[i] = l.numberTag(n)
		}
		if err := l.findPeople(ctx, tags, s.people); err != nil {
			return err
		}
	}
	switch n := len(s.people); {
	case n == 0:
		s.to = 0
	case n <= indexedPeople:
		ids := make([]any, 0, n)
		for id := range s.people {
			ids = append(ids, id)
		}
		s.where.add("e.person IN (?"+strings.Repeat(", ?", n-1)+")", ids...)
		s.people, s.step = nil, everywhere // the index finds the rows wherever they are
	}
	return nil
}

func (l *Log) findPeople(ctx context.Context, tags []any, found map[int64]bool) error {
	rows, err := l.st.Read().QueryContext(ctx, knownPeople(len(tags)), tags...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var id int64
	var tag sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&id, &tag); err != nil {
			return err
		}
		found[id] = true
	}
	return rows.Err()
}

// ceilMilli: events stand at whole milliseconds, a bound between two of them belongs to the later one.
func ceilMilli(t time.Time) int64 {
	ms := t.UnixMilli()
	if t.After(time.UnixMilli(ms)) {
		ms++
	}
	return ms
}

// found yields what the search finds, a page at a time; nothing is open in the database while the caller has an entry.
func (l *Log) found(ctx context.Context, s search) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for from := int64(0); from < s.to; {
			until := s.to
			if s.step < s.to-from {
				until = from + s.step
			}
			page, keys, err := l.page(ctx, s, from, until)
			if err != nil {
				yield(Entry{}, l.explain(ctx, err))
				return
			}
			for i := range page {
				e, wanted, err := l.take(ctx, s, &page[i], keys)
				if err != nil {
					yield(Entry{}, err)
					return
				}
				if wanted && !yield(e, nil) {
					return
				}
			}
			if len(page) == pageRows {
				until = page[pageRows-1].seq + 1
			}
			from = until
		}
	}
}

// keyring is the data keys of a page, and why others cannot be had.
type keyring struct {
	keys   map[int64]*seal.DataKey
	faults map[int64]error
}

// page reads the matching rows of [from, until), at most pageRows, and looks up their keys.
func (l *Log) page(ctx context.Context, s search, from, until int64) ([]stored, keyring, error) {
	where := condition{text: slices.Clone(s.where.text), args: slices.Clone(s.where.args)}
	where.add("e.seq >= ?", from)
	where.add("e.seq < ?", until)
	page, err := l.rows(ctx, where)
	if err != nil {
		return nil, keyring{}, err
	}
	var ids []int64
	for i := range page {
		if page[i].key.Valid && s.about(&page[i]) {
			ids = append(ids, page[i].key.Int64)
		}
	}
	if len(ids) == 0 {
		return page, keyring{}, nil
	}
	ring, err := l.cfg.Ring()
	if err != nil {
		return nil, keyring{}, err
	}
	var k keyring
	k.keys, k.faults, err = ring.FindAll(ctx, Name, ids)
	return page, k, err
}

func (l *Log) rows(ctx context.Context, where condition) ([]stored, error) {
	rows, err := l.st.Read().QueryContext(ctx, where.entries(), where.args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var page []stored
	for rows.Next() {
		page = append(page, stored{})
		if err := page[len(page)-1].scan(rows.Scan); err != nil {
			return nil, err
		}
	}
	return page, rows.Err()
}

// about tells whether a row is of one of the people asked for.
func (s *search) about(row *stored) bool {
	return s.people == nil || row.person.Valid && s.people[row.person.Int64]
}

// take opens a row that was found; wanted is false for one that does not match after all.
func (l *Log) take(ctx context.Context, s search, row *stored, k keyring) (e Entry, wanted bool, err error) {
	if !s.about(row) {
		return e, false, nil
	}
	var leaf ledger.Leaf
	if e, err = row.entry(&leaf); err != nil {
		return e, false, damaged(row.seq, err)
	}
	if s.channel != "" && e.Event.Channel != s.channel {
		return e, false, nil
	}
	key := k.keys[row.key.Int64]
	if row.key.Valid && key == nil {
		why := k.faults[row.key.Int64]
		if row, err = l.erasedMeanwhile(ctx, row.seq); err != nil || row == nil {
			return e, false, cmp.Or(err, in(e.Seq, why))
		}
	}
	if err := l.open(ctx, row, &leaf, key, &e); err != nil {
		if ctx.Err() != nil || fault.ClassOf(err) == fault.Store { // it could not be read
			return e, false, cmp.Or(ctx.Err(), err)
		}
		return e, false, damaged(e.Seq, err)
	}
	return e, len(s.names) == 0 || s.named(&e), nil
}

// erasedMeanwhile gives the row of an entry anew when it has no sealed values any more: since the page was read, somebody
// may have erased the person and destroyed the key.
func (l *Log) erasedMeanwhile(ctx context.Context, seq int64) (*stored, error) {
	var where condition
	where.add("e.seq = ?", seq)
	rows, err := l.rows(ctx, where)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	if len(rows) == 0 || rows[0].key.Valid {
		return nil, nil
	}
	return &rows[0], nil
}

// named compares the name that is searched for with the person's: each of its words, in any order, is a part of it.
func (s *search) named(e *Entry) bool {
	name := i18n.Fold(e.Event.Subject.GivenName + " " + e.Event.Subject.Surname)
	return !slices.ContainsFunc(s.names, func(word string) bool { return !strings.Contains(name, word) })
}
