package reconcile

import (
	"bytes"
	"encoding/hex"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/fault"
)

func each(rows []Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func written(t *testing.T, rows []Row) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteExchange(&b, testKey, Header{From: at(0), To: at(1000)}, each(rows)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func readExchange(in string, key []byte) (rows []Tagged, h Header, err error) {
	h, seq, err := ReadExchange(strings.NewReader(in), key)
	if err != nil {
		return nil, h, err
	}
	for r, err := range seq {
		if err != nil {
			return rows, h, err
		}
		rows = append(rows, r)
	}
	return rows, h, nil
}

func TestTwoPartiesFindTheSameWithoutShowingTheirLogs(t *testing.T) {
	p := &plant{want: map[Code]int64{}, rnd: rand.New(rand.NewPCG(5, 6))}
	for range 20 {
		for _, c := range []Code{"", OnlyOurs, OnlyTheirs, ParamDiff, UserDiff, TimeDiff, Duplicate} {
			p.add(c, c == UserDiff || p.rnd.IntN(4) > 0)
		}
	}
	want := compareLogs(t, engine(t), p.a, p.b)
	file := written(t, p.b)
	for _, name := range []string{"user1", byNumber, number(1), "KIMLIK_NO"} {
		if strings.Contains(file, name) {
			t.Errorf("the file shows %q", name)
		}
	}
	rows, h, err := readExchange(file, testKey)
	if err != nil || len(rows) != len(p.b) || !h.From.Equal(at(0)) || !h.To.Equal(at(1000)) {
		t.Fatal(err, len(rows), h)
	}
	e := engine(t)
	for _, r := range rows {
		if err := e.AddTheirsTagged(r.Time, r.Seq, r.Tags); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range p.a {
		if err := e.AddOurs(r); err != nil {
			t.Fatal(err)
		}
	}
	if got := found(t, e); !slices.Equal(got, want) {
		t.Errorf("%d differences, want %d", len(got), len(want))
	}
}

// The tags are a format between two parties: these values never change. They can be had from any HMAC-SHA256.
func TestTheTagsAreThoseOfTheFormat(t *testing.T) {
	tagger, err := newTagger(testKey)
	if err != nil {
		t.Fatal(err)
	}
	tags := tagger.row(row(0, 0, `a"ş`, "M", "B", "2", "A", "1\n"))
	for _, c := range []struct {
		tag  Tag
		text string
	}{
		{tags.Full, `{"method":"M","params":{"A":"1\n","B":"2"},"user":"a\"ş"}`},
		{tags.MethodParams, `{"method":"M","params":{"A":"1\n","B":"2"}}`},
		{tags.UserMethod, `{"method":"M","user":"a\"ş"}`},
		{tags.Method, `{"method":"M"}`},
	} {
		if want := tagger.tag([]byte(c.text)); c.tag != want {
			t.Errorf("%s: %x, want %x", c.text, c.tag, want)
		}
	}
	const golden = "fe9d4074bef85225dfdb848934a644d0"
	if got := hex.EncodeToString(tags.Full[:]); got != golden {
		t.Errorf("%s, want %s", got, golden)
	}
	if compareNames("\U0001F600", "\uFFFD") >= 0 || compareNames("a", "b") >= 0 || compareNames("ş", "b") <= 0 {
		t.Error("names are not in the order of RFC 8785")
	}
}

func TestAnExchangeFileInDoubtIsRefused(t *testing.T) {
	good := written(t, []Row{row(1, 0, "a", byRange), row(2, 5, "", byRange), row(3, 9, "b", byRange)})
	lines := strings.SplitAfter(good, "\n")
	other := bytes.Repeat([]byte{8}, keySize)
	for _, c := range []struct {
		name, in string
		key      []byte
		rows     int
		code     string
		class    fault.Class
	}{
		{"good", good, testKey, 3, "", fault.OK},
		{"another key", good, other, 0, "exchange_key_other", fault.Unverifiable},
		{"a short key", good, other[1:], 0, "exchange_key_short", fault.Usage},
		{"nothing", "", testKey, 0, "exchange_header", fault.Input},
		{"another version", strings.Replace(good, "exchange/1", "exchange/2", 1), testKey, 0, "exchange_header", fault.Input},
		{"no check", strings.Replace(good, "key_check", "check", 1), testKey, 0, "exchange_header", fault.Input},
		{"header only", lines[0], testKey, 0, "exchange_cut", fault.Input},
		{"no end", strings.Join(lines[:4], ""), testKey, 3, "exchange_cut", fault.Input},
		{"a row is missing", lines[0] + lines[1] + lines[2] + lines[4], testKey, 2, "exchange_altered", fault.Integrity},
		{"a row too many", good[:len(good)-len(lines[4])] + lines[3] + lines[4], testKey, 4, "exchange_altered", fault.Integrity},
		{"an empty line more", lines[0] + "\n" + good[len(lines[0]):], testKey, 0, "exchange_row", fault.Input},
		{"other line ends", strings.ReplaceAll(good, "\n", "\r\n"), testKey, 3, "exchange_altered", fault.Integrity},
		{"rows in another order", lines[0] + lines[2] + lines[1] + lines[3] + lines[4], testKey, 3, "exchange_altered", fault.Integrity},
		{"another number of rows", strings.Replace(good, `"rows":3`, `"rows":2`, 1), testKey, 3, "exchange_cut", fault.Input},
		{"no mac", strings.Replace(good, `"mac"`, `"mic"`, 1), testKey, 3, "exchange_altered", fault.Integrity},
		{"half a mac", good[:len(good)-20] + "\"}\n", testKey, 3, "exchange_altered", fault.Integrity},
		{"the end in its row", strings.Join(lines[:4], "") + strings.TrimSuffix(lines[4], "\n"), testKey, 3, "", fault.OK},
		{"a row behind the end", good + lines[1], testKey, 3, "exchange_row", fault.Input},
		{"a cut row", strings.Join(lines[:3], "") + lines[3][:50] + "\n" + lines[4], testKey, 2, "exchange_row", fault.Input},
		{"a short tag", strings.Replace(good, `"tag":"`, `"tag":"A`, 1), testKey, 0, "exchange_row", fault.Input},
		{"half of the user's tags", strings.Replace(good, `"user_method":"`, `"user_method":"","x":"`, 1), testKey, 0, "exchange_row", fault.Input},
		{"a name twice", strings.Replace(good, `{"seq"`, `{"seq":1,"seq"`, 1), testKey, 0, "exchange_row", fault.Input},
		{"seq as a text", strings.Replace(good, `"seq":1`, `"seq":"1"`, 1), testKey, 0, "exchange_row", fault.Input},
		{"no time", strings.Replace(good, `"time"`, `"tyme"`, 1), testKey, 0, "exchange_row", fault.Input},
	} {
		rows, _, err := readExchange(c.in, c.key)
		got := ""
		if err != nil {
			got = fault.From(err).Code
		}
		if len(rows) != c.rows || got != c.code || fault.ClassOf(err) != c.class {
			t.Errorf("%s: %d rows, %v; want %d, %s", c.name, len(rows), err, c.rows, c.code)
		}
		if got == "exchange_row" && !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %v names no line", c.name, err)
		}
	}
	rows, _, _ := readExchange(good, testKey)
	if !rows[0].Tags.HasUser || rows[1].Tags.HasUser || rows[2].Seq != 3 || !rows[2].Time.Equal(at(9)) || rows[1].Tags.Full != (Tag{}) {
		t.Errorf("%+v", rows)
	}
}

// Whoever has no key knows every tag of the file, and those of other files. That must not be enough to make one.
func TestWhoHasNoKeyCannotMakeAnotherFileOfAnExchangeFile(t *testing.T) {
	rows := make([]Row, 4)
	for i := range rows {
		rows[i] = row(int64(i), int64(i)*100, "u", byRange)
	}
	lines := strings.SplitAfter(written(t, rows), "\n")
	other := strings.SplitAfter(written(t, rows[:2]), "\n")
	for name, in := range map[string]string{
		"fewer rows":              lines[0] + lines[1] + lines[2] + strings.Replace(lines[5], "4", "2", 1),
		"fewer rows, less time":   strings.Replace(lines[0], "00:00:01.000", "00:00:00.150", 1) + lines[1] + lines[2] + strings.Replace(lines[5], "4", "2", 1),
		"another end":             strings.Replace(lines[0], `"to":"20`, `"to":"21`, 1) + strings.Join(lines[1:], ""),
		"another time of a row":   strings.Join(lines[:3], "") + strings.Replace(lines[3], ":00.200Z", ":00.300Z", 1) + lines[4] + lines[5],
		"another number":          strings.Join(lines[:3], "") + strings.Replace(lines[3], `"seq":2`, `"seq":9`, 1) + lines[4] + lines[5],
		"without the user":        lines[0] + strings.Replace(strings.Replace(lines[1], `"tag":"`, `"tag":"","x":"`, 1), `"user_method":"`, `"user_method":"","y":"`, 1) + strings.Join(lines[2:], ""),
		"a member more":           lines[0] + strings.Replace(lines[1], `{`, `{"x":1,`, 1) + strings.Join(lines[2:], ""),
		"the end of another file": strings.Join(lines[:5], "") + strings.Replace(other[3], "2", "4", 1),
	} {
		if in == strings.Join(lines, "") {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, _, err := readExchange(in, testKey); fault.ClassOf(err) != fault.Integrity || fault.From(err).Code != "exchange_altered" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestAnExchangeFileIsWrittenWholeOrAnErrorSaysSo(t *testing.T) {
	if err := WriteExchange(full{}, testKey, Header{}, each(nil)); fault.ClassOf(err) != fault.Output {
		t.Errorf("%v", err)
	}
	broken := errors.New("broken")
	err := WriteExchange(&bytes.Buffer{}, testKey, Header{}, func(yield func(Row, error) bool) { yield(Row{}, broken) })
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if err := WriteExchange(&bytes.Buffer{}, testKey[1:], Header{}, each(nil)); fault.ClassOf(err) != fault.Usage {
		t.Errorf("%v", err)
	}
}

func FuzzReadExchange(f *testing.F) {
	var b bytes.Buffer
	if err := WriteExchange(&b, testKey, Header{From: at(0), To: at(1)}, each([]Row{row(1, 0, "a", byRange), row(2, 0, "", byRange)})); err != nil {
		f.Fatal(err)
	}
	f.Add(b.String())
	f.Add(strings.SplitAfter(b.String(), "\n")[0] + `{"k":"end","rows":0}` + "\n")
	f.Fuzz(func(t *testing.T, in string) {
		rows, _, err := readExchange(in, testKey)
		for i, r := range rows { // what is read means what it says
			line := appendTagged(nil, r)
			if again, _, err := newParser().taggedLine(string(bytes.TrimSpace(line))); err != nil || again != r {
				t.Fatalf("row %d: %v", i, err)
			}
		}
		if c := fault.ClassOf(err); c != fault.OK && c != fault.Input && c != fault.Unverifiable && c != fault.Integrity {
			t.Fatal(err)
		}
		if err == nil && in != b.String() {
			t.Fatal("a file was taken that nobody wrote under the key")
		}
	})
}
