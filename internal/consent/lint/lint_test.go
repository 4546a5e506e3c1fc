package lint

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/consent/sample"
)

// good gives the sample text of that label, and the others of its language.
func good(t testing.TB, label string) (own sample.Text, others []Other) {
	t.Helper()
	all := sample.Texts()
	i := slices.IndexFunc(all, func(x sample.Text) bool { return x.Label == label })
	if i < 0 {
		t.Fatalf("no sample text %s", label)
	}
	for k, x := range all {
		if k != i && x.Language == all[i].Language && x.Kind != all[i].Kind && x.Day == "2025-01-01" {
			others = append(others, Other{x.Kind, x.Language, x.Body})
		}
	}
	return all[i], others
}

func codes(list []Finding) []string {
	var out []string
	for _, f := range list {
		if len(out) == 0 || out[len(out)-1] != f.Code {
			out = append(out, f.Code)
		}
	}
	return out
}

func TestAGoodTextHasNoFinding(t *testing.T) {
	for _, x := range sample.Texts() {
		own, others := good(t, x.Label)
		for _, f := range Lint(own.Kind, own.Language, own.Body, others) {
			t.Errorf("%s: %s line %d: %s", x.Label, f.Code, f.Line, f.Detail.TR)
		}
		for _, f := range Lint(own.Kind, own.Language, own.Body, nil) {
			t.Errorf("%s alone: %s line %d: %s", x.Label, f.Code, f.Line, f.Detail.TR)
		}
	}
}

// Each gap is planted into a good text; it must be found, and nothing else.
func TestEachGapIsFoundAndNothingBesideIt(t *testing.T) {
	for _, c := range gaps {
		own, others := good(t, c.label)
		body := string(own.Body)
		for _, r := range c.replace {
			if !strings.Contains(body, r[0]) {
				t.Fatalf("%s %s: %q does not stand in the sample", c.code, c.label, r[0])
			}
			body = strings.ReplaceAll(body, r[0], r[1])
		}
		if c.alone {
			others = nil
		}
		if got := codes(Lint(own.Kind, own.Language, []byte(body), others)); !slices.Equal(got, strings.Fields(c.code)) {
			t.Errorf("%s in %s: found %v\n%s", c.code, c.label, got, c.replace)
		}
	}
}

func TestEveryRuleHasAGapInTheTestsInBothLanguages(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range gaps {
		language := "tr"
		if strings.HasPrefix(c.label, "sample") {
			language = "en"
		}
		for code := range strings.FieldsSeq(c.code) {
			seen[code+language] = true
		}
	}
	for _, r := range Rules() {
		for _, l := range []string{"tr", "en"} {
			if !seen[r.Code+l] {
				t.Errorf("no text with the gap %s in %s", r.Code, l)
			}
		}
	}
}

func TestEveryRuleIsDocumentedInBothLanguages(t *testing.T) {
	last := ""
	for _, r := range Rules() {
		if !regexp.MustCompile(`^W\d\d_[A-Z_]+$`).MatchString(r.Code) || r.Code <= last {
			t.Errorf("code %s after %s", r.Code, last)
		}
		last = r.Code
		if r.Basis.TR == "" || r.Basis.EN == "" || r.Seeks.TR == "" || r.Seeks.EN == "" || r.Seeks.TR == r.Seeks.EN || len(r.Kinds) == 0 {
			t.Errorf("%s is not documented: %+v", r.Code, r)
		}
	}
	for _, r := range table() {
		if r.check == nil && (r.says.tr == "" || r.says.en == "" || r.missing.TR == "" || r.missing.EN == "") {
			t.Errorf("%s looks for nothing in one language", r.Code)
		}
	}
}

func TestTheTextOfTheRecordMayStandInTheNotice(t *testing.T) {
	own, others := good(t, "ornek-riza-1")
	body := []byte(strings.ReplaceAll(string(own.Body), "Bu veriler, Kurumun Ankara’daki veri merkezinde saklanır ve rızanızı geri aldığınızda silinir.", "Aydınlatma metninde yazar."))
	if got := codes(Lint(event.Consent, "tr", body, others)); got != nil {
		t.Errorf("with its notice: %v", got)
	}
	if got := codes(Lint(event.Consent, "tr", body, nil)); !slices.Equal(got, []string{"W11_STORAGE", "W12_RETENTION"}) {
		t.Errorf("alone: %v", got)
	}
	for i := range others {
		others[i].Language = "en"
	}
	if got := codes(Lint(event.Consent, "tr", body, others)); !slices.Equal(got, []string{"W11_STORAGE", "W12_RETENTION"}) {
		t.Errorf("beside texts in another language: %v", got)
	}
}

func TestTheSameBytesAreNotTwoTexts(t *testing.T) {
	own, _ := good(t, "ornek-riza-1")
	if got := codes(Lint(event.Consent, "tr", own.Body, []Other{{event.Notice, "tr", own.Body}})); !slices.Contains(got, "W21_MERGED") {
		t.Errorf("found %v", got)
	}
}

