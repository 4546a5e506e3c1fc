package sandbox

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"iskurctl/internal/fault"
)

func mustRule(t *testing.T, s string) Rule {
	t.Helper()
	r, err := ParseRule(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return r
}

// pattern asks ten times and shows where the rules acted: the position of the rule, or a point.
func pattern(t *testing.T, q func(n int) query, rules ...string) string {
	t.Helper()
	var f faults
	var list []Rule
	for _, r := range rules {
		list = append(list, mustRule(t, r))
	}
	f.arm(list)
	var b strings.Builder
	for n := range 10 {
		r, ok := f.due(q(n))
		mark := "."
		for i := range list {
			if ok && reflect.DeepEqual(r, list[i]) {
				mark = string(rune('1' + i))
			}
		}
		b.WriteString(mark)
	}
	return b.String()
}

func TestRulesActOnTheRequestsTheyChoose(t *testing.T) {
	same := func(int) query { return query{op: byNumber, kimlikNo: "10000000146"} }
	turns := func(n int) query {
		return []query{{op: byNumber, kimlikNo: "10000000146"}, {op: byRange}, {op: parameters}, {op: byNumber, kimlikNo: "10000000214"}}[n%4]
	}
	for _, c := range []struct {
		q     func(int) query
		rules []string
		want  string
	}{
		{same, nil, ".........."},
		{same, []string{"null"}, "1111111111"},
		{same, []string{"null:first=3"}, "111......."},
		{same, []string{"null:every=3"}, "..1..1..1."},
		{same, []string{"null:times=2"}, "11........"},
		{same, []string{"null:every=3,times=2"}, "..1..1...."},
		{same, []string{"null:after=4"}, "....111111"},
		{same, []string{"null:after=4,first=2"}, "....11...."},
		{same, []string{"null:first=6,every=2"}, ".1.1.1...."},
		{same, []string{"null:every=2", "drop:every=3"}, ".121.1.121"},
		{same, []string{"null:times=2", "drop:times=2"}, "1122......"},
		{turns, []string{"null:op=TarihAraligiIleBelgeSorgulama"}, ".1...1...1"},
		{turns, []string{"null:tc=10000000146"}, "1...1...1."},
		{turns, []string{"wrong_person"}, "1..11..11."},
		{turns, []string{"stuck_cursor"}, ".1...1...1"},
		{turns, []string{"missing_field:field=BELGENO"}, "11.111.111"},
		{turns, []string{"missing_field:field=YETERLILIK_ADI"}, "1111111111"},
	} {
		if got := pattern(t, c.q, c.rules...); got != c.want {
			t.Errorf("%v: %s, want %s", c.rules, got, c.want)
		}
	}
}

func TestParseRuleRefusesWhatItDoesNotKnow(t *testing.T) {
	for s, code := range map[string]string{
		"": "fault_rule_unknown", "html": "fault_rule_unknown", "HTML200": "fault_rule_unknown", " html200": "fault_rule_unknown",
		"html200:": "fault_rule_key", "html200:delay=2s": "fault_rule_key", "html200:first=1,": "fault_rule_key", "html200:First=1": "fault_rule_key",
		"html200:first": "fault_rule_value", "html200:first=0": "fault_rule_value", "html200:every=-1": "fault_rule_value", "html200:times=x": "fault_rule_value",
		"html200:op=Baska": "fault_rule_value", "stuck_cursor:op=ParametreGonderimi": "fault_rule_value", "stuck_cursor:tc=10000000146": "fault_rule_value",
		"slow:delay=2": "fault_rule_value", "status:code=abc": "fault_rule_value", "status:code=100": "fault_rule_value", "status:body=xml": "fault_rule_value",
		"oversize:size=2GB": "fault_rule_value", "reset:at=end": "fault_rule_value", "null_value:field=BELGE": "fault_rule_value",
	} {
		_, err := ParseRule(s)
		var f *fault.Error
		if !errors.As(err, &f) || f.Class != fault.Usage || f.Code != code || f.Hint.Empty() {
			t.Errorf("%q: %v, want %s", s, err, code)
		}
	}
	for _, s := range []string{"html200", "html200:every=5", "status:code=503,retry_after=2,times=3", "wrong_person:first=2", "slow:delay=300ms",
		"result_code:code=E-12", "bad_date:value=", "html200:tc=10000000146,op=TCKimlikNoIleBelgeSorgulama"} {
		if _, err := ParseRule(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestAMisspeltRuleNamesTheNearest(t *testing.T) {
	for wrong, near := range map[string]string{"htlm200": "html200", "statsu:code=503": "status", "wrong_persn": "wrong_person", "xyzzyxyzzy": "sandbox serve --help"} {
		_, err := ParseRule(wrong)
		if f := fault.From(err); !strings.HasSuffix(f.Hint.EN, near) || !strings.HasSuffix(f.Hint.TR, near) {
			t.Errorf("%s: %q", wrong, f.Hint)
		}
	}
}

func TestAZeroRuleDoesNothing(t *testing.T) {
	s := New(Options{Now: clock, Faults: []Rule{{}}})
	if _, ok := s.faults.due(query{op: byNumber}); ok {
		t.Error("it acted")
	}
}
