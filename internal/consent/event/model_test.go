package event

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The rules of succession once more, as sentences over the whole log, without any state that is carried along.

// recorded is an event that was let into the log.
type recorded struct {
	entry  int64
	person int
	event  *Event
	text   Text
}

// model is the log of all people.
type model []recorded

// of gives a person's entries of one act, in the order of the log.
func (m model) of(person int, act Act) (list []recorded) {
	for _, r := range m {
		if r.person == person && r.event.Act == act {
			list = append(list, r)
		}
	}
	return list
}

// standing gives the person's consent that was given and that nothing ended: no withdrawal, given or refusal came later.
func (m model) standing(person int) *recorded {
	for _, r := range m.of(person, Consent) {
		later := slices.ContainsFunc(m.of(person, Consent), func(x recorded) bool { return x.entry > r.entry })
		if r.event.Step == Given && !later {
			return &r
		}
	}
	return nil
}

// notice gives the notice that was presented last to the person in a session.
func (m model) notice(person int, session string) (last *recorded) {
	for _, r := range m.of(person, Notice) {
		if r.event.Session == session {
			last = &r
		}
	}
	return last
}

var rules = []struct {
	sentence, code string
	broken         func(m model, person int, e *Event, t *Text) bool
}{
	{"the text is registered", CodeTextUnknown, func(_ model, _ int, _ *Event, t *Text) bool { return t == nil }},
	{"the text is of the event's act", CodeTextKind, func(_ model, _ int, e *Event, t *Text) bool { return e.Act != t.Kind }},
	{"the language is not named, or is the text's", CodeTextLanguage, func(_ model, _ int, e *Event, t *Text) bool {
		return !slices.Contains([]string{"", t.Language}, e.Language)
	}},
	{"the text is in force", CodeTextNotInForce, func(_ model, _ int, e *Event, t *Text) bool { return t.From.After(e.Time) }},
	{"no consent event of the person is later", CodeTimeOrder, func(m model, person int, e *Event, _ *Text) bool {
		return e.Act == Consent && slices.ContainsFunc(m.of(person, Consent), func(r recorded) bool { return r.event.Time.After(e.Time) })
	}},
	{"what is withdrawn stands", CodeNoConsent, func(m model, person int, e *Event, _ *Text) bool {
		return e.Step == Withdrawn && m.standing(person) == nil
	}},
	{"what is withdrawn is the consent to that text", CodeTextDiffers, func(m model, person int, e *Event, t *Text) bool {
		return e.Step == Withdrawn && m.standing(person).text.Label != t.Label
	}},
	{"what is given or refused while a consent stands is a newer text", CodeConsentStands, func(m model, person int, e *Event, t *Text) bool {
		s := m.standing(person)
		return (e.Step == Given || e.Step == Refused) && s != nil && !s.text.From.Before(t.From)
	}},
	{"who consents was given notice in that session, not later", CodeNoticeMissing, func(m model, person int, e *Event, _ *Text) bool {
		n := m.notice(person, e.Session)
		return e.Step == Given && (n == nil || n.event.Time.After(e.Time))
	}},
}

// judge gives the code of the first rule that is broken, or the links.
func (m model) judge(person int, e *Event, t *Text) (code string, links Links) {
	links = Links{-1, -1}
	for _, r := range rules {
		if r.broken(m, person, e, t) {
			return r.code, links
		}
	}
	if s := m.standing(person); s != nil && e.Act == Consent {
		links.Prev = s.entry
	}
	if e.Step == Given {
		links.Notice = m.notice(person, e.Session).entry
	}
	return "", links
}

func TestHistoriesOfSeveralPeopleFollowTheRulesAsWritten(t *testing.T) {
	seen := map[string]int{}
	labels := []string{"s1", "a1", "r1", "a2", "r2", "c2", "a9"}
	allSteps := []Step{Accepted, Presented, Presented, Given, Given, Given, Refused, Withdrawn, Withdrawn}
	act := rapid.Custom(func(t *rapid.T) *Event {
		e := did{rapid.SampledFrom(allSteps).Draw(t, "step"), "", rapid.IntRange(1, 2).Draw(t, "session"), 0}.event()
		switch e.Text = rapid.SampledFrom(labels).Draw(t, "text"); {
		case rapid.IntRange(0, 9).Draw(t, "suits") == 0:
		case e.Act == Consent:
			e.Text = rapid.SampledFrom([]string{"r1", "r1", "r2", "c2"}).Draw(t, "consent")
		case e.Act == Notice:
			e.Text = rapid.SampledFrom([]string{"a1", "a2"}).Draw(t, "notice")
		}
		e.Language = rapid.SampledFrom([]string{"", "", "", "", "tr", "en"}).Draw(t, "language")
		e.Time = day("2026-05-31").Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "hours")) * 6 * time.Hour)
		return e
	})
	rapid.Check(t, func(t *rapid.T) {
		var m model
		people := make([]Memory, 2)
		late := day("2026-06-03")
		for i := range rapid.IntRange(30, 80).Draw(t, "events") {
			person := rapid.IntRange(0, len(people)-1).Draw(t, "person")
			e := act.Draw(t, "act")
			if rapid.Bool().Draw(t, "in order") { // else most histories end with the latest time
				late = late.Add(time.Minute)
				e.Time = late
			}
			var known *Text
			if text := textOf(e.Text); text != (Text{}) {
				known = &text
			}
			code, links := m.judge(person, e, known)
			got, p := Follow(&people[person], e, textOf(e.Text), bySeq)
			if codeOf(p) != code || got != links {
				t.Fatalf("%+v: %v %+v, want %q %+v", e, p, got, code, links)
			}
			seen[code]++
			if p != nil {
				continue
			}
			entry := int64(10 + i)
			people[person].Add(entry, e, known.Seq)
			m = append(m, recorded{entry, person, e, *known})
		}
	})
	for _, r := range rules {
		if seen[r.code] == 0 {
			t.Errorf("no history broke the rule: %s", r.sentence)
		}
	}
	t.Log(fmt.Sprint(seen))
}
