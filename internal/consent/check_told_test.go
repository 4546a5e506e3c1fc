package consent

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
)

// written gives an entry of an event, as the log would write it, and its disclosures.
func written(t testing.TB, e *event.Event, sha256, shown string, notice, prev int64) (leaf, sd []byte) {
	t.Helper()
	var digests, disclosures []string
	for _, p := range e.Personal() {
		value := got(ledger.EncodeString(nil, p.Value))(t)
		disclosure, digest, err := ledger.Disclose(rand.Reader, p.Name, value)
		must(t, err)
		digests, disclosures = append(digests, digest), append(disclosures, disclosure)
	}
	b := ledger.NewLeaf().Digests(digests).String("act", string(e.Act))
	if e.Captcha != nil {
		b.Bool("captcha", *e.Captcha)
	}
	b.String("channel", e.Channel).String("event", string(e.Step)).String("id", sessionOf(7))
	if e.Items != nil {
		b.Strings("items", e.Items)
	}
	b.String("k", kindConsent).String("language", e.Language)
	if notice >= 0 {
		b.Int("notice", notice)
	}
	if prev >= 0 {
		b.Int("prev", prev)
	}
	received := e.Received
	if received.IsZero() {
		received = e.Time
	}
	texts := []ledger.Pair{{Name: string(e.Act), Value: sha256}}
	if shown != "" && e.Act != event.Notice {
		texts = append(texts, ledger.Pair{Name: string(event.Notice), Value: shown})
	}
	b.String("rcv", ledger.Time(received)).String("session", e.Session).String("t", ledger.Time(day)).Object("texts", texts).String("time", ledger.Time(e.Time))
	if e.UI != "" {
		b.String("ui", e.UI)
	}
	return got(b.Bytes())(t), []byte(strings.Join(disclosures, "~"))
}

// The verification reads entries in a way of its own. It must say of each what the others say, and make of it the content that
// the keyed digest is of.
func TestTheVerificationReadsActsAsEverybodyElseDoes(t *testing.T) {
	t.Parallel()
	keys := newBed(t).Log
	rapid.Check(t, func(rt *rapid.T) {
		e := drawn(rt)
		e.Language = rapid.SampledFrom(event.Languages()).Draw(rt, "language")
		sum, shown := strings.Repeat("ab", 32), rapid.SampledFrom([]string{"", strings.Repeat("cd", 32)}).Draw(rt, "shown")
		leaf, sd := written(t, &e, sum, shown, rapid.Int64Range(-1, 9).Draw(rt, "notice"), rapid.Int64Range(-1, 9).Draw(rt, "prev"))
		if rapid.Bool().Draw(rt, "spoilt") { // one byte of it is another
			at := rapid.IntRange(0, len(leaf)-1).Draw(rt, "at")
			leaf = bytes.Clone(leaf)
			leaf[at] = rapid.Byte().Draw(rt, "byte")
		}
		compareReadings(rt, keys, leaf, sd)
	})
}

// compareReadings reads an entry in both ways. What is no entry at all is for neither.
func compareReadings(t interface {
	Fatalf(string, ...any)
	Helper()
}, log *Log, raw, sd []byte) {
	t.Helper()
	var leaf ledger.Leaf
	var e Entry
	var v told
	if ledger.ParseLeaf(raw, &leaf) != nil || leaf.Kind != kindConsent {
		return
	}
	want := readConsent(&leaf, &e)
	if got := v.read(&leaf); got != want {
		t.Fatalf("%s: read %v, want %v", raw, got, want)
	}
	if !want {
		return
	}
	own := ""
	if v.own != nil {
		own = string(v.own)
	}
	if v.doing.act() != e.Event.Act || steps[v.doing].step != e.Event.Step || v.ms != e.Event.Time.UnixMilli() || v.receivedMS != e.Event.Received.UnixMilli() || v.uuid.String() != e.Event.ID ||
		v.in.String() != e.Event.Session || v.notice != e.Notice || v.prev != e.Prev || own != e.SHA256 || string(quotedLanguages[v.spoken]) != `"`+e.Event.Language+`"` {
		t.Fatalf("%s: read %+v, want %+v", raw, v, e)
	}
	wrong := readPersonal(sd, &e.Event)
	if got := v.disclose(sd); !got {
		// Only this way of reading looks at the digits of the number.
		if tc := e.Event.Subject.TC; wrong == nil && len(tc) == 11 && strings.Trim(tc, "0123456789") == "" && strings.Trim(tc, "0") != "" {
			t.Fatalf("%s: the disclosures do not pass", sd)
		}
		return
	}
	if wrong != nil {
		t.Fatalf("%s: the disclosures pass: %v", sd, wrong)
	}
	if v.there != namesThere(&e.Event) {
		t.Fatalf("%s: %b are there", sd, v.there)
	}
	same, err := log.same(&e.Event, e.SHA256)
	if err != nil || !bytes.Equal(same, log.keys.Tag(tagSame, string(v.content()))[:len(same)]) {
		t.Fatalf("%s: content %s, %v", raw, v.content(), err)
	}
}

func FuzzReadAct(f *testing.F) {
	log := newBed(f).Log
	e := acts(3)[2]
	e.Language = "tr"
	leaf, sd := written(f, &e, strings.Repeat("ab", 32), strings.Repeat("cd", 32), 3, -1)
	f.Add(leaf, sd)
	captcha := true
	e.Captcha, e.Received, e.Items, e.UI = &captcha, e.Time.Add(time.Second), []string{}, ""
	leaf, sd = written(f, &e, strings.Repeat("ab", 32), "", -1, 9)
	f.Add(leaf, sd)
	f.Fuzz(func(t *testing.T, leaf, sd []byte) { compareReadings(t, log, leaf, sd) })
}
