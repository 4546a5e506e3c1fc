package consent

import (
	"context"
	"time"

	"iskurctl/internal/consent/event"
)

// none is the status of an act that did not happen.
const none = "none"

// Status gives what the events of a person come to: of somebody unknown or erased everything is none. The text in force
// now is the consent text with the latest first day up to today (in Istanbul), in the language of the person's last
// consent text, Turkish without one. Errors as of List.
func (l *Log) Status(ctx context.Context, tc string) (Status, error) {
	s := Status{Agreement: none, Notice: none, Consent: none}
	language := "tr"
	for e, err := range l.History(ctx, tc) {
		if err != nil {
			return Status{}, err
		}
		switch e.Event.Act {
		case event.Agreement:
			s.Agreement = string(e.Event.Step)
		case event.Notice:
			s.Notice = string(e.Event.Step)
		case event.Consent:
			s.Consent, s.Since, s.Text, language = string(e.Event.Step), e.Event.Time, e.Event.Text, e.Event.Language
		}
	}
	current, _, err := l.Current(ctx, event.Consent, language, l.now())
	s.CurrentText = current.Label
	return s, err
}

// Current gives the text of a kind and language that is in force at a moment: the one with the latest first day up to that
// one, of several the one that was registered last; ok is false when there is none. Errors as of Texts.
func (l *Log) Current(ctx context.Context, kind event.Act, language string, at time.Time) (current Text, ok bool, err error) {
	for t, err := range l.Texts(ctx) {
		if err != nil {
			return Text{}, false, err
		}
		if t.Kind == kind && t.Language == language && !t.from().After(at) && t.Day >= current.Day {
			current, ok = t, true
		}
	}
	return current, ok, nil
}
