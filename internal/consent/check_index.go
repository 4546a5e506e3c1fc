package consent

import (
	"bytes"
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/binary"
	"hash/maphash"
	"strings"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// What is looked up by an id, a number or a person is found through an index. A table and its index are read once each, in
// their own order and as one look sees them: an index is right when it ascends and holds what the rows hold. To have SQLite
// compare them (PRAGMA integrity_check) is five times the work, since it looks for each row in each index, here and there in
// the file.

// listed is what a table holds of the column of an index, or the index itself: how many rows, the sum of a digest of each,
// and the last one.
type listed struct {
	n, sum   uint64
	key      []byte
	row      int64
	unsorted bool
}

// indexReader compares a table with an index. The key of the digests is made anew each time: nobody can alter rows so that
// the sum stays.
type indexReader struct {
	seed        maphash.Seed
	rows, found listed
	room        []byte
	foul        bool // a value is of a type that none of ours has
	met         func(row int64, value, more driver.Value)
}

// right reads both and tells whether they agree. met is told of the rows of the table.
func (l *Log) right(ctx context.Context, text string, met func(row int64, value, more driver.Value)) (bool, error) {
	x := indexReader{seed: maphash.MakeSeed(), met: met}
	err := l.st.Rows(ctx, x.row, text)
	return x.rows.n == x.found.n && x.rows.sum == x.found.sum && !x.found.unsorted && !x.foul, err
}

func (x *indexReader) row(row []driver.Value) error {
	n, ok := row[1].(int64)
	x.foul = x.foul || !ok
	if row[0] == int64(0) {
		x.rows.add(x, row[2], n)
		x.met(n, row[2], row[3])
	} else {
		x.found.add(x, row[2], n)
	}
	return nil
}

func (l *listed) add(x *indexReader, value driver.Value, row int64) {
	key := append(x.room[:0], 0) // an empty column comes first
	switch v := value.(type) {
	case nil:
	case []byte:
		key = append(append(key[:0], 1), v...)
	default:
		x.foul = true
	}
	if l.n > 0 && cmp.Or(bytes.Compare(l.key, key), cmp.Compare(l.row, row)) >= 0 {
		l.unsorted = true
	}
	l.key, l.row = append(l.key[:0], key...), row
	x.room = binary.BigEndian.AppendUint64(key, uint64(row)) //nolint:gosec // its bits
	l.n++
	l.sum += maphash.Bytes(x.seed, x.room)
}

// indexes tells whether the schema is as it was made, and what is looked up by id, number or person is found.
func (l *Log) indexes(ctx context.Context) looked {
	found := looked{loose: true}
	altered, err := l.st.Altered(ctx)
	if err != nil {
		return looked{err: l.explain(ctx, err)}
	}
	lame := false
	for _, what := range altered {
		found.findings = append(found.findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1, Detail: i18n.Tf("deponun şeması değiştirilmiş: %s", "the schema of the store was changed: %s", what)})
		lame = lame || !strings.HasPrefix(what, "trigger ")
	}
	if lame {
		return found // nobody can look for an index that is not there
	}
	var known, active ledger.Bits // people who have a number, people who have entries
	byNumber, err := l.right(ctx, peopleByNumber, func(id int64, tag, _ driver.Value) {
		if tag != nil {
			known.Set(id)
		}
	})
	if err != nil {
		return looked{err: err}
	}
	byID, err := l.right(ctx, eventsByID, func(_ int64, _, person driver.Value) {
		if id, ok := person.(int64); ok {
			active.Set(id)
		}
	})
	if err != nil {
		return looked{err: err}
	}
	var lost bool
	var sound string
	for _, q := range []struct {
		text string
		to   any
	}{{lostByPerson, &lost}, {checkTextIndexes, &sound}} {
		if err := l.st.Read().QueryRowContext(ctx, q.text).Scan(q.to); err != nil {
			return looked{err: l.explain(ctx, err)}
		}
	}
	if !byNumber || !byID || lost || sound != "ok" {
		found.findings = append(found.findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1, Detail: i18n.T("arama satırlarının dizini satırlarla uyuşmuyor", "an index does not agree with the rows that lead to the entries")})
	}
	found.loose = false
	for id := range known.All { // the tables were not read at once: whoever seems to have no entry is looked at again
		found.loose = found.loose || !active.Has(id)
	}
	return found
}
