package fault

import "testing"

func TestAShortNameIsNotTakenForAnyOtherShortName(t *testing.T) {
	list := []string{"act", "event", "id", "ip", "items", "phone", "session", "subject", "surname", "tc", "text", "time", "ui"}
	for wrong, want := range map[string]string{
		"ad": "", "il": "", "tel": "", "no": "", "i": "", "": "", "yas": "", "soyad": "", "xyzw": "",
		"ct": "tc", "di": "id", "tcc": "tc", "itme": "time", "txt": "text", "sesion": "session", "srname": "surname", "phnoe": "phone", "item": "items", "şubject": "subject",
	} {
		if got := Nearest(wrong, list); got != want {
			t.Errorf("%q: %q, want %q", wrong, got, want)
		}
	}
}
