package event

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/fault"
)

// reached gives every problem that the tables of the tests reach, by code.
func reached(t *testing.T) map[string][]*Problem {
	all := map[string][]*Problem{}
	add := func(p *Problem) {
		if p != nil {
			all[p.Code] = append(all[p.Code], p)
		}
	}
	for _, c := range wrong {
		add(Check(with(c.change), now))
	}
	for _, c := range badLines {
		add(readAll(t, ReadNDJSON, c.line)[0].Problem)
	}
	for _, c := range badCells {
		add(readAll(t, ReadCSV, cellOf(c.column, c.value))[0].Problem)
	}
	for _, c := range badRows {
		add(readAll(t, ReadCSV, strings.Join(Header(), ",")+"\n"+c.row)[0].Problem)
	}
	for _, c := range steps {
		_, p := follow(c.past, c.next, c.change)
		add(p)
	}
	add(IDDiffers()) // the log raises these two: only it knows what is recorded
	add(IDErased())
	return all
}

func TestEveryCodeIsReachedAndSaysWhatToDoInBothLanguages(t *testing.T) {
	all := reached(t)
	for _, code := range Codes() {
		if len(all[code]) == 0 {
			t.Errorf("%s is never reached", code)
		}
	}
	for code, list := range all {
		if !slices.Contains(Codes(), code) {
			t.Errorf("%s is no code of the contract", code)
		}
		for _, p := range list {
			if p.Field != "" && !slices.Contains(Header(), p.Field) {
				t.Errorf("%s: %s is no column", code, p.Field)
			}
			for _, text := range []string{p.Text.TR, p.Text.EN} {
				if len(text) < 20 || strings.HasSuffix(text, ".") || strings.Contains(text, "%!") || p.Text.TR == p.Text.EN {
					t.Errorf("%s: %q", code, text)
				}
			}
		}
	}
	if len(Codes()) != 25 {
		t.Error("the contract has 25 codes")
	}
}

// What stood in the input may be personal, names of members included.
func TestNoProblemRepeatsTheData(t *testing.T) {
	secrets := []string{"10000000146", "Şükrü", "Iğdır", "secret", "532000", "GİZLİ", "gizli"}
	for code, list := range reached(t) {
		for _, p := range list {
			for _, s := range secrets {
				if strings.Contains(p.Text.TR+p.Text.EN+p.Error()+p.Fault(7).Error(), s) {
					t.Errorf("%s repeats %s", code, s)
				}
			}
		}
	}
}

func TestAProblemBecomesAnErrorOfTheInputThatNamesTheLine(t *testing.T) {
	p := Check(with(func(e *Event) { e.Subject.TC = "" }), now)
	f := p.Fault(12)
	if f.Class != fault.Input || f.Code != CodeFieldMissing || !strings.HasPrefix(f.Message.EN, "line 12: tc: ") || !strings.HasPrefix(f.Message.TR, "12. satır: tc: ") {
		t.Errorf("%+v", f)
	}
	var found *Problem
	if !errors.As(error(f), &found) || found != p {
		t.Error("the problem is lost on the way")
	}
	if f := whole(CodeNoConsent, p.Text).Fault(0); f.Message != p.Text {
		t.Errorf("%+v", f)
	}
}
