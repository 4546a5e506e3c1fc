package consent

import (
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
)

// What the entries of the log say in clear, and how it is read again. The readers are strict: an entry with a member too
// many or too few, or a word that is not one of ours, is not one that we wrote.

// textLeaf writes the text/1 entry of a text, logged at a moment.
func textLeaf(t Text, at time.Time) ([]byte, error) {
	return ledger.NewLeaf().Int("bytes", int64(t.Bytes)).String("from", t.Day).String("k", kindText).String("kind", string(t.Kind)).
		String("label", t.Label).String("language", t.Language).String("sha256", t.SHA256).String("t", ledger.Time(at)).Bytes()
}

// appendHead writes the beginning of a consent/1 entry, with its digests sorted, up to the member k; appendTail the rest,
// for which its place in the log must be known. By hand, and not by the ledger's Builder, since an import writes a million:
// all the words are digests, ids, numbers, times and words of ours, in which nothing is to be escaped. What stands on a button
// is the one exception.
func appendHead(b []byte, f *draft, e *event.Event, digests [][ledger.DigestLen]byte) []byte {
	b = append(b, `{"_sd":[`...)
	for i := range digests {
		b = append(comma(b, i), '"')
		b = append(append(b, digests[i][:]...), '"')
	}
	b = append(b, `],"_sd_alg":"sha-256"`...)
	b = member(b, "act", string(f.act))
	if e.Captcha != nil {
		b = strconv.AppendBool(append(b, `,"captcha":`...), *e.Captcha)
	}
	b = member(b, "channel", e.Channel)
	b = member(b, "event", string(f.step))
	b = appendUUID(append(b, `,"id":`...), f.id)
	if len(e.Items) > 0 {
		b = append(b, `,"items":[`...)
		for i, item := range e.Items {
			b = append(append(append(comma(b, i), '"'), item...), '"')
		}
		b = append(b, ']')
	}
	return member(b, "k", kindConsent)
}

// appendTail completes what appendHead began. logged is the time of logging as entries have it.
func appendTail(b []byte, f *draft, v *decision, logged string) ([]byte, error) {
	b = member(b, "language", v.text.Language)
	if v.links.Notice >= 0 {
		b = strconv.AppendInt(append(b, `,"notice":`...), v.links.Notice, 10)
	}
	if v.links.Prev >= 0 {
		b = strconv.AppendInt(append(b, `,"prev":`...), v.links.Prev, 10)
	}
	b = quoteTime(append(b, `,"rcv":`...), f.received)
	b = appendUUID(append(b, `,"session":`...), f.session)
	b = member(b, "t", logged)
	b = append(b, `,"texts":{"`...)
	b = append(append(b, f.act...), `":"`...)
	b = append(append(b, v.text.SHA256...), '"')
	if v.notice != "" { // of a consent
		b = member(b, string(event.Notice), v.notice)
	}
	b = quoteTime(append(b, `},"time":`...), f.time)
	if f.ui != "" {
		var err error
		if b, err = ledger.EncodeString(append(b, `,"ui":`...), f.ui); err != nil {
			return nil, err
		}
	}
	if b = append(b, '}'); len(b) > ledger.MaxLeaf {
		return nil, mistake()
	}
	return b, nil
}

