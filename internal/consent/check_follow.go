package consent

import (
	"sort"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// recent is how many notices are kept to be compared with the consents that rest on them; consents usually follow within
// the same session. Those further back are read again at the end.
const recent = 1 << 13

// follow is the state of the log as its entries make it, in their order: what texts there are, who consents. It takes
// 1 bit an entry, some 40 bytes for each person with a consent, and 64 for each consent whose notice lies far back.
type follow struct {
	texts
	people    map[uint64]stand // by number, of those whose number is disclosed
	given     ledger.Bits      // consents given
	disclosed ledger.Bits      // of those: the person is disclosed
	ended     ledger.Bits      // consents that were withdrawn or superseded
	near      int              // how many notices are kept
	notices   []notice         // the last ones, a ring
	met       int              // notices so far
	far       []resting        // consents whose notice is to be read again
	lacking   ledger.Bits      // entries that others refer to and that a bundle does not have
}

func newFollow() follow {
	return follow{texts: texts{labels: make(map[string]bool), early: make(map[int32]early)}, people: make(map[uint64]stand), near: recent}
}

// stand is where a person stands: the time of the last consent event, and the consent given that is in force, with the
// number of its text.
type stand struct {
	time  int64
	given uint64 // (entry + 1) << 20 | number + 1; 0: none
}

const numberBits = 20

func standOn(time, entry int64, text int32) stand {
	if text >= 1<<numberBits-1 {
		text = -1 // nobody registers a million texts: nothing is said of this one
	}
	return stand{time, uint64(entry+1)<<numberBits | uint64(text+1)} //nolint:gosec // neither is negative
}

// consent gives the entry, -1 for none, and its text, -1 for one that is not known.
func (s stand) consent() (entry int64, text int32) {
	return int64(s.given>>numberBits) - 1, int32(s.given&(1<<numberBits-1)) - 1 //nolint:gosec // 44 and 20 bits
}

// notice is one presentation of a notice.
type notice struct {
	seq, time int64
	number    uint64
	session   uuid
	text      int32
}

// resting is a consent given with what it says of the notice it rests on.
type resting struct {
	seq int64
	notice
}

// turn is the work on the acts of one chunk, or at the end.
type turn struct {
	*Check
	findings []ledger.Finding
	count    map[ledger.Code]int64 // at the end: how many there are
	loose    bool                  // somebody may have no entry
}

func (t *turn) report(code ledger.Code, seq int64, tr, en string) { t.say(code, seq, i18n.T(tr, en)) }

// maxListed is how many findings of a code are listed at the end. There may be one for each entry.
const maxListed = 10_000

func (t *turn) say(code ledger.Code, seq int64, text i18n.Text) {
	if t.count != nil {
		if t.count[code]++; t.count[code] > maxListed {
			return
		}
	}
	t.findings = append(t.findings, ledger.Finding{Code: code, Seq: seq, Detail: text})
}

// Fold follows the acts through the log.
func (c *Check) Fold(x any) []ledger.Finding {
	g := x.(*glance)
	t := turn{Check: c}
	for _, seq := range g.broken {
		c.broken.Add(ledger.Range{From: seq, To: seq + 1})
	}
	c.seen.Add(g.held)
	if c.log != nil {
		c.indexed.count(&g.rows)
	}
	for i := range g.acts {
		switch a := &g.acts[i]; a.kind {
		case isText:
			t.text(g.texts[a.text])
		case isErasure:
			t.erase(a)
		case isAct:
			t.act(a)
		}
	}
	select {
	case c.spare <- g:
	default:
	}
	return t.findings
}

// missing tells whether nothing is to be said of an entry that is referred to: it is damaged, or not in this source. That
// a bundle does not have it is said at the end.
func (c *Check) missing(seq int64) bool {
	if !c.seen.Has(seq) {
		c.lacking.Set(seq)
		return true
	}
	return c.broken.Has(seq)
}

// act follows one act of a person.
func (t *turn) act(a *act) {
	t.note(a)
	if a.doing == wasPresented {
		t.present(a)
	}
	if a.doing == wasGiven {
		t.given.Set(a.seq)
		if a.number != 0 {
			t.disclosed.Set(a.seq)
		}
	}
	if a.seq < t.judged.From || a.seq >= t.judged.To {
		return
	}
	if a.text < 0 {
		t.report(ledger.TextWrongType, a.seq, "kayıt, kendi türünden bir metni anmıyor", "the entry names no text of its own kind")
	}
	own := t.named(a, a.text, a.doing.act())
	if own != nil {
		t.suits(a, own)
	}
	merged := a.merged || a.notice == a.seq
	if merged {
		t.report(ledger.ActsMerged, a.seq, "birden çok işlem tek kayıtta birleştirilmiş: aydınlatma ve açık rıza ayrı işlemlerdir (Aydınlatma Tebliği m.5/1-f)", "several acts were recorded as one: notice and explicit consent are separate acts (Aydınlatma Tebliği m.5/1-f)")
	}
	if a.doing == wasGiven && !merged {
		t.named(a, a.shown, event.Notice)
		t.rests(a)
	}
	if a.doing.act() == event.Consent {
		t.succeeds(a, own)
	}
}

// present keeps a notice for the consents that rest on it.
func (t *turn) present(a *act) {
	n := notice{seq: a.seq, time: a.time, number: a.number, session: a.session, text: a.text}
	if len(t.notices) < t.near {
		t.notices = append(t.notices, n)
	} else {
		t.notices[t.met%t.near] = n
	}
	t.met++
}

// rests looks at the notice that a consent rests on: shown to the same person in the same session, before.
func (t *turn) rests(a *act) {
	switch {
	case a.notice < 0 || a.shown < 0:
		t.report(ledger.NoticeNotPresented, a.seq, "açık rızadan önce aydınlatma yapıldığı kayıtlı değil (Aydınlatma Tebliği m.5/1-f)", "no notice is recorded before the explicit consent (Aydınlatma Tebliği m.5/1-f)")
		return
	case a.notice > a.seq:
		t.report(ledger.NoticeNotPresented, a.seq, "anılan aydınlatma, açık rızadan sonra kaydedilmiş", "the notice that is named was recorded after the consent")
		return
	case t.missing(a.notice):
		return
	}
	want := resting{a.seq, notice{seq: a.notice, time: a.time, number: a.number, session: a.session, text: a.shown}}
	first := max(0, t.met-t.near) // of those that are kept
	at := first + sort.Search(t.met-first, func(i int) bool { return t.notices[(first+i)%t.near].seq >= a.notice })
	switch {
	case at < t.met && t.notices[at%t.near].seq == a.notice:
		t.compare(want, t.notices[at%t.near])
	case at == first && first > 0: // further back than all of them
		t.far = append(t.far, want)
	default:
		t.unshown(a.seq)
	}
}

func (t *turn) unshown(seq int64) {
	t.report(ledger.NoticeNotPresented, seq, "anılan kayıt bir aydınlatma değil", "the entry that is named is no notice")
}

// compare compares what a consent says of its notice with the notice.
func (t *turn) compare(want resting, n notice) {
	if n.session != want.session || n.text != want.text || n.time > want.time || n.number != 0 && want.number != 0 && n.number != want.number {
		t.report(ledger.NoticeNotPresented, want.seq, "anılan aydınlatma başka bir oturumun, kişinin ya da metnin, veya daha sonraki bir anın", "the notice that is named is of another session, person or text, or of a later moment")
	}
}

// succeeds looks whether a consent event may follow what the person did before. own is its text, nil when that is not known.
func (t *turn) succeeds(a *act, own *textAt) {
	entry, text := int64(-1), int32(-1) // the consent of the person
	s, known := t.people[a.number]
	if known {
		entry, text = s.consent()
	}
	stands := entry >= 0 && !t.ended.Has(entry) && !t.damagedSince(entry, a.seq)
	before := t.at(text)
	illegal := func(tr, en string) { t.report(ledger.StateIllegal, a.seq, tr, en) }
	switch {
	case a.prev >= a.seq:
		illegal("kayıt, kendinden sonraki bir rızayı sona erdiriyor", "the entry ends a consent that comes after it")
	case a.prev >= 0 && t.missing(a.prev): // nothing is said of the rest
	case a.prev >= 0 && !t.given.Has(a.prev):
		illegal("sona erdirilen kayıt, verilmiş bir rıza değil", "what the entry ends is not a consent that was given")
	case a.prev >= 0 && t.ended.Has(a.prev):
		illegal("sona erdirilen rıza zaten sona ermiş", "the consent that the entry ends had ended already")
	case stands && entry != a.prev:
		illegal("kişinin yürürlükteki rızası sona ermeden yeni bir rıza işlemi kaydedilmiş", "a consent of the person was in force, and the entry does not end it")
	case a.prev >= 0 && a.number != 0 && entry != a.prev && t.disclosed.Has(a.prev):
		illegal("sona erdirilen rıza başka bir kişinin", "the consent that the entry ends is another person's")
	case a.prev < 0 && a.doing == wasWithdrawn:
		illegal("verilmemiş bir rıza geri alınmış", "a consent was withdrawn that was not given")
	case known && a.time < s.time:
		illegal("kayıt, kişinin önceki rıza işleminden daha erken bir zamanı taşıyor", "the entry's time lies before that of the person's last consent event")
	case stands && own != nil && before != nil && a.doing == wasWithdrawn && before != own:
		illegal("geri alma, verilen rızanın metnini anmıyor", "the withdrawal names another text than the consent")
	case stands && own != nil && before != nil && a.doing != wasWithdrawn && own.from <= before.from:
		illegal("yürürlükteki rızanın yerine daha yeni olmayan bir metin konmuş", "a consent in force was replaced on a text that is not newer")
	}
	if a.prev >= 0 && a.prev < a.seq {
		t.ended.Set(a.prev)
	}
	if a.number == 0 {
		return // the person is not disclosed
	}
	next := stand{time: a.time}
	if a.doing == wasGiven {
		next = standOn(a.time, a.seq, a.text)
	}
	t.people[a.number] = next
}

// damagedSince tells whether an entry between two others is damaged: it may have ended the consent of the first.
func (c *Check) damagedSince(from, to int64) bool {
	i := sort.Search(len(c.broken), func(i int) bool { return c.broken[i].To > from })
	return i < len(c.broken) && c.broken[i].From < to
}
