package output

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"iskurctl/internal/i18n"
	"iskurctl/internal/term"
)

func certificates() ([]Column, []Record) {
	cols := []Column{
		{Key: "KIMLIK_NO", Kind: TC}, {Key: "YETERLILIK_ADI", Title: i18n.T("Yeterlilik adı", "Qualification")}, {Key: "YETERLILIK_SEVIYESI", Kind: Number},
		{Key: "BELGENO", Kind: Code}, {Key: "GECERLILIK_TARIHI", Kind: Date}, {Key: "KURULUS_ADI"},
		{Key: "status", Kind: Code, Tone: func(v string) Tone {
			return map[string]Tone{"valid": ToneGood, "expired": ToneBad, "unknown": ToneWarn}[v]
		}},
	}
	return cols, []Record{
		{"10000000146", "Ahşap Kalıpçı", 3, "YB0026/11UY0012-3/00/1234", "2027-03-14", "Türkiye Çimento Müstahsilleri Birliği Sınav Merkezi", "valid"},
		{"10000000214", "Doğal Gaz Altyapı Yapım Kontrol Personeli", 5, "YB0004/10UY0003-5/01/77", "2021-01-02", "UGETAM", "expired"},
		{"10000000382", "", nil, "", "", "", "none"},
	}
}

func TestATableKeepsTurkishHeadersAndAlignsNumbersRight(t *testing.T) {
	cols := []Column{
		{Key: "a", Title: i18n.T("geçerlilik_tarihi ısı", "")}, {Key: "level", Title: i18n.T("Seviye", "")}, {Key: "n", Kind: Number, Title: i18n.T("Sıra no", "")},
	}
	same(t, "table", render(t, Options{Format: "table"}, Target{Lang: i18n.TR}, cols, Record{" iki boşluk", "日本", 7}, Record{"e\u0301", "x", 12345678}), ""+
		"geçerlilik_tarihi ısı │ Seviye │  Sıra no\n"+
		"──────────────────────┼────────┼─────────\n"+
		" iki boşluk           │ 日本   │        7\n"+
		"e\u0301                     │ x      │ 12345678\n")
}

func TestATableFitsTheTerminalAndLosesNothing(t *testing.T) {
	cols, recs := certificates()
	for _, width := range []int{500, 140, 100, 80, 72} {
		got := render(t, Options{Format: "table"}, Target{TTY: true, Width: width, Lang: i18n.TR}, cols, recs...)
		for line := range strings.Lines(got) {
			if w := textWidth(strings.TrimSuffix(line, "\n")); w > width {
				t.Errorf("width %d: a line of %d: %q", width, w, line)
			}
		}
		// Column by column, the pieces of the cells put together are the values.
		columns := make([]string, len(cols))
		for line := range strings.Lines(got) {
			for i, cell := range strings.Split(strings.TrimSuffix(line, "\n"), "│") {
				if i < len(columns) {
					columns[i] += strings.TrimSpace(cell)
				}
			}
		}
		for i, want := range []string{"100******46", "DoğalGazAltyapıYapımKontrolPersoneli", "3", "YB0026/11UY0012-3/00/1234", "2027-03-14", "TürkiyeÇimentoMüstahsilleriBirliğiSınavMerkezi", "expired"} {
			if !strings.Contains(strings.ReplaceAll(columns[i], " ", ""), want) {
				t.Errorf("width %d: %q is not in column %d: %q", width, want, i, columns[i])
			}
		}
	}
}

func TestAtWidth80NumbersAndDatesStayInOnePiece(t *testing.T) {
	cols, recs := certificates()
	got := render(t, Options{Format: "table"}, Target{TTY: true, Width: 80, Lang: i18n.TR}, cols, recs...)
	for _, whole := range []string{"100******46", "2027-03-14", "2021-01-02", "expired"} {
		if !strings.Contains(got, whole) {
			t.Errorf("%s was broken:\n%s", whole, got)
		}
	}
	if !strings.Contains(got, "━┿━") || !strings.Contains(got, "─┼─") {
		t.Errorf("wrapped rows are not parted:\n%s", got)
	}
}

