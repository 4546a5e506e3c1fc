package sandbox

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

func rangeBody(from, to, cursor string) string {
	b, _ := json.Marshal(map[string]string{"BASLANGIC_TARIHI": from, "BITIS_TARIHI": to, "SAYFA": cursor})
	return string(b)
}

// walk reads a range to its end: how often each record was seen, by number and content.
func walk(t *testing.T, s *Service, from, to string) (seen map[string]int, pages int) {
	t.Helper()
	seen = map[string]int{}
	for cursor := ""; ; pages++ {
		q, problem := s.parse(byRange, []byte(rangeBody(from, to, cursor)))
		if problem != "" {
			t.Fatal(problem)
		}
		r := decode(t, string(s.answer(q).append(nil)))
		if *r.Echo != "" {
			t.Fatal("a range has an echo")
		}
		if len(r.Rows) == 0 && (pages > 0 || *r.Next != "") || len(r.Rows) > s.o.PageSize {
			t.Fatalf("page %d holds %d records, next %q", pages, len(r.Rows), *r.Next)
		}
		for _, row := range r.Rows {
			if len(row) != 13 {
				t.Fatalf("%d fields", len(row))
			}
			b, _ := json.Marshal(row)
			seen[string(b)]++
		}
		if *r.Next == "" {
			return seen, pages + 1
		}
		if len(*r.Next) > 64 {
			t.Fatalf("a cursor of %d bytes", len(*r.Next))
		}
		cursor = *r.Next
	}
}

// askEach asks for everybody by number and keeps what was issued in the range.
func askEach(t *testing.T, s *Service, from, to day) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for p := range s.People() {
		for _, row := range rowsOf(t, s, p.KimlikNo) {
			issue, ok := parseDay(row["BELGE_DUZENLEME_TARIHI"])
			if !ok {
				t.Fatalf("issued %q", row["BELGE_DUZENLEME_TARIHI"])
			}
			if from <= issue && issue <= to {
				row["KIMLIK_NO"] = p.KimlikNo
				b, _ := json.Marshal(row)
				seen[string(b)]++
			}
		}
	}
	return seen
}

func TestARangeHoldsEachCertificateOnceWhateverThePageSize(t *testing.T) {
	for _, c := range []struct {
		people, size int
		from, to     string
	}{
		{0, 7, "01.01.2000", "31.12.2030"},
		{300, 1, "01.01.0001", "31.12.9999"},
		{300, 7, "01.01.2010", "22.11.2026"},
		{300, 500, "15.03.2024", "15.09.2025"},
		{6000, 3, "25.03.2024", "25.03.2024"}, // one day, both ends the same
		{3000, 500, "21.11.2026", "22.11.2026"},
		{3000, 100, "23.11.2026", "31.12.2026"}, // the future is empty
		{3000, 100, "01.01.2017", "31.12.2017"}, // before anybody was generated
	} {
		s := New(Options{Now: clock, Seed: 11, People: c.people, PageSize: c.size})
		from, _ := parseDay(c.from)
		to, _ := parseDay(c.to)
		got, pages := walk(t, s, c.from, c.to)
		want := askEach(t, s, from, to)
		if !maps.Equal(got, want) {
			t.Errorf("%+v: %d records in %d pages, asked one by one %d", c, len(got), pages, len(want))
		}
		for row, n := range got {
			if n != 1 {
				t.Errorf("%+v: %d times %s", c, n, row)
			}
		}
		if wantPages := max(1, (len(want)+c.size-1)/c.size); pages != wantPages {
			t.Errorf("%+v: %d pages, want %d", c, pages, wantPages)
		}
	}
}

func TestBothEndsOfARangeAreIncluded(t *testing.T) {
	s := New(Options{Now: clock})
	for _, c := range []struct {
		from, to string
		there    bool
	}{
		{"25.03.2024", "25.03.2024", true}, {"24.03.2024", "25.03.2024", true}, {"25.03.2024", "26.03.2024", true},
		{"26.03.2024", "27.03.2024", false}, {"23.03.2024", "24.03.2024", false},
	} {
		rows, _ := walk(t, s, c.from, c.to)
		there := false
		for row := range rows {
			there = there || strings.Contains(row, "YB9001/12UY0054-3/00/123")
		}
		if there != c.there {
			t.Errorf("%s–%s: %v", c.from, c.to, there)
		}
	}
}

