package app

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"iskurctl/internal/myk/sandbox"
)

// Every fault rule of the synthetic service is fed to the program. A reply that breaks the service contract is class
// protocol, has a log row `protocol`, and is never reported as "no certificate": a wrong negative harms a citizen.

// question is a command line that asks the service, and the operations of the rules that it meets.
type question struct {
	name string
	args []string
}

var (
	askOne       = question{"number", []string{"myk", "lookup", canaryNumber}}
	askNobody    = question{"nobody", []string{"myk", "lookup", "10000000214"}} // holds no certificate
	askRange     = question{"range", []string{"myk", "lookup", "--from", "2024-01-01", "--to", "2024-03-31"}}
	askCatalogue = question{"catalogue", []string{"myk", "qualifications"}}
)

// ends says how a rule must end: the exit code and the outcome of each log row.
type ends struct {
	code     int
	outcomes []string
	args     []string // more arguments
	earlier  bool     // records of earlier pages may stand on stdout
}

var (
	protocolEnd = ends{code: 10, outcomes: []string{"protocol"}}
	threeTimes  = ends{code: 10, outcomes: []string{"protocol", "protocol", "protocol"}}
)

// exceptions are the rules that do not end as a refused reply. Rules not named here and not harmless must.
var exceptions = map[string]ends{
	// the service's own refusal: one attempt
	"result_code": {code: 4, outcomes: []string{"refused"}},
	// no byte of an answer: it may have been processed
	"drop": {code: 5, outcomes: []string{"unknown", "unknown", "unknown"}},
	"drip": {code: 5, outcomes: []string{"unknown", "unknown", "unknown"}, args: []string{"--timeout", "300ms"}},
	"hang": {code: 5, outcomes: []string{"unknown", "unknown", "unknown"}, args: []string{"--timeout", "300ms"}},
	"slow": {code: 5, outcomes: []string{"unknown", "unknown", "unknown"}, args: []string{"--timeout", "300ms"}},
	// not HTTP, or cut while it is read: the question may be asked again, and the end is protocol after the attempts
	"cut": threeTimes, "cut_chunked": threeTimes, "http10_cut": threeTimes, "reset": threeTimes, "garbage": threeTimes,
	"two_lengths": threeTimes, "big_header": threeTimes,
	// the first page may stand: it passed as a whole, and only the second one shows that the cursor does not move
	"stuck_cursor": {code: 10, outcomes: []string{"ok", "protocol"}, earlier: true},
	"status":       {code: 5, outcomes: []string{"unavailable", "unavailable", "unavailable"}},
}