// member appends a member that is not the first; value needs no escape.
func member(b []byte, key, value string) []byte {
	b = append(append(append(b, `,"`...), key...), `":"`...)
	return append(append(b, value...), '"')
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

func quoteTime(b []byte, t time.Time) []byte {
	return append(t.UTC().AppendFormat(append(b, '"'), `2006-01-02T15:04:05.000Z`), '"')
}

func appendUUID(b []byte, u uuid) []byte {
	b = append(b, '"')
	for i, part := range [][]byte{u[:4], u[4:6], u[6:8], u[8:10], u[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return append(b, '"')
}

// readText reads a text/1 entry; false when it is none. Seq stays as it is.
func readText(leaf *ledger.Leaf, t *Text) bool {
	size, okSize := leaf.Int("bytes")
	day, okDay := leaf.Str("from")
	kind, okKind := leaf.Str("kind")
	label, okLabel := leaf.Str("label")
	language, okLanguage := leaf.Str("language")
	sum, okSum := leaf.Str("sha256")
	t.Kind, t.Label, t.Language, t.SHA256, t.Bytes, t.Day = event.Act(kind), label, language, sum, int(size), day
	return leaf.Kind == kindText && leaf.Keys() == 8 && okSize && okDay && okKind && okLabel && okLanguage && okSum &&
		size >= 1 && size <= maxText && isDay(day) && slices.Contains(event.Acts(), t.Kind) && validLabel(label) &&
		slices.Contains(event.Languages(), language) && isSHA256(sum)
}

// readConsent reads a consent/1 entry into e; false when it is none. It says nothing of the person (those members become
// empty), nothing of Seq and Erased, and Event.Text becomes the SHA-256: a label stands in the text's own entry.
func readConsent(leaf *ledger.Leaf, e *Entry) bool {
	var ok [8]bool
	var act, step, declared, received string
	e.Event = event.Event{}
	v := &e.Event
	act, ok[0] = leaf.Str("act")
	v.Channel, ok[1] = leaf.Str("channel")
	step, ok[2] = leaf.Str("event")
	v.ID, ok[3] = leaf.Str("id")
	v.Language, ok[4] = leaf.Str("language")
	received, ok[5] = leaf.Str("rcv")
	v.Session, ok[6] = leaf.Str("session")
	declared, ok[7] = leaf.Str("time")
	if leaf.Kind != kindConsent || ok != [8]bool{true, true, true, true, true, true, true, true} {
		return false
	}
	e.Logged = time.UnixMilli(leaf.Millis).UTC()
	v.Act, v.Step = event.Act(act), event.Step(step)
	var okTime, okReceived bool
	v.Time, okTime = ledger.ParseTime(declared)
	v.Received, okReceived = ledger.ParseTime(received)
	if !okTime || !okReceived || !slices.Contains(event.Steps(v.Act), v.Step) || !slices.Contains(event.Channels(), v.Channel) ||
		!slices.Contains(event.Languages(), v.Language) || !isUUID(v.ID) || !isUUID(v.Session) {
		return false
	}
	keys := 13 // those above, the digests and their algorithm, k, t, texts
	if captcha, ok := leaf.Bool("captcha"); ok {
		v.Captcha = &captcha
		keys++
	}
	if v.Items, ok[0] = leaf.List("items"); ok[0] {
		keys++
		for i, item := range v.Items {
			if !slices.Contains(event.Items(), item) || slices.Contains(v.Items[:i], item) {
				return false
			}
		}
	}
	if v.UI, ok[0] = leaf.Str("ui"); ok[0] {
		keys++
	}
	if e.Notice, ok[0] = leaf.Int("notice"); ok[0] {
		keys++
	}
	if e.Prev, ok[1] = leaf.Int("prev"); ok[1] {
		keys++
	}
	if ok[0] && e.Notice < 0 || ok[1] && e.Prev < 0 || leaf.Keys() != keys {
		return false
	}
	if !ok[0] {
		e.Notice = -1
	}
	if !ok[1] {
		e.Prev = -1
	}
	return leaf.Digests() > 0 && readTexts(leaf, e)
}

// readTexts reads the texts that an entry names; its own is the one of its act.
func readTexts(leaf *ledger.Leaf, e *Entry) bool {
	texts, ok := leaf.Object("texts")
	if !ok {
		return false
	}
	e.SHA256 = ""
	for _, t := range texts {
		if !isSHA256(t.Value) || !slices.Contains(event.Acts(), event.Act(t.Name)) {
			return false
		}
		if t.Name == string(e.Event.Act) {
			e.SHA256 = t.Value
		}
	}
	e.Event.Text = e.SHA256
	return true
}

// readErased reads an erased/1 entry: which entry lost which personal values ("*" stands for all), and why.
func readErased(leaf *ledger.Leaf) (seq int64, fields []string, ground string, ok bool) {
	fields, okFields := leaf.List("fields")
	ground, okGround := leaf.Str("ground")
	seq, okSeq := leaf.Int("seq")
	ok = leaf.Kind == kindErased && leaf.Keys() == 5 && okFields && okGround && okSeq && seq >= 0 && len(fields) > 0 && slices.IsSorted(fields)
	return seq, fields, ground, ok
}

// errEntry is any disagreement within an entry.
var errEntry = errors.New("the parts of the entry do not agree")

// readPersonal reads the disclosures of an entry, "d1~d2~d3", into the event. An error means that one has a name or a
// value that no event of ours has. That the entry holds their digests is for the caller to find.
func readPersonal(joined []byte, e *event.Event) error {
	for d := range ledger.SplitDisclosures(joined) {
		if err := readDisclosure(d, e); err != nil {
			return err
		}
	}
	return nil
}

func readDisclosure(d []byte, e *event.Event) error {
	v, err := ledger.OpenDisclosure(d)
	if err != nil {
		return err
	}
	at := personal(e, v.Name)
	text, ok := v.Text()
	if at == nil || !ok || text == "" || *at != "" {
		return errEntry
	}
	*at = text
	return nil
}

// personal gives the place of a personal value in the event, nil for a name that there is not. Event.Personal has the same
// names.
func personal(e *event.Event, name string) *string {
	switch name {
	case "birth_date":
		return &e.Subject.BirthDate
	case "contact_preference":
		return &e.ContactPreference
	case "father_name":
		return &e.Subject.FatherName
	case "given_name":
		return &e.Subject.GivenName
	case "ip":
		return &e.IP
	case "phone":
		return &e.Subject.Phone
	case "surname":
		return &e.Subject.Surname
	case "tc":
		return &e.Subject.TC
	}
	return nil
}

// isDay tells a date of the calendar, 2006-01-02.
func isDay(s string) bool { _, err := event.Day(s); return err == nil }

func isUUID(s string) bool { _, ok := parseUUID(s); return ok }

// isSHA256 tells a SHA-256 in lower-case hexadecimal.
func isSHA256(s string) bool {
	return len(s) == hex.EncodedLen(32) && strings.Trim(s, "0123456789abcdef") == ""
}
