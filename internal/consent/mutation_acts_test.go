package consent_test

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/ledgertest"
)

// hand is an insider who appends entries with the log's own key, each with its sealed values and the row that leads to it:
// hashes, signatures and rows fit, only what the entries say may not.
type hand struct {
	w *world
	p *place
	l *ledger.Writer
}

// writes has a hand append to the log.
func writes(do func(h *hand)) func(*world, *place) {
	return func(w *world, p *place) {
		p.Clock.Tick()
		p.Start()
		must(p.T, p.Log.Ledger().Write(p.T.Context(), func(l *ledger.Writer) error {
			do(&hand{w, p, l})
			return nil
		}))
		must(p.T, p.Close())
	}
}

func (h *hand) exec(text string, args ...any) {
	h.p.T.Helper()
	_, err := h.l.Tx.ExecContext(h.p.T.Context(), text, args...)
	must(h.p.T, err)
}

// one reads one value of the store.
func one[T any](h *hand, text string, args ...any) (v T) {
	h.p.T.Helper()
	must(h.p.T, h.l.Tx.QueryRowContext(h.p.T.Context(), h.w.Names.Replace(text), args...).Scan(&v))
	return v
}

// entry gives the number that a name stands for.
func (h *hand) entry(name string) (n int64) {
	_, err := fmt.Sscan(h.w.Names.Replace(name), &n)
	must(h.p.T, err)
	return n
}

// deed is an act of somebody. Text is a label, or a SHA-256 that nobody registered.
type deed struct {
	event.Event
	notice, prev int64 // -1: none
	shown        string
	texts        string // the member of the entry, when it is to be another one
	language     string // of the entry, when it is not to be the text's
	row          int64  // of the text, as the row has it, when it is not registered yet
	unsaid       bool   // the entry names no text at all
}

// person i does something now; -1 and "" stand for nothing.
func (h *hand) person(i int, act event.Act, step event.Step, text string) deed {
	return deed{Event: eventOf(h.p, i, act, step, text), notice: -1, prev: -1}
}

// text gives the SHA-256 of a text in hexadecimal, its number and its language.
func (h *hand) text(label string) (sum string, seq int64, language string) {
	if len(label) == 64 {
		return label, 0, "tr"
	}
	return hex.EncodeToString(one[[]byte](h, "SELECT sha256 FROM consent_text WHERE label = $1", label)), one[int64](h, "SELECT seq FROM consent_text WHERE label = $1", label),
		one[string](h, "SELECT language FROM consent_text WHERE label = $1", label)
}

// does appends the deed and gives its number.
func (h *hand) does(d deed) int64 {
	t := h.p.T
	t.Helper()
	sum, seq, language := h.text(d.Text)
	if d.row > 0 {
		seq = d.row
	}
	if d.language != "" {
		language = d.language
	}
	d.Language, d.Text = language, sum
	if d.Received.IsZero() {
		d.Received = d.Time
	}
	id := make([]byte, 16)
	_, err := rand.Read(id)
	must(t, err)
	d.ID = event.FormatUUID([16]byte(id))
	var digests, disclosures []string
	for _, v := range d.Personal() {
		text, err := ledger.EncodeString(nil, v.Value)
		must(t, err)
		disclosure, digest, err := ledger.Disclose(rand.Reader, v.Name, text)
		must(t, err)
		digests, disclosures = append(digests, digest), append(disclosures, disclosure)
	}
	b := ledger.NewLeaf().Digests(digests).String("act", string(d.Act)).String("channel", d.Channel).String("event", string(d.Step)).String("id", d.ID)
	if len(d.Items) > 0 {
		b.Strings("items", d.Items)
	}
	b.String("k", "consent/1").String("language", language)
	if d.notice >= 0 {
		b.Int("notice", d.notice)
	}
	if d.prev >= 0 {
		b.Int("prev", d.prev)
	}
	texts := []ledger.Pair{{Name: string(d.Act), Value: sum}}
	if d.shown != "" {
		shown, _, _ := h.text(d.shown)
		texts = append(texts, ledger.Pair{Name: string(event.Notice), Value: shown})
	}
	b.String("rcv", ledger.Time(d.Received)).String("session", d.Session).String("t", ledger.Time(h.p.Clock.Now())).Object("texts", texts).String("time", ledger.Time(d.Time)).String("ui", d.UI)
	leaf, err := b.Bytes()
	must(t, err)
	if d.unsaid {
		d.texts, d.Text = `{}`, ""
	}
	if d.texts != "" {
		from := bytes.Index(leaf, []byte(`"texts":{`))
		to := from + bytes.IndexByte(leaf[from:], '}') + 1
		leaf = []byte(string(leaf[:from]) + `"texts":` + d.texts + string(leaf[to:]))
	}
	at, err := h.l.Append(leaf)
	must(t, err)
	person := h.known(d.Subject.TC)
	key, err := h.p.Ring.Find(t.Context(), consent.Name, person)
	must(t, err)
	must(t, h.l.Seal(at, key, []byte(strings.Join(disclosures, "~"))))
	content, err := event.Canonical(nil, &d.Event)
	must(t, err)
	session, _ := event.ParseUUID(d.Session)
	optional := func(seq int64) any {
		if seq < 0 {
			return nil
		}
		return seq
	}
	h.exec("INSERT INTO consent_event VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", at, id, person, session[:], string(d.Act), string(d.Step), d.Time.UnixMilli(),
		seq, optional(d.notice), optional(d.prev), h.p.Keys.Tag("consent/event", string(content))[:16])
	return at
}