// How lines are broken, which quotes are used and how letters are composed changes nothing of what is understood.
func TestLineBreaksAndComposedLettersChangeNothing(t *testing.T) {
	for _, x := range sample.Texts() {
		own, others := good(t, x.Label)
		body := string(own.Body)
		for name, other := range map[string]string{
			"one line a paragraph": unwrapped(body),
			"wrapped at 80":        wrapped(unwrapped(body), 80),
			"wrapped at 100":       wrapped(unwrapped(body), 100),
			"straight apostrophes": strings.ReplaceAll(body, "’", "'"),
			"indented":             "  " + strings.ReplaceAll(body, "\n", "\n  "),
		} {
			if got := codes(Lint(own.Kind, own.Language, []byte(other), others)); got != nil {
				t.Errorf("%s, %s: %v", x.Label, name, got)
			}
		}
		for name, other := range map[string][]byte{
			"W33_ENCODING":  norm.NFD.Bytes(own.Body),
			"W33_ENCODING ": bytes.ReplaceAll(own.Body, []byte("\n"), []byte("\r\n")),
			"W30_HIDDEN":    bytes.ReplaceAll(own.Body, []byte(" "), []byte("\u00a0")),
		} {
			if bytes.Equal(other, own.Body) {
				continue
			}
			if got := codes(Lint(own.Kind, own.Language, other, others)); !slices.Equal(got, []string{strings.TrimSpace(name)}) {
				t.Errorf("%s: %v, want %s", x.Label, got, name)
			}
		}
	}
}

