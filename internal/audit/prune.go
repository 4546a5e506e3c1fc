package audit

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// Madde 8(14): both parties keep every query for five years. The disposal by-law of the KVKK wants what may go to be
// gone at the next periodic disposal, at most six months later (m.11).
const (
	retentionYears = 5
	disposalMonths = 6
	policy         = "protokol-8-14"
)

// istanbul is the zone of the calendar that the five years are counted in (UTC+3 all year).
var istanbul = time.FixedZone("Europe/Istanbul", 3*60*60)

// kept gives the end of the time for which an entry must be kept: five calendar years on, in Istanbul. 29 February ends
// with 1 March, the safe side.
func kept(t time.Time) time.Time { return t.In(istanbul).AddDate(retentionYears, 0, 0) }

// Disposal is the entries [From, To) that may go, or have gone. Newest is the time of the last of them.
type Disposal struct {
	From, To int64
	Newest   time.Time
}

// DisposalDue gives the entries, from the oldest, whose time is over: strictly more than five years ago. It stops at
// the first that must stay. It only looks: nothing that it read is believed before Dispose has verified the log.
//
// One wrong clock could end all five years at once. So the clock must not lie before an entry, nor more than a year after
// all of them, and no entry more than a year after all before it, nor more than a day before one of them (class Refused,
// clock_implausible). Where a person has confirmed today's date, confirmed, years without a query are believed, and only
// a clock before the last entry is not.
func (l *Log) DisposalDue(ctx context.Context, confirmed bool) (d Disposal, err error) {
	head, ok, err := l.ledger.Head(ctx)
	if err != nil || !ok {
		return d, err
	}
	d = Disposal{From: head.Pruned, To: head.Pruned}
	now := l.now()
	var leaf ledger.Leaf
	var latest, last time.Time
	next, over := head.Pruned, true
	for e, err := range l.ledger.Source().Entries(ctx, head.Pruned, head.Size) {
		if err != nil {
			return d, err
		}
		if h := tlog.RecordHash(e.Leaf); e.Seq != next || !bytes.Equal(h[:], e.Hash) {
			return d, damaged(next, errEntry)
		}
		if err := ledger.ParseLeaf(e.Leaf, &leaf); err != nil {
			return d, damaged(next, err)
		}
		last = entryTime(&leaf)
		if next > head.Pruned && !confirmed && (last.After(latest.AddDate(1, 0, 0)) || last.Before(latest.AddDate(0, 0, -1))) {
			return Disposal{}, clockImplausible()
		}
		if last.After(latest) {
			latest = last
		}
		next++
		if over = over && kept(last).Before(now); over {
			d.To, d.Newest = next, last
		}
	}
	switch {
	case next != head.Size:
		return d, damaged(next, errEntry)
	case next == head.Pruned:
	case now.Before(last), !confirmed && (now.Before(latest) || now.After(latest.AddDate(1, 0, 0))):
		return Disposal{}, clockImplausible()
	}
	return d, nil
}

func clockImplausible() error {
	return fault.New(fault.Refused, "clock_implausible",
		i18n.T("bilgisayarın saati ile günlükteki kayıtların zamanları bağdaşmıyor; hiçbir kayıt imha edilmedi", "the clock of this computer and the times of the entries do not fit together; nothing was disposed of")).
		WithHint(i18n.T("saati ve tarihi denetleyin; doğruysa ve günlükte gerçekten bir yılı aşan bir boşluk varsa bugünün tarihini --today YYYY-AA-GG ile onaylayın",
			"check time and date; if they are right, and the log really has a gap of more than a year, confirm today's date with --today YYYY-MM-DD"))
}

// timeOf reads the time of one entry.
func (l *Log) timeOf(ctx context.Context, seq int64) (time.Time, error) {
	var leaf ledger.Leaf
	for e, err := range l.ledger.Source().Entries(ctx, seq, seq+1) {
		if err != nil {
			return time.Time{}, err
		}
		if err := ledger.ParseLeaf(e.Leaf, &leaf); err != nil {
			return time.Time{}, damaged(seq, err)
		}
		return entryTime(&leaf), nil
	}
	return time.Time{}, damaged(seq, errEntry)
}

