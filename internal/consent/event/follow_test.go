package event

import (
	"fmt"
	"testing"
	"time"
	"unsafe"
)

// texts are registered as entries 0–5: two versions of each kind, and an English consent of the second day.
var texts = []Text{
	{0, Agreement, "s1", "tr", "", day("2026-01-01")}, {1, Notice, "a1", "tr", "", day("2026-01-01")}, {2, Consent, "r1", "tr", "", day("2026-01-01")},
	{3, Notice, "a2", "tr", "", day("2026-06-01")}, {4, Consent, "r2", "tr", "", day("2026-06-01")}, {5, Consent, "c2", "en", "", day("2026-06-01")},
}

func day(s string) time.Time {
	t, err := Day(s)
	if err != nil {
		panic(err)
	}
	return t
}

func bySeq(seq int64) Text { return texts[seq] }

func textOf(label string) Text {
	for _, t := range texts {
		if t.Label == label {
			return t
		}
	}
	return Text{}
}

// did is an act in short: what, on which text, in which session, how many minutes after 1 July.
type did struct {
	step    Step
	text    string
	session int
	minute  int
}

var actOf = map[Step]Act{Accepted: Agreement, Presented: Notice, Given: Consent, Refused: Consent, Withdrawn: Consent}

func (d did) event() *Event {
	return &Event{Act: actOf[d.step], Step: d.step, Text: d.text, Session: fmt.Sprintf("%08d-0000-4000-8000-000000000000", d.session),
		Time: day("2026-07-01").Add(time.Duration(d.minute) * time.Minute)}
}

// steps are histories, and what may come next in them. Entries count from 10.
var steps = []struct {
	name   string
	past   []did
	next   did
	change func(*Event)
	code   string
	links  Links
}{
	{"an agreement", nil, did{Accepted, "s1", 1, 0}, nil, "", Links{-1, -1}},
	{"an agreement again", []did{{Accepted, "s1", 1, 5}}, did{Accepted, "s1", 1, 0}, nil, "", Links{-1, -1}},
	{"a notice again", []did{{Presented, "a1", 1, 5}}, did{Presented, "a1", 1, 0}, nil, "", Links{-1, -1}},
	{"a consent after its notice", []did{{Presented, "a1", 1, 0}}, did{Given, "r1", 1, 1}, nil, "", Links{10, -1}},
	{"a consent at the time of its notice", []did{{Presented, "a1", 1, 0}}, did{Given, "r1", 1, 0}, nil, "", Links{10, -1}},
	{"a consent rests on the last notice", []did{{Presented, "a1", 1, 0}, {Presented, "a2", 1, 1}, {Presented, "a1", 2, 1}}, did{Given, "r1", 1, 1}, nil, "", Links{11, -1}},
	{"a consent in the language named", []did{{Presented, "a1", 1, 0}}, did{Given, "c2", 1, 1}, func(e *Event) { e.Language = "en" }, "", Links{10, -1}},
	{"a consent without a notice", nil, did{Given, "r1", 1, 0}, nil, CodeNoticeMissing, Links{-1, -1}},
	{"a consent with the notice of another session", []did{{Presented, "a1", 2, 0}}, did{Given, "r1", 1, 1}, nil, CodeNoticeMissing, Links{-1, -1}},
	{"a consent before its notice", []did{{Presented, "a1", 1, 1}}, did{Given, "r1", 1, 0}, nil, CodeNoticeMissing, Links{-1, -1}},
	{"a consent again", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}}, did{Given, "r1", 1, 2}, nil, CodeConsentStands, Links{-1, -1}},
	{"a consent to a newer text", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}}, did{Given, "r2", 1, 1}, nil, "", Links{10, 11}},
	{"a consent to a newer text without a notice", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}}, did{Given, "r2", 2, 1}, nil, CodeNoticeMissing, Links{-1, -1}},
	{"a consent to an older text", []did{{Presented, "a1", 1, 0}, {Given, "r2", 1, 1}}, did{Given, "r1", 1, 2}, nil, CodeConsentStands, Links{-1, -1}},
	{"a consent to a text of the same day", []did{{Presented, "a1", 1, 0}, {Given, "r2", 1, 1}}, did{Given, "c2", 1, 2}, nil, CodeConsentStands, Links{-1, -1}},
	{"a consent after a refusal", []did{{Presented, "a1", 1, 0}, {Refused, "r2", 1, 1}}, did{Given, "r1", 1, 2}, nil, "", Links{10, -1}},
	{"a consent after a withdrawal", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}, {Withdrawn, "r1", 2, 2}}, did{Given, "r1", 1, 3}, nil, "", Links{10, -1}},
	{"a consent earlier than the last event", []did{{Presented, "a1", 1, 0}, {Refused, "r1", 1, 2}}, did{Given, "r1", 1, 1}, nil, CodeTimeOrder, Links{-1, -1}},
	{"a refusal", nil, did{Refused, "r1", 1, 0}, nil, "", Links{-1, -1}},
	{"a refusal again", []did{{Refused, "r1", 1, 0}}, did{Refused, "r1", 1, 0}, nil, "", Links{-1, -1}},
	{"a refusal of what stands", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}}, did{Refused, "r1", 1, 2}, nil, CodeConsentStands, Links{-1, -1}},
	{"a refusal of a newer text", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}}, did{Refused, "r2", 2, 2}, nil, "", Links{-1, 11}},
	{"a refusal after the withdrawal", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}, {Withdrawn, "r1", 1, 1}}, did{Refused, "r1", 2, 2}, nil, "", Links{-1, -1}},
	{"a withdrawal", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}}, did{Withdrawn, "r1", 7, 1}, nil, "", Links{-1, 11}},
	{"a withdrawal of the newer consent", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}, {Given, "r2", 1, 1}}, did{Withdrawn, "r2", 7, 1}, nil, "", Links{-1, 12}},
	{"a withdrawal of nothing", nil, did{Withdrawn, "r1", 1, 0}, nil, CodeNoConsent, Links{-1, -1}},
	{"a withdrawal again", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}, {Withdrawn, "r1", 1, 2}}, did{Withdrawn, "r1", 1, 3}, nil, CodeNoConsent, Links{-1, -1}},
	{"a withdrawal of a refusal", []did{{Refused, "r1", 1, 0}}, did{Withdrawn, "r1", 1, 1}, nil, CodeNoConsent, Links{-1, -1}},
	{"a withdrawal under a newer text", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}}, did{Withdrawn, "r2", 1, 2}, nil, CodeTextDiffers, Links{-1, -1}},
	{"a withdrawal before the consent", []did{{Presented, "a1", 1, 0}, {Given, "r1", 1, 1}}, did{Withdrawn, "r1", 1, 0}, nil, CodeTimeOrder, Links{-1, -1}},
	{"a text nobody knows", nil, did{Accepted, "s9", 1, 0}, nil, CodeTextUnknown, Links{-1, -1}},
	{"a notice's text for a consent", []did{{Presented, "a1", 1, 0}}, did{Given, "a1", 1, 1}, nil, CodeTextKind, Links{-1, -1}},
	{"a text in another language", nil, did{Refused, "c2", 1, 0}, func(e *Event) { e.Language = "tr" }, CodeTextLanguage, Links{-1, -1}},
	{"a text of the time to come", nil, did{Presented, "a2", 1, 0}, func(e *Event) { e.Time = day("2026-06-01").Add(-time.Millisecond) }, CodeTextNotInForce, Links{-1, -1}},
	{"a text at its first moment", nil, did{Presented, "a2", 1, 0}, func(e *Event) { e.Time = day("2026-06-01") }, "", Links{-1, -1}},
}