// variants are rules with keys, beside each rule as its name alone.
var variants = map[string]ends{
	"status:code=401":                   {code: 4, outcomes: []string{"refused"}},
	"status:code=403":                   {code: 4, outcomes: []string{"refused"}},
	"status:code=407":                   {code: 4, outcomes: []string{"refused"}},
	"status:code=400":                   protocolEnd,
	"status:code=404,body=html":         protocolEnd,
	"status:code=409":                   protocolEnd,
	"status:code=422":                   protocolEnd,
	"status:code=201":                   protocolEnd,
	"status:code=206":                   protocolEnd,
	"status:code=304,body=empty":        protocolEnd,
	"status:code=999":                   protocolEnd,
	"status:code=500,body=html":         {code: 5, outcomes: []string{"unavailable", "unavailable", "unavailable"}},
	"status:code=429,retry_after=1":     {code: 5, outcomes: []string{"unavailable", "unavailable", "unavailable"}},
	"status:code=503,retry_after=3600":  {code: 5, outcomes: []string{"unavailable"}},
	"status:code=503,retry_date=2h":     {code: 5, outcomes: []string{"unavailable"}},
	"status:code=503,first=1":           {code: 0, outcomes: []string{"unavailable", "ok"}},
	"status:code=408,first=1":           {code: 0, outcomes: []string{"unavailable", "ok"}},
	"status:code=425,first=1":           {code: 0, outcomes: []string{"unavailable", "ok"}},
	"redirect:code=302":                 protocolEnd,
	"redirect:code=301":                 protocolEnd,
	"reset:at=start":                    {code: 5, outcomes: []string{"unknown", "unknown", "unknown"}},
	"oversize:fill=rows":                protocolEnd,
	"wrong_content_type:type=text/html": protocolEnd,
	"wrong_content_type:type=application/json; charset=iso-8859-9": protocolEnd,
	"duplicate_key:field=KAYIT_SAYISI":                             protocolEnd,
	"duplicate_key:field=KAYITLAR":                                 protocolEnd,
	"duplicate_key:field=KIMLIK_NO":                                protocolEnd,
	"case_key:field=KIMLIK_NO":                                     protocolEnd,
	"case_key:field=KAYITLAR":                                      protocolEnd,
	"missing_field:field=SONUC_KODU":                               protocolEnd,
	"missing_field:field=KIMLIK_NO":                                protocolEnd,
	"missing_field:field=KAYIT_SAYISI":                             protocolEnd,
	"missing_field:field=KAYITLAR":                                 protocolEnd,
	"null_value:field=KAYITLAR":                                    protocolEnd,
	"null_value:field=KAYIT_SAYISI":                                protocolEnd,
	"null_value:field=BELGENO":                                     protocolEnd,
	"object_value:field=GECERLILIK_TARIHI":                         protocolEnd,
	"bad_date:field=SINAV_TARIHI,value=1.1.2024":                   protocolEnd,
	"bad_date:field=BELGE_DUZENLEME_TARIHI,value=2024-01-01":       protocolEnd,
	"bad_level:value=0":                                            protocolEnd,
	"bad_level:value=3.5":                                          protocolEnd,
	"result_code:code=00":                                          {code: 4, outcomes: []string{"refused"}},
	"result_code:code=":                                            {code: 4, outcomes: []string{"refused"}},
	"row_without_person:mode=empty":                                protocolEnd,
	"row_without_person:mode=invalid":                              protocolEnd,
}

// only lists the rules that one operation alone knows.
var only = map[string]string{
	"wrong_person": "number", "out_of_range": "range", "stuck_cursor": "range", "empty_page_with_cursor": "range", "long_cursor": "range",
	"row_without_person": "range", "repeated_row": "range",
}

// meets reports whether a question can come upon a rule.
func meets(q question, rule string) bool {
	name, keys, _ := strings.Cut(rule, ":")
	if o := only[name]; o != "" {
		return q.name == o || o == "number" && q.name == "nobody"
	}
	if q.name == "number" || q.name == "range" {
		return !(q.name == "range" && keys == "field=BELGE_DUZENLEME_TARIHI")
	}
	if q.name == "catalogue" {
		return name != "bad_date" && !slices.ContainsFunc([]string{"BELGENO", "GECERLILIK"}, func(f string) bool { return strings.Contains(keys, f) })
	}
	return true
}

func TestEveryBrokenReplyIsRefused(t *testing.T) {
	rules := map[string]ends{}
	harmless := map[string]bool{}
	for _, info := range sandbox.RuleNames() {
		end, ok := exceptions[info.Name]
		switch {
		case ok:
		case info.Harmless:
			end, harmless[info.Name] = ends{code: 0, outcomes: []string{"ok"}}, true
		default:
			end = protocolEnd
		}
		rules[info.Name] = end
	}
	for rule, end := range variants {
		rules[rule] = end
	}
	for _, q := range []question{askOne, askNobody, askRange, askCatalogue} {
		for rule, end := range rules {
			if !meets(q, rule) || q.name == "nobody" && (end.code != 10 || harmless[rule]) {
				continue
			}
			// Retries wait up to some seconds each: once is enough for them.
			if len(end.outcomes) > 1 && q.name != "number" && !end.earlier {
				continue
			}
			t.Run(q.name+"/"+rule, func(t *testing.T) {
				t.Parallel()
				fed(t, q, rule, end, harmless[rule])
			})
		}
	}
}

