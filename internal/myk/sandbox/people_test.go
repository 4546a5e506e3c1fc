package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/tckn"
)

var belgeNo = regexp.MustCompile(`^YB90\d{2}/\d{2}UY\d{4}-[1-8]/\d{2}/[1-9]\d*$`)

// rowsOf asks the service in the same process, without HTTP.
func rowsOf(t *testing.T, s *Service, tc string) []map[string]string {
	t.Helper()
	q, problem := s.parse(byNumber, []byte(numberBody(tc)))
	if problem != "" {
		t.Fatal(problem)
	}
	return decode(t, string(s.answer(q).append(nil))).Rows
}

func TestEveryPersonHasAValidNumberConsistentDatesAndANote(t *testing.T) {
	s := New(Options{Now: clock, Seed: 1, People: 3000})
	numbers, documents := map[string]bool{}, map[string]bool{}
	people := 0
	for p := range s.People() {
		people++
		if !tckn.Check(p.KimlikNo).Valid() || numbers[p.KimlikNo] {
			t.Fatalf("person %d: number invalid or there twice", people)
		}
		numbers[p.KimlikNo] = true
		if p.Note.TR == "" || p.Note.EN == "" {
			t.Errorf("person %d has no note in both languages", people)
		}
		list := s.certificatesOf(p.KimlikNo, todayOf(clock()))
		if len(list) != p.Certificates {
			t.Errorf("person %d: %d certificates, said %d", people, len(list), p.Certificates)
		}
		for _, c := range list {
			no := string(c.appendNumber(nil, '/'))
			if !belgeNo.MatchString(no) || documents[no] {
				t.Errorf("person %d: BELGENO %s is malformed or there twice", people, no)
			}
			documents[no] = true
			if c.kimlikNo != p.KimlikNo || c.exam != noDay && c.exam > c.issue || c.expiry != noDay && c.issue >= c.expiry || c.issue > todayOf(clock()) {
				t.Errorf("person %d: holder or dates do not fit: %+v", people, c)
			}
		}
	}
	if want := len(fixedPeople) + 3000; people != want {
		t.Errorf("%d people, want %d", people, want)
	}
	if !numbers["10000000146"] {
		t.Error("10000000146 is missing")
	}
}

func TestFixedPeopleShowWhatTheirNotesSay(t *testing.T) {
	s := New(Options{Now: clock})
	today := "22.11.2026"
	show := map[int]string{ // what the wire shows: status|expiry of each certificate
		1: "", 2: "Geçerli|12.05.2030", 4: "Süresi Dolmuş|06.03.2022", 5: "Geçerli|01.10.2023", 6: "İptal Edildi|15.01.2029",
		7: "Askıya Alındı|03.06.2029", 8: "İptal Edildi|19.09.2021", 9: "Askıya Alındı|26.09.2021",
		10: "Geçerli|" + today, 11: "Geçerli|21.11.2026", 12: "Geçerli|23.11.2026", 13: "İncelemede|27.12.2027", 14: "|27.12.2027",
		15: "1|27.12.2027 2|28.12.2027 3|29.12.2027 4|30.12.2027", 16: "Geçerli|",
		28: "Geçerli|31.12.9999", 29: "Süresi Dolmuş|20.04.2020 İptal Edildi|06.04.2025 Geçerli|07.04.2030",
		27: "Geçerli|22.12.2026 Geçerli|20.04.2027 Geçerli|21.04.2027 Geçerli|22.04.2027",
	}
	for i, want := range show {
		var got []string
		for _, row := range rowsOf(t, s, fixedNumber(i)) {
			got = append(got, row["BELGE_DURUMU"]+"|"+row["GECERLILIK_TARIHI"])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s (%s): %q, want %q", fixedNumber(i), fixedPeople[i].note.EN, got, want)
		}
	}
	if n := len(rowsOf(t, s, fixedNumber(3))); n != 40 {
		t.Errorf("%d certificates, want 40", n)
	}
	if row := rowsOf(t, s, fixedNumber(24))[0]; row["SINAV_TARIHI"]+row["MESLEK_KODU"]+row["EUROPASS_SERTIFIKA_TR"]+row["EUROPASS_SERTIFIKA_EN"] != "" {
		t.Errorf("fields are not empty: %v", row)
	}
	if row := rowsOf(t, s, fixedNumber(25))[0]; row["KURULUS_ADI"] != `Taslak & Oğulları "Deneme" Belgelendirme` {
		t.Errorf("body %q", row["KURULUS_ADI"])
	}
	if row := rowsOf(t, s, fixedNumber(20))[0]; row["BELGE_DUZENLEME_TARIHI"] != today {
		t.Errorf("issued %s, not today", row["BELGE_DUZENLEME_TARIHI"])
	}
	if row := rowsOf(t, s, fixedNumber(31))[0]; len([]rune(row["YETERLILIK_ADI"])) <= 350 {
		t.Error("the long name is short")
	}
}

