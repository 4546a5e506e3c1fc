package consent

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
)

// draft is an event on its way into the log: everything that can be made of it before its turn comes, when its sequence
// number, what the person did before and the text's entry are known. It holds nothing of the input alive.
type draft struct {
	line    int64
	problem *event.Problem // of the event alone: then there is nothing else but its id
	badID   string

	act            event.Act
	step           event.Step
	time, received time.Time
	language, ui   string // as they were given
	id, session    uuid
	named          bool         // the id was given, not made
	tag            tag          // of the number
	text           *Text        // nil: is to be looked for
	same           sameness     // of the content; wants the text
	content        *event.Event // all of it, when the text is to be looked for
	head, sd       []byte       // the beginning of the leaf; the disclosures, "d1~d2~d3"
}

// tag leads to a person, sameness tells whether two events say the same. Both are keyed: what they are of cannot be
// found by trying all numbers.
type (
	tag      [32]byte
	sameness [16]byte
)

// event gives what the rules of succession look at.
func (f *draft) event() event.Event {
	return event.Event{Act: f.act, Step: f.step, Time: f.time, Session: f.session.String(), Language: f.language}
}

// row gives the row that the draft was made of, as far as others may know it.
func (f *draft) row(p *event.Problem) event.Row {
	r := event.Row{Line: f.line, Problem: p}
	if r.Event.ID = f.badID; f.named {
		r.Event.ID = f.id.String()
	}
	return r
}

func (l *Log) numberTag(tc string) []byte { return l.keys.Tag(tagNumber, tc) }

// same gives the keyed digest of what an event says, apart from its id, 16 bytes. Whatever name the text has in the event, it
// counts by its SHA-256; a language that is absent must have been filled in. So the digest can be made again from the entry.
func (l *Log) same(e *event.Event, sha256 string) ([]byte, error) {
	same, err := sameBy(l.keys.Tagger(), new([]byte), e, sha256)
	return same[:], err
}

// sameBy is same for many. room is for the content, in which it leaves nothing.
func sameBy(t *seal.Tagger, room *[]byte, e *event.Event, sha256 string) (s sameness, err error) {
	text := e.Text
	e.Text = sha256
	*room, err = event.Canonical((*room)[:0], e)
	e.Text = text
	if err == nil {
		copy(s[:], t.Tag(tagSame, string(*room)))
	}
	clear(*room)
	return s, err
}

// compare makes the draft's digest of its content e, whose text is t.
func (f *draft) compare(tagger *seal.Tagger, room *[]byte, e event.Event, t *Text) (err error) {
	e.Language = cmp.Or(e.Language, t.Language)
	f.same, err = sameBy(tagger, room, &e, t.SHA256)
	return err
}

// drafter makes drafts, one after the other. What they hold of bytes stands in arena, which is the caller's to use again.
type drafter struct {
	log   *Log
	rand  io.Reader
	texts map[string]*Text // by label and by SHA-256: those known so far; a text never changes
	dry   bool             // nothing is to be recorded: no disclosures
	arena []byte

	tagger       *seal.Tagger
	room, values []byte            // for what is made on the way
	seen         map[string]string // what stood on the buttons: few words
}

func (l *Log) drafter(texts map[string]*Text) *drafter {
	return &drafter{log: l, rand: bufio.NewReader(l.cfg.Rand), texts: texts, tagger: l.keys.Tagger(), seen: make(map[string]string)}
}

// draft makes the draft of an event. What is wrong with the event alone becomes the draft's problem; an error is one of
// randomness, or a mistake of the program.
func (d *drafter) draft(f *draft, r event.Row, now time.Time) error {
	*f = draft{line: r.Line, problem: r.Problem}
	e := &r.Event
	if f.problem == nil {
		f.problem = event.Check(e, now)
	}
	if f.problem != nil {
		f.badID = strings.Clone(e.ID)
		return nil
	}
	var ok bool
	var err error
	if f.session, ok = parseUUID(e.Session); !ok {
		return mistake()
	}
	if f.id, f.named = parseUUID(e.ID); !f.named {
		if e.ID != "" {
			return mistake()
		}
		if f.id, err = newUUID(d.rand); err != nil {
			return err
		}
	}
	f.act, f.step = own(event.Acts(), e.Act), own(event.Steps(e.Act), e.Step)
	f.time, f.received, f.language, f.ui = e.Time, cmp.Or(e.Received, e.Time), own(event.Languages(), e.Language), d.word(e.UI)
	copy(f.tag[:], d.tagger.Tag(tagNumber, e.Subject.TC))
	if f.text = d.texts[e.Text]; f.text != nil {
		err = f.compare(d.tagger, &d.room, *e, f.text)
	} else {
		content := *e
		f.content = &content
	}
	if err == nil && !d.dry {
		err = d.disclose(f, e)
	}
	return err
}

// own gives the word of a list that equals w: that of the input keeps a whole row alive.
func own[W ~string](list []W, w W) W {
	if i := slices.Index(list, w); i >= 0 {
		return list[i]
	}
	return ""
}

// word gives a word that holds nothing of the input alive.
func (d *drafter) word(w string) string {
	known, ok := d.seen[w]
	if !ok {
		known = strings.Clone(w)
		if len(d.seen) < 100 {
			d.seen[known] = known
		}
	}
	return known
}

// disclose makes the disclosures and the beginning of the leaf.
func (d *drafter) disclose(f *draft, e *event.Event) error {
	var digests [8][ledger.DigestLen]byte
	n := 0
	room := d.room[:0]
	for _, p := range e.Personal() {
		value, err := ledger.EncodeString(d.values[:0], p.Value)
		if err != nil {
			return err
		}
		if n > 0 {
			room = append(room, '~')
		}
		from := len(room)
		if room, err = ledger.AppendDisclosure(room, d.rand, p.Name, value); err != nil {
			return err
		}
		ledger.AppendDigest(digests[n][:0], room[from:])
		n++
		clear(value)
		d.values = value
	}
	slices.SortFunc(digests[:n], func(a, b [ledger.DigestLen]byte) int { return bytes.Compare(a[:], b[:]) })
	from := len(d.arena)
	d.arena = append(d.arena, room...)
	f.sd = d.arena[from:len(d.arena):len(d.arena)]
	clear(room)
	d.room = room
	from = len(d.arena)
	d.arena = appendHead(d.arena, f, e, digests[:n])
	f.head = d.arena[from:len(d.arena):len(d.arena)]
	return nil
}

func mistake() error {
	return fault.New(fault.Internal, "consent_entry", i18n.T("onay kaydı geçersiz", "the consent entry is not valid"))
}
