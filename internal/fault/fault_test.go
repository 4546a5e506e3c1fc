package fault

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"iskurctl/internal/i18n"
)

func TestEveryClassHasANameAndATextInBothLanguages(t *testing.T) {
	seen := map[Class]bool{}
	for _, c := range Classes() {
		if c.Name == "" || c.Text.TR == "" || c.Text.EN == "" || c.Text.TR == c.Text.EN || seen[c.Class] {
			t.Errorf("%+v", c)
		}
		seen[c.Class] = true
	}
	for c := OK; c <= Output; c++ {
		if !seen[c] {
			t.Errorf("exit code %d is not documented", c)
		}
	}
}

func TestAForeignErrorIsInternalAndItsTextIsNotShown(t *testing.T) {
	e := From(fmt.Errorf("dial 10000000146"))
	if e.Class != Internal || strings.Contains(e.Message.TR+e.Message.EN+e.Error(), "10000000146") {
		t.Errorf("%+v", e)
	}
	wrapped := fmt.Errorf("while: %w", New(Input, "x", i18n.T("a", "b")))
	if ClassOf(wrapped) != Input || ClassOf(nil) != OK {
		t.Error("the class is lost on the way")
	}
}

func TestCauseKnowsTheSystemsAnswers(t *testing.T) {
	_, err := os.Open("/nonexistent/x")
	for _, c := range []struct {
		err error
		en  string
	}{{err, "no such file"}, {syscall.ENOSPC, "no space left on the disk"}, {os.ErrDeadlineExceeded, "the time is over"}, {errors.New("/secret/path"), "unexpected error"}} {
		if got := Cause(c.err); got.EN != c.en || got.TR == "" || got.TR == got.EN {
			t.Errorf("%v: %+v, want %q", c.err, got, c.en)
		}
	}
}

func TestNearestFindsSlipsAndNothingElse(t *testing.T) {
	list := []string{"lookup", "qualifications", "ping"}
	for wrong, want := range map[string]string{"lokup": "lookup", "lookpu": "lookup", "pnig": "ping", "xyz": "", "": "", "kitap": ""} {
		if got := Nearest(wrong, list); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", wrong, got, want)
		}
	}
}