// known gives the person of a number, who is made when there is none.
func (h *hand) known(tc string) int64 {
	t := h.p.T
	tag := h.p.Keys.Tag("consent/tc", tc)
	var id int64
	err := h.l.Tx.QueryRowContext(t.Context(), "SELECT id FROM consent_person WHERE tag = $1", tag).Scan(&id)
	if err == nil {
		if h.p.Ring == nil {
			_, err = h.p.OpenRing()
			must(t, err)
		}
		return id
	}
	if err != sql.ErrNoRows { //nolint:errorlint // it is never wrapped
		t.Fatal(err)
	}
	if h.p.Ring == nil {
		_, err = h.p.OpenRing()
		must(t, err)
	}
	keys, err := h.p.Ring.New(t.Context(), consent.Name, 1)
	must(t, err)
	h.exec("INSERT INTO consent_person VALUES ($1, $2)", keys[0].ID, tag)
	return keys[0].ID
}

// Somebody new, who has nothing in the log.
const new1, new2 = 960, 961

// consents records a notice and a consent given that rests on it, and gives their numbers.
func (h *hand) consents(i int, change func(notice, given *deed)) (notice, given int64) {
	n, g := h.person(i, event.Notice, event.Presented, "aydinlatma-1"), h.person(i, event.Consent, event.Given, "riza-1")
	n.Time = g.Time.Add(-time.Second)
	g.shown = "aydinlatma-1"
	g.notice = -2
	if change != nil {
		change(&n, &g)
	}
	notice = h.does(n)
	if g.notice == -2 {
		g.notice = notice
	}
	return notice, h.does(g)
}

// given is a consent that stands on nothing wrong, of somebody new.
func given(change func(h *hand, notice, given *deed)) func(*world, *place) {
	return writes(func(h *hand) {
		h.consents(new1, func(n, g *deed) { change(h, n, g) })
	})
}

// after is what comes after a consent given of somebody new, whose number is handed on.
func after(do func(h *hand, given int64) deed) func(*world, *place) {
	return writes(func(h *hand) {
		_, g := h.consents(new1, nil)
		h.does(do(h, g))
	})
}

// erases appends an erased/1 entry and its row, and takes the sealed values away.
func (h *hand) erases(target int64, ground string, fields ...string) {
	leaf, err := ledger.NewLeaf().Strings("fields", fields).String("ground", ground).String("k", "erased/1").Int("seq", target).String("t", ledger.Time(h.p.Clock.Now())).Bytes()
	must(h.p.T, err)
	by, err := h.l.Append(leaf)
	must(h.p.T, err)
	must(h.p.T, h.l.Erase(target, by))
	h.exec("UPDATE consent_event SET person = NULL, same = NULL WHERE seq = $1", target)
}

