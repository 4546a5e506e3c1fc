package ledgertest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
)

// WorldSize is how many entries a world has: two full tiles of the lowest level, the partial third and the partial one
// above.
const WorldSize = 700

// World is a store of WorldSize entries and what is known of it. Its signing key changes between entries 350 and 480.
//
// Names stands for entries in the texts of mutations: {q1} one with disclosures and a row, {o1} one without disclosures,
// {l1} another one with; in the first tile (1, and 1b another one), in the second before and after what was seen earlier (2,
// 2b), in the last (3); {rot} the change of key.
type World struct {
	*Place
	Older   *Place        // the whole of it, as it was at 300 entries
	Recent  *Place        // and at 480, after the change of key
	Earlier *ledger.Trust // as a verifier saw it at 300
	Latest  *ledger.Trust
	Names   *strings.Replacer
}

// Mutation is one alteration and what must come of it. The expectations say from which level on which codes are found,
// all of them, and no others: "full:V10" finds nothing at the levels below, "quick:V24 full:V10" says something else
// there. A code is a finding; "!code/class" an error that ends the command. "" finds nothing, which is right for what
// changes nothing that a log says.
type Mutation struct {
	Name string
	On   string // the column it alters, table.column; @ stands for the name of the log
	Do   func(w *World, p *Place)

	Fresh   string // without a trust file
	Seen    string // with one of the whole log; Same means as Fresh
	Earlier string // with one of the first 300 entries, and nothing old read again
	At      string // the entry that one of the findings must name, such as {q1}
	Next    string // what becomes of the next entry to be logged; "" is not tried
}

// Same stands for the expectation before it.
const Same = "="

// Levels are all of them, the weakest first.
var Levels = []ledger.Level{ledger.Quick, ledger.Default, ledger.Full, ledger.Deep}

// LevelsNow is all levels, or, when time is short, the weakest and the strongest.
func LevelsNow() []ledger.Level {
	if testing.Short() {
		return []ledger.Level{ledger.Quick, ledger.Deep}
	}
	return Levels
}

// Expectation gives what is expected at each level.
func Expectation(t testing.TB, text string) map[ledger.Level]string {
	t.Helper()
	want := map[ledger.Level]string{}
	for part := range strings.FieldsSeq(text) {
		level, codes, ok := strings.Cut(part, ":")
		from := slices.Index(Levels, ledger.Level(level))
		if !ok || from < 0 {
			t.Fatalf("no expectation: %q", text)
		}
		for _, l := range Levels[from:] {
			want[l] = codes
		}
	}
	found := false
	for _, l := range Levels {
		if found && want[l] == "" {
			t.Fatalf("what a level finds, a stronger one must find: %q", text)
		}
		found = found || want[l] != ""
	}
	return want
}

// Tally counts what was planted and found, by the code that it is to be found by at the deepest level.
type Tally struct {
	mu             sync.Mutex
	planted, found map[string]int
	columns        map[string]bool
	runs           int
}

// NewTally gives an empty one.
func NewTally() *Tally {
	return &Tally{planted: map[string]int{}, found: map[string]int{}, columns: map[string]bool{}}
}

// Add counts an alteration of a column that was to be found by codes.
func (c *Tally) Add(codes, column string, ok bool, runs int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs += runs
	c.columns[column] = true
	for code := range strings.SplitSeq(codes, ",") {
		if code, _, _ = strings.Cut(code, "*"); code == "" {
			code = "harmless"
		}
		c.planted[code]++
		if ok {
			c.found[code]++
		}
	}
}

// Join adds another count.
func (c *Tally) Join(o *Tally) {
	c.runs += o.runs
	for code := range o.planted {
		c.planted[code] += o.planted[code]
		c.found[code] += o.found[code]
	}
	for column := range o.columns {
		c.columns[column] = true
	}
}

// Print writes the table into the test's log.
func (c *Tally) Print(t *testing.T, title string) {
	t.Helper()
	var b strings.Builder
	planted, found := 0, 0
	for _, code := range slices.Sorted(maps.Keys(c.planted)) {
		if code != "harmless" {
			planted += c.planted[code]
			found += c.found[code]
		}
		fmt.Fprintf(&b, "%-32s %4d %4d\n", code, c.planted[code], c.found[code])
	}
	t.Logf("%s\n%-32s %4s %4s\n%s%-32s %4d %4d in %d verifications", title, "code", "planted", "found", b.String(), "total", planted, found, c.runs)
}

