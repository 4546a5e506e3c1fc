package consent

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"iter"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// ExportOptions say what goes into a bundle. Times are [From, To) of the events' own times, zero is open. Product names
// the program.
type ExportOptions struct {
	From, To     time.Time
	PersonalData bool
	Product      string
}

// Export writes the bundle that an auditor gets into the folder dir, which must not exist. One for a period holds the
// entries between its first and its last event, but personal values and lines of records.csv of its own events only, and
// the texts they name. What is erased meanwhile is not in it: it is then begun anew. Errors: those of bundle.Write and of
// List, a data key that is missing among them (Unverifiable); Input, export_empty, for a log that holds nothing; Store,
// export_changed, when something was erased again and again.
func (l *Log) Export(ctx context.Context, dir string, o ExportOptions) (bundle.Summary, error) {
	for range exportTries {
		sum, err := l.export(ctx, dir, o)
		if !errors.Is(err, errErased) {
			return sum, err
		}
	}
	return bundle.Summary{}, fault.New(fault.Store, "export_changed", i18n.T("dışa aktarılırken günlükten sürekli kişisel veri silindi; paket yazılmadı", "personal values kept being erased from the log while it was exported; no bundle was written")).
		WithHint(i18n.T("silme bitince aynı komutu yeniden çalıştırın", "run the same command again when the erasure has ended"))
}

// exportTries is how often an export is begun before it gives up.
const exportTries = 3

// errErased says that values were erased since the checkpoint of a bundle: the entries that say so are beyond it, and the
// bundle would look as if the values had been taken away.
var errErased = errors.New("erased while it was exported")

// unerased tells whether the values of the entries of r are as a log of size entries has them.
func (l *Log) unerased(ctx context.Context, r ledger.Range, size int64) error {
	var erased bool
	if err := l.st.Read().QueryRowContext(ctx, erasedSince, r.From, r.To, size).Scan(&erased); err != nil {
		return l.explain(ctx, err)
	}
	if erased {
		return errErased
	}
	return nil
}

// export is one try. Error: errErased among those of Export.
func (l *Log) export(ctx context.Context, dir string, o ExportOptions) (bundle.Summary, error) {
	head, ok, err := l.ledger.Head(ctx)
	if err != nil {
		return bundle.Summary{}, err
	}
	if !ok || head.Size == 0 {
		return bundle.Summary{}, fault.New(fault.Input, "export_empty", i18n.T("onay günlüğünde henüz kayıt yok; dışa aktarılacak bir şey yok", "the consent log holds no entry yet; there is nothing to export"))
	}
	r := ledger.Range{To: head.Size}
	var wanted *ledger.Range
	var extra []ledger.Range
	period, err := l.covered(ctx, o.From, o.To, head.Size)
	if err != nil {
		return bundle.Summary{}, err
	}
	if !o.From.IsZero() || !o.To.IsZero() {
		if r, err = l.timeBounds(ctx, period, head.Size); err != nil {
			return bundle.Summary{}, err
		}
		wanted = &r
		if extra, err = l.referred(ctx, r, head.Size); err != nil {
			return bundle.Summary{}, err
		}
	}
	labels, err := l.labels(ctx)
	if err != nil {
		return bundle.Summary{}, err
	}
	rec := recording{held: r, period: period, personal: o.PersonalData, labels: labels}
	var src ledger.Source = &periodSource{l.ledger.Source(), l, period}
	last := func(context.Context) error { return nil }
	if o.PersonalData {
		last = func(ctx context.Context) error { return l.unerased(ctx, r, head.Size) }
	}
	sum, err := bundle.Write(ctx, dir, src, bundle.Options{
		Checkpoint: head.Note, Vkey: head.Vkey, Range: wanted, Extra: extra, PersonalData: o.PersonalData, Now: l.now(), Period: period,
		Records: func(src ledger.Source) iter.Seq2[[]string, error] { return rec.rows(ctx, src, []ledger.Range{r}) },
		Texts:   l.legalTexts(ctx, wanted, head.Size),
		Readme:  bundle.Readme(bundle.ReadmeOptions{Origin: head.Origin, Size: head.Size, Range: r, PersonalData: o.PersonalData, Texts: true, Contents: exported()}),
		Info:    []bundle.Field{{Name: "Bag-Software-Agent", Value: o.Product}},
		Last:    last,
	})
	if err != nil && ctx.Err() == nil && fault.From(err).Code == keyDestroyed { // between the row and the look for its key
		err = cmp.Or(last(ctx), err)
	}
	return sum, older(err)
}

// exported says what a bundle is, in its OKUBENI.txt.
func exported() i18n.Text {
	return i18n.T("Bu klasör, İŞKUR portalının onay günlüğüdür: üyelik sözleşmesinin kabulü, aydınlatma metninin sunulması, açık rızanın verilmesi, reddi ve geri alınması; her işlem için zaman, kanal ve gösterilen metnin birebir kendisi (texts/). Silinen kişisel verilerin yerinde yalnızca özetleri durur.",
		"This folder is the consent log of İŞKUR's portal: acceptance of the membership agreement, presentation of the privacy notice, explicit consent given, refused and withdrawn; for each act the time, the channel and the very text that was shown (texts/). Of personal data that were erased only the digests are left.")
}

