package consent

import (
	"encoding/hex"
	"sync"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// sum is a SHA-256.
type sum [32]byte

func (s sum) String() string { return hex.EncodeToString(s[:]) }

// numbering gives each SHA-256 of a text that entries name a number: acts name few, again and again.
type numbering struct {
	lock sync.RWMutex
	of   map[sum]int32
	sums []sum
}

func newNumbering() *numbering { return &numbering{of: make(map[sum]int32)} }

func (n *numbering) number(s sum) int32 {
	n.lock.RLock()
	i, ok := n.of[s]
	n.lock.RUnlock()
	if ok {
		return i
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	if i, ok := n.of[s]; ok {
		return i
	}
	i = int32(len(n.sums)) //nolint:gosec // 2^31 entries would have to name one each
	n.of[s] = i
	n.sums = append(n.sums, s)
	return i
}

// sum gives the one with a number; only when nothing is numbered any more.
func (n *numbering) sum(i int32) sum { return n.sums[i] }

// numberOf gives the number of one in hexadecimal.
func (n *numbering) numberOf(text []byte) int32 {
	var s sum
	_, _ = hex.Decode(s[:], text)
	return n.number(s)
}

// find gives the number of one, in hexadecimal, if it has any.
func (n *numbering) find(text string) (int32, bool) {
	var s sum
	if _, err := hex.Decode(s[:], []byte(text)); err != nil {
		return -1, false
	}
	i, ok := n.of[s]
	return i, ok
}

// digest is one that was numbered.
type digest struct {
	hex    [64]byte
	number int32
}

// digest gives the number of a SHA-256, given in lower-case hexadecimal.
func (x *inspection) digest(text []byte) int32 {
	for i := range x.named {
		if d := &x.named[i]; string(d.hex[:]) == string(text) {
			return d.number
		}
	}
	d := digest{number: x.check.digests.numberOf(text)}
	copy(d.hex[:], text)
	copy(x.named[1:], x.named[:])
	x.named[0] = d
	return d.number
}

// textAt is a text/1 entry.
type textAt struct {
	Text
	number int32 // of its SHA-256
	spoken byte  // its language
	from   int64 // in force from, in milliseconds
}

// texts is what the entries say of the texts so far.
type texts struct {
	known  []*textAt // by number; nil: not registered (yet)
	order  []*textAt
	labels map[string]bool
	early  map[int32]early // texts that were named before they were registered
	used   ledger.Bits     // numbers of texts that entries name which are looked at
}

// early is the first entry that named a text which was not there yet, and how many did. excused: it may be one whose entry
// is damaged.
type early struct {
	first, n int64
	excused  bool
}

// at gives the text of a number; nil when it is not registered (yet).
func (t *texts) at(number int32) *textAt {
	if number < 0 || int(number) >= len(t.known) {
		return nil
	}
	return t.known[number]
}

// text registers one.
func (t *turn) text(x textAt) {
	again := t.at(x.number) != nil
	if again || t.labels[x.Label] {
		t.report(ledger.StateIllegal, x.Seq, "metin ya da etiketi daha önce kaydedilmiş", "the text or its label was registered before")
	}
	if again {
		return
	}
	for int(x.number) >= len(t.known) {
		t.known = append(t.known, nil)
	}
	x.spoken = byte(indexOf(quotedLanguages, []byte(`"`+x.Language+`"`))) //nolint:gosec // it is one of them
	t.known[x.number], t.labels[x.Label] = &x, true
	t.order = append(t.order, &x)
}

// named finds the text that an act names; nil when it is not known (yet), or not one of that kind.
func (t *turn) named(a *act, number int32, kind event.Act) *textAt {
	if number < 0 {
		return nil
	}
	t.used.Set(int64(number))
	x := t.at(number)
	if x == nil {
		e, ok := t.early[number]
		if !ok {
			e.first = a.seq
		}
		e.n++
		e.excused = e.excused || t.excuses(a)
		t.early[number] = e
		return nil
	}
	if number == a.text && t.log != nil && a.row >= 0 && a.row != x.Seq && !a.drifted {
		t.report(ledger.ProjectionDrift, a.seq, "satırdaki metin, kayıttaki metin değil", "the text of the row is not that of the entry")
	}
	if x.Kind != kind {
		t.report(ledger.TextWrongType, a.seq, "anılan metin başka türden", "the text that is named is of another kind")
		return nil
	}
	return x
}

// excuses tells whether the entry of a text that an act names may be one that is damaged: in a store the row says which.
func (t *turn) excuses(a *act) bool {
	if t.log != nil {
		return a.row >= 0 && (t.broken.Has(a.row) || !t.seen.Has(a.row))
	}
	return len(t.broken) > 0 && t.broken[0].From < a.seq
}

// suits compares an act with its own text.
func (t *turn) suits(a *act, x *textAt) {
	switch {
	case a.spoken != x.spoken:
		t.report(ledger.TextWrongType, a.seq, "olayın dili, metninkinden farklı", "the language is not that of the text")
	case a.time < x.from:
		t.report(ledger.TextAfterConsent, a.seq, "metin o gün henüz yürürlükte değildi", "the text was not yet in force that day")
	}
}

// earlyTexts looks at the texts that were named before they were registered, or never were.
func (t *turn) earlyTexts() {
	for number, e := range t.early {
		switch x := t.at(number); {
		case x != nil:
			t.say(ledger.TextAfterConsent, e.first, i18n.Tf("metin (%[2]s) sonradan kaydedilmiş; ondan önce %[1]d kayıt onu anıyor", "the text (%[2]s) was registered later; before that %[1]d entries name it", e.n, x.Label))
		case !e.excused:
			t.say(ledger.TextUnknown, e.first, i18n.Tf("anılan metin hiç kaydedilmemiş; onu anan kayıt sayısı: %d", "a text that was never registered is named by so many entries: %d", e.n))
		}
	}
}