func (d did) add(p *Memory, entry int64) { p.Add(entry, d.event(), textOf(d.text).Seq) }

func follow(past []did, next did, change func(*Event)) (Links, *Problem) {
	var p Memory
	for i, d := range past {
		d.add(&p, int64(10+i))
	}
	e := next.event()
	if change != nil {
		change(e)
	}
	return Follow(&p, e, textOf(e.Text), bySeq)
}

func TestWhatMayComeNextInAPersonsHistory(t *testing.T) {
	for _, c := range steps {
		for i, d := range c.past { // the past itself is lawful
			if _, p := follow(c.past[:i], d, nil); p != nil {
				t.Fatalf("%s: its past: %v", c.name, p)
			}
		}
		if links, p := follow(c.past, c.next, c.change); codeOf(p) != c.code || links != c.links {
			t.Errorf("%s: %v %+v, want %q %+v", c.name, p, links, c.code, c.links)
		}
	}
}

func TestAMemoryOfAPersonIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Memory{}); size > 80 {
		t.Errorf("%d bytes", size)
	}
	if size := unsafe.Sizeof(shown{}); size > 40 {
		t.Errorf("%d bytes a session", size)
	}
	var m Memory
	e := did{Given, "r1", 1, 1}.event()
	if n := testing.AllocsPerRun(100, func() { m.Add(7, e, 2) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAMemoryFindsTheNoticeOfEachOfManySessions(t *testing.T) {
	var m Memory
	for round := range 2 {
		for i := range 5000 {
			did{Presented, "a1", i, round}.add(&m, int64(10_000*round+i))
		}
	}
	for i := range 5000 {
		entry, text, at, ok := m.Presented(did{Presented, "a1", i, 0}.event().Session)
		if !ok || entry != int64(10_000+i) || text != 1 || !at.Equal(did{minute: 1}.event().Time) {
			t.Fatal(i, entry, text, at, ok)
		}
	}
	for _, unknown := range []string{did{session: 5000}.event().Session, "", "x"} {
		if _, _, _, ok := m.Presented(unknown); ok {
			t.Errorf("%q", unknown)
		}
	}
	if len(m.shown) != 5000 {
		t.Error(len(m.shown))
	}
	if _, _, _, _, ok := m.Consent(); ok {
		t.Error("a notice is no consent")
	}
}
