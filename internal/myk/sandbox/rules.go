package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Rule is one armed fault: what happens, and to which requests. Make one with ParseRule.
type Rule struct {
	kind                       *ruleKind
	values                     map[string]value
	op                         operation // "" = every operation the rule knows
	tc                         string
	first, every, after, times int64
}

// RuleInfo describes a rule, or a key of rules, for help and documentation.
type RuleInfo struct {
	Name     string
	Text     i18n.Text
	Keys     []string // the rule's own keys with their defaults, as "delay=2s"
	Harmless bool     // a correct client with the default timeout gives the same result as without the rule
}

// RuleNames lists every rule in the order of the documentation.
func RuleNames() []RuleInfo {
	var list []RuleInfo
	for _, k := range ruleKinds() {
		info := RuleInfo{Name: k.name, Text: k.text, Harmless: k.harmless}
		for _, key := range k.keys {
			info.Keys = append(info.Keys, key.name+"="+key.standard)
		}
		list = append(list, info)
	}
	return list
}

// RuleKeys lists the keys that every rule takes: they choose the requests.
func RuleKeys() []RuleInfo {
	return []RuleInfo{
		{Name: "first", Text: i18n.T("yalnız ilk N uygun istekte", "only the first N requests that fit")},
		{Name: "every", Text: i18n.T("her N. uygun istekte", "every Nth request that fits")},
		{Name: "after", Text: i18n.T("ilk N uygun istek atlandıktan sonra", "after the first N requests that fit")},
		{Name: "times", Text: i18n.T("en çok N kez", "at most N times")},
		{Name: "op", Text: i18n.T("yalnız bu işlemde (işlemin tam adı)", "only on this operation (its full name)")},
		{Name: "tc", Text: i18n.T("yalnız bu numara sorulduğunda", "only when this number is asked for")},
	}
}

// ruleKind is what a name stands for. act answers the request in place of the service.
type ruleKind struct {
	name     string
	text     i18n.Text
	keys     []ruleKey
	ops      []operation // nil = all
	harmless bool
	act      func(*exchange)
}

type keyType int

const (
	keyText     keyType = iota // anything without a comma
	keyCount                   // a whole number, at least 1
	keyStatus                  // an HTTP status, 200 to 999
	keyDuration                // with its unit
	keySize                    // bytes, or with KiB, MiB, GiB
	keyField                   // a field of the wire
)

type ruleKey struct {
	name, standard string
	kind           keyType
	oneOf          []string // for keyText, when only these will do
}

// value is a key's value, read once when the rule is parsed. number holds counts, bytes, statuses and nanoseconds.
type value struct {
	text   string
	number int64
}

// ParseRule reads name[:key=value[,key=value…]]. Errors are class Usage: fault_rule_unknown, fault_rule_key,
// fault_rule_value.
func ParseRule(s string) (Rule, error) {
	name, rest, some := strings.Cut(s, ":")
	kinds := ruleKinds()
	at := slices.IndexFunc(kinds, func(k ruleKind) bool { return k.name == name })
	if at < 0 {
		return Rule{}, unknownRule(name, kinds)
	}
	r := Rule{kind: &kinds[at], values: map[string]value{}}
	for _, k := range r.kind.keys {
		v, ok := k.read(k.standard)
		if ok {
			r.values[k.name] = v
		}
	}
	if !some {
		return r, nil
	}
	for part := range strings.SplitSeq(rest, ",") {
		key, text, hasValue := strings.Cut(part, "=")
		known, good := r.set(key, text)
		if !known {
			return Rule{}, ruleError("fault_rule_key", i18n.T("hata kuralında bilinmeyen anahtar", "unknown key in a fault rule"))
		}
		if !good || !hasValue {
			return Rule{}, ruleError("fault_rule_value", i18n.Tf("hata kuralında %s değeri hatalı", "bad value of %s in a fault rule", key))
		}
	}
	return r, nil
}

func unknownRule(name string, kinds []ruleKind) *fault.Error {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	e := ruleError("fault_rule_unknown", i18n.T("bilinmeyen hata kuralı", "unknown fault rule"))
	if near := fault.Nearest(name, names); near != "" {
		return e.WithHint(i18n.Tf("şunu mu demek istediniz: %s", "did you mean: %s", near))
	}
	return e
}