func unwrapped(s string) string {
	var b strings.Builder
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		b.WriteString(strings.TrimSpace(l))
		if i+1 < len(lines) {
			next := strings.TrimSpace(lines[i+1])
			_, marker := item(next)
			if len([]rune(l)) > 75 && next != "" && marker == "" {
				b.WriteByte(' ')
			} else {
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

func wrapped(s string, width int) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		n := 0
		for i, w := range strings.Fields(line) {
			if l := len([]rune(w)); i > 0 && n+1+l > width {
				b.WriteByte('\n')
				n = l
			} else {
				if i > 0 {
					b.WriteByte(' ')
				}
				n += 1 + l
			}
			b.WriteString(w)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestWordsAreComparedWithoutCaseAndDiacritics(t *testing.T) {
	p := compile("kisisel verileri koruma kurul")
	for _, s := range []string{"Kişisel Verileri Koruma Kurulu", "KİŞİSEL VERİLERİ KORUMA KURULUNA", "kisisel verileri koruma kurulu", "KISISEL VERILERI KORUMA KURULU",
		norm.NFD.String("Kişisel Verileri Koruma Kurulu’na"), "Kişisel\u00a0Verileri Ko\u00adruma Kurul'una"} {
		if !read([]byte(s)).says(p) {
			t.Errorf("%q is not understood", s)
		}
	}
	for _, s := range []string{"Kişisel Verilerin Korunması Kanunu", "verileri koruma kişisel kurulu", ""} {
		if read([]byte(s)).says(p) {
			t.Errorf("%q is taken for the authority", s)
		}
	}
}

func TestPatternsFindWhatTheirNotationSays(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"sakla & # yil", "Veriler iki yıl saklanır.", true},
		{"sakla & # yil", "Veriler 2 yıl saklanır.", true},
		{"sakla & # yil", "Veriler saklanır. İki yıl geçer.", false},
		{"# ay=", "altı ay", true},
		{"# ay=", "altı aylık", false},
		{"duzeltilmesini ~ iste", "düzeltilmesini Kurumdan yazılı olarak isteme", true},
		{"duzeltilmesini ~ iste", "düzeltilmesini bir iki üç dört beş altı yedi sekiz dokuz isteme", false},
		{"veri & !silme", "veri silme", false},
		{"e posta|eposta", "E-posta", true},
		{"6 nci madde", "6ncı maddesi", true},
		{"5 2=", "m.5/2", true},
		{"5 2=", "m.5/23", false},
	} {
		if got := read([]byte(c.text)).says(compile(c.pattern)); got != c.want {
			t.Errorf("%q in %q: %v", c.pattern, c.text, got)
		}
	}
}

// A stem that is not folded would never be found.
func TestStemsAreFolded(t *testing.T) {
	check := func(where string, s says) {
		for _, language := range []string{"tr", "en"} {
			p := s.in(language)
			if p == nil {
				t.Errorf("%s has no pattern in %s", where, language)
				continue
			}
			for _, g := range slices.Concat(p.all, p.none) {
				for _, ph := range g {
					if len(ph) == 0 {
						t.Errorf("%s in %s has an empty alternative", where, language)
					}
					for _, st := range ph {
						if st.num || st.gap {
							continue
						}
						if words := read([]byte(st.s)).sentences; len(words) != 1 || len(words[0].words) != 1 || words[0].words[0].s != st.s {
							t.Errorf("%s in %s: %q is no folded word", where, language, st.s)
						}
					}
				}
			}
		}
	}
	for _, r := range table() {
		if r.check == nil {
			check(r.Code, r.says)
		}
	}
	for _, r := range rights {
		check(r.letter, r.says)
	}
	for _, c := range channels {
		check(c.name.EN, c.says)
	}
	for _, d := range data {
		check(d.name.EN, d.says)
	}
}

func TestAnotherLanguageIsLookedAtAsTypedOnly(t *testing.T) {
	if got := codes(Lint(event.Consent, "de", []byte("Einwilligung\u200b"), nil)); !slices.Equal(got, []string{"W30_HIDDEN"}) {
		t.Errorf("found %v", got)
	}
}

func FuzzLint(f *testing.F) {
	for _, x := range sample.Texts() {
		for paragraph := range bytes.SplitSeq(x.Body, []byte("\n\n")) { // a whole text each would be slow
			f.Add(string(x.Kind), x.Language, paragraph, paragraph)
		}
	}
	f.Add("consent", "tr", []byte("rıza\xff\n\r\n• ("), []byte(""))
	f.Add("notice", "en", []byte("1. "), []byte("a)"))
	f.Fuzz(func(t *testing.T, kind, language string, body, other []byte) {
		before, lines := bytes.Clone(body), bytes.Count(body, []byte("\n"))+1
		others := []Other{{event.Notice, language, other}, {event.Consent, language, other}}
		list := Lint(event.Act(kind), language, body, others)
		if !bytes.Equal(before, body) {
			t.Fatal("the text was changed")
		}
		for _, x := range list {
			if x.Line < 0 || x.Line > lines || x.Code == "" || x.Detail.TR == "" || x.Detail.EN == "" || x.Basis.TR == "" || len(x.Detail.TR) > 4000 {
				t.Fatalf("finding %+v of a text of %d lines", x, lines)
			}
		}
		if again := Lint(event.Act(kind), language, body, others); !slices.Equal(list, again) {
			t.Fatal("twice is not the same")
		}
	})
}

// Two short texts in which as good as everything is wrong.
func TestABadPairOfTextsHasItsGapsNamed(t *testing.T) {
	notice := []byte("AYDINLATMA\n\nSitemizi kullananların kimlik bilgileri, telefonu vb. bilgileri kanunlarda açıkça öngörülmesi sebebiyle işlenir ve gerektiğinde yurt dışına aktarılır.\n")
	consent := []byte("RIZA BEYANI\n\nAydınlatma metnini okuduğumu; Kanunun 6 ncı maddesinde belirtilen verilerimin, pasaportumun ve faks numaramın, ürünlerin tanıtılması, anketlerin yapılması, " +
		"istatistiklerin çıkarılması ve iş ortaklarına sunulması amaçlarıyla saklanacağını anladığımı kabul ediyor, açık rızamı veriyorum, açık rızam bulunduğunu beyan ederim. " +
		"Rıza verilmemesi hâlinde üyelik işlemi tamamlanamaz.\n")
	for _, c := range []struct {
		kind event.Act
		own  []byte
		with Other
		want string
	}{
		{event.Notice, notice, Other{event.Consent, "tr", consent}, "W01_CONTROLLER W02_CONTACT W03_PURPOSE W04_RECIPIENTS W05_METHOD W07_RIGHTS W08_APPLICATION W11_STORAGE W12_RETENTION W14_AUTHORITY W16_UNDATED W17_ABROAD W25_GROUND_CLASH W26_VAGUE"},
		{event.Consent, consent, Other{event.Notice, "tr", notice}, "W01_CONTROLLER W03_PURPOSE W11_STORAGE W12_RETENTION W13_WITHDRAWAL W14_AUTHORITY W15_VALIDITY W16_UNDATED W20_BUNDLED W21_MERGED W22_CONDITIONAL W23_NOT_IN_NOTICE W24_SPECIAL_UNNAMED W25_GROUND_CLASH"},
	} {
		list := Lint(c.kind, "tr", c.own, []Other{c.with})
		if got := strings.Join(codes(list), " "); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.kind, got, c.want)
		}
		for _, f := range list {
			if f.Code == "W07_RIGHTS" && !strings.Contains(f.Detail.EN, "Article 11, 9 missing") {
				t.Errorf("%s", f.Detail.EN)
			}
			if f.Code == "W20_BUNDLED" && !strings.Contains(f.Detail.TR, "tek beyanda 4 amaç") {
				t.Errorf("%s", f.Detail.TR)
			}
			if f.Code == "W23_NOT_IN_NOTICE" && (!strings.Contains(f.Detail.EN, "not in the notice: passport, fax; in the notice only:") || f.Line != 3) {
				t.Errorf("line %d: %s", f.Line, f.Detail.EN)
			}
		}
	}
}