func TestATinyTerminalGetsLongLinesInsteadOfAPanic(t *testing.T) {
	cols, recs := certificates()
	for _, width := range []int{0, 1, 2, 5, 20} {
		got := render(t, Options{Format: "table"}, Target{TTY: true, Width: width}, cols, recs...)
		if !strings.Contains(got, "2027\n") && !strings.Contains(got, "2027 ") {
			t.Errorf("width %d: columns narrower than %d:\n%s", width, minColumn, got)
		}
	}
}

func TestColumnsThatYieldAreLeftOutWhereCodesWouldHaveToBeBroken(t *testing.T) {
	cols := []Column{{Key: "SEQ", Kind: Number}, {Key: "METHOD", Kind: Code, Yield: 2}, {Key: "HOST", Kind: Code, Yield: 1}, {Key: "PARAMS", Kind: JSON}}
	rec := Record{7, "abcdefghijklmnopqrst", "ankara-01", []Field{{Key: "NO", Value: "12345"}, {Key: "PURPOSE", Value: "a b"}, {Key: "EMPTY", Value: ""}}}
	for _, c := range []struct {
		width  int
		fields []string
		want   string
	}{
		{0, nil, "SEQ │ METHOD │ HOST │ PARAMS"}, // no terminal: as wide as it gets
		{200, nil, "SEQ │ METHOD │ HOST │ PARAMS"},
		{51, nil, "SEQ │ METHOD │ HOST │ PARAMS"},
		{50, nil, "SEQ │ HOST │ PARAMS"},
		{28, nil, "SEQ │ HOST │ PARAMS"},
		{27, nil, "SEQ │ PARAMS"},
		{30, []string{"SEQ", "METHOD"}, "SEQ │ METHOD"}, // what is asked for is shown
	} {
		got := render(t, Options{Format: "table", Fields: c.fields}, Target{TTY: c.width > 0, Width: c.width}, cols, rec)
		header, _, _ := strings.Cut(got, "\n")
		if strings.Join(strings.Fields(header), " ") != c.want {
			t.Errorf("width %d, fields %v:\n%s", c.width, c.fields, got)
		}
	}
	same(t, "an object in a cell", render(t, Options{Format: "table", Fields: []string{"PARAMS"}, NoHeaders: true}, Target{}, cols, rec, Record{8, "", "", []Field{}}),
		"NO=12345 PURPOSE=\"a b\" EMPTY=\n\n")
}

func TestAllBlocksHaveTheColumnsOfTheFirst(t *testing.T) {
	cols := []Column{{Key: "a", Kind: Code, Yield: 1}, {Key: "b", Kind: Code}}
	recs := make([]Record, 2*blockRows)
	for i := range recs {
		recs[i] = Record{"x", "y"}
	}
	recs[0][0] = strings.Repeat("x", 60) // makes room short in the first block only
	got := render(t, Options{Format: "table"}, Target{TTY: true, Width: 40}, cols, recs...)
	if strings.Contains(got, "a") || strings.Count(got, "b\n") != 2 {
		t.Errorf("%.200s", got)
	}
}

func TestWithoutATerminalNothingIsWrapped(t *testing.T) {
	cols, recs := certificates()
	got := render(t, Options{Format: "table"}, Target{Width: 20}, cols, recs...)
	if n := strings.Count(got, "\n"); n != len(recs)+2 {
		t.Errorf("%d lines:\n%s", n, got)
	}
}

func TestALongTableComesInBlocksWithTheirHeaders(t *testing.T) {
	recs := make([]Record, 2*blockRows+1)
	for i := range recs {
		recs[i] = Record{i}
	}
	for n, headers := range map[int]int{blockRows - 1: 1, blockRows: 1, blockRows + 1: 2, 2 * blockRows: 2, 2*blockRows + 1: 3} {
		got := render(t, Options{Format: "table"}, Target{}, []Column{{Key: "sıra", Kind: Number}}, recs[:n]...)
		if c := strings.Count(got, "sıra"); c != headers {
			t.Errorf("%d rows: %d headers", n, c)
		}
		// a block: header, rule, rows; an empty line between blocks
		if lines := strings.Count(got, "\n"); lines != n+2*headers+headers-1 {
			t.Errorf("%d rows: %d lines", n, lines)
		}
	}
}

