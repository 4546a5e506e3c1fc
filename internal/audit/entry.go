package audit

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// stored is an entry as its tables hold it, before anything of it is believed.
type stored struct {
	seq        int64
	leaf, hash []byte
	key        sql.NullInt64
	sd         []byte
}

// projection is the row that helps to find a query.
type projection struct {
	timeMS       int64
	method       Method
	process      string
	userTag, tag []byte
}

// personal is what the disclosures of a query or a look say.
type personal struct {
	user, purpose string
	params        []Param
	numbers       []string
}

// errEntry is any disagreement within an entry.
var errEntry = errors.New("the parts of the entry do not agree")

// open checks that leaf, hash, disclosures and digests of an entry agree, and gives the leaf and what was disclosed.
func (l *Log) open(ctx context.Context, s stored, leaf *ledger.Leaf) (personal, error) {
	if h := tlog.RecordHash(s.leaf); s.leaf == nil || subtle.ConstantTimeCompare(h[:], s.hash) != 1 {
		return personal{}, damaged(s.seq, errEntry)
	}
	if err := ledger.ParseLeaf(s.leaf, leaf); err != nil {
		return personal{}, damaged(s.seq, err)
	}
	if !s.key.Valid {
		return personal{}, damaged(s.seq, errEntry)
	}
	ring, err := l.cfg.Ring()
	if err != nil {
		return personal{}, err
	}
	key, err := ring.Find(ctx, Name, s.key.Int64)
	if err != nil {
		return personal{}, in(s.seq, err)
	}
	plain, err := key.Open(nil, s.sd, Name, s.seq)
	if err != nil {
		return personal{}, damaged(s.seq, err)
	}
	p, err := disclosed(leaf, plain)
	if err != nil {
		return personal{}, damaged(s.seq, err)
	}
	return p, nil
}

// disclosed reads the disclosures of a leaf; each must be one that the leaf names.
func disclosed(leaf *ledger.Leaf, joined []byte) (p personal, err error) {
	found := 0
	var digest [ledger.DigestLen]byte
	for d := range ledger.SplitDisclosures(joined) {
		if leaf.IndexDigest(ledger.AppendDigest(digest[:0], d)) < 0 {
			return p, errEntry
		}
		found++
		v, err := ledger.OpenDisclosure(d)
		if err != nil {
			return p, err
		}
		ok := true
		switch v.Name {
		case "user":
			p.user, ok = v.Text()
		case "purpose":
			p.purpose, ok = v.Text()
		case "params":
			var pairs []ledger.Pair
			pairs, ok = v.Object()
			for _, x := range pairs {
				p.params = append(p.params, Param(x))
			}
		case "numbers":
			var all string
			all, ok = v.Text()
			p.numbers = strings.Fields(all)
		}
		if !ok {
			return p, errEntry
		}
	}
	if found != leaf.Digests() {
		return p, errEntry
	}
	return p, nil
}

// number gives the TC number that a query asked for, "" if none: the only parameter of its method.
func number(m Method, params []Param) string {
	if m != ByNumber || len(params) != 1 {
		return ""
	}
	return params[0].Value
}

// fill makes the entry of a query from its leaf; the row that led to it must agree with it.
func (l *Log) fill(e *Entry, leaf *ledger.Leaf, p personal, row projection) error {
	host, okHost := leaf.Str("host")
	method, okMethod := leaf.Str("method")
	attempt, okAttempt := leaf.Int("n")
	process, _ := leaf.Str("process")
	if leaf.Kind != kindQuery || !okHost || !okMethod || !okAttempt {
		return errEntry
	}
	at := entryTime(leaf)
	e.Time, e.Host, e.Method, e.Attempt = at, host, Method(method), int(attempt)
	e.User, e.Purpose, e.Params = p.user, p.purpose, p.params
	var tag []byte
	if n := number(e.Method, p.params); n != "" {
		tag = l.keys.Tag(tagKimlikNo, n)
	}
	if row.timeMS != at.UnixMilli() || row.method != e.Method || row.process != process ||
		string(row.userTag) != l.userTag(p.user) || string(row.tag) != string(tag) {
		return errEntry
	}
	return nil
}

// fillOutcome adds the outcome from its own leaf.
func fillOutcome(e *Entry, code sql.NullString, raw []byte) error {
	e.Outcome, e.Pending = Unknown, !code.Valid
	if e.Pending {
		return nil
	}
	var leaf ledger.Leaf
	if err := ledger.ParseLeaf(raw, &leaf); err != nil {
		return err
	}
	o, ok := outcomeOf(&leaf)
	if !ok || o.query != e.Seq || string(o.code) != code.String {
		return errEntry
	}
	e.settle(o)
	return nil
}

// outcomeOf reads an outcome/1 leaf.
func outcomeOf(leaf *ledger.Leaf) (o outcomeRow, ok bool) {
	code, okCode := leaf.Str("outcome")
	query, okQuery := leaf.Int("q")
	records, okRecords := leaf.Int("records")
	ms, okMS := leaf.Int("ms")
	o = outcomeRow{query: query, time: entryTime(leaf), code: OutcomeCode(code), records: int(records), durationMS: ms}
	return o, leaf.Kind == kindOutcome && okCode && okQuery && okRecords && okMS && slices.Contains(Outcomes(), o.code)
}

func entryTime(leaf *ledger.Leaf) time.Time { return time.UnixMilli(leaf.Millis).UTC() }

// damaged is an entry that was changed. in names the entry in another error.
func damaged(seq int64, cause error) error {
	return fault.New(fault.Integrity, "audit_damaged", i18n.Tf("günlük kaydı %s bozulmuş ya da değiştirilmiş", "log entry %s is damaged or was changed", strconv.FormatInt(seq, 10))).
		WithHint(i18n.T("`iskurctl audit verify --deep` bulguların hepsini listeler; depoyu inceleme için saklayın", "`iskurctl audit verify --deep` lists all findings; keep the store for the investigation")).
		Because(cause)
}

func in(seq int64, err error) error {
	f := fault.From(err)
	return fault.New(f.Class, f.Code, i18n.Tf("günlük kaydı %s: %s", "log entry %s: %s", strconv.FormatInt(seq, 10), f.Message)).WithHint(f.Hint).Because(err)
}
