package registry

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// The operations of a Change.
const (
	OpAdd    = "add"
	OpUpdate = "update"
	OpEnd    = "end"
	OpNotice = "notice" // the other party was told of the version before
)

// Change is one change: N counts them from 0, Seq is its entry in the query log, Before is nil for a row that was added.
type Change struct {
	N, Seq     int64
	Time       time.Time
	User, Host string
	Op         string
	Before     *Person
	After      Person
}

// saltSize is that of RFC 9901, 4.2.1: 128 bits. Without it whoever holds the log could guess names and numbers.
const saltSize = 16

// change is a Change as its row holds it.
type change struct {
	n, seq     int64
	op         string
	timeMS     int64
	user, host string
	after      Person
	salt       []byte
}

// leaf makes the change's entry of the query log from its row: the same bytes each time, so that row and entry can be
// compared by their hash alone.
func (c *change) leaf() ([]byte, error) {
	row, err := ledger.ObjectOfStrings(c.pairs())
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(c.salt)
	h.Write(row)
	return ledger.NewLeaf().String("change", base64.RawURLEncoding.EncodeToString(h.Sum(nil))).Int("id", c.after.ID).String("k", audit.KindRegistry).
		Int("n", c.n).String("op", c.op).String("t", ledger.Time(time.UnixMilli(c.timeMS))).Int("v", c.after.Version).Bytes()
}

// pairs are what the hash in the entry is of: the whole row but for its numbers and its time, which the entry says itself, in
// ascending order of the names.
func (c *change) pairs() []ledger.Pair {
	p := &c.after
	return []ledger.Pair{
		{Name: ColEmail, Value: p.Email},
		{Name: ColGivenName, Value: p.GivenName},
		{Name: "host", Value: c.host},
		{Name: "id", Value: strconv.FormatInt(p.ID, 10)},
		{Name: ColLogin, Value: p.Login},
		{Name: ColNoticeDate, Value: string(p.NoticeDate)},
		{Name: ColNoticeNo, Value: p.NoticeNo},
		{Name: "op", Value: c.op},
		{Name: ColParty, Value: string(p.Party)},
		{Name: ColPhone, Value: p.Phone},
		{Name: ColRole, Value: string(p.Role)},
		{Name: ColScope, Value: scopeText(p.Scope)},
		{Name: ColSurname, Value: p.Surname},
		{Name: ColTitle, Value: p.Title},
		{Name: ColUnit, Value: p.Unit},
		{Name: "user", Value: c.user},
		{Name: ColValidFrom, Value: string(p.ValidFrom)},
		{Name: ColValidTo, Value: string(p.ValidTo)},
		{Name: "version", Value: strconv.FormatInt(p.Version, 10)},
	}
}

func (c *change) public() Change {
	return Change{N: c.n, Seq: c.seq, Time: time.UnixMilli(c.timeMS).UTC(), User: c.user, Host: c.host, Op: c.op, After: c.after}
}

// readable replaces the bytes of a name that are no text, as a system may hand them over.
func readable(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

const damagedCode = "registry_damaged"

// damaged is a row that was changed behind the program's back.
func damaged() error {
	return fault.New(fault.Integrity, damagedCode, i18n.T("Ek-2 kaydının bir satırı bozulmuş ya da değiştirilmiş", "a row of the Ek-2 registry is damaged or was changed")).
		WithHint(i18n.T("`iskurctl audit verify` bulguları listeler; depoyu inceleme için saklayın", "`iskurctl audit verify` lists the findings; keep the store for the investigation"))
}

func unknownRow(id int64) error {
	return fault.New(fault.Negative, "row_unknown", i18n.Tf("Ek-2'de %s numaralı satır yok", "Ek-2 has no row %s", strconv.FormatInt(id, 10))).
		WithHint(i18n.T("satırları ve numaralarını `iskurctl registry dump` gösterir; sona ermiş olanlar için: iskurctl registry history",
			"`iskurctl registry dump` shows the rows and their numbers; for those that have ended: iskurctl registry history"))
}

func changedMeanwhile() error {
	return fault.New(fault.Refused, "registry_changed", i18n.T("kayıt bu sırada başka biri tarafından değiştirildi; hiçbir şey yazılmadı", "somebody else has changed the registry meanwhile; nothing was written")).
		WithHint(i18n.T("komutu yeniden çalıştırın ve güncel kaydı görün", "run the command again and look at the present state"))
}
