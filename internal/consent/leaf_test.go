package consent

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
)

// drawn gives any event that passes the checks.
func drawn(t *rapid.T) event.Event {
	act := rapid.SampledFrom(event.Acts()).Draw(t, "act")
	e := eventAt(rapid.IntRange(0, 90).Draw(t, "person"), rapid.IntRange(0, 500).Draw(t, "minute"), act, rapid.SampledFrom(event.Steps(act)).Draw(t, "step"), "x")
	e.Channel = rapid.SampledFrom(event.Channels()).Draw(t, "channel")
	e.UI = rapid.SampledFrom([]string{"", "Tamam", `"Onay" \ veriyorum`, "Ünlü şçöğ €"}).Draw(t, "ui")
	e.Items = nil
	if act == event.Consent {
		e.Items = event.Items()[:rapid.IntRange(1, 6).Draw(t, "items")]
	}
	if rapid.Bool().Draw(t, "late") {
		e.Received = e.Time.Add(time.Second)
	}
	if rapid.Bool().Draw(t, "evidence") {
		captcha := rapid.Bool().Draw(t, "captcha")
		e.Captcha = &captcha
	}
	for _, p := range event.PersonalNames() {
		if p != "tc" && rapid.Bool().Draw(t, p) {
			*personal(&e, p) = ""
		}
	}
	return e
}

// The entries of acts are written by hand. What the ledger's Builder writes of the same event is what they have to be.
func TestAnActIsWrittenAsTheBuilderWritesIt(t *testing.T) {
	b := newBed(t)
	d := b.drafter(map[string]*Text{"x": {Label: "x", Language: "tr", SHA256: strings.Repeat("ab", 32)}})
	rapid.Check(t, func(rt *rapid.T) {
		e := drawn(rt)
		var f draft
		must(t, d.draft(&f, event.Row{Event: e}, day))
		if f.problem != nil {
			rt.Fatal(f.problem)
		}
		v := decision{text: d.texts["x"], links: event.Links{Notice: -1, Prev: -1}}
		if e.Step == event.Given {
			v.links.Notice, v.notice = 12, strings.Repeat("cd", 32)
		}
		if e.Act == event.Consent && rapid.Bool().Draw(rt, "prev") {
			v.links.Prev = 34
		}
		leaf := got(appendTail(bytes.Clone(f.head), &f, &v, ledger.Time(day)))(t)
		if want := built(t, &f, &e, &v); !bytes.Equal(leaf, want) {
			rt.Fatalf("got\n%s\nwant\n%s", leaf, want)
		}
		var parsed ledger.Leaf
		var entry Entry
		must(t, ledger.ParseLeaf(leaf, &parsed))
		if !readConsent(&parsed, &entry) {
			rt.Fatalf("not read again: %s", leaf)
		}
		found := got(disclosed(&parsed, f.sd, &entry.Event))(t)
		if found != parsed.Digests() || found != len(e.Personal()) {
			rt.Fatalf("%d disclosures, %d digests, %d values", found, parsed.Digests(), len(e.Personal()))
		}
		e.ID, e.Text, e.Language = f.id.String(), v.text.SHA256, "tr"
		if string(event.AppendNDJSON(nil, &entry.Event)) != string(event.AppendNDJSON(nil, withReceipt(e))) || entry.Notice != v.links.Notice || entry.Prev != v.links.Prev {
			rt.Fatalf("read again as %+v", entry)
		}
		same := got(b.same(&entry.Event, entry.SHA256))(t)
		if !bytes.Equal(same, f.same[:]) {
			rt.Fatal("the digest of the content cannot be made again from the entry")
		}
	})
}

func withReceipt(e event.Event) *event.Event {
	if e.Received.IsZero() {
		e.Received = e.Time
	}
	return &e
}

// built writes the entry by the ledger's Builder.
func built(t *testing.T, f *draft, e *event.Event, v *decision) []byte {
	var digests []string
	for d := range ledger.SplitDisclosures(f.sd) {
		digests = append(digests, ledger.DisclosureDigest(d))
	}
	b := ledger.NewLeaf().Digests(digests).String("act", string(e.Act))
	if e.Captcha != nil {
		b.Bool("captcha", *e.Captcha)
	}
	b.String("channel", e.Channel).String("event", string(e.Step)).String("id", f.id.String())
	if len(e.Items) > 0 {
		b.Strings("items", e.Items)
	}
	b.String("k", kindConsent).String("language", v.text.Language)
	if v.links.Notice >= 0 {
		b.Int("notice", v.links.Notice)
	}
	if v.links.Prev >= 0 {
		b.Int("prev", v.links.Prev)
	}
	texts := []ledger.Pair{{Name: string(e.Act), Value: v.text.SHA256}}
	if v.notice != "" {
		texts = append(texts, ledger.Pair{Name: "notice", Value: v.notice})
	}
	b.String("rcv", ledger.Time(withReceipt(*e).Received)).String("session", e.Session).String("t", ledger.Time(day)).Object("texts", texts).String("time", ledger.Time(e.Time))
	if e.UI != "" {
		b.String("ui", e.UI)
	}
	return got(b.Bytes())(t)
}

func FuzzWhatIsNoEntryOfOursIsNotRead(f *testing.F) {
	f.Add([]byte(`{"_sd":["` + strings.Repeat("A", 43) + `"],"_sd_alg":"sha-256","act":"notice","channel":"portal","event":"presented","id":"00000000-0000-4000-8000-000000000001","k":"consent/1","language":"tr","rcv":"2026-11-22T10:11:12.123Z","session":"00000000-0000-4000-8000-000000000002","t":"2026-11-22T10:11:12.123Z","texts":{"notice":"` + strings.Repeat("ab", 32) + `"},"time":"2026-11-22T10:11:12.123Z"}`))
	f.Add([]byte(`{"bytes":3,"from":"2026-11-22","k":"text/1","kind":"consent","label":"riza-1","language":"tr","sha256":"` + strings.Repeat("ab", 32) + `","t":"2026-11-22T10:11:12.123Z"}`))
	f.Add([]byte(`{"fields":["*"],"ground":"request","k":"erased/1","seq":4,"t":"2026-11-22T10:11:12.123Z"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var leaf ledger.Leaf
		if ledger.ParseLeaf(raw, &leaf) != nil {
			return
		}
		var e Entry
		if readConsent(&leaf, &e) {
			if leaf.Kind != kindConsent || !isUUID(e.Event.ID) || e.Event.Time.IsZero() || e.Notice < -1 || e.Prev < -1 || e.Event.Subject != (event.Subject{}) {
				t.Errorf("%+v", e)
			}
		}
		var x Text
		if readText(&leaf, &x) {
			again := got(textLeaf(x, time.UnixMilli(leaf.Millis)))(t)
			if !bytes.Equal(again, raw) {
				t.Errorf("%s\n%s", raw, again)
			}
		}
		if seq, fields, _, ok := readErased(&leaf); ok && (seq < 0 || len(fields) == 0) {
			t.Error(seq, fields)
		}
	})
}