// acts are entries of insiders: everything fits but what they mean.
func acts() []mutation {
	const nobody = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	row := func(name string, do func(*world, *place), want string, at string) mutation {
		if want != "" {
			want = "deep:" + want
		}
		return mutation{name, "", do, want, unchanged, unchanged, at, ""}
	}
	none := func(*hand, *deed, *deed) {}
	return []mutation{
		row("act: as it should be", given(none), "", ""),
		row("act: withdrawn as it should be", after(func(h *hand, g int64) deed {
			d := h.person(new1, event.Consent, event.Withdrawn, "riza-1")
			d.prev = g
			return d
		}), "", ""),

		row("text: never registered", given(func(_ *hand, _, g *deed) { g.Text = nobody }), "V41", "701"),
		row("text: of the notice never registered", given(func(_ *hand, n, g *deed) { n.Text, g.shown = nobody, nobody }), "V41", "700"),
		row("text: registered after", writes(func(h *hand) {
			body := []byte("sonra")
			sum := fmt.Sprintf("%x", shaOf(body))
			h.consents(new1, func(_, g *deed) { g.Text, g.row = sum, 702 })
			leaf, err := ledger.NewLeaf().Int("bytes", 5).String("from", "2026-01-01").String("k", "text/1").String("kind", "consent").String("label", "riza-9").
				String("language", "tr").String("sha256", sum).String("t", ledger.Time(h.p.Clock.Now())).Bytes()
			must(h.p.T, err)
			_, err = h.l.Append(leaf)
			must(h.p.T, err)
			h.exec("INSERT INTO consent_text VALUES (702, 'consent', 'riza-9', 'tr', $1, '2026-01-01', $2)", shaOf(body), body)
		}), "V42", "701"),
		row("text: not in force yet", given(func(_ *hand, _, g *deed) { g.Text = "riza-3" }), "V42", "701"),
		row("text: of another kind", given(func(_ *hand, _, g *deed) { g.Text = "sozlesme-1" }), "V43", "701"),
		row("text: of a notice that is none", given(func(_ *hand, n, g *deed) { n.Text, g.shown = "sozlesme-1", "sozlesme-1" }), "V43,V43", "700"),
		row("text: in another language", given(func(_ *hand, _, g *deed) { g.language = "en" }), "V43", "701"),
		row("text: none of its own kind", writes(func(h *hand) {
			d := h.person(new1, event.Agreement, event.Accepted, "sozlesme-1")
			d.unsaid = true
			h.does(d)
		}), "V43", "700"),
		row("text: registered twice", ledgertest.Adds(func(w *world) []byte { return entryOf(w, "{text}", "", "") }, ""), "V50", "700"),

		row("notice: none named", given(func(_ *hand, _, g *deed) { g.notice = -1 }), "V44", "701"),
		row("notice: no text of one named", given(func(_ *hand, _, g *deed) { g.shown = "" }), "V44", "701"),
		row("notice: of another session", given(func(_ *hand, n, _ *deed) { n.Session = session(new2) }), "V44", "701"),
		row("notice: of another person", given(func(_ *hand, n, _ *deed) { n.Subject.TC = number(new2) }), "V44", "701"),
		row("notice: of another text", given(func(_ *hand, n, _ *deed) { n.Text = "aydinlatma-2" }), "V44", "701"),
		row("notice: later in time", given(func(_ *hand, n, g *deed) { n.Time = g.Time.Add(time.Millisecond) }), "V44", "701"),
		row("notice: later in the log", given(func(_ *hand, _, g *deed) { g.notice = 702 }), "V44", "701"),
		row("notice: an entry that is none", given(func(h *hand, _, g *deed) { g.notice = h.entry("{q2}") }), "V44", "701"),
		row("notice: an entry of another kind", given(func(h *hand, _, g *deed) { g.notice = h.entry("{text}") }), "V44", "701"),
		row("notice: somebody else's of long ago", given(func(h *hand, _, g *deed) { g.notice = h.entry("{notice}") }), "V44", "701"),

		row("merged: the texts of notice and consent in one notice", writes(func(h *hand) {
			d := h.person(new1, event.Notice, event.Presented, "aydinlatma-1")
			consent, _, _ := h.text("riza-1")
			notice, _, _ := h.text("aydinlatma-1")
			d.texts = `{"consent":"` + consent + `","notice":"` + notice + `"}`
			h.does(d)
		}), "V45", "700"),
		row("merged: the texts of all acts in one consent", given(func(h *hand, _, g *deed) {
			agreement, _, _ := h.text("sozlesme-1")
			consent, _, _ := h.text("riza-1")
			notice, _, _ := h.text("aydinlatma-1")
			g.texts = `{"agreement":"` + agreement + `","consent":"` + consent + `","notice":"` + notice + `"}`
		}), "V45", "701"),
		row("merged: one text for notice and consent", given(func(_ *hand, _, g *deed) { g.shown = "riza-1" }), "V45", "701"),
		row("merged: a consent that is its own notice", given(func(_ *hand, _, g *deed) { g.notice = 701 }), "V45", "701"),

		row("state: withdrawn without a consent", writes(func(h *hand) { h.does(h.person(new1, event.Consent, event.Withdrawn, "riza-1")) }), "V50", "700"),
		row("state: given twice", after(func(h *hand, _ int64) deed {
			d := h.person(new1, event.Consent, event.Given, "riza-2")
			d.notice, d.shown = 700, "aydinlatma-1"
			return d
		}), "V50", "702"),
		row("state: given again on the same text", after(func(h *hand, g int64) deed {
			d := h.person(new1, event.Consent, event.Given, "riza-1")
			d.notice, d.shown, d.prev = 700, "aydinlatma-1", g
			return d
		}), "V50", "702"),
		row("state: given again on a newer text, which is right", after(func(h *hand, g int64) deed {
			d := h.person(new1, event.Consent, event.Given, "riza-2")
			d.notice, d.shown, d.prev = 700, "aydinlatma-1", g
			return d
		}), "", ""),
		row("state: refused while it stands", after(func(h *hand, _ int64) deed { return h.person(new1, event.Consent, event.Refused, "riza-1") }), "V50", "702"),
		row("state: withdrawn under another text", after(func(h *hand, g int64) deed {
			d := h.person(new1, event.Consent, event.Withdrawn, "riza-2")
			d.prev = g
			return d
		}), "V50", "702"),
		row("state: withdrawn before it was given", after(func(h *hand, g int64) deed {
			d := h.person(new1, event.Consent, event.Withdrawn, "riza-1")
			d.prev, d.Time = g, d.Time.Add(-time.Hour)
			return d
		}), "V50", "702"),
		row("state: withdrawn twice", writes(func(h *hand) {
			_, g := h.consents(new1, nil)
			for range 2 {
				d := h.person(new1, event.Consent, event.Withdrawn, "riza-1")
				d.prev = g
				h.does(d)
			}
		}), "V50", "703"),
		row("state: ends a later entry", after(func(h *hand, _ int64) deed {
			d := h.person(new1, event.Consent, event.Withdrawn, "riza-1")
			d.prev = 703
			return d
		}), "V50", "702"),
		row("state: ends itself", after(func(h *hand, _ int64) deed {
			d := h.person(new1, event.Consent, event.Withdrawn, "riza-1")
			d.prev = 702
			return d
		}), "V50", "702"),
		row("state: ends an entry that is no consent", after(func(h *hand, _ int64) deed {
			d := h.person(new1, event.Consent, event.Withdrawn, "riza-1")
			d.prev = 700
			return d
		}), "V50", "702"),
		row("state: ends a consent that had ended", after(func(h *hand, _ int64) deed {
			d := h.person(new1, event.Consent, event.Withdrawn, "riza-1")
			d.prev = h.entry("{q1}")
			return d
		}), "V50", "702"),
		row("state: ends somebody else's consent", writes(func(h *hand) {
			d := h.person(new1, event.Consent, event.Withdrawn, "riza-1")
			d.prev = h.entry("{given}")
			h.does(d)
		}), "V50", "700"),
		row("state: a text and its label again", ledgertest.Adds(func(w *world) []byte { return entryOf(w, "{text}", "riza-1", "riza-9") }, ""), "V50", "700"),

		row("erasure: on no ground", writes(func(h *hand) { h.erases(h.entry("{q3}"), "because", "*") }), "V38", "700"),
		row("erasure: of a text", writes(func(h *hand) {
			leaf, err := ledger.NewLeaf().Strings("fields", []string{"*"}).String("ground", "court").String("k", "erased/1").Int("seq", h.entry("{text}")).String("t", ledger.Time(h.p.Clock.Now())).Bytes()
			must(h.p.T, err)
			by, err := h.l.Append(leaf)
			must(h.p.T, err)
			must(h.p.T, h.l.Erase(h.entry("{text}"), by))
		}), "V50", "700"),
		row("erasure: once more", writes(func(h *hand) { h.erases(h.entry("{erased}"), "court", "*") }), "V50", "700"),
		row("erasure: of a part once more", writes(func(h *hand) {
			leaf, err := ledger.NewLeaf().Strings("fields", []string{"phone"}).String("ground", "court").String("k", "erased/1").Int("seq", h.entry("{part}")).String("t", ledger.Time(h.p.Clock.Now())).Bytes()
			must(h.p.T, err)
			by, err := h.l.Append(leaf)
			must(h.p.T, err)
			h.exec("INSERT INTO consent_erased VALUES ($1, $2)", h.entry("{part}"), by)
		}), "V50", "700"),
		row("erasure: of a value that there never was", writes(func(h *hand) {
			d := h.person(new1, event.Agreement, event.Accepted, "sozlesme-1")
			d.Subject.Phone = ""
			at := h.does(d)
			leaf, err := ledger.NewLeaf().Strings("fields", []string{"phone"}).String("ground", "court").String("k", "erased/1").Int("seq", at).String("t", ledger.Time(h.p.Clock.Now())).Bytes()
			must(h.p.T, err)
			by, err := h.l.Append(leaf)
			must(h.p.T, err)
			h.exec("INSERT INTO consent_erased VALUES ($1, $2)", at, by)
			h.exec("UPDATE consent_event SET same = NULL WHERE seq = $1", at)
		}), "V50", "700"),
		row("erasure: said, and nothing done", ledgertest.Adds(ledgertest.Line(`{"fields":["*"],"ground":"court","k":"erased/1","seq":{q3},"t":"{t}"}`), "INSERT INTO consent_erased VALUES ({q3}, 700)"), "V37", "{q3}"),
		row("erasure: said of a part, and nothing done", ledgertest.Adds(ledgertest.Line(`{"fields":["phone"],"ground":"court","k":"erased/1","seq":{q3},"t":"{t}"}`), "INSERT INTO consent_erased VALUES ({q3}, 700)"), "V37", "{q3}"),
		row("erasure: without its row", writes(func(h *hand) {
			h.erases(h.entry("{q3}"), "court", "*")
			h.exec("DROP TRIGGER consent_erased_kept")
			h.exec("DELETE FROM consent_erased WHERE by = 700")
			h.exec("CREATE TRIGGER consent_erased_kept BEFORE DELETE ON consent_erased BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END")
		}), "V55", "700"),

		row("entry: a kind of another log", ledgertest.Adds(ledgertest.Line(`{"host":"h","k":"look/1","t":"{t}"}`), ""), "V14", "700"),
		row("entry: a text without its members", ledgertest.Adds(ledgertest.Line(`{"k":"text/1","t":"{t}"}`), ""), "V14", "700"),
		row("entry: an act without its members", ledgertest.Adds(ledgertest.Line(`{"k":"consent/1","t":"{t}"}`), ""), "V14", "700"),
		row("entry: an erasure without a ground", ledgertest.Adds(ledgertest.Line(`{"fields":["*"],"k":"erased/1","seq":{q3},"t":"{t}"}`), ""), "V14", "700"),
		row("entry: an erasure of a later entry", ledgertest.Adds(ledgertest.Line(`{"fields":["*"],"ground":"court","k":"erased/1","seq":700,"t":"{t}"}`), ""), "V14", "700"),
		row("entry: an erasure of a value that there is not", ledgertest.Adds(ledgertest.Line(`{"fields":["color"],"ground":"court","k":"erased/1","seq":{q3},"t":"{t}"}`), ""), "V14", "700"),
		row("entry: an act of an unknown step", ledgertest.Adds(func(w *world) []byte { return entryOf(w, "{q2}", `"event":"accepted"`, `"event":"acceptED"`) }, ""), "V14", "700"),
		row("entry: an earlier time", func(_ *world, p *place) {
			p.Clock.Set(ledgertest.Begun.AddDate(0, 0, 20))
			p.Start()
			must(p.T, consents.Add(p))
			p.Clock.Set(ledgertest.Begun.AddDate(0, 2, 0))
		}, "V51", "700"),

		{"rewritten: another text", "", ledgertest.Rewritten(func(w *world, p *place) {
			sum := func(label string) string {
				return fmt.Sprintf("%x", value[[]byte](p, "SELECT sha256 FROM consent_text WHERE label = $1", label))
			}
			ledgertest.Replacing("{q2}", sum("sozlesme-1"), sum("aydinlatma-1"))(w, p)
		}), "deep:V43,V55", "quick:V27 deep:V27,V43,V55", "quick:V25 deep:V25,V43,V55", "", ""},
	}
}

func shaOf(b []byte) []byte {
	h := ledgertest.SHA256(b)
	return h[:]
}

// entryOf gives an entry of the world once more, with another text in it.
func entryOf(w *world, at, old, with string) []byte {
	p := w.Copy(w.T)
	defer p.Shut()
	leaf := string(value[[]byte](p, "SELECT leaf FROM consent_leaf WHERE seq = "+w.Names.Replace(at)))
	if old != "" && !strings.Contains(leaf, old) {
		w.T.Fatalf("no %s in %s", old, leaf)
	}
	leaf = regexp.MustCompile(`"t":"[^"]*"`).ReplaceAllString(leaf, `"t":"`+ledger.Time(w.Clock.Now().Add(90*time.Minute))+`"`)
	return []byte(strings.Replace(leaf, old, with, 1))
}
