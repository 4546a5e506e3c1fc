package find

import (
	"strings"
	"testing"
)

func judged(t *testing.T, f Finder, text string) (string, string) {
	t.Helper()
	m, ok := f.Next([]byte(text), 0)
	if !ok {
		t.Fatalf("%q: nothing found", text)
	}
	c, k := Judge([]byte(text), m, "")
	return c.String(), k
}

func TestWhatStandsAroundANumberDecidesTheConfidence(t *testing.T) {
	const n = "10000000146"
	for text, want := range map[string]string{
		n:                                     "medium",
		"10000000147":                         "low",
		"TCKN 10000000147":                    "low",
		"TC" + n:                              "medium", // hexadecimal digits touch it, but it is no hash
		"T.C. Kimlik No: " + n:                "high t c kimlik",
		"T.C.KİMLİK NO=" + n:                  "high t c kimlik",
		`{"tcKimlikNo":"` + n + `"}`:          "high tc kimlik",
		`{"TCKimlikNo":` + n + `}`:            "high tc kimlik",
		"<KIMLIK_NO>" + n:                     "high kimlik no",
		"TC kimliğim " + n:                    "high tc kimlig",
		"identity card number: " + n:          "high identity card",
		"tckn=" + n:                           "high tckn",
		"musteri_tckn: " + n:                  "high tckn",
		"TCKNo " + n:                          "high tck",
		"Nüfus Cüzdanı seri … " + n:           "high nufus cuzdan",
		"vatanda\xfel\xfdk no: " + n:          "high vatandaslik no", // windows-1254
		"vatandaşlık numarası " + n:           "high vatandaslik num",
		"nationalId: " + n:                    "high national id",
		"identity number of x: " + n:          "high identity num",
		n + " (TR ID)":                        "high tr id",
		"attr id " + n:                        "medium", // words begin where words begin
		"etc no " + n:                         "medium",
		"tc not " + n:                         "medium",
		"kimlik doğrulama " + n:               "medium", // "authentication"
		"tckn\n\n\nx\n" + n:                   "high tckn",
		"tckn" + strings.Repeat(" ", 297) + n: "medium",
		"tckn" + strings.Repeat(" ", 296) + n: "high tckn",
		"deadbeef" + n:                        "low",
		"0x" + n:                              "low",
		"tckn 550e8400-e29b-41d4-a716-a" + n:  "low",
		"id 550e8400-e29b-41d4-a716 a" + n:    "medium",
		"0." + n:                              "low",
		"tckn " + n + ".5":                    "low",
		"tckn " + n + ". 5":                   "high tckn",
		n + ".2024.pdf":                       "medium",
		"v1.0." + n:                           "medium",
		"1," + n:                              "medium",
		n + ".5.":                             "low",
		"GB41WXYZ" + n + "XYZ":                "medium", // an IBAN whose check digits do not fit
	} {
		c, k := judged(t, Finder{}, text)
		if got := strings.TrimSpace(c + " " + k); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestANumberInsideAnIBANIsLow(t *testing.T) {
	low := 0
	for check := range 100 {
		text := "MT" + string([]byte{byte('0' + check/10), byte('0' + check%10)}) + "WXYZ10000000146GHIJKLMNO"
		c, _ := judged(t, Finder{}, text)
		if c == "low" {
			low++
		}
	}
	if low < 1 || low > 2 { // 97 values of check digits, of which 0 to 2 are 97 to 99 too
		t.Errorf("%d of 100 check digits make it an IBAN", low)
	}
}

func TestTheNearestKeywordIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		"national id, tckn: 10000000146 kimlik no": "tckn",
		"x 10000000146 kimlik no, tckn":            "kimlik no",
	} {
		if _, k := judged(t, Finder{}, text); k != want {
			t.Errorf("%q: %q, want %q", text, k, want)
		}
	}
}

func TestTheNameOfAColumnIsAKeyword(t *testing.T) {
	for name, want := range map[string]string{"TCKN": "tckn", "\ufeffT.C. Kimlik No": "t c kimlik", "Ad": "", "": "", "musteriTcKimlikNo": "tc kimlik"} {
		if got := Keyword([]byte(name)); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	m, _ := Finder{}.Next([]byte("10000000146"), 0)
	if c, k := Judge([]byte("10000000146"), m, "tckn"); c != High || k != "tckn" {
		t.Errorf("%v %q", c, k)
	}
}

func FuzzJudgingNeverFails(f *testing.F) {
	f.Add([]byte("TR1010000000146.5e"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, finder := range finders {
			for _, m := range all(finder, b) {
				if c, k := Judge(b, m, ""); (c == High) != (k != "") {
					t.Fatalf("%q: %v %q", b, c, k)
				}
			}
		}
	})
}
