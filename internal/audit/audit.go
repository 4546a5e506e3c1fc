// Package audit is the log of queries that Madde 8(14) asks for: who asked what, when, from where, and what came of it.
// A query is an entry of the ledger, durable before its first byte leaves; its outcome is a second one. Personal values
// are sealed disclosures, and found again by keyed tags. The commands and the lookup service may import it.
package audit

import (
	"context"
	"database/sql"
	"io"
	"slices"
	"sync"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// Method is an operation of the service, as the protocol's Ek-1 and Madde 8(1) name it.
type Method string

// The methods.
const (
	ByNumber   Method = "TCKimlikNoIleBelgeSorgulama"
	ByRange    Method = "TarihAraligiIleBelgeSorgulama"
	Parameters Method = "ParametreGonderimi"
)

// Methods lists them in the protocol's order.
func Methods() []Method { return []Method{ByNumber, ByRange, Parameters} }

// OutcomeCode is what came of an attempt.
type OutcomeCode string

// The outcomes. Unknown also stands for a query that has none yet.
const (
	OK          OutcomeCode = "ok"
	None        OutcomeCode = "none"
	Refused     OutcomeCode = "refused"
	Unavailable OutcomeCode = "unavailable"
	Protocol    OutcomeCode = "protocol"
	NotSent     OutcomeCode = "not_sent"
	Unknown     OutcomeCode = "unknown"
)

// Outcomes lists them in the contract's order.
func Outcomes() []OutcomeCode {
	return []OutcomeCode{OK, None, Refused, Unavailable, Protocol, NotSent, Unknown}
}

// Param is one parameter as it stands on the wire.
type Param struct{ Name, Value string }

// Query is one attempt that is about to be made. User and Host are the operating system's names; Attempt counts from 1;
// KimlikNo is the number asked for, "" if there is none: only its keyed tag is stored beside the sealed Params.
type Query struct {
	User, Host string
	Method     Method
	Params     []Param
	Purpose    string
	Attempt    int
	KimlikNo   string
}

// Outcome is what came of it. Records is 0 for anything but OK.
type Outcome struct {
	Code     OutcomeCode
	Records  int
	Duration time.Duration
}

// Name is the log's name: the prefix of its tables, and a part of its origin.
const Name = "audit"

// Config is what a Log stands on. Ring gives the key store; it is asked only for what needs a key. Installation names
// this installation in the log's origin when the log is started.
type Config struct {
	Store        *store.Store
	Keys         *seal.Keys
	Ring         func() (ledger.Keys, error)
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
	insert  *inserts
	users   sync.Map // tags by user, of those who were met: few people may query
}

// New makes the log over an open store that has its Migrations.
func New(c Config) *Log {
	origin := ledger.CleanOrigin(c.Installation) + "/" + Name + "/1"
	return &Log{cfg: c, st: c.Store, keys: c.Keys, now: c.Now, ledger: ledger.New(Name, c.Store, c.Ring, origin, c.Now, c.Rand)}
}

// Ledger gives the log as what it is underneath, for verification and export.
func (l *Log) Ledger() *ledger.Log { return l.ledger }

// Begin makes the query durable and gives its sequence number. Only then may its first byte leave. Any error (class
// Store or Integrity) means that nothing may be sent.
func (l *Log) Begin(ctx context.Context, q Query) (seq int64, err error) {
	row, err := l.row(ctx, q)
	if err != nil {
		return 0, err
	}
	err = l.write(ctx, func(w *writer) error {
		seq, err = w.query(row)
		return err
	})
	if err != nil {
		return 0, err
	}
	return seq, nil
}

// End makes the outcome of query seq durable. A second one for the same query, or one for no query, is class Internal.
func (l *Log) End(ctx context.Context, seq int64, o Outcome) error {
	row, err := l.outcomeRow(seq, o)
	if err != nil {
		return err
	}
	added := false
	err = l.write(ctx, func(w *writer) error {
		added, err = w.outcome(row)
		return err
	})
	if err == nil && !added {
		return fault.New(fault.Internal, "audit_ended", i18n.T("sorgunun sonucu günlükte zaten var", "the log already holds the outcome of this query"))
	}
	return err
}

// Refuse logs a query that our own rules forbid: the query and its outcome not_sent, in one commit.
func (l *Log) Refuse(ctx context.Context, q Query) error {
	row, err := l.row(ctx, q)
	if err != nil {
		return err
	}
	return l.write(ctx, func(w *writer) error {
		seq, err := w.query(row)
		if err != nil {
			return err
		}
		_, err = w.outcome(outcomeRow{query: seq, time: row.time, code: NotSent})
		return err
	})
}

// CloseAbandoned gives the outcome unknown to the queries whose process is gone, and says to how many. A living
// process's queries are left alone, this one's included.
func (l *Log) CloseAbandoned(ctx context.Context) (n int, err error) {
	next, settled, err := l.readHead(ctx)
	if err != nil {
		return 0, err
	}
	alive := make(map[string]bool)
	open := next // the first query that stays open
	for from := settled; from < next; from += window {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		page, err := l.openQueries(ctx, from, min(from+window, next))
		if err != nil {
			return n, err
		}
		var dead []int64
		for _, p := range page {
			living, asked := alive[p.process]
			if !asked {
				living = l.st.ProcessAlive(p.process)
				alive[p.process] = living
			}
			if living {
				open = min(open, p.seq)
			} else {
				dead = append(dead, p.seq)
			}
		}
		closed, err := l.closeAll(ctx, dead)
		n += closed
		if err != nil {
			return n, err
		}
	}
	if open > settled {
		err = l.st.Write(ctx, func(tx *sql.Tx) error {
			_, err := tx.Exec(settle, open)
			return err
		})
	}
	return n, err
}

// closeAll closes a page of queries in one commit. Another process may be at the same: who comes second adds nothing.
func (l *Log) closeAll(ctx context.Context, dead []int64) (n int, err error) {
	if len(dead) == 0 {
		return 0, nil
	}
	at := l.now()
	err = l.write(ctx, func(w *writer) error {
		n = 0
		for _, seq := range dead {
			added, err := w.outcome(outcomeRow{query: seq, time: at, code: Unknown})
			if err != nil {
				return err
			}
			if added {
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// outcomeRow checks what only a mistake of the program can get wrong.
func (l *Log) outcomeRow(seq int64, o Outcome) (outcomeRow, error) {
	if !slices.Contains(Outcomes(), o.Code) || o.Records < 0 || o.Duration < 0 || (o.Code != OK && o.Records != 0) {
		return outcomeRow{}, mistake()
	}
	return outcomeRow{query: seq, time: l.now(), code: o.Code, records: o.Records, durationMS: o.Duration.Milliseconds()}, nil
}

func mistake() error {
	return fault.New(fault.Internal, "audit_entry", i18n.T("günlük kaydı geçersiz", "the log entry is not valid"))
}