func fed(t *testing.T, q question, rule string, end ends, harmless bool) {
	d := newDesk(t)
	s, stop, err := serve(sandbox.Options{}, rule)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	d.profile(s.url)
	args := slices.Concat(q.args, []string{"-o", "json"}, end.args)
	r := d.run(args...)
	if r.code != end.code {
		t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", r.code, end.code, r.stdout, r.stderr)
	}
	var records []map[string]any
	if r.stdout != "" || end.code == 0 { // a failure may leave stdout empty, but never half a document
		if err := json.Unmarshal([]byte(r.stdout), &records); err != nil {
			t.Errorf("stdout is not an array of records: %v\n%s", err, r.stdout)
		}
	}
	if end.code == 0 {
		if len(records) == 0 {
			t.Error("no record")
		}
	} else if len(records) != 0 && !end.earlier {
		t.Errorf("a broken reply gave records: %s", r.stdout)
	}
	if strings.Contains(r.stdout, `"none"`) {
		t.Error("a broken reply is reported as no certificate")
	}
	if end.code != 0 {
		sameError(t, r, end.code)
	}
	if strings.Contains(rule, "retry_after=3600") || strings.Contains(rule, "retry_date") {
		if !strings.Contains(r.stderr, `"retry_at":"2`) {
			t.Errorf("when to try again is not said: %s", r.stderr)
		}
	}
	// the log equals what the service received
	got := outcomesOf(t, d)
	if !slices.Equal(got, end.outcomes) && !(harmless && len(got) > 0 && len(slices.Compact(slices.Clone(got))) == 1 && got[0] == "ok") {
		t.Errorf("outcomes %q, want %q\n%s", got, end.outcomes, r.stderr)
	}
	if int64(len(got)) != s.Requests() {
		t.Errorf("%d log rows, %d requests", len(got), s.Requests())
	}
}

// sameError checks the JSON twin of the error: exactly one JSON line, with the exit code of the run.
func sameError(t *testing.T, r result, code int) {
	t.Helper()
	n := 0
	for l := range strings.Lines(r.stderr) {
		if !strings.HasPrefix(l, "{") {
			continue
		}
		n++
		var e struct {
			Error struct {
				Code, Class, Message string
				Exit                 int
			}
		}
		if err := json.Unmarshal([]byte(l), &e); err != nil || e.Error.Exit != code || e.Error.Code == "" || e.Error.Class == "" || e.Error.Message == "" {
			t.Errorf("the error line is %s (%v)", l, err)
		}
	}
	if n != 1 {
		t.Errorf("%d JSON lines on stderr, want one: %s", n, r.stderr)
	}
}

func outcomesOf(t *testing.T, d *desk) []string {
	t.Helper()
	r := d.run("audit", "list", "-o", "json")
	if r.code != 0 {
		t.Fatalf("audit list: %+v", r)
	}
	var rows []struct {
		Outcome string
		Attempt int
		Records int
	}
	if err := json.Unmarshal([]byte(r.stdout), &rows); err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, row := range rows {
		out = append(out, row.Outcome)
		if (row.Records > 0) != (row.Outcome == "ok") {
			t.Errorf("row %s: outcome %s with %d records", strconv.Itoa(i), row.Outcome, row.Records)
		}
	}
	return out
}

// Rules that change nothing for a correct client give the same records as no rule at all.
func TestHarmlessOdditiesChangeNoRecord(t *testing.T) {
	truth := func(t *testing.T, rule ...string) []string {
		d := newDesk(t)
		s, stop, err := serve(sandbox.Options{}, rule...)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		d.profile(s.url)
		r := d.run("myk", "lookup", "10000000146", "-o", "json", "--timeout", "30s")
		if r.code != 0 {
			t.Fatalf("%+v", r)
		}
		got, err := jq(r.stdout, ".[] | del(.fetched_at, .YETERLILIK_ADI) | tostring")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := truth(t)
	if len(want) != 5 {
		t.Fatalf("%d records", len(want))
	}
	for _, info := range sandbox.RuleNames() {
		if !info.Harmless || only[info.Name] == "range" {
			continue
		}
		t.Run(info.Name, func(t *testing.T) {
			t.Parallel()
			if got := truth(t, info.Name); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
