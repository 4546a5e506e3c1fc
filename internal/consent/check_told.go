package consent

import (
	"bytes"
	"math/bits"
	"slices"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
)

// A verification reads every entry of the log. So it makes no event.Event of each, with a string for each value, but looks
// at the values as they stand in the entry and in its disclosures: as canonical JSON, which is also what the keyed digest
// of the content is made of. It takes what readConsent, readPersonal and Log.same take, and nothing else.

// doing is an act with its step.
type doing byte

const (
	wasAccepted doing = iota
	wasPresented
	wasGiven
	wasRefused
	wasWithdrawn
	doings
)

// steps lists them.
var steps = func() (list [doings]struct {
	act  event.Act
	step event.Step
}) {
	i := 0
	for _, a := range event.Acts() {
		for _, s := range event.Steps(a) {
			list[i].act, list[i].step = a, s
			i++
		}
	}
	return list
}()

// act is the doing's.
func (d doing) act() event.Act { return steps[d].act }

// The words that entries have, as JSON.
var (
	quotedChannels  = quoted(event.Channels())
	quotedLanguages = quoted(event.Languages())
	quotedItems     = quoted(slices.Sorted(slices.Values(event.Items())))
)

func quoted(words []string) (list [][]byte) {
	for _, w := range words {
		list = append(list, []byte(`"`+w+`"`))
	}
	return list
}

// indexOf tells which of some words a value is, -1 for none.
func indexOf(words [][]byte, value []byte) int {
	for i, w := range words {
		if bytes.Equal(w, value) {
			return i
		}
	}
	return -1
}

// names is a set of names of personal values, a bit each.
type names uint16

// everything stands for all of them.
const everything names = 1 << 15

var personalNames = event.PersonalNames()

// nameSet gives the set of one name; false for a name that no personal value has.
func nameSet(name string) (names, bool) {
	if name == allFields {
		return everything, true
	}
	i := slices.Index(personalNames, name)
	return 1 << max(i, 0), i >= 0
}

// count is how many names there are.
func (n names) count() int { return bits.OnesCount16(uint16(n)) }

// The places of personal values: event.PersonalNames gives them in this order.
const (
	valueBirthDate = iota
	valuePreference
	valueFatherName
	valueGivenName
	valueIP
	valuePhone
	valueSurname
	valueTC
	values
)

// What event.Canonical has of the person under "subject".
var subjectValues = [...]int{valueBirthDate, valueFatherName, valueGivenName, valuePhone, valueSurname, valueTC}

const subject names = 1<<valueBirthDate | 1<<valueFatherName | 1<<valueGivenName | 1<<valuePhone | 1<<valueSurname | 1<<valueTC

// noTime is the zero time in milliseconds, which counts as none.
var noTime = time.Time{}.UnixMilli()

// told is what an entry of a person says, its values as JSON. It is good as long as the entry and its disclosures are.
type told struct {
	act, captcha, channel, id, language, received, session, step, time, ui []byte

	doing          doing
	items          byte // a bit for each of quotedItems
	spoken         byte // the language
	digests        int
	ms, receivedMS int64
	uuid, in       uuid // of the event, of the session
	notice, prev   int64
	own, shown     []byte // SHA-256 of the act's own text and of the notice's: hexadecimal digits
	other          bool   // it names another text

	there    names
	personal [values][]byte
	number   uint64 // the person's, 0 when it is not there
	opened   []byte
	canon    []byte
}

// read takes what an entry says in clear; false when it is no consent/1 entry as readConsent takes it.
func (v *told) read(leaf *ledger.Leaf) bool {
	v.captcha, v.ui, v.items, v.notice, v.prev, v.digests = nil, nil, 0, -1, -1, leaf.Digests()
	v.own, v.shown, v.other = nil, nil, false
	needed := 13
	var texts []byte
	for i := range leaf.Keys() {
		key, value := leaf.Member(i)
		ok := true
		switch string(key) {
		case "_sd", "_sd_alg", "k", "t": // the same in every entry
		case "act":
			v.act = value
		case "channel":
			v.channel = value
			ok = indexOf(quotedChannels, value) >= 0
		case "event":
			v.step = value
		case "id":
			v.id = value
			v.uuid, ok = uuidOf(value)
		case "language":
			v.language = value
			at := indexOf(quotedLanguages, value)
			v.spoken, ok = byte(at), at >= 0 //nolint:gosec // there are two
		case "rcv":
			v.received = value
			v.receivedMS, ok = timeOf(value)
		case "session":
			v.session = value
			v.in, ok = uuidOf(value)
		case "texts":
			texts, ok = value, value[0] == '{'
		case "time":
			v.time = value
			v.ms, ok = timeOf(value)
		case "captcha":
			v.captcha, ok = value, value[0] == 't' || value[0] == 'f'
			needed++
		case "items":
			v.items, ok = itemsOf(value)
			needed++
		case "ui":
			v.ui, ok = value, value[0] == '"'
			needed++
		case "notice":
			v.notice, ok = leaf.Int("notice")
			ok = ok && v.notice >= 0
			needed++
		case "prev":
			v.prev, ok = leaf.Int("prev")
			ok = ok && v.prev >= 0
			needed++
		default:
			ok = false
		}
		if !ok {
			return false
		}
	}
	return leaf.Keys() == needed && v.digests > 0 && v.does() && v.names(texts)
}

// does finds out which act it is.
func (v *told) does() bool {
	for d := range steps {
		if says(v.act, string(steps[d].act)) && says(v.step, string(steps[d].step)) {
			v.doing = doing(d) //nolint:gosec // there are five
			return true
		}
	}
	return false
}