func TestTodayIsTheDayInIstanbul(t *testing.T) {
	now := time.Date(2026, 11, 22, 20, 59, 59, 0, time.UTC)
	s := New(Options{Now: func() time.Time { return now }})
	expires := func() string { return rowsOf(t, s, fixedNumber(10))[0]["GECERLILIK_TARIHI"] }
	if got := expires(); got != "22.11.2026" {
		t.Errorf("a second before midnight in Istanbul: %s", got)
	}
	now = now.Add(time.Second).In(time.FixedZone("elsewhere", -8*3600))
	if got := expires(); got != "23.11.2026" {
		t.Errorf("at midnight in Istanbul: %s", got)
	}
}

func TestGeneratedPeopleAreOfEveryKind(t *testing.T) {
	s := New(Options{Now: clock, Seed: 7, People: 2000})
	kinds := map[string]int{}
	codes := map[string]bool{}
	for i := range 2000 {
		list := s.certificatesOf(tckn.Complete(generatedPrefix+i), todayOf(clock()))
		kinds[fmt.Sprint("count ", len(list))]++
		for _, c := range list {
			kinds[c.status]++
			codes[c.qual.code] = true
			if c.status == statusValid && c.expiry < todayOf(clock()) {
				kinds["past but Geçerli"]++
			}
		}
	}
	for _, kind := range []string{"count 0", "count 1", "count 2", "count 3", statusValid, statusCancelled, statusSuspended, statusExpired, "past but Geçerli"} {
		if kinds[kind] == 0 {
			t.Errorf("nobody shows %q: %v", kind, kinds)
		}
	}
	if len(codes) < 60 {
		t.Errorf("only %d qualifications", len(codes))
	}
}

func TestTheSameSeedGivesTheSamePeopleAndAnotherSeedOthers(t *testing.T) {
	text := func(seed uint64, people int) string {
		s := New(Options{Now: clock, Seed: seed, People: people})
		var all strings.Builder
		for i := range 200 {
			b, err := json.Marshal(rowsOf(t, s, tckn.Complete(generatedPrefix+i)))
			if err != nil {
				t.Fatal(err)
			}
			all.Write(b)
		}
		return all.String()
	}
	if text(3, 200) != text(3, 200) {
		t.Error("the same seed gave other people")
	}
	if text(3, 200) != text(3, 1_000_000) {
		t.Error("a person depends on how many others there are")
	}
	if text(3, 200) == text(4, 200) {
		t.Error("another seed gave the same people")
	}
}

func TestANewDayBringsNewCertificatesAndTakesNoneAway(t *testing.T) {
	now := clock()
	s := New(Options{Now: func() time.Time { return now }, Seed: 5, People: 20000})
	count := func() map[string]bool {
		all := map[string]bool{}
		for i := range 20000 {
			for _, c := range s.certificatesOf(tckn.Complete(generatedPrefix+i), todayOf(now)) {
				all[string(c.appendNumber(nil, '/'))] = true
			}
		}
		return all
	}
	before := count()
	now = now.AddDate(0, 0, 1)
	after := count()
	for no := range before {
		if !after[no] {
			t.Fatalf("%s is gone", no)
		}
	}
	if len(after) == len(before) {
		t.Error("nothing new")
	}
}

func TestTheCatalogueHoldsEachCodeOnceAndItsFormIsRight(t *testing.T) {
	code, job := regexp.MustCompile(`^\d\dUY\d{4}-[2-6]$`), regexp.MustCompile(`^\d{4}\.\d\d$`)
	codes, jobs := map[string]bool{}, map[string]bool{}
	for _, q := range catalogue {
		if !code.MatchString(q.code) || !job.MatchString(q.job) || len(q.revision) != 2 || codes[q.code] || jobs[q.job] {
			t.Errorf("bad row %+v", q)
		}
		codes[q.code], jobs[q.job] = true, true
	}
	if len(codes) < 60 {
		t.Errorf("%d qualifications", len(codes))
	}
	if q := qualificationByCode("12UY0054-3"); q == nil || q.name != "Alçı Levha Uygulayıcısı" {
		t.Errorf("12UY0054-3 is %v of %v", q, slices.Collect(maps.Keys(codes)))
	}
}
