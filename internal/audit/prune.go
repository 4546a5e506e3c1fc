package audit

import (
	"context"
	"time"

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
// the first that must stay. A clock that is before the newest entry, or more than a year behind which nothing was
// logged, is not believed (class Refused, clock_implausible).
func (l *Log) DisposalDue(ctx context.Context) (d Disposal, err error) {
	head, ok, err := l.ledger.Head(ctx)
	if err != nil || !ok {
		return d, err
	}
	d = Disposal{From: head.Pruned, To: head.Pruned}
	if head.Size == head.Pruned {
		return d, nil
	}
	now := l.now()
	newest, err := l.timeOf(ctx, head.Size-1)
	if err != nil {
		return d, err
	}
	if now.Before(newest) || now.After(newest.AddDate(1, 0, 0)) {
		return d, fault.New(fault.Refused, "clock_implausible",
			i18n.T("bilgisayarın saati, günlükteki son kayıtla bağdaşmıyor; hiçbir kayıt imha edilmedi", "the clock of this computer does not fit the newest entry of the log; nothing was disposed of")).
			WithHint(i18n.T("saati ve tarihi denetleyin; bir yıldır sorgu yapılmadıysa önce `iskurctl myk ping` çalıştırın", "check time and date; if nobody has queried for a year, run `iskurctl myk ping` first"))
	}
	var leaf ledger.Leaf
	for e, err := range l.ledger.Source().Entries(ctx, head.Pruned, head.Size) {
		if err != nil {
			return d, err
		}
		if ledger.ParseLeaf(e.Leaf, &leaf) != nil || e.Seq != d.To {
			return d, damaged(e.Seq, errEntry)
		}
		t := entryTime(&leaf)
		if !kept(t).Before(now) {
			return d, nil
		}
		d.To, d.Newest = e.Seq+1, t
	}
	return d, nil
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
// any more, and the old bytes in the -wal. What a process that dies in between leaves, the next disposal takes.
func (l *Log) Dispose(ctx context.Context, d Disposal) error {
	if d.To <= d.From {
		return l.forget(ctx)
	}
	leaf, err := ledger.NewLeaf().String("before", ledger.Time(d.Newest)).Int("from", d.From).String("k", kindPruned).
		String("policy", policy).String("t", ledger.Time(l.now())).Int("to", d.To).Bytes()
	if err != nil {
		return err
	}
	err = l.write(ctx, func(w *writer) error {
		if err := w.Dispose(d.From, d.To); err != nil {
			return err
		}
		for _, text := range []string{dropQueries, dropOutcomes, dropLooks} {
			if _, err := w.Tx.Exec(text, d.To); err != nil {
				return err
			}
		}
		_, err := w.Append(leaf)
		return err
	})
	if err != nil {
		return err
	}
	return l.forget(ctx)
}

// forget destroys the keys of the months before the oldest one that is needed, as far back as the log can reach.
func (l *Log) forget(ctx context.Context) error {
	oldest, ok, err := l.ledger.OldestKey(ctx)
	if err != nil {
		return err
	}
	if !ok {
		oldest = month(l.now())
	}
	ring, err := l.cfg.Ring()
	if err != nil {
		return err
	}
	first := time.Date(int(oldest/100), time.Month(oldest%100), 1, 0, 0, 0, 0, time.UTC)
	var ids []int64
	for back := 1; back <= 12*4*retentionYears; back++ {
		ids = append(ids, month(first.AddDate(0, -back, 0)))
	}
	if err := ring.Destroy(ctx, Name, ids...); err != nil {
		return err
	}
	return l.st.Truncate(ctx)
}