// says tells whether a value is that string, which needs no escapes.
func says(value []byte, text string) bool {
	return len(value) == len(text)+2 && value[0] == '"' && string(value[1:len(value)-1]) == text
}

func uuidOf(value []byte) (uuid, bool) {
	if len(value) != 38 || value[0] != '"' {
		return uuid{}, false
	}
	return event.ParseUUID(value[1:37])
}

func timeOf(value []byte) (ms int64, ok bool) {
	if value[0] != '"' {
		return 0, false
	}
	return ledger.ParseMillis(value[1 : len(value)-1])
}

// itemsOf reads an array of items, each once, in any order.
func itemsOf(value []byte) (set byte, ok bool) {
	if value[0] != '[' {
		return 0, false
	}
	for rest := value[1 : len(value)-1]; len(rest) > 0; {
		item, others, more := bytes.Cut(rest, []byte{','}) // none of them has a comma
		i := indexOf(quotedItems, item)
		if i < 0 || set&(1<<i) != 0 || more && len(others) == 0 {
			return 0, false
		}
		set |= 1 << i
		rest = others
	}
	return set, true
}

// names reads the texts that the entry names; it needs doing.
func (v *told) names(texts []byte) bool {
	own := string(v.doing.act())
	for rest := texts[1 : len(texts)-1]; len(rest) > 0; {
		end := bytes.IndexByte(rest[1:], '"') + 1
		name := string(rest[1:end])
		value := rest[end+2:]
		if len(value) < 66 || value[65] != '"' || !isHex(value[1:65]) {
			return false
		}
		switch sum := value[1:65]; {
		case name == own:
			v.own = sum
		case name == string(event.Notice):
			v.shown = sum
		case name == string(event.Agreement), name == string(event.Consent):
			v.other = true
		default:
			return false
		}
		if rest = value[66:]; len(rest) > 0 {
			rest = rest[1:]
		}
	}
	return true
}

// isHex tells lower-case hexadecimal digits.
func isHex(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// merged tells whether the entry names more texts than one act has: its own, and that of the notice a consent given
// rests on, which is another one.
func (v *told) merged() bool {
	return v.other || v.shown != nil && (v.doing != wasGiven || bytes.Equal(v.shown, v.own))
}

// disclose takes the personal values from the disclosures; false when one has a name or a value that no event of ours has.
func (v *told) disclose(joined []byte) bool {
	v.opened, v.there, v.number = v.opened[:0], 0, 0
	v.personal = [values][]byte{}
	for d := range ledger.SplitDisclosures(joined) {
		name, value, opened, err := ledger.AppendOpened(v.opened, d)
		if err != nil {
			return false
		}
		v.opened = opened
		i := placeOf(name)
		if i < 0 || v.personal[i] != nil || value[0] != '"' || len(value) == 2 {
			return false
		}
		v.personal[i] = value
		v.there |= 1 << i
	}
	return v.personal[valueTC] == nil || v.numeric(v.personal[valueTC])
}

// numeric takes the number: eleven digits.
func (v *told) numeric(value []byte) bool {
	if len(value) != 13 {
		return false
	}
	for _, c := range value[1:12] {
		if c < '0' || c > '9' {
			return false
		}
		v.number = 10*v.number + uint64(c-'0')
	}
	return v.number > 0
}

func placeOf(name []byte) int {
	switch string(name) {
	case "birth_date":
		return valueBirthDate
	case "contact_preference":
		return valuePreference
	case "father_name":
		return valueFatherName
	case "given_name":
		return valueGivenName
	case "ip":
		return valueIP
	case "phone":
		return valuePhone
	case "surname":
		return valueSurname
	case "tc":
		return valueTC
	}
	return -1
}

// content gives what Log.same makes its digest of: event.Canonical, with the SHA-256 of the text. It is valid until the
// next.
func (v *told) content() []byte {
	b := append(v.canon[:0], '{')
	b = appendMember(b, "act", v.act)
	b = appendMember(b, "channel", v.channel)
	b = appendMember(b, "contact_preference", v.personal[valuePreference])
	b = appendMember(b, "event", v.step)
	if v.captcha != nil || v.personal[valueIP] != nil {
		b = append(b, `,"evidence":{`...)
		b = appendMember(b, "captcha", v.captcha)
		b = append(appendMember(b, "ip", v.personal[valueIP]), '}')
	}
	if v.items != 0 {
		b = append(b, `,"items":[`...)
		for i, item := range quotedItems {
			if v.items&(1<<i) != 0 {
				b = append(append(b, item...), ',')
			}
		}
		b[len(b)-1] = ']'
	}
	b = appendMember(b, "language", v.language)
	if v.receivedMS != v.ms && v.receivedMS != noTime {
		b = appendMember(b, "received", v.received)
	}
	b = appendMember(b, "session", v.session)
	if v.there&subject != 0 {
		b = append(b, `,"subject":{`...)
		for _, i := range subjectValues {
			b = appendMember(b, personalNames[i], v.personal[i])
		}
		b = append(b, '}')
	}
	if v.own != nil {
		b = append(append(append(b, `,"text":"`...), v.own...), '"')
	}
	if v.ms != noTime {
		b = appendMember(b, "time", v.time)
	}
	b = append(appendMember(b, "ui", v.ui), '}')
	v.canon = b
	return b
}

// appendMember appends a member of an object unless it is empty.
func appendMember(dst []byte, key string, value []byte) []byte {
	if len(value) == 0 || string(value) == `""` {
		return dst
	}
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(append(append(dst, '"'), key...), '"', ':')
	return append(dst, value...)
}
