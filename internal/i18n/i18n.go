// Package i18n holds the two languages of the program. Every text a person reads is written at its call site in
// Turkish and in English; machine keys, codes and log rows are never translated. It stands at the bottom of the
// house: everyone may import it, it imports nothing of ours.
package i18n

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// Lang is a language the program speaks.
type Lang string

// The languages. Turkish is the default of the program.
const (
	TR Lang = "tr"
	EN Lang = "en"
)

// Parse reads a language tag or a POSIX locale ("tr", "tr_TR.UTF-8", "en-GB"); ok is false for any other language.
func Parse(s string) (lang Lang, ok bool) {
	tag, _, _ := strings.Cut(s, ".")
	tag, _, _ = strings.Cut(strings.ReplaceAll(tag, "-", "_"), "_")
	switch tag {
	case "tr", "TR", "Tr":
		return TR, true
	case "en", "EN", "En":
		return EN, true
	}
	return TR, false
}

// Text is one text in both languages.
type Text struct{ TR, EN string }

// T pairs the Turkish and the English wording of a text.
func T(tr, en string) Text { return Text{TR: tr, EN: en} }

// Tf is T with the verbs of fmt. An argument that is itself a Text is rendered in the language around it, an int or
// int64 with that language's thousands separator (use strconv where digits must stay plain).
func Tf(tr, en string, args ...any) Text {
	return Text{TR: fmt.Sprintf(tr, render(TR, args)...), EN: fmt.Sprintf(en, render(EN, args)...)}
}

// Count is Tf with one number, n, whose English wording is another for exactly one; Turkish counts without a plural.
func Count(n int64, tr, one, many string) Text {
	if n == 1 {
		many = one
	}
	return Tf(tr, many, n)
}

func render(l Lang, args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case Text:
			out[i] = v.In(l)
		case int:
			out[i] = number{l, int64(v)}
		case int64:
			out[i] = number{l, v}
		default:
			out[i] = a
		}
	}
	return out
}

// number is an integer that every verb writes for people.
type number struct {
	l Lang
	n int64
}

// Format implements fmt.Formatter.
func (n number) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Number(n.l, n.n)) }

// In gives the text in language l.
func (t Text) In(l Lang) string {
	if l == EN {
		return t.EN
	}
	return t.TR
}

// Empty reports whether there is no text at all.
func (t Text) Empty() bool { return t.TR == "" && t.EN == "" }

// Join puts texts one after the other, separated by sep.
func Join(sep string, parts ...Text) Text {
	tr := make([]string, len(parts))
	en := make([]string, len(parts))
	for i, p := range parts {
		tr[i], en[i] = p.TR, p.EN
	}
	return Text{TR: strings.Join(tr, sep), EN: strings.Join(en, sep)}
}

// Number writes n for people: 1.234.567 in Turkish, 1,234,567 in English. Machine formats use plain digits instead.
func Number(l Lang, n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	sep := "."
	if l == EN {
		sep = ","
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}

// Upper upper-cases by the Turkish rule (i→İ, ı→I), which is right for Turkish words only, never for codes or keys.
func Upper(s string) string { return strings.ToUpperSpecial(unicode.TurkishCase, s) }

// Lower lower-cases by the Turkish rule (I→ı, İ→i).
func Lower(s string) string { return strings.ToLowerSpecial(unicode.TurkishCase, s) }

// Fold gives a key under which two Turkish texts that differ only in case are equal.
func Fold(s string) string { return Lower(s) }