// Dispose takes the personal values of what DisposalDue gave, the rows that lead to it, and the leaves of the tiles that
// are wholly over; the hashes stay, and a pruned/1 entry says what went. Then the keys of the months that nothing needs
// any more, and the old bytes in the -wal. What a process that dies in between leaves, the next disposal takes. The whole
// log is verified first: what goes cannot be looked at afterwards, and an altered time would hide what it was altered for.
// Errors: class Integrity, prune_damaged, and nothing is removed; class Unverifiable, signing_key_missing, for a key store
// that is not the log's; class Store.
func (l *Log) Dispose(ctx context.Context, d Disposal) error {
	head, ok, err := l.ledger.Head(ctx)
	if err != nil || !ok || d.To <= d.From && head.Pruned == 0 {
		return err
	}
	if err := l.sound(ctx, head); err != nil {
		return err
	}
	months, err := l.months(ctx, head, d.To)
	if err != nil {
		return err
	}
	if d.To > d.From {
		err = l.dispose(ctx, d)
	}
	if err != nil {
		return err
	}
	return l.forget(ctx, months)
}

// sound verifies the log as it stands. Its signing key must be in the key store: with one of their own, others could have
// signed any log.
func (l *Log) sound(ctx context.Context, head ledger.Head) error {
	ring, err := l.cfg.Ring()
	if err != nil {
		return err
	}
	if _, err := ring.Signer(ctx, head.Vkey); err != nil {
		return err
	}
	r, err := ledger.Verify(ctx, l.ledger.Source(), ledger.Options{Log: Name, Level: ledger.Full, Vkey: head.Vkey, Origin: head.Origin})
	if err != nil {
		return err
	}
	switch r.Class() {
	case fault.OK, fault.Negative:
		return nil
	}
	return fault.New(fault.Integrity, "prune_damaged", i18n.T("günlük doğrulanamadı; hiçbir kayıt imha edilmedi", "the log does not verify; nothing was disposed of")).
		WithHint(i18n.T("bulguları görmek için: iskurctl audit verify --full", "to see the findings: iskurctl audit verify --full"))
}

func (l *Log) dispose(ctx context.Context, d Disposal) error {
	b := ledger.NewLeaf().String("before", ledger.Time(d.Newest))
	if changes, err := l.changesBelow(ctx, d.To); err != nil {
		return err
	} else if changes > 0 {
		b = b.Int("changes", changes)
	}
	leaf, err := b.Int("from", d.From).String("k", kindPruned).
		String("policy", policy).String("t", ledger.Time(l.now())).Int("to", d.To).Bytes()
	if err != nil {
		return err
	}
	return l.write(ctx, func(w *writer) error {
		if err := w.Dispose(d.From, d.To); err != nil {
			return err
		}
		for _, text := range []string{dropQueries, dropOutcomes, dropLooks, dropChanges} {
			if _, err := w.Tx.Exec(text, d.To); err != nil {
				return err
			}
		}
		_, err := w.AppendMark(leaf)
		return err
	})
}

// months gives the months of the entries that are below to. Those of entries that have gone already are only known by the
// last of them: a process may have died before it destroyed their keys, so that all months up to it count, back to the
// beginning of any log.
func (l *Log) months(ctx context.Context, head ledger.Head, to int64) ([]int64, error) {
	var ids []int64
	var leaf ledger.Leaf
	var gone time.Time
	for e, err := range l.ledger.Source().Entries(ctx, head.Pruned, head.Size) {
		if err != nil {
			return nil, err
		}
		if err := ledger.ParseLeaf(e.Leaf, &leaf); err != nil {
			return nil, damaged(e.Seq, err)
		}
		if id := month(entryTime(&leaf)); e.Seq < to && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		if before, ok := leaf.Str("before"); ok && leaf.Kind == kindPruned {
			if t, ok := ledger.ParseTime(before); ok && t.After(gone) {
				gone = t
			}
		}
	}
	if head.Pruned > 0 && !gone.IsZero() {
		first := time.Date(gone.Year(), gone.Month(), 1, 0, 0, 0, 0, time.UTC)
		for back := range 12 * 8 * retentionYears {
			ids = append(ids, month(first.AddDate(0, -back, 0)))
		}
	}
	return ids, nil
}

// forget destroys the keys of those months that no sealed value needs any more.
func (l *Log) forget(ctx context.Context, months []int64) error {
	err := l.each(ctx, neededKeys, func(rows *sql.Rows) error {
		var needed int64
		err := rows.Scan(&needed)
		months = slices.DeleteFunc(months, func(id int64) bool { return id == needed })
		return err
	})
	if err != nil {
		return err
	}
	ring, err := l.cfg.Ring()
	if err != nil {
		return err
	}
	if err := ring.Destroy(ctx, Name, months...); err != nil {
		return err
	}
	return l.st.Truncate(ctx)
}
