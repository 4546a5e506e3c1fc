package consent

import (
	"context"
	"math"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// erasures is what was erased, as the entries say, and what is there, as the source shows. It takes a few bits an entry,
// and some bytes for each entry that was erased in part.
type erasures struct {
	acts    ledger.Bits // consent/1 entries
	pruned  int64       // entries below count as disposed of, which none of this log ever is: that is said
	outside ledger.Bits // of those: of other times than the bundle is for
	first   int64       // the first of those that are judged, and the last
	last    int64
	erased  ledger.Bits // entries whose personal values were all erased
	says    ledger.Bits // erased/1 entries
	parts   map[int64]part

	rowed   ledger.Bits // entries that a row leads to
	linked  ledger.Bits // of those: the row leads to a person
	alike   ledger.Bits // the row has a digest of the content
	tagless ledger.Bits // the person has no number, and neither has the entry
	lost    map[int64]lost
	grouped ledger.Bits // entries that lost counts

	untimely  int64       // acts of other times whose values are there all the same
	meanwhile ledger.Bits // entries that were erased since the verification began, or by an entry that is damaged, whole or in part
}

func newErasures() erasures {
	return erasures{first: math.MaxInt64, last: -1, parts: make(map[int64]part), lost: make(map[int64]lost)}
}

// part is an entry whose personal values were erased in part: which were, as erased/1 entries say, which are there, and
// how many are not.
type part struct {
	erased, there names
	missing       int32
}

// lost is the entries whose person's key is gone.
type lost struct{ first, n int64 }

// note keeps what is there of an act.
func (t *turn) note(a *act) {
	t.acts.Set(a.seq)
	if a.outside {
		t.outside.Set(a.seq)
		if a.opened {
			t.untimely++
		}
	}
	if a.seq >= t.judged.From && a.seq < t.judged.To {
		t.first, t.last = min(t.first, a.seq), a.seq
	}
	if a.opened && a.missing > 0 {
		p := t.parts[a.seq]
		p.there, p.missing = a.there, a.missing
		t.parts[a.seq] = p
	}
	if !a.rowed {
		return
	}
	t.rowed.Set(a.seq)
	if a.person >= 0 {
		t.linked.Set(a.seq)
	}
	if !a.unlike {
		t.alike.Set(a.seq)
	}
	if a.opened || a.person < 0 {
		return
	}
	if a.tagless {
		t.tagless.Set(a.seq)
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.locked.Has(a.seq) {
		l, known := t.lost[a.person]
		if !known {
			l.first = a.seq
		}
		l.n++
		t.lost[a.person] = l
		t.grouped.Set(a.seq)
	}
}

// erase follows an erasure.
func (t *turn) erase(a *act) {
	target := a.prev
	t.says.Set(a.seq)
	p := t.parts[target]
	switch {
	case !t.seen.Has(target) || t.broken.Has(target): // a part of a log has erasures of others
	case !t.acts.Has(target):
		t.report(ledger.StateIllegal, a.seq, "silinen kayıt bir onay kaydı değil", "what was erased is no consent entry")
		return
	case t.erased.Has(target), p.erased&a.there != 0:
		t.report(ledger.StateIllegal, a.seq, "silinmiş olan yeniden silinmiş", "what had been erased was erased again")
	}
	if a.there == everything {
		t.erased.Set(target)
		return
	}
	p.erased |= a.there
	t.parts[target] = p
}

// holds tells whether the source should have disclosures of an entry that is in order, unless they were erased.
func (c *Check) holds(seq int64) bool {
	return c.acts.Has(seq) && seq >= c.pruned && !c.broken.Has(seq) && !c.outside.Has(seq) && (c.log != nil || seq >= c.held.From && seq < c.held.To)
}

// doubtful tells whether an entry may have been erased although no entry that was read says so.
func (c *Check) doubtful(seq int64) bool {
	return c.meanwhile.Has(seq) || c.log == nil && c.damagedSince(seq, math.MaxInt64)
}

// gone looks at what is not there: each value must have been erased.
func (t *turn) gone() {
	for seq := range t.absent.All {
		if t.erased.Has(seq) || !t.holds(seq) || t.doubtful(seq) || t.parts[seq].missing > 0 || t.grouped.Has(seq) {
			continue
		}
		if t.locked.Has(seq) {
			t.keyless(seq, 1)
		} else {
			t.report(ledger.DisclosureMissing, seq, "kaydın kişisel alanları yok, silindiğine dair kayıt da yok", "the disclosures of the entry are gone, and no entry says that they were erased")
		}
	}
	for _, l := range t.lost {
		if !t.erased.Has(l.first) && !t.meanwhile.Has(l.first) {
			t.keyless(l.first, l.n)
		}
	}
}

func (t *turn) keyless(first, n int64) {
	t.say(ledger.DisclosureUndecryptable, first, i18n.Tf("kişinin %d kaydının kişisel alanları açılamadı: anahtarı yok, silindiğine dair kayıt da yok", "the disclosures of %d entries of a person cannot be opened: the key is gone, and no entry says that they were erased", n))
}

// back looks at what is there although it was erased: disclosures, and in a store what leads to the person.
func (t *turn) back(ctx context.Context) error {
	for seq := range t.erased.All {
		disclosed := !t.absent.Has(seq) || t.locked.Has(seq)
		if t.holds(seq) && (disclosed || t.linked.Has(seq) || t.alike.Has(seq)) {
			t.report(ledger.ErasedDataPresent, seq, "silinmiş kişisel veriler yeniden duruyor", "personal values that were erased are there again")
		}
	}
	for seq, p := range t.parts {
		if t.erased.Has(seq) || !t.holds(seq) || t.doubtful(seq) {
			continue
		}
		if p.missing == 0 && !t.absent.Has(seq) { // all are there, it was not kept which
			var err error
			if p.there, err = t.names(ctx, seq); err != nil {
				return err
			}
			if p.there == 0 {
				continue // they cannot be read: that is said
			}
		}
		switch {
		case p.erased&p.there != 0 || p.erased != 0 && t.alike.Has(seq):
			t.report(ledger.ErasedDataPresent, seq, "silinmiş kişisel alan yeniden duruyor", "a personal value that was erased is there again")
		case int(p.missing) > p.erased.count():
			t.report(ledger.DisclosureMissing, seq, "kaydın bir kişisel alanı yok, silindiğine dair kayıt da yok", "a disclosure of the entry is gone, and no entry says that it was erased")
		case int(p.missing) < p.erased.count() && p.there != 0:
			t.report(ledger.StateIllegal, seq, "kayıtta hiç olmamış bir alan silinmiş", "a value was erased that the entry never had")
		}
	}
	return nil
}

// names reads which disclosures of an entry are there.
func (t *turn) names(ctx context.Context, seq int64) (there names, err error) {
	var v told
	for d, err := range t.src.Disclosures(ctx, seq, seq+1) {
		if err != nil {
			return 0, err
		}
		if d.Err == nil && v.disclose(d.SD) {
			there = v.there
		}
	}
	return there, nil
}

// unlinked looks at rows that are empty as those of erased entries.
func (t *turn) unlinked() {
	for seq := range t.rowed.All {
		switch {
		case t.linked.Has(seq) && t.alike.Has(seq) && !t.tagless.Has(seq):
		case t.erased.Has(seq) || t.broken.Has(seq) || t.meanwhile.Has(seq):
		case !t.linked.Has(seq), t.tagless.Has(seq), t.parts[seq].erased == 0:
			t.report(ledger.ProjectionDrift, seq, "satır, silinmiş bir kaydınki gibi boş, ama kayıt silinmemiş", "the row is empty as that of an erased entry, and the entry was not erased")
		}
	}
}
