package consent

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// overlay is what a rehearsal would have recorded so far, as far as the rules need it: some 30 bytes an event. Ids, people
// and contents are there by hashes of eight bytes; that two of a million are alike has a chance of one in tens of millions.
type overlay struct {
	seed    maphash.Seed
	ids     table  // by id: the digest of the content
	people  table  // by number: the last consent event
	shown   table  // by number and session: the last notice
	content *table // of all events; nil as long as each had an id
	texts   []int64
}

func newOverlay() *overlay { return &overlay{seed: maphash.MakeSeed()} }

// add takes an event that would be recorded. The error is one of a file that names thousands of texts.
func (o *overlay) add(d *draft, text int64) error {
	same := short(d.same[:])
	if d.named {
		o.ids.set(o.id(d.id), same)
	} else {
		o.contents()
	}
	if o.content != nil {
		o.content.set(same, 1)
	}
	if d.act == event.Agreement {
		return nil
	}
	at, ok := o.text(text)
	if !ok {
		return fault.New(fault.Input, "import_texts", i18n.T("dosya prova edilemeyecek kadar çok metni anıyor", "the file names more texts than a rehearsal can hold"))
	}
	moment := uint64(d.time.UnixMilli())<<16 | at<<2
	if d.act == event.Notice {
		o.shown.set(o.visit(d.tag, d.session), moment)
		return nil
	}
	for i, step := range event.Steps(event.Consent) {
		if step == d.step {
			o.people.set(short(d.tag[:]), moment|uint64(i))
		}
	}
	return nil
}

// maxTexts is how many texts two bytes name, beside the step.
const maxTexts = 1 << 14

// text gives the number of a text, by its sequence number.
func (o *overlay) text(seq int64) (uint64, bool) {
	for i, t := range o.texts {
		if t == seq {
			return uint64(i), true
		}
	}
	if len(o.texts) == maxTexts {
		return 0, false
	}
	o.texts = append(o.texts, seq)
	return uint64(len(o.texts) - 1), true
}

// known looks for the event with an id, and whether its content is the same.
func (o *overlay) known(id uuid, same sameness) (met, equal bool) {
	of, met := o.ids.get(o.id(id))
	return met, of == short(same[:])
}

// said tells whether any event says the same.
func (o *overlay) said(same sameness) bool {
	o.contents()
	_, ok := o.content.get(short(same[:]))
	return ok
}

// contents makes the list of contents, which only files need in which an event has no id.
func (o *overlay) contents() {
	if o.content != nil {
		return
	}
	o.content = &table{}
	o.ids.each(func(same uint64) { o.content.set(same, 1) })
}

func (o *overlay) presented(of tag, session uuid) (text int64, at time.Time, ok bool) {
	v, ok := o.shown.get(o.visit(of, session))
	if !ok {
		return 0, time.Time{}, false
	}
	text, at = o.moment(v)
	return text, at, true
}

func (o *overlay) consent(of tag) (step event.Step, text int64, at time.Time, ok bool) {
	v, ok := o.people.get(short(of[:]))
	if !ok {
		return "", 0, time.Time{}, false
	}
	text, at = o.moment(v)
	return event.Steps(event.Consent)[v&3], text, at, true
}

func (o *overlay) moment(v uint64) (text int64, at time.Time) {
	return o.texts[v>>2%maxTexts], time.UnixMilli(int64(v >> 16)).UTC()
}

// id gives the hash of an id: somebody may have chosen it.
func (o *overlay) id(id uuid) uint64 { return maphash.Bytes(o.seed, id[:]) }

func (o *overlay) visit(of tag, session uuid) uint64 {
	var b [len(of) + len(session)]byte
	copy(b[copy(b[:], of[:]):], session[:])
	return maphash.Bytes(o.seed, b[:])
}

// short is enough of a keyed digest.
func short(digest []byte) uint64 { return binary.LittleEndian.Uint64(digest) }

// table is a map of hashes to values without pointers, in parts that grow one by one, an eighth at a time: a map of Go's
// takes three times as much.
type table struct {
	parts [256]struct {
		slots []slot
		n     int
	}
}

type slot struct{ key, value uint64 } // key 0: free

func (t *table) get(key uint64) (uint64, bool) {
	key = max(key, 1)
	slots := t.parts[key&255].slots
	if len(slots) == 0 {
		return 0, false
	}
	for i := place(key, len(slots)); ; i++ {
		if i == len(slots) {
			i = 0
		}
		switch slots[i].key {
		case key:
			return slots[i].value, true
		case 0:
			return 0, false
		}
	}
}

func (t *table) set(key, value uint64) {
	key = max(key, 1)
	p := &t.parts[key&255]
	if 8*(p.n+1) > 7*len(p.slots) {
		old := p.slots
		p.slots = make([]slot, len(old)+len(old)/8+8)
		for _, s := range old {
			if s.key != 0 {
				put(p.slots, s.key, s.value)
			}
		}
	}
	if put(p.slots, key, value) {
		p.n++
	}
}

// put sets a key for which there is room; true when it is new.
func put(slots []slot, key, value uint64) bool {
	for i := place(key, len(slots)); ; i++ {
		if i == len(slots) {
			i = 0
		}
		if slots[i].key == 0 || slots[i].key == key {
			fresh := slots[i].key == 0
			slots[i] = slot{key, value}
			return fresh
		}
	}
}

// place is where the search for a key begins: the upper half of the hash, spread over n slots.
func place(key uint64, n int) int { return int(key >> 32 * uint64(n) >> 32) }

func (t *table) each(do func(value uint64)) {
	for i := range t.parts {
		for _, s := range t.parts[i].slots {
			if s.key != 0 {
				do(s.value)
			}
		}
	}
}
