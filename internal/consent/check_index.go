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

// What is looked up by an id, a number or a person is found through an index. A table and its indexes are read once each,
// in their own order and as one look sees them: an index is right when it ascends and holds what the rows hold. To have
// SQLite compare them (PRAGMA integrity_check) is five times the work, since it looks for each row in each index, here and
// there in the file.

// index is what a table holds of the columns of an index, or the index itself: how many rows, the sum of a digest of each,
// and the last one. The key of the digest is made anew each time: nobody can alter rows so that the sum stays.
type index struct {
	n, sum   uint64
	key      []byte
	row      int64
	unsorted bool
}

// indexReader compares a table with its indexes.
type indexReader struct {
	seed   maphash.Seed
	rows   map[int64]*index // what the indexes should hold
	found  map[int64]*index // what they hold
	room   []byte
	foul   bool        // a value is of a type that none of ours has
	known  ledger.Bits // people: of rows of people with a number
	active ledger.Bits // people who have rows of events
}

func newIndexReader() *indexReader {
	return &indexReader{seed: maphash.MakeSeed(), rows: make(map[int64]*index), found: make(map[int64]*index)}
}

// encoded writes a value so that the order of the bytes is the order of the index: nothing, numbers, bytes.
func (x *indexReader) encoded(value driver.Value) []byte {
	b := x.room[:0]
	switch v := value.(type) {
	case nil:
		b = append(b, 0)
	case int64:
		b = binary.BigEndian.AppendUint64(append(b, 1), uint64(v)^1<<63) //nolint:gosec // its bits
	case []byte:
		b = append(append(b, 2), v...)
	default:
		x.foul = true
	}
	x.room = b
	return b
}

// add adds a row to what the table, or the index, holds of the columns of one.
func (x *indexReader) add(to map[int64]*index, which int64, value driver.Value, row int64) {
	i := to[which]
	if i == nil {
		i = &index{}
		to[which] = i
	}
	key := x.encoded(value)
	if i.n > 0 && cmp.Or(bytes.Compare(i.key, key), cmp.Compare(i.row, row)) >= 0 {
		i.unsorted = true
	}
	i.key, i.row = append(i.key[:0], key...), row
	x.room = binary.BigEndian.AppendUint64(key, uint64(row)) //nolint:gosec // its bits
	i.n++
	i.sum += maphash.Bytes(x.seed, x.room)
}

// right tells whether the indexes hold what the rows hold.
func (x *indexReader) right(which ...int64) bool {
	for _, w := range which {
		want, got := x.rows[w], x.found[w]
		if want == nil && got == nil {
			continue
		}
		if want == nil || got == nil || want.n != got.n || want.sum != got.sum || got.unsorted {
			return false
		}
	}
	return !x.foul
}

// The indexes, as the statements number them.
const (
	ofTable = iota
	indexOfIDs
	indexOfPeople
	indexOfNumbers
)

// event takes a row of eventIndexes.
func (x *indexReader) event(row []driver.Value) error {
	which, _ := row[0].(int64)
	seq, ok := row[1].(int64)
	x.foul = x.foul || !ok
	switch which {
	case ofTable:
		x.add(x.rows, indexOfIDs, row[2], seq)
		x.add(x.rows, indexOfPeople, row[3], seq)
		if person, ok := row[3].(int64); ok {
			x.active.Set(person)
		}
	case indexOfIDs:
		x.add(x.found, indexOfIDs, row[2], seq)
	case indexOfPeople:
		x.add(x.found, indexOfPeople, row[3], seq)
	}
	return nil
}

// person takes a row of personIndexes.
func (x *indexReader) person(row []driver.Value) error {
	which, _ := row[0].(int64)
	id, ok := row[1].(int64)
	x.foul = x.foul || !ok
	if which == indexOfNumbers {
		x.add(x.found, indexOfNumbers, row[2], id)
		return nil
	}
	x.add(x.rows, indexOfNumbers, row[2], id)
	if row[2] != nil {
		x.known.Set(id)
	}
	return nil
}

// loose tells whether somebody seems to have no entry: the two tables were not read at once, so it is to be looked at again.
func (x *indexReader) loose() bool {
	for id := range x.known.All {
		if !x.active.Has(id) {
			return true
		}
	}
	return false
}

// indexes tells whether the schema is as it was made, and what is looked up by id, number or person is found.
func (l *Log) indexes(ctx context.Context) (found looked) {
	altered, err := l.st.Altered(ctx)
	if err != nil {
		return looked{err: l.explain(ctx, err)}
	}
	lame := false
	for _, what := range altered {
		found.findings = append(found.findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1, Detail: i18n.Tf("deponun şeması değiştirilmiş: %s", "the schema of the store was changed: %s", what)})
		lame = lame || !strings.HasPrefix(what, "trigger ")
	}
	found.loose = true
	if lame {
		return found // nobody can look for an index that is not there
	}
	x := newIndexReader()
	if found.err = l.st.Rows(ctx, x.person, personIndexes); found.err != nil {
		return found
	}
	if found.err = l.st.Rows(ctx, x.event, eventIndexes); found.err != nil {
		return found
	}
	found.loose = x.loose()
	var sound string
	if err := l.st.Read().QueryRowContext(ctx, checkTextIndexes).Scan(&sound); err != nil {
		found.err = l.explain(ctx, err)
		return found
	}
	if sound != "ok" || !x.right(indexOfIDs, indexOfPeople, indexOfNumbers) {
		found.findings = append(found.findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1, Detail: i18n.T("arama satırlarının dizini satırlarla uyuşmuyor", "an index does not agree with the rows that lead to the entries")})
	}
	return found
}
