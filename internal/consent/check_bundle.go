package consent

import (
	"context"
	"crypto/sha256"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// BundleCheck makes the check of a bundle of a log of size entries, as its checkpoint says, which nobody has verified yet.
func BundleCheck(b *bundle.Bundle, size int64) *Check {
	held, part := rangeOf(b, size)
	c := newCheck(b, held)
	c.bag, c.part = b, part
	c.period, _ = b.Period()
	if !b.HasDisclosures() {
		c.held.To = c.held.From // nobody expects any
	}
	return c
}

// rangeOf gives the entries that a bundle was made for, and whether those are not all.
func rangeOf(b *bundle.Bundle, size int64) (held ledger.Range, part bool) {
	held = ledger.Range{To: size}
	if r, ok := b.Range(); ok {
		held = r
	}
	return held, held.From > 0 || held.To < size
}

// CheckRecords compares a bundle's records.csv with its entries, line by line (bundle.CompareRecords), and looks whether it
// says which period it is for and, where that is in order, whether OKUBENI.txt is what this version writes (V29).
func CheckRecords(ctx context.Context, b *bundle.Bundle, size int64) ([]ledger.Finding, error) {
	held, _ := rangeOf(b, size)
	extent, err := b.Extent(ctx, size)
	if err != nil {
		return nil, err
	}
	period, ok := b.Period()
	rec := recording{held: held, period: period, personal: b.HasDisclosures(), labels: make(map[string]string), unknown: bundle.Unknown}
	findings, err := b.CompareRecords(ctx, size, rec.rows(ctx, b, extent))
	if !ok {
		findings = append(findings, ledger.Finding{Code: ledger.BagMalformed, Seq: -1, Detail: i18n.T("bag-info.txt paketin dönemini söylemiyor", "bag-info.txt does not say which period the bundle is for")})
	}
	if err != nil || len(findings) > 0 {
		return findings, err // what OKUBENI.txt is made from is in doubt
	}
	return b.CheckReadme(bundle.ReadmeOptions{Range: held, Texts: true, Contents: exported()})
}

// looseTexts compares the files of texts/ with the texts that the entries name; in a bundle of the whole log with all of
// them.
func (t *turn) looseTexts(_ context.Context, _ int64) error {
	if !t.part {
		for _, x := range t.order {
			t.used.Set(int64(x.number))
		}
	}
	var met ledger.Bits
	extra := 0
	for f, err := range t.bag.Texts(maxText) {
		if err != nil {
			return err
		}
		number, known := t.digests.find(f.SHA256)
		if !known || !t.used.Has(int64(number)) {
			if len(t.broken) == 0 { // else it may be of an entry that is damaged
				extra++
			}
			continue
		}
		met.Set(int64(number))
		seq, size := t.early[number].first, len(f.Body)
		if x := t.at(number); x != nil {
			seq, size = x.Seq, x.Bytes
		}
		if sha256.Sum256(f.Body) != t.digests.sum(number) || len(f.Body) != size {
			t.report(ledger.TextHashMismatch, seq, "paketteki metin, kaydedilen metin değil: baytları değişmiş", "the text in the bundle is not the one that was registered: its bytes have changed")
		}
	}
	if extra > 0 {
		t.say(ledger.FileExtra, -1, i18n.Tf("texts/ klasöründe hiçbir kaydın anmadığı %d metin var", "%d texts in texts/ are named by no entry", extra))
	}
	for _, x := range t.order {
		if n := int64(x.number); t.used.Has(n) && !met.Has(n) {
			t.report(ledger.TextUnknown, x.Seq, "kayıtlı metnin kendisi pakette yok", "the text that was registered is not in the bundle")
		}
	}
	return nil
}

// times compares the period that the bundle says it is for with the events: a part of a log is what lies between the first
// and the last event of its period, a whole log has no others, and personal values are disclosed of no others.
func (t *turn) times(context.Context, int64) error {
	within := t.first <= t.last // there are events
	edge := within && (t.outside.Has(t.first) || t.outside.Has(t.last)) && !t.damagedSince(t.judged.From, t.judged.To)
	if edge || t.untimely > 0 || !t.part && !t.outside.Empty() {
		t.report(ledger.BagMalformed, -1, "bag-info.txt dosyasındaki dönem, paketteki olaylara uymuyor", "the period in bag-info.txt does not fit the events of the bundle")
	}
	return nil
}