// Complete fails the test when a column of a table of the log or of the key store, or one of the codes, has no alteration.
func (c *Tally) Complete(t *testing.T, p *Place, codes []string) {
	t.Helper()
	data, keys := p.Raw()
	for _, db := range []map[string][]string{Tables(t, data, p.Name), Tables(t, keys, p.Name)} {
		for table, columns := range db {
			for _, name := range columns {
				if !c.columns[table+"."+name] {
					t.Errorf("no alteration of %s.%s", table, name)
				}
			}
		}
	}
	for _, code := range codes {
		if c.planted[code] == 0 {
			t.Errorf("%s was never planted", code)
		}
	}
}

// Run plants each mutation in a copy of the world and verifies it at every level, without and with trust.
func Run(t *testing.T, w *World, count *Tally, mutations []Mutation) {
	for _, m := range mutations {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			plant(t, w, count, m)
		})
	}
}

func plant(t *testing.T, w *World, count *Tally, m Mutation) {
	p := w.Copy(t)
	m.Do(w, p)
	p.Shut()
	modes := []struct {
		name, want string
		trust      *ledger.Trust
		scrub      int64
	}{{"fresh", m.Fresh, nil, 4096}, {"seen", m.Seen, w.Latest, 4096}, {"earlier", m.Earlier, w.Earlier, 0}}
	runs := 0
	var planted []string // what it is in one mode or another
	for _, mode := range modes {
		if mode.want == Same {
			mode.want = m.Fresh
		}
		want := Expectation(t, mode.want)
		if d := want[ledger.Deep]; d != "" && !slices.Contains(planted, d) {
			planted = append(planted, d)
		}
		for _, level := range LevelsNow() {
			if level == ledger.Full && mode.name != "fresh" { // what it reads does not depend on trust
				continue
			}
			report, err := p.Verify(level, mode.trust, mode.scrub)
			runs++
			if got := Result(report, err); got != want[level] {
				t.Errorf("%s, %s: found %s, want %q%s", mode.name, level, Short(got), want[level], Told(report, err))
				continue
			}
			if m.At == "" || want[level] == "" || level == ledger.Quick {
				continue
			}
			if !slices.ContainsFunc(report.Findings, func(f ledger.Finding) bool { return fmt.Sprint(f.Seq) == w.Names.Replace(m.At) }) {
				t.Errorf("%s, %s: no finding names entry %s%s", mode.name, level, w.Names.Replace(m.At), Told(report, err))
			}
		}
	}
	if m.Next != "" {
		if got := p.Next(); got != m.Next {
			t.Errorf("the next entry: %s, want %s", got, m.Next)
		}
	}
	if len(planted) == 0 && strings.HasPrefix(m.Next, "!") { // what is wrong with a signing key shows when it is to sign
		planted = append(planted, m.Next)
	}
	count.Add(strings.Join(planted, ","), p.named(m.On), !t.Failed(), runs)
}

// Result writes what a verification came to: the short codes of the findings in order (V35*9 for nine in a row), or "!"
// and the code of the error.
func Result(r ledger.Report, err error) string {
	if err != nil {
		f := fault.From(err)
		return fmt.Sprintf("!%s/%d", f.Code, f.Class)
	}
	codes := make([]string, 0, len(r.Findings))
	for i := 0; i < len(r.Findings); {
		n := 1
		for i+n < len(r.Findings) && r.Findings[i+n].Code == r.Findings[i].Code {
			n++
		}
		code, _, _ := strings.Cut(string(r.Findings[i].Code), "_")
		if i += n; n > 5 {
			codes = append(codes, fmt.Sprintf("%s*%d", code, n))
			continue
		}
		for range n {
			codes = append(codes, code)
		}
	}
	return strings.Join(codes, ",")
}

// Told gives the first findings in words.
func Told(r ledger.Report, err error) string {
	if err != nil {
		return fmt.Sprintf(" (%v: %v)", err, errors.Unwrap(err))
	}
	var b strings.Builder
	for _, f := range r.Findings[:min(4, len(r.Findings))] {
		fmt.Fprintf(&b, "\n\t%s %d %s", f.Code, f.Seq, f.Detail.EN)
	}
	return b.String()
}

// Short writes many codes shortly.
func Short(codes string) string {
	if n := strings.Count(codes, ","); n > 9 {
		return fmt.Sprintf("%.40q and more, %d in all", codes, n+1)
	}
	return strconv.Quote(codes)
}
