package consent

import (
	"context"
	"database/sql"
	"iter"
	"time"

	"iskurctl/internal/consent/event"
)

// Rehearse does what Import does and records nothing: what it hands to reject, and its Tally, are those of an import that
// would follow, as long as nobody else writes to the log in between. Neither keys are made nor is the log started. It holds
// some 30 bytes for each event that would be recorded.
func (l *Log) Rehearse(ctx context.Context, rows iter.Seq2[event.Row, error], reject func(event.Row, *event.Problem) error) (Tally, error) {
	over := newOverlay()
	return l.run(ctx, rows, &importer{some: rehearsedRows, reject: reject, decide: func(b *batch) ([]decision, error) { return l.rehearse(ctx, b.drafts, over) }})
}

// rehearsedRows is how many rows are decided about at once: nothing is synced for them, and the memory is for what they add.
const rehearsedRows = 500

// rehearse decides about a batch as record does.
func (l *Log) rehearse(ctx context.Context, drafts []draft, over *overlay) ([]decision, error) {
	tx, err := l.st.Read().BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = tx.Rollback() }()
	s, err := l.load(ctx, tx, drafts)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	s.over = over
	decisions := make([]decision, len(drafts))
	for i := range drafts {
		if decisions[i], err = s.decide(&drafts[i]); err != nil {
			return nil, l.explain(ctx, err)
		}
		decisions[i].person = nil
	}
	return decisions, nil
}

// rehearsed is a person's past with what the rehearsal adds to it.
type rehearsed struct {
	*person
	over *overlay
}

// Presented implements event.Past. The entry is none: nothing has one yet.
func (r rehearsed) Presented(session string) (entry, text int64, at time.Time, ok bool) {
	id, _ := parseUUID(session)
	if text, at, ok = r.over.presented(r.tag, id); ok {
		return 0, text, at, true
	}
	return r.person.Presented(session)
}

// Consent implements event.Past.
func (r rehearsed) Consent() (step event.Step, entry, text int64, at time.Time, ok bool) {
	if step, text, at, ok = r.over.consent(r.tag); ok {
		return step, 0, text, at, true
	}
	return r.person.Consent()
}
