package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/store"
)

// The domains of the keyed tags.
const (
	tagKimlikNo = "audit/kimlik_no"
	tagUser     = "audit/user"
)

// personal is what a query row seals.
type personal struct {
	User    string      `json:"user"`
	Params  [][2]string `json:"params,omitempty"`
	Purpose string      `json:"purpose,omitempty"`
}

// queryRow is a query as it is stored; all of it is made before the commit it waits for.
type queryRow struct {
	timeMS  int64
	host    string
	method  Method
	attempt int
	process string
	sealed  []byte
	userTag []byte
	tag     []byte // nil: no number
}

type outcomeRow struct {
	query      int64
	timeMS     int64
	code       OutcomeCode
	records    int
	durationMS int64
}

// row seals the query.
func (l *Log) row(q Query) (queryRow, error) {
	if !slices.Contains(Methods(), q.Method) || q.Attempt < 1 || q.User == "" {
		return queryRow{}, mistake()
	}
	process, err := l.st.ProcessLock()
	if err != nil {
		return queryRow{}, err
	}
	r := queryRow{timeMS: l.now().UnixMilli(), host: q.Host, method: q.Method, attempt: q.Attempt, process: process, userTag: l.keys.Tag(tagUser, q.User)}
	if q.KimlikNo != "" {
		r.tag = l.keys.Tag(tagKimlikNo, q.KimlikNo)
	}
	p := personal{User: q.User, Purpose: q.Purpose}
	for _, v := range q.Params {
		p.Params = append(p.Params, [2]string{v.Name, v.Value})
	}
	plain, err := json.Marshal(p)
	if err != nil {
		return queryRow{}, mistake()
	}
	if r.sealed, err = l.keys.Seal(l.rand, plain, r.bound()); err != nil {
		return queryRow{}, err
	}
	return r, nil
}

// bound is the additional data of the seal: everything that stands in clear beside it. A clear column that was changed,
// or a seal that was moved to another row, does not open. The sequence number is not in it, since it is given only
// inside the transaction, after the sealing.
func (r queryRow) bound() string {
	var b strings.Builder
	b.WriteString("audit/query/1")
	for _, part := range []string{
		strconv.FormatInt(r.timeMS, 10), r.host, string(r.method), strconv.Itoa(r.attempt), r.process, string(r.userTag), string(r.tag),
	} {
		b.WriteByte('|')
		b.WriteString(strconv.Itoa(len(part))) // lengths keep the parts apart
		b.WriteByte(':')
		b.WriteString(part)
	}
	return b.String()
}

// open unseals the row into an entry. Error: class Integrity or Unverifiable, with the sequence number.
func (l *Log) open(e *Entry, r queryRow) error {
	plain, err := l.keys.Unseal(r.sealed, r.bound())
	var p personal
	if err == nil {
		err = json.Unmarshal(plain, &p)
	}
	if err != nil {
		f := fault.From(err)
		if f.Class == fault.Unverifiable {
			return fault.New(f.Class, f.Code, i18n.Tf("günlük kaydı %s: %s", "log entry %s: %s", strconv.FormatInt(e.Seq, 10), f.Message)).WithHint(f.Hint).Because(err)
		}
		return fault.New(fault.Integrity, "audit_damaged", i18n.Tf("günlük kaydı %s bozulmuş ya da değiştirilmiş", "log entry %s is damaged or was changed", strconv.FormatInt(e.Seq, 10))).
			WithHint(i18n.T("depoyu yedeğiyle karşılaştırın; bu kopyayı inceleme için saklayın", "compare the store with its backup; keep this copy for the investigation")).
			Because(err)
	}
	e.User, e.Purpose = p.User, p.Purpose
	for _, v := range p.Params {
		e.Params = append(e.Params, Param{Name: v[0], Value: v[1]})
	}
	return nil
}

// inserts are the prepared statements of the write path.
type inserts struct{ query, outcome *sql.Stmt }

// head remembers where the head stands within one transaction: all entries of a group commit run in the same one, the
// first reads the head and the commit moves it, once. It is used by the store's worker alone.
type head struct {
	tx   *sql.Tx
	next int64
}

// writer adds entries within one transaction.
type writer struct {
	tx   *sql.Tx
	st   *store.Store
	head *head
	ins  *inserts
}

// write runs fn in a durable transaction, with the statements prepared.
func (l *Log) write(ctx context.Context, fn func(*writer) error) error {
	ins, err := l.statements(ctx)
	if err != nil {
		return err
	}
	return l.st.Write(ctx, func(tx *sql.Tx) error {
		return fn(&writer{tx: tx, st: l.st, head: &l.head, ins: ins})
	})
}

func (l *Log) statements(ctx context.Context) (*inserts, error) {
	l.prepare.Lock()
	defer l.prepare.Unlock()
	if l.insert != nil {
		return l.insert, nil
	}
	ins := &inserts{}
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{{&ins.query, addQuery}, {&ins.outcome, addOutcome}} {
		stmt, err := l.st.Prepare(ctx, p.text) //nolint:sqlclosecheck // lives as long as the store, which closes it
		if err != nil {
			return nil, err
		}
		*p.to = stmt
	}
	l.insert = ins
	return ins, nil
}

// next gives the number of the next entry. The first of a transaction arranges for the head to be moved.
func (w *writer) next() (int64, error) {
	h := w.head
	if h.tx == w.tx {
		return h.next, nil
	}
	var start, settled int64
	if err := w.tx.QueryRow(readHead).Scan(&start, &settled); err != nil {
		return 0, err
	}
	h.tx, h.next = w.tx, start
	w.st.Finally(w.tx, func(tx *sql.Tx) error {
		moved, err := affected(tx.Exec(moveHead, h.next, start))
		if err == nil && !moved {
			err = fault.New(fault.Internal, "audit_head", i18n.T("günlüğün sıra numarası beklenen yerde değil", "the sequence number of the log is not where it should be"))
		}
		return err
	})
	return h.next, nil
}

func (w *writer) query(r queryRow) (int64, error) {
	seq, err := w.next()
	if err != nil {
		return 0, err
	}
	var tag any
	if r.tag != nil {
		tag = r.tag
	}
	if _, err := w.tx.Stmt(w.ins.query).Exec(seq, r.timeMS, r.host, string(r.method), r.attempt, r.process, r.sealed, r.userTag, tag); err != nil {
		return 0, err
	}
	w.head.next = seq + 1
	return seq, nil
}

// outcome adds nothing, and leaves the head where it is, when the query has an outcome.
func (w *writer) outcome(r outcomeRow) (added bool, err error) {
	seq, err := w.next()
	if err != nil {
		return false, err
	}
	added, err = affected(w.tx.Stmt(w.ins.outcome).Exec(seq, r.query, r.timeMS, string(r.code), r.records, r.durationMS))
	if err != nil || !added {
		return false, err
	}
	w.head.next = seq + 1
	return true, nil
}

func affected(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
