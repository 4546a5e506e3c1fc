package i18n

import "testing"

func TestLocalesAreRead(t *testing.T) {
	for in, want := range map[string]Lang{"tr": TR, "tr_TR.UTF-8": TR, "en-GB": EN, "en_US": EN} {
		if got, ok := Parse(in); !ok || got != want {
			t.Errorf("Parse(%q) = %v %v", in, got, ok)
		}
	}
	for _, in := range []string{"", "C", "de_DE.UTF-8", "trx", "POSIX"} {
		if _, ok := Parse(in); ok {
			t.Errorf("Parse(%q) is a language of ours", in)
		}
	}
}

func TestNumbersAndTextsFollowTheLanguageAroundThem(t *testing.T) {
	text := Tf("%d kayıt, %s", "%d records, %s", 1234567, T("tamam", "done"))
	if text.TR != "1.234.567 kayıt, tamam" || text.EN != "1,234,567 records, done" {
		t.Errorf("%+v", text)
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1.000", -1234: "-1.234", -999: "-999"} {
		if got := Number(TR, n); got != want {
			t.Errorf("Number(%d) = %q", n, got)
		}
	}
}

func TestOneIsNoPluralInEnglish(t *testing.T) {
	for n, want := range map[int64]Text{0: {"0 kayıt", "0 entries"}, 1: {"1 kayıt", "1 entry"}, 2: {"2 kayıt", "2 entries"}, 21001: {"21.001 kayıt", "21,001 entries"}} {
		if got := Count(n, "%d kayıt", "%d entry", "%d entries"); got != want {
			t.Errorf("%d: %+v", n, got)
		}
	}
}

func TestTurkishCaseRules(t *testing.T) {
	if Upper("istanbul ığdır") != "İSTANBUL IĞDIR" || Fold("GEÇERLİ") != Fold("geçerli") || Fold("IĞDIR") == Fold("iğdir") {
		t.Error("the dotted and the dotless i are mixed up")
	}
}