func TestACursorBelongsToItsRangeAndItsService(t *testing.T) {
	s := New(Options{Now: clock, Seed: 1, People: 500, PageSize: 10})
	q, _ := s.parse(byRange, []byte(rangeBody("01.01.2020", "31.12.2025", "")))
	cursor := s.answer(q).next
	if cursor == "" {
		t.Fatal("one page only")
	}
	if _, problem := s.parse(byRange, []byte(rangeBody("01.01.2020", "31.12.2025", cursor))); problem != "" {
		t.Error("its own range:", problem)
	}
	if _, problem := s.parse(byRange, []byte(rangeBody("01.01.2020", "30.12.2025", cursor))); problem == "" {
		t.Error("another range was taken")
	}
	other := New(Options{Now: clock, Seed: 2, People: 500, PageSize: 10})
	if _, problem := other.parse(byRange, []byte(rangeBody("01.01.2020", "31.12.2025", cursor))); problem == "" {
		t.Error("another service took it")
	}
	changed := cursor[:3] + "x" + cursor[4:]
	if cursor[3] == 'x' {
		changed = cursor[:3] + "y" + cursor[4:]
	}
	if _, problem := s.parse(byRange, []byte(rangeBody("01.01.2020", "31.12.2025", changed))); problem == "" {
		t.Error("a changed cursor was taken")
	}
}

// The cost is counted in allocations: whoever looked at everybody would make a number for each of them.
func TestAPageOfManyMillionPeopleCostsItsRows(t *testing.T) {
	s := New(Options{Now: clock, Seed: 1, People: 100_000_000})
	from, to := dayOf(2020, 1, 1), todayOf(clock())
	_, next, more := s.page(from, to, to, place{}, 500)
	if !more {
		t.Fatal("one page only")
	}
	allocs := testing.AllocsPerRun(3, func() {
		rows, _, _ := s.page(from, to, to, next, 500)
		if len(rows) != 500 {
			t.Fatalf("%d records", len(rows))
		}
	})
	if allocs > 3000 {
		t.Errorf("%v allocations for 500 records", allocs)
	}
	if list := s.certificatesOf("99999999990", to); len(list) != 0 {
		t.Error("somebody outside has certificates")
	}
}

func BenchmarkNumber(b *testing.B) {
	s := New(Options{Now: clock, Seed: 1, People: 1_000_000})
	body := []byte(numberBody("10000000146"))
	buffer := make([]byte, 0, 8<<10)
	b.ReportAllocs()
	for b.Loop() {
		q, _ := s.parse(byNumber, body)
		buffer = s.answer(q).append(buffer[:0])
	}
}

func BenchmarkPage(b *testing.B) {
	s := New(Options{Now: clock, Seed: 1, People: 1_000_000})
	body := []byte(rangeBody("01.01.2020", "31.12.2025", ""))
	buffer := make([]byte, 0, 1<<20)
	b.ReportAllocs()
	for b.Loop() {
		q, _ := s.parse(byRange, body)
		buffer = s.answer(q).append(buffer[:0])
	}
}

func TestAStuckCursorStaysStuckAndItsCursorIsReal(t *testing.T) {
	_, srv := serve(t, Options{Faults: []Rule{mustRule(t, "stuck_cursor:times=2")}})
	ask := func(cursor string) reply {
		_, body := post(t, srv, byRange, rangeBody("01.03.2024", "31.03.2024", cursor))
		return decode(t, body)
	}
	first := ask("")
	second := ask(*first.Next)
	if *first.Next == "" || *second.Next != *first.Next || len(second.Rows) == 0 {
		t.Errorf("%q then %q", *first.Next, *second.Next)
	}
	if last := ask(*second.Next); *last.Next != "" || len(last.Rows) != len(first.Rows) {
		t.Errorf("after the rule: %d records, next %q", len(last.Rows), *last.Next)
	}
}
