// Package sample holds texts and events for trials, training and tests: agreements, notices and consents of an institution that
// does not exist, in Turkish and in English, the consent in two versions, and synthetic acts of people who do not exist. Only
// the sandbox commands and tests import it; nothing of it is part of a log until somebody records it.
package sample

import (
	"embed"
	"time"

	"iskurctl/internal/consent/event"
)

// Text is a sample text. Its file name is Label with the ending .txt.
type Text struct {
	Kind            event.Act
	Label, Language string
	Day             string // its first day in force, 2006-01-02
	Body            []byte
}

//go:embed texts/*.txt
var files embed.FS

// Texts gives the sample texts, in the order in which they are best added: by day, and what is met first, first.
func Texts() []Text {
	list := []Text{
		{Kind: event.Agreement, Label: "ornek-uyelik-1", Language: "tr", Day: day1},
		{Kind: event.Notice, Label: "ornek-aydinlatma-1", Language: "tr", Day: day1},
		{Kind: event.Consent, Label: "ornek-riza-1", Language: "tr", Day: day1},
		{Kind: event.Agreement, Label: "sample-agreement-1", Language: "en", Day: day1},
		{Kind: event.Notice, Label: "sample-notice-1", Language: "en", Day: day1},
		{Kind: event.Consent, Label: "sample-consent-1", Language: "en", Day: day1},
		{Kind: event.Consent, Label: "ornek-riza-2", Language: "tr", Day: day2},
		{Kind: event.Consent, Label: "sample-consent-2", Language: "en", Day: day2},
	}
	for i := range list {
		body, err := files.ReadFile("texts/" + list[i].Label + ".txt")
		if err != nil {
			panic(err) // the file is compiled in
		}
		list[i].Body = body
	}
	return list
}

// The days of the two versions.
const (
	day1 = "2025-01-01"
	day2 = "2025-07-01"
)

// Start is a good start for Events: the first versions are in force for as long as people come for the first time, the second
// when they come back.
func Start() time.Time { return time.Date(2025, time.March, 3, 6, 0, 0, 0, time.UTC) }
