package audit

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// The domains of the keyed tags.
const (
	tagKimlikNo = "audit/kimlik_no"
	tagUser     = "audit/user"
)

// The kinds of the log's entries. The ledger itself adds key/1.
const (
	kindQuery   = "query/1"
	kindOutcome = "outcome/1"
	kindLook    = "look/1"
	kindPruned  = "pruned/1"
	kindKey     = "key/1"
)

// queryRow is a query as it is stored; all of it is made before the commit it waits for.
type queryRow struct {
	time         time.Time
	method       Method
	process      string
	leaf         []byte
	disclosed    []byte
	key          *seal.DataKey
	userTag, tag []byte // tag nil: no number
}

type outcomeRow struct {
	query      int64
	time       time.Time
	code       OutcomeCode
	records    int
	durationMS int64
}

// row makes the entry of a query: user, parameters and purpose are disclosures, the rest stands in clear in the leaf.
func (l *Log) row(ctx context.Context, q Query) (queryRow, error) {
	if !slices.Contains(Methods(), q.Method) || q.Attempt < 1 || q.User == "" {
		return queryRow{}, mistake()
	}
	process, err := l.st.ProcessLock()
	if err != nil {
		return queryRow{}, err
	}
	r := queryRow{time: l.now(), method: q.Method, process: process, userTag: []byte(l.userTag(readable(q.User)))}
	if q.KimlikNo != "" {
		r.tag = l.keys.Tag(tagKimlikNo, q.KimlikNo)
	}
	object, err := paramsObject(q.Params)
	if err != nil {
		return queryRow{}, err
	}
	if r.key, err = l.dataKey(ctx, r.time); err != nil {
		return queryRow{}, err
	}
	var digests []string
	r.disclosed, digests, err = l.disclose(field{"user", text(q.User)}, field{"params", object}, field{"purpose", text(q.Purpose)})
	if err != nil {
		return queryRow{}, err
	}
	r.leaf, err = ledger.NewLeaf().Digests(digests).String("host", readable(q.Host)).String("k", kindQuery).
		String("method", string(q.Method)).Int("n", int64(q.Attempt)).String("process", process).String("t", ledger.Time(r.time)).Bytes()
	return r, err
}

// userTag gives the keyed tag of a user.
func (l *Log) userTag(user string) string {
	if tag, ok := l.users.Load(user); ok {
		return tag.(string)
	}
	tag := string(l.keys.Tag(tagUser, user))
	l.users.Store(user, tag)
	return tag
}

// field is a personal value: its name and its canonical JSON.
type field struct {
	name  string
	value []byte
}

// text is a string as canonical JSON.
func text(s string) []byte {
	b, _ := ledger.EncodeString(nil, readable(s)) // fails on invalid UTF-8 only
	return b
}

// readable replaces the bytes of a name that are no text, as a system may hand them over: the log must take it.
func readable(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// paramsObject writes parameters as a canonical object.
func paramsObject(params []Param) ([]byte, error) {
	pairs := make([]ledger.Pair, len(params))
	for i, p := range params {
		pairs[i] = ledger.Pair(p)
	}
	slices.SortFunc(pairs, func(a, b ledger.Pair) int { return strings.Compare(a.Name, b.Name) })
	return ledger.ObjectOfStrings(pairs)
}

// disclose makes the disclosures of fields, joined, and their digests.
func (l *Log) disclose(fields ...field) (joined []byte, digests []string, err error) {
	for i, f := range fields {
		d, digest, err := ledger.Disclose(l.cfg.Rand, f.name, f.value)
		if err != nil {
			return nil, nil, err
		}
		if i > 0 {
			joined = append(joined, '~')
		}
		joined = append(joined, d...)
		digests = append(digests, digest)
	}
	return joined, digests, nil
}

// dataKey gives the key of the month: the disclosures of a month that was disposed of lose theirs. One that entries need
// already is never made anew: an old copy of the key store would pass for the right one, and these entries for altered.
func (l *Log) dataKey(ctx context.Context, t time.Time) (*seal.DataKey, error) {
	ring, err := l.cfg.Ring()
	if err != nil {
		return nil, err
	}
	key, err := ring.Find(ctx, Name, month(t))
	if err == nil || fault.From(err).Code != "data_key_missing" {
		return key, err
	}
	var newest int64
	if err := l.st.Read().QueryRowContext(ctx, newestKey).Scan(&newest); err != nil {
		return nil, l.explain(ctx, err)
	}
	if newest == month(t) { // its key was durable before: who made it in between has it now
		return ring.Find(ctx, Name, newest)
	}
	return ring.Data(ctx, Name, month(t))
}

// month numbers a month as 202611, in UTC.
func month(t time.Time) int64 {
	y, m, _ := t.UTC().Date()
	return int64(y)*100 + int64(m)
}

func (r outcomeRow) duration() time.Duration { return time.Duration(r.durationMS) * time.Millisecond }

func (r outcomeRow) leaf() ([]byte, error) {
	return ledger.NewLeaf().String("k", kindOutcome).Int("ms", r.durationMS).String("outcome", string(r.code)).Int("q", r.query).
		Int("records", int64(r.records)).String("t", ledger.Time(r.time)).Bytes()
}

// inserts are the prepared statements of the write path.
type inserts struct{ query, outcome, change *sql.Stmt }

// writer adds entries within one transaction.
type writer struct {
	*ledger.Writer
	ins *inserts
}

// write runs fn in a durable transaction, with the statements prepared.
func (l *Log) write(ctx context.Context, fn func(*writer) error) error {
	ins, err := l.statements(ctx)
	if err != nil {
		return err
	}
	return l.ledger.Write(ctx, func(w *ledger.Writer) error { return fn(&writer{Writer: w, ins: ins}) })
}

func (l *Log) statements(ctx context.Context) (*inserts, error) {
	l.prepare.Lock()
	defer l.prepare.Unlock()
	if l.insert != nil {
		return l.insert, nil
	}
	ins := &inserts{}
	if err := l.st.Prepare(ctx, store.Prepared{To: &ins.query, Text: addQuery}, store.Prepared{To: &ins.outcome, Text: addOutcome},
		store.Prepared{To: &ins.change, Text: addRegistered}); err != nil {
		return nil, err
	}
	l.insert = ins
	return ins, nil
}

func (w *writer) query(r queryRow) (int64, error) {
	seq, err := w.Append(r.leaf)
	if err != nil {
		return 0, err
	}
	if err := w.Seal(seq, r.key, r.disclosed); err != nil {
		return 0, err
	}
	var tag any // a nil slice would be stored as an empty value
	if r.tag != nil {
		tag = r.tag
	}
	_, err = w.Exec(w.ins.query, seq, r.time.UnixMilli(), string(r.method), r.process, r.userTag, tag)
	return seq, err
}

// outcome adds nothing, and says so, when the query has its outcome already or does not exist.
func (w *writer) outcome(r outcomeRow) (added bool, err error) {
	added, err = affected(w.Exec(w.ins.outcome, r.query, w.Next(), string(r.code)))
	if err != nil || !added {
		return false, err
	}
	leaf, err := r.leaf()
	if err != nil {
		return false, err
	}
	_, err = w.Append(leaf)
	return err == nil, err
}

func affected(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
