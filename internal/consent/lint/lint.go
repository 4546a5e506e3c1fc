// Package lint finds what a legal text of the portal lacks, by the rules of KVKK (Law 6698), of the two communiqués of
// 10.03.2018 (RG 30356) on the notice and on applications to the controller, and of ISO/IEC TS 27560:2023. It looks for
// words, in Turkish and in English: a finding says that nothing was found, or where something was found; it is a help for
// who writes and reviews a text, no legal opinion, and a text without findings is not thereby lawful. A text is never changed.
//
// The package is pure: no store, no clock, no output. The consent commands import it.
//
// What is looked for is a table (rules_*.go), one entry a finding. Words are compared folded (without case, diacritics and
// the difference of dotted and dotless i) and by their stems, sentence by sentence; pattern.go has the notation.
package lint

import (
	"bytes"
	"slices"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/i18n"
)

// Finding is one thing that a text lacks or should not have. Code is stable and begins with its W number; Basis is the
// article behind the rule; Line is 1-based, 0 for what stands nowhere in the text.
type Finding struct {
	Code          string
	Basis, Detail i18n.Text
	Line          int
}

// Other is a text that is in force beside the one that is looked at: what a consent may leave to its notice is looked for
// there too, and what contradicts it is found. Others of another language are left aside.
type Other struct {
	Kind     event.Act
	Language string
	Body     []byte
}

// Rule describes an entry of the table: for which kinds of text it holds, on what it stands and what is looked for.
type Rule struct {
	Code         string
	Kinds        []event.Act
	Basis, Seeks i18n.Text
}

// Rules lists the table in the order in which findings come.
func Rules() []Rule {
	list := make([]Rule, 0, 32)
	for _, r := range table() {
		list = append(list, r.Rule)
	}
	return list
}

// Lint looks at a text of that kind and language ("tr" or "en"; in another language only at how it is typed) and gives the
// findings in the order of Rules; none is nil. What the body holds is of no consequence: bad UTF-8 is a finding.
func Lint(kind event.Act, language string, body []byte, others []Other) []Finding {
	in := &input{kind: kind, language: language, body: body, own: read(body)}
	for _, o := range others {
		if o.Language != language {
			continue
		}
		in.twin = in.twin || o.Kind != kind && bytes.Equal(o.Body, body)
		switch o.Kind {
		case event.Notice:
			in.notices = append(in.notices, read(o.Body))
		case event.Consent:
			in.consents = append(in.consents, read(o.Body))
		}
	}
	var found []Finding
	for _, r := range table() {
		if !slices.Contains(r.Kinds, kind) {
			continue
		}
		for _, h := range r.run(in) {
			found = append(found, Finding{r.Code, r.Basis, h.detail, h.line})
		}
	}
	return found
}

// input is a text with what stands beside it.
type input struct {
	kind              event.Act
	language          string
	body              []byte
	own               *text
	notices, consents []*text // of the same language
	twin              bool    // a text of another kind has the same bytes
}

// hit is what a rule found; line 0 is nowhere.
type hit struct {
	detail i18n.Text
	line   int
}

// rule is a Rule that can be run. Either says and missing are set: a sentence must match, or check is.
type rule struct {
	Rule
	says      says
	missing   i18n.Text
	elsewhere bool // a notice beside the text may say it instead
	check     func(*input) []hit
}

func (r *rule) run(in *input) []hit {
	if r.check != nil {
		return r.check(in)
	}
	want := r.says.in(in.language)
	if want == nil || in.own.says(want) {
		return nil
	}
	if r.elsewhere && slices.ContainsFunc(in.notices, func(t *text) bool { return t.says(want) }) {
		return nil
	}
	return []hit{{detail: r.missing}}
}

// one is what a check gives that found one thing.
func one(line int, detail i18n.Text) []hit { return []hit{{detail, line}} }