func palette() term.Palette {
	s := &term.Streams{Out: io.Discard, Err: io.Discard}
	s.SetColor("always", func(string) (string, bool) { return "", false })
	return s.OutPalette()
}

func TestColourStandsInTablesOnlyAndChangesNoText(t *testing.T) {
	cols, recs := certificates()
	for _, width := range []int{80, 400} {
		target := Target{TTY: true, Width: width, Lang: i18n.TR}
		plain := render(t, Options{Format: "table"}, target, cols, recs...)
		target.Palette = palette()
		coloured := render(t, Options{Format: "table"}, target, cols, recs...)
		for _, want := range []string{"\x1b[1mKIMLIK_NO\x1b[0m", "\x1b[32mvalid\x1b[0m", "\x1b[31mexpired\x1b[0m"} {
			if !strings.Contains(coloured, want) {
				t.Errorf("width %d: no %q in\n%s", width, want, coloured)
			}
		}
		stripped := coloured
		for _, code := range []string{"0", "1", "2", "31", "32", "33"} {
			stripped = strings.ReplaceAll(stripped, "\x1b["+code+"m", "")
		}
		same(t, fmt.Sprint("without its colours, width ", width), stripped, plain)
	}
	for _, format := range Formats()[1:] {
		if got := render(t, Options{Format: format}, Target{Palette: palette(), TTY: true, Width: 80}, cols, recs...); strings.Contains(got, "\x1b") {
			t.Errorf("%s is coloured", format)
		}
	}
}

func TestWrapBreaksAtWordsAndLosesNothing(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"bir iki üç", 7, "bir iki|üç"}, {"bir iki üç", 10, "bir iki üç"}, {"YB0026/11UY", 8, "YB0026/|11UY"},
		{"yeterlilik", 4, "yete|rlil|ik"}, {"日本語", 4, "日本|語"}, {"e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301|e\u0301"}, {"", 4, ""}, {"a    b", 4, "a|b"},
	} {
		if got := strings.Join(wrap(c.in, c.width), "|"); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

func TestABrokenWriterStopsATable(t *testing.T) {
	s, _ := Open(Options{Format: "table"}, Target{Out: failing{}}, []Column{{Key: "a"}})
	var err error
	for range 20 * blockRows {
		if err = s.Write(Record{strings.Repeat("x", 100)}); err != nil {
			break
		}
	}
	if err == nil {
		t.Fatal("20,000 rows went into a writer that takes none")
	}
	if s.Close() == nil || s.Write(Record{"x"}) == nil {
		t.Fatal("the failure was forgotten")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestNumbersStandAtTheRight(t *testing.T) {
	cols := []Column{{Key: "n", Title: i18n.T("SIRA NO", "NUMBER"), Kind: Number}, {Key: "s", Title: i18n.T("AD", "NAME"), Kind: Text}}
	var b strings.Builder
	s, err := Open(Options{Format: "table"}, Target{Out: &b, Lang: i18n.EN}, cols)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []Record{{7, "a"}, {1234, "b"}} {
		if err := s.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := "NUMBER │ NAME\n───────┼─────\n     7 │ a\n  1234 │ b\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestSpareColumnsWithoutAValueAreNoTableForPeople(t *testing.T) {
	cols := []Column{{Key: "a"}, {Key: "b", Spare: true}, {Key: "c"}}
	watched := Target{TTY: true, Width: 80}
	same(t, "nobody has it", render(t, Options{}, watched, cols, Record{"1", "", ""}, Record{"2", "", ""}), "a │ c\n──┼──\n1 │\n2 │\n")
	same(t, "somebody has it", render(t, Options{}, watched, cols, Record{"1", "", ""}, Record{"2", "x", ""}), "a │ b │ c\n──┼───┼──\n1 │   │\n2 │ x │\n")
	same(t, "asked for", render(t, Options{Fields: []string{"a", "b"}}, watched, cols, Record{"1", "", ""}), "a │ b\n──┼──\n1 │\n")
	same(t, "no rows", render(t, Options{}, watched, cols), "a │ b │ c\n")
	same(t, "nobody watches", render(t, Options{Format: "table"}, Target{}, cols, Record{"1", "", ""}), "a │ b │ c\n──┼───┼──\n1 │   │\n")
}