// covered gives the period that a bundle of size entries made now can be for: it ends now, where no earlier end was asked
// for, or right behind the latest event, since events may be five minutes ahead.
func (l *Log) covered(ctx context.Context, from, to time.Time, size int64) (bundle.Period, error) {
	end := l.now()
	latest, err := l.latest(ctx, size)
	if err != nil {
		return bundle.Period{}, err
	}
	if !end.After(latest) {
		end = latest.Add(time.Millisecond)
	}
	if to.IsZero() || to.After(end) {
		to = end
	}
	return bundle.Period{From: from, To: to}, nil
}

// latest gives the time of the event that has the latest.
func (l *Log) latest(ctx context.Context, size int64) (time.Time, error) {
	var ms int64
	err := l.st.Read().QueryRowContext(ctx, latestEvent, size).Scan(&ms)
	return time.UnixMilli(ms).UTC(), l.explain(ctx, err)
}

// timeBounds gives the entries between the first and the last event of a period.
func (l *Log) timeBounds(ctx context.Context, p bundle.Period, size int64) (ledger.Range, error) {
	from := int64(0)
	if !p.From.IsZero() {
		from = p.From.UnixMilli()
	}
	var first, last int64
	err := l.st.Read().QueryRowContext(ctx, boundsOfPeriod, from, p.To.UnixMilli(), size).Scan(&first, &last)
	return ledger.Range{From: first, To: last + 1}, l.explain(ctx, err)
}

// referred gives the tiles outside of those of r that hold what its events refer to: texts, notices, consents they end,
// and the entries that say that they were erased.
func (l *Log) referred(ctx context.Context, r ledger.Range, size int64) (tiles []ledger.Range, err error) {
	rows, err := l.st.Read().QueryContext(ctx, referredTiles, r.From, r.To, r.From/ledger.Width, (r.To+ledger.Width-1)/ledger.Width, size)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var tile int64
		if err := rows.Scan(&tile); err != nil {
			return nil, l.explain(ctx, err)
		}
		next := ledger.Range{From: tile * ledger.Width, To: min((tile+1)*ledger.Width, size)}
		if last := len(tiles) - 1; last >= 0 && tiles[last].To == next.From {
			tiles[last].To = next.To
		} else {
			tiles = append(tiles, next)
		}
	}
	return tiles, l.explain(ctx, rows.Err())
}

// labels gives the labels of all texts, which are few, by SHA-256.
func (l *Log) labels(ctx context.Context) (map[string]string, error) {
	labels := make(map[string]string)
	for t, err := range l.Texts(ctx) {
		if err != nil {
			return nil, err
		}
		labels[t.SHA256] = t.Label
	}
	return labels, nil
}

// legalTexts gives the exact bytes of the texts that are referred to; of a whole log all.
func (l *Log) legalTexts(ctx context.Context, part *ledger.Range, size int64) iter.Seq2[bundle.LegalText, error] {
	r := ledger.Range{To: size}
	text := textBodies
	if part != nil {
		r, text = *part, referredTexts
	}
	return func(yield func(bundle.LegalText, error) bool) {
		rows, err := l.st.Read().QueryContext(ctx, text, r.From, r.To)
		if err != nil {
			yield(bundle.LegalText{}, l.explain(ctx, err))
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var sum, body []byte
			if err := rows.Scan(&sum, &body); err != nil {
				yield(bundle.LegalText{}, l.explain(ctx, err))
				return
			}
			if !yield(bundle.LegalText{SHA256: hex.EncodeToString(sum), Body: body}, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(bundle.LegalText{}, l.explain(ctx, err))
		}
	}
}

// periodSource is the log with the personal values of the period's events only.
type periodSource struct {
	*ledger.StoreSource
	log    *Log
	period bundle.Period
}

// Disclosures yields those of events in the period.
func (s *periodSource) Disclosures(ctx context.Context, from, to int64) iter.Seq2[ledger.Disclosed, error] {
	return func(yield func(ledger.Disclosed, error) bool) {
		times := s.log.times(ctx, from, to)
		next, stop := iter.Pull2(times)
		defer stop()
		t, terr, more := next()
		for d, err := range s.StoreSource.Disclosures(ctx, from, to) {
			if err != nil {
				yield(d, err)
				return
			}
			for more && terr == nil && t.seq < d.Seq {
				t, terr, more = next()
			}
			if terr != nil {
				yield(ledger.Disclosed{}, terr)
				return
			}
			if more && t.seq == d.Seq && !within(s.period, t.ms) {
				continue
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

// moment is the time of an event.
type moment struct{ seq, ms int64 }

// times gives the times of the events [from, to), read a page at a time.
func (l *Log) times(ctx context.Context, from, to int64) iter.Seq2[moment, error] {
	return func(yield func(moment, error) bool) {
		page := make([]moment, 0, timesPage)
		for {
			var err error
			if page, err = l.timesFrom(ctx, page[:0], from, to); err != nil {
				yield(moment{}, err)
				return
			}
			for _, m := range page {
				if !yield(m, nil) {
					return
				}
			}
			if len(page) < timesPage {
				return
			}
			from = page[len(page)-1].seq + 1
		}
	}
}

const timesPage = 4096

// timesFrom appends the first times of [from, to) to a page. No read is open when it returns.
func (l *Log) timesFrom(ctx context.Context, page []moment, from, to int64) ([]moment, error) {
	rows, err := l.st.Read().QueryContext(ctx, eventTimes, from, to, timesPage)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var m moment
		if err := rows.Scan(&m.seq, &m.ms); err != nil {
			return nil, l.explain(ctx, err)
		}
		page = append(page, m)
	}
	return page, l.explain(ctx, rows.Err())
}