func ruleError(code string, text i18n.Text) *fault.Error {
	return fault.New(fault.Usage, code, text).WithHint(i18n.T(
		"biçim: ad[:anahtar=değer,…], örneğin status:code=503,retry_after=2,times=3; adlar: iskurctl sandbox serve --help",
		"form: name[:key=value,…], for example status:code=503,retry_after=2,times=3; names: iskurctl sandbox serve --help"))
}

func (r *Rule) set(key, text string) (known, good bool) {
	// The rule's own keys come first: result_code has a `code` that is any text.
	for _, k := range r.kind.keys {
		if k.name == key {
			v, ok := k.read(text)
			r.values[key] = v
			return true, ok
		}
	}
	count := func(n *int64) (bool, bool) {
		v, ok := ruleKey{kind: keyCount}.read(text)
		*n = v.number
		return true, ok
	}
	switch key {
	case "first":
		return count(&r.first)
	case "every":
		return count(&r.every)
	case "after":
		return count(&r.after)
	case "times":
		return count(&r.times)
	case "op":
		r.op = operation(text)
		return true, slices.Contains(r.kind.operations(), r.op)
	case "tc":
		r.tc = text
		return true, text != "" && slices.Contains(r.kind.operations(), byNumber)
	}
	return false, false
}

func (k ruleKey) read(text string) (v value, ok bool) {
	v.text = text
	var err error
	switch k.kind {
	case keyCount, keyStatus:
		v.number, err = strconv.ParseInt(text, 10, 64)
		ok = err == nil && v.number >= 1 && (k.kind == keyCount || v.number >= 200 && v.number <= 999)
	case keyDuration:
		var d time.Duration
		d, err = time.ParseDuration(text)
		v.number, ok = int64(d), err == nil
	case keySize:
		v.number, ok = readSize(text)
	case keyField:
		ok = slices.Contains(envelopeFields, text) || slices.Contains(certificateFields, text)
	default:
		ok = len(k.oneOf) == 0 || slices.Contains(k.oneOf, text)
	}
	return v, ok
}

func readSize(text string) (int64, bool) {
	unit := int64(1)
	for i, suffix := range []string{"KiB", "MiB", "GiB"} {
		if digits, ok := strings.CutSuffix(text, suffix); ok {
			text, unit = digits, 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(text, 10, 32)
	return n * unit, err == nil && n >= 0
}

func (k *ruleKind) operations() []operation {
	if k.ops == nil {
		return []operation{byNumber, byRange, parameters}
	}
	return k.ops
}

// fits says whether the rule looks at a request at all. A field that the operation does not have cannot be spoilt.
func (r *Rule) fits(q query) bool {
	if r.op != "" && r.op != q.op || r.tc != "" && r.tc != q.kimlikNo || !slices.Contains(r.kind.operations(), q.op) {
		return false
	}
	field := r.values["field"].text
	return field == "" || slices.Contains(envelopeFields, field) || slices.Contains(q.op.rowFields(), field)
}

// faults counts for every rule the requests that fit it, in the order in which they arrive. All rules count, the first
// that is due acts; so what happens depends on the order of the requests and on nothing else.
type faults struct {
	mu    sync.Mutex
	rules []armedRule
}

type armedRule struct {
	Rule
	seen, acted int64
}

func (f *faults) arm(rules []Rule) {
	for _, r := range rules {
		if r.kind != nil {
			f.rules = append(f.rules, armedRule{Rule: r})
		}
	}
}

// due counts a request and gives the rule that acts on it, if one does.
func (f *faults) due(q query) (rule Rule, ok bool) {
	if len(f.rules) == 0 {
		return Rule{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.rules {
		r := &f.rules[i]
		if !r.fits(q) {
			continue
		}
		r.seen++
		n := r.seen - r.after // 1 for the first request that is not skipped
		if ok || n < 1 || r.first > 0 && n > r.first || r.every > 0 && n%r.every != 0 || r.times > 0 && r.acted >= r.times {
			continue
		}
		r.acted++
		rule, ok = r.Rule, true
	}
	return rule, ok
}
