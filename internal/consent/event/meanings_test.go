package event

import "testing"

func TestEveryCodeIsExplainedInBothLanguages(t *testing.T) {
	for _, m := range Meanings() {
		if m.Text.TR == "" || m.Text.EN == "" || m.Text.TR == m.Text.EN {
			t.Errorf("%s: %+v", m.Code, m.Text)
		}
	}
	if len(meanings) != len(Codes()) {
		t.Errorf("%d meanings of %d codes", len(meanings), len(Codes()))
	}
}
