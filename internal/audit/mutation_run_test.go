package audit_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"iskurctl/internal/ledger"
)

// mutation is one alteration and what must come of it. The expectations say from which level on which codes are found,
// all of them, and no others: "full:V10" finds nothing at the levels below, "quick:V24 full:V10" says something else
// there. A code is a finding; "!code/class" an error that ends the command. "" finds nothing, which is right for what
// changes nothing that a log says.
type mutation struct {
	name string
	on   string // the column it alters, table.column
	do   func(w *world, p *place)

	fresh   string // without a trust file
	seen    string // with one of the whole log; same means as fresh
	earlier string // with one of the first 300 entries, and nothing old read again
	at      string // the entry that one of the findings must name, such as {q1}
	next    string // what becomes of the next query to be logged; "" is not tried
}

const same = "="

var levelsUp = []ledger.Level{ledger.Quick, ledger.Default, ledger.Full, ledger.Deep}

// levelsNow is all levels, or, when time is short, the weakest and the strongest.
func levelsNow() []ledger.Level {
	if testing.Short() {
		return []ledger.Level{ledger.Quick, ledger.Deep}
	}
	return levelsUp
}

// expectation gives what is expected at each level.
func expectation(t testing.TB, text string) map[ledger.Level]string {
	t.Helper()
	want := map[ledger.Level]string{}
	for part := range strings.FieldsSeq(text) {
		level, codes, ok := strings.Cut(part, ":")
		from := slices.Index(levelsUp, ledger.Level(level))
		if !ok || from < 0 {
			t.Fatalf("no expectation: %q", text)
		}
		for _, l := range levelsUp[from:] {
			want[l] = codes
		}
	}
	found := false
	for _, l := range levelsUp {
		if found && want[l] == "" {
			t.Fatalf("what a level finds, a stronger one must find: %q", text)
		}
		found = found || want[l] != ""
	}
	return want
}

// tally counts what was planted and found, by the code that it is to be found by at the deepest level.
type tally struct {
	mu             sync.Mutex
	planted, found map[string]int
	columns        map[string]bool
	runs           int
}

func newTally() *tally {
	return &tally{planted: map[string]int{}, found: map[string]int{}, columns: map[string]bool{}}
}

func (c *tally) add(codes, column string, ok bool, runs int) {
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

// join adds another count.
func (c *tally) join(o *tally) {
	c.runs += o.runs
	for code := range o.planted {
		c.planted[code] += o.planted[code]
		c.found[code] += o.found[code]
	}
	for column := range o.columns {
		c.columns[column] = true
	}
}

// print writes the table into the test's log.
func (c *tally) print(t *testing.T, title string) {
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

// run plants each mutation in a copy of the world and verifies it at every level, without and with trust.
func run(t *testing.T, w *world, count *tally, mutations []mutation) {
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			plant(t, w, count, m)
		})
	}
}

func plant(t *testing.T, w *world, count *tally, m mutation) {
	p := w.copy(t)
	m.do(w, p)
	p.shut()
	modes := []struct {
		name, want string
		trust      *ledger.Trust
		scrub      int64
	}{{"fresh", m.fresh, nil, 4096}, {"seen", m.seen, w.latest, 4096}, {"earlier", m.earlier, w.earlier, 0}}
	runs := 0
	var planted []string // what it is in one mode or another
	for _, mode := range modes {
		if mode.want == same {
			mode.want = m.fresh
		}
		want := expectation(t, mode.want)
		if d := want[ledger.Deep]; d != "" && !slices.Contains(planted, d) {
			planted = append(planted, d)
		}
		for _, level := range levelsNow() {
			if level == ledger.Full && mode.name != "fresh" { // what it reads does not depend on trust
				continue
			}
			report, err := p.verify(level, mode.trust, mode.scrub)
			runs++
			if got := result(report, err); got != want[level] {
				t.Errorf("%s, %s: found %s, want %q%s", mode.name, level, short(got), want[level], told(report, err))
				continue
			}
			if m.at == "" || want[level] == "" || level == ledger.Quick {
				continue
			}
			if !slices.ContainsFunc(report.Findings, func(f ledger.Finding) bool { return fmt.Sprint(f.Seq) == w.names.Replace(m.at) }) {
				t.Errorf("%s, %s: no finding names entry %s", mode.name, level, w.names.Replace(m.at))
			}
		}
	}
	if m.next != "" {
		if got := p.begin(); got != m.next {
			t.Errorf("the next query: %s, want %s", got, m.next)
		}
	}
	if len(planted) == 0 && strings.HasPrefix(m.next, "!") { // what is wrong with a signing key shows when it is to sign
		planted = append(planted, m.next)
	}
	count.add(strings.Join(planted, ","), m.on, !t.Failed(), runs)
}

// told gives the first findings in words.
func told(r ledger.Report, err error) string {
	if err != nil {
		return fmt.Sprintf(" (%v: %v)", err, errors.Unwrap(err))
	}
	var b strings.Builder
	for _, f := range r.Findings[:min(3, len(r.Findings))] {
		fmt.Fprintf(&b, "\n\t%s %d %s", f.Code, f.Seq, f.Detail.EN)
	}
	return b.String()
}

// short writes many codes shortly.
func short(codes string) string {
	if n := strings.Count(codes, ","); n > 9 {
		return fmt.Sprintf("%.40q and more, %d in all", codes, n+1)
	}
	return strconv.Quote(codes)
}

// begin logs one more query and says what became of it.
func (p *place) begin() string {
	if err := p.open(); err != nil {
		return result(ledger.Report{}, err)
	}
	err := p.log.BindKey(p.t.Context())
	if err == nil {
		_, err = p.log.Begin(p.t.Context(), ask(3))
	}
	if err != nil {
		return result(ledger.Report{}, err)
	}
	return "logged"
}
