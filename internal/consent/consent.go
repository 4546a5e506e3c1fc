// Package consent is the log of what the portal's users agreed to: the exact legal texts by version, the acts of each
// person as entries of the ledger, and what follows from them. Personal values are sealed disclosures under a key for each
// person, so that erasing a person (KVKK m.7) breaks no proof. The consent commands and the program's composition import it.
package consent

import (
	"context"
	"io"
	"sync"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// Name is the log's name: the prefix of its tables, and a part of its origin.
const Name = "consent"

// The domains of the keyed tags.
const (
	tagNumber = "consent/tc"
	tagSame   = "consent/event"
)

// The kinds of the log's entries. The ledger itself adds key/1.
const (
	kindText    = "text/1"
	kindConsent = "consent/1"
	kindErased  = "erased/1"
	kindKey     = "key/1"
)

// Ring is where the log's keys come from: a data key for each person.
type Ring interface {
	ledger.Keys
	// Last gives the largest id that New has used, 0 for none.
	Last(ctx context.Context, log string) (int64, error)
	// New makes n data keys, durably; their ids ascend and were never used before.
	New(ctx context.Context, log string, n int) ([]*seal.DataKey, error)
	// FindAll gives the data keys that are there, and for each other id the error that Find would give.
	FindAll(ctx context.Context, log string, ids []int64) (map[int64]*seal.DataKey, map[int64]error, error)
	// Bury makes those of the keys that are not there count as destroyed.
	Bury(ctx context.Context, log string, ids ...int64) error
}

// Config is what a Log stands on. Ring gives the key store; it is asked only for what needs a key. Installation names
// this installation in the log's origin when the log is started.
type Config struct {
	Store        *store.Store
	Keys         *seal.Keys // nil for who only looks whether the log is whole
	Ring         func() (Ring, error)
	Bind         func(context.Context) error // ties the store to its master key; called before the first write
	Installation string
	Now          func() time.Time
	Rand         io.Reader // safe for concurrent use
}

// Log writes and reads the log in one store. It is safe for concurrent use; one Log a Store.
type Log struct {
	cfg    Config
	st     *store.Store
	keys   *seal.Keys
	now    func() time.Time
	ledger *ledger.Log

	prepare sync.Mutex
	ready   *statements // nil before the first write
	batch   int         // of an import that one commit takes

	erasures sync.Mutex // one at a time
}

// New makes the log over an open store that has its Migrations.
func New(c Config) *Log {
	origin := ledger.CleanOrigin(c.Installation) + "/" + Name + "/1"
	keys := func() (ledger.Keys, error) { return c.Ring() }
	return &Log{cfg: c, st: c.Store, keys: c.Keys, now: c.Now, ledger: ledger.New(Name, c.Store, keys, origin, c.Now, c.Rand), batch: batchRows}
}

// Ledger gives the log as what it is underneath, for verification and export.
func (l *Log) Ledger() *ledger.Log { return l.ledger }

// Text is a legal text, by version. Day is its first day in force (in Europe/Istanbul), as 2006-01-02.
type Text struct {
	Seq      int64
	Kind     event.Act
	Label    string
	Language string
	SHA256   string // lower-case hexadecimal
	Bytes    int
	Day      string
}

// Entry is one event as it stands in the log. Erased lists the names of the personal values that were erased, "*" for
// all of them; then what is left of Event.Subject is empty.
type Entry struct {
	Seq    int64
	Logged time.Time
	Event  event.Event // Text is the label
	SHA256 string      // of the text
	Notice int64       // seq of the notice it rests on, -1
	Prev   int64       // seq of the consent given that it ends, -1
	Erased []string
}

// Recorded says what became of an event. Skipped: it was there already, with the same content.
type Recorded struct {
	Seq     int64
	ID      string
	Skipped bool
}

// Status is what a person's events come to.
type Status struct {
	Agreement, Notice, Consent string    // accepted|none, presented|none, given|refused|withdrawn|none
	Since                      time.Time // of the last consent event; zero: none
	Text                       string    // label of its text
	CurrentText                string    // label of the consent text in force now, in that language; "" if there is none
}

// Filter says which events are wanted; all conditions hold together. Times are [From, To) of the event's time, zero is
// open. Name is searched for in given name and surname, as Turkish folds its letters.
type Filter struct {
	From, To      time.Time
	Act           event.Act
	Step          event.Step
	Channel, Text string // Text: label or SHA-256
	Session, Name string
	Numbers       []string // nil asks for all, an empty list for none
}

// Withdrawal is the end of a consent.
type Withdrawal struct {
	TC       string
	Channel  string
	Time     time.Time // declared; zero: now
	Received time.Time // zero: Time
	UI       string
}

// Tally counts what an import did.
type Tally struct {
	Rows, Recorded, Skipped, Rejected int64
	Line                              int64 // the last line that was dealt with durably
}
