package consent

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
)

// stored is an event as its tables hold it, before anything of it is believed.
type stored struct {
	seq, ms, text  int64
	id, session    []byte
	act            event.Act
	step           event.Step
	person         sql.NullInt64
	notice, prev   sql.NullInt64
	unlinked       bool // the digest of the content is gone
	tag            []byte
	label          sql.NullString
	sum            []byte // SHA-256 of the text
	leaf, hash     []byte
	key            sql.NullInt64
	sd             []byte
	by             sql.NullInt64 // the first erasure
	byLeaf, byHash []byte
}

func (s *stored) scan(scan func(...any) error) error {
	return scan(&s.seq, &s.id, &s.person, &s.session, &s.act, &s.step, &s.ms, &s.text, &s.notice, &s.prev, &s.unlinked, &s.tag,
		&s.label, &s.sum, &s.leaf, &s.hash, &s.key, &s.sd, &s.by, &s.byLeaf, &s.byHash)
}

// entry reads what stands in clear: the leaf must be the one that was logged, and the row must agree with it.
func (s *stored) entry(leaf *ledger.Leaf) (e Entry, err error) {
	if err := parse(s.leaf, s.hash, leaf); err != nil {
		return e, err
	}
	if !readConsent(leaf, &e) {
		return e, errEntry
	}
	e.Seq = s.seq
	if !bytes.Equal(s.id, uuidBytes(e.Event.ID)) || !bytes.Equal(s.session, uuidBytes(e.Event.Session)) || s.act != e.Event.Act || s.step != e.Event.Step ||
		s.ms != e.Event.Time.UnixMilli() || hex.EncodeToString(s.sum) != e.SHA256 || column(s.notice) != e.Notice || column(s.prev) != e.Prev {
		return e, errEntry
	}
	e.Event.Text = s.label.String
	return e, nil
}

// parse reads an entry that hashes to what stands beside it.
func parse(raw, hash []byte, leaf *ledger.Leaf) error {
	if h := tlog.RecordHash(raw); raw == nil || !bytes.Equal(h[:], hash) {
		return errEntry
	}
	return ledger.ParseLeaf(raw, leaf)
}

// open adds the personal values that are there, and says which were erased. key is nil when the entry has no sealed row.
func (l *Log) open(ctx context.Context, s *stored, leaf *ledger.Leaf, key *seal.DataKey, e *Entry) error {
	erased, err := s.erasure()
	if err != nil {
		return err
	}
	found := 0
	if s.key.Valid {
		if !s.person.Valid || s.key.Int64 != s.person.Int64 {
			return errEntry
		}
		plain, err := key.Open(nil, s.sd, Name, s.seq)
		if err != nil {
			return err
		}
		if found, err = disclosed(leaf, plain, &e.Event); err != nil {
			return err
		}
	}
	missing := leaf.Digests() - found
	switch {
	case missing == 0 && erased == nil && !s.unlinked:
	case missing == 0 || erased == nil || !s.unlinked:
		return errEntry // values are gone, or are there again, against what the log says
	case found == 0:
		e.Erased = []string{"*"}
	default:
		if e.Erased, err = l.erasedNames(ctx, s.seq, &e.Event, erased, missing); err != nil {
			return err
		}
	}
	return l.agrees(s, e)
}

// agrees compares the person that the row leads to.
func (l *Log) agrees(s *stored, e *Entry) error {
	tc := e.Event.Subject.TC
	if s.person.Valid && s.tag == nil || tc != "" && !bytes.Equal(s.tag, l.numberTag(tc)) {
		return errEntry
	}
	return nil
}

// erasure gives the names in the first erased/1 entry, nil without one.
func (s *stored) erasure() ([]string, error) {
	if !s.by.Valid {
		return nil, nil
	}
	var leaf ledger.Leaf
	if err := parse(s.byLeaf, s.byHash, &leaf); err != nil {
		return nil, err
	}
	seq, names, _, ok := readErased(&leaf)
	if !ok || seq != s.seq {
		return nil, errEntry
	}
	return names, nil
}

// erasedNames says which values of an entry were erased in part, ascending. first is what the first of its erasures took;
// where more is missing the others are read, up to the one with which all is explained: what was erased since the row was
// read is not missing in it yet.
func (l *Log) erasedNames(ctx context.Context, seq int64, e *event.Event, first []string, missing int) ([]string, error) {
	gone := first
	if len(first) < missing {
		all, err := l.erasuresOf(ctx, seq)
		if err != nil {
			return nil, err
		}
		gone = nil
		for _, x := range all {
			if gone = append(gone, x.Fields...); len(gone) >= missing {
				break
			}
		}
		slices.Sort(gone)
	}
	if len(gone) != missing || len(slices.Compact(slices.Clone(gone))) != missing {
		return nil, errEntry
	}
	for _, name := range gone {
		if value := personal(e, name); value == nil || *value != "" {
			return nil, errEntry // it came back, or is none
		}
	}
	return gone, nil
}

// disclosed reads the disclosures of a leaf, and says how many; each must be one that the leaf names.
func disclosed(leaf *ledger.Leaf, joined []byte, e *event.Event) (n int, err error) {
	var digest [ledger.DigestLen]byte
	for d := range ledger.SplitDisclosures(joined) {
		if leaf.IndexDigest(ledger.AppendDigest(digest[:0], d)) < 0 {
			return n, errEntry
		}
		if err := readDisclosure(d, e); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func uuidBytes(s string) []byte {
	id, _ := parseUUID(s)
	return id[:]
}

func column(n sql.NullInt64) int64 {
	if !n.Valid {
		return -1
	}
	return n.Int64
}

// explain prefers the context's own error: an interrupted statement reports the interruption.
func (l *Log) explain(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return l.st.Explain(err)
}

// damaged is an entry that was changed. in names the entry in another error.
func damaged(seq int64, cause error) error {
	return fault.New(fault.Integrity, "consent_damaged", i18n.Tf("onay kaydı %s bozulmuş ya da değiştirilmiş", "consent entry %s is damaged or was changed", strconv.FormatInt(seq, 10))).
		WithHint(i18n.T("`iskurctl consent verify --deep` bulguların hepsini listeler; depoyu inceleme için saklayın", "`iskurctl consent verify --deep` lists all findings; keep the store for the investigation")).
		Because(cause)
}

func in(seq int64, err error) error {
	f := fault.From(older(err))
	return fault.New(f.Class, f.Code, i18n.Tf("onay kaydı %s: %s", "consent entry %s: %s", strconv.FormatInt(seq, 10), f.Message)).WithHint(f.Hint).Because(err)
}

// older adds to the error of a key that was destroyed, under which values stand all the same, what to do: the store is from
// before an erasure.
func older(err error) error {
	f := fault.From(err)
	if err == nil || f.Code != keyDestroyed || !f.Hint.Empty() {
		return err
	}
	return fault.New(f.Class, f.Code, f.Message).Because(err).
		WithHint(i18n.T("depo, anahtar deposundan eski bir kopya: o zamandan beri silinen kişileri `iskurctl consent erase` ile yeniden silin ya da iki depoyu birlikte, aynı yedekten geri koyun",
			"the store is an older copy than the key store: erase again who was erased since then with `iskurctl consent erase`, or put both stores back together, from the same backup"))
}

// What the key store says of a key that was destroyed, and of one that it never had.
const (
	keyDestroyed = "data_key_destroyed"
	keyMissing   = "data_key_missing"
)
