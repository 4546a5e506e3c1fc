package consent_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
	"iskurctl/internal/ledger/ledgertest"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
	"iskurctl/internal/tckn"
)

type (
	place  = ledgertest.Place
	world  = ledgertest.World
	folder = ledgertest.Folder
	tally  = ledgertest.Tally
)

const unchanged = ledgertest.Same

// mutation and trick are written as rows of tables.
type (
	mutation struct {
		Name    string
		On      string
		Do      func(w *world, p *place)
		Fresh   string
		Seen    string
		Earlier string
		At      string
		Next    string
	}
	trick struct {
		Name    string
		Do      func(w *world, f *folder)
		Seen    string
		Earlier string
	}
)

var (
	alter = ledgertest.Alter
	flip  = ledgertest.Flip
	cut   = ledgertest.Cut
	swap  = ledgertest.Swap
	by    = ledgertest.By
	both  = ledgertest.Both
	must  = ledgertest.Must
)

func plantAll(t *testing.T, w *world, count *tally, list []mutation) {
	for _, m := range list {
		ledgertest.Run(t, w, count, []ledgertest.Mutation{ledgertest.Mutation(m)})
	}
}

func value[T any](p *place, text string, args ...any) T { return ledgertest.Value[T](p, text, args...) }

// consents is the consent log, for the tests of all logs. The time of logging is the only thing in an entry that nothing else
// follows from.
var consents = &ledgertest.Kind{
	Name: consent.Name, Migrations: consent.Migrations, Change: [2]string{`.123Z","texts"`, `.124Z","texts"`},
	Open: func(p *place, st *store.Store, keys func() (*ring.Ring, error)) ledgertest.Log {
		return consent.New(consent.Config{Store: st, Keys: p.Keys, Installation: "test", Now: p.Clock.Now, Rand: rand.Reader, Ring: func() (consent.Ring, error) { return keys() }})
	},
	Domain: func(p *place, head ledger.Head, src *ledger.StoreSource) ledger.Domain {
		return consent.NewCheck(logOf(p), src, ledger.Range{To: head.Size})
	},
	Add: func(p *place) error {
		_, err := logOf(p).Record(p.T.Context(), eventOf(p, 900, event.Agreement, event.Accepted, "sozlesme-1"))
		return err
	},
	Export: func(ctx context.Context, log ledgertest.Log, dir string) error {
		_, err := log.(*consent.Log).Export(ctx, dir, consent.ExportOptions{PersonalData: true, Product: "iskurctl"})
		return err
	},
	BundleDomain: func(_ context.Context, b *bundle.Bundle, size int64, _ time.Time) (ledger.Domain, error) {
		return consent.BundleCheck(b, size), nil
	},
	Records: consent.CheckRecords,
}

// logOf is the open log of a place.
func logOf(p *place) *consent.Log { return p.Log.(*consent.Log) }

// number gives the number of person i, one of the synthetic block's neighbours.
func number(i int) string { return tckn.Complete(100000001 + i) }

// session gives the UUID of a session.
func session(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }

// eventOf makes an event of person i, a second ago.
func eventOf(p *place, i int, act event.Act, step event.Step, text string) event.Event {
	e := event.Event{Session: session(i), Act: act, Step: step, Time: p.Clock.Now().Add(-time.Second), Channel: "portal", Text: text,
		Subject:           event.Subject{TC: number(i), GivenName: "Ayşe", Surname: "Yılmaz", FatherName: "Ali", BirthDate: "1990-01-31", Phone: "+905000000001"},
		ContactPreference: "sms", IP: "192.0.2.1", UI: "Onay Veriyorum"}
	if step == event.Given {
		e.Items = []string{"kimlik", "iletisim"}
	}
	return e
}

// life is what happens in a world.
type life struct {
	*world
	next    int // person
	waiting []event.Event
	gone    []int // people who were erased and may come back
	touched map[int]bool
}

// newWorld makes a world in which everything happens that may: acts of people in their sessions, withdrawals, newer texts,
// refusals, people who were erased, who came back, of whom a part was erased, once and again; a change of the signing key.
//
// {q1} is a consent given that {withdrawal} ends, {q1b} a notice with the consent {resting} on it, {q2} an agreement, {q2b} a
// consent given and {q3} a notice; {o1} an erased/1 entry, {l1} and {l3} other notices. {erased} is an entry that {by} erased,
// {part} one of which {partby} and {again} erased a part each. {back} is the first entry of somebody who was erased and came back.
func newWorld(t testing.TB) *world {
	t.Helper()
	l := &life{world: &world{Place: ledgertest.Create(t, consents)}, touched: map[int]bool{}}
	w := l.world
	w.Start()
	rotated := false
	for step := 0; w.Size() < ledgertest.WorldSize; step++ {
		w.Clock.Tick()
		switch size := w.Size(); {
		case w.Older == nil && size >= 300:
			w.Earlier = w.Seen()
			must(t, w.Close())
			w.Older = w.Copy(t)
			w.Start()
		case w.Recent == nil && size >= 480:
			must(t, w.Close())
			w.Recent = w.Copy(t)
			w.Start()
		case !rotated && size >= 350:
			_, err := w.Log.Ledger().Rotate(t.Context())
			must(t, err)
			rotated = true
		default:
			l.step(t, step, ledgertest.WorldSize-size)
		}
	}
	w.Latest = w.Seen()
	must(t, w.Close())
	nameEntries(w)
	return w
}

// texts are registered at these steps.
var textAtStep = map[int]consent.Text{
	0:  {Kind: event.Agreement, Label: "sozlesme-1", Language: "tr", Day: "2026-01-01"},
	1:  {Kind: event.Notice, Label: "aydinlatma-1", Language: "tr", Day: "2026-01-01"},
	2:  {Kind: event.Consent, Label: "riza-1", Language: "tr", Day: "2026-01-01"},
	3:  {Kind: event.Consent, Label: "consent-1", Language: "en", Day: "2026-01-01"},
	90: {Kind: event.Consent, Label: "riza-2", Language: "tr", Day: "2026-06-01"},
	// In force later than the world ends.
	91: {Kind: event.Consent, Label: "riza-3", Language: "tr", Day: "2027-06-01"},
	// Registered in the second tile, so that a part of the log refers to it.
	330: {Kind: event.Notice, Label: "aydinlatma-2", Language: "tr", Day: "2026-07-01"},
}

// step does the next thing. left is how many entries there is room for.
func (l *life) step(t testing.TB, n int, left int64) {
	log := logOf(l.Place)
	record := func(e event.Event) {
		t.Helper()
		_, err := log.Record(t.Context(), e)
		must(t, err)
	}
	erase := func(person int, ground string, fields ...string) {
		t.Helper()
		_, err := log.Erase(t.Context(), consent.Erasure{TCs: []string{number(person)}, Ground: ground, Fields: fields}, func(consent.Erased) error { return nil })
		must(t, err)
	}
	text, some := textAtStep[n]
	switch {
	case some:
		_, _, err := log.AddText(t.Context(), text, []byte("Metin "+text.Label+"\n"))
		must(t, err)
	case len(l.waiting) > 0:
		e := l.waiting[0]
		l.waiting = l.waiting[1:]
		e.Time = l.Clock.Now().Add(-time.Second)
		record(e)
	case n%10 == 7 && l.next > 8 && left > 12:
		person := l.next - 3
		if n%30 == 27 { // somebody from long ago
			person = l.next / 2
		}
		if l.touched[person] {
			break
		}
		l.touched[person] = true
		switch n / 10 % 4 {
		case 0:
			erase(person, "request")
			if l.Size() < 250 {
				l.gone = append(l.gone, person)
			}
		case 1:
			erase(person, "ex_officio", "phone", "ip")
		case 2:
			erase(person, "court", "phone")
			erase(person, "expired", "given_name", "surname")
		case 3:
			erase(person, "court", "ip")
			erase(person, "expired")
		}
	case n%10 == 9 && len(l.gone) > 0:
		l.wait(l.gone[0], "riza-1")
		l.gone = l.gone[1:]
	case left < 8:
		record(eventOf(l.Place, 800+n, event.Agreement, event.Accepted, "sozlesme-1"))
	default:
		l.wait(l.next, "riza-1")
		l.next++
	}
}

// wait has a person do everything, one act at a step.
func (l *life) wait(i int, text string) {
	notice := "aydinlatma-1"
	if l.Size() > 400 {
		notice = "aydinlatma-2"
	}
	act := func(act event.Act, step event.Step, text string) {
		l.waiting = append(l.waiting, eventOf(l.Place, i, act, step, text))
	}
	act(event.Agreement, event.Accepted, "sozlesme-1")
	act(event.Notice, event.Presented, notice)
	act(event.Consent, event.Given, text)
	switch {
	case i%3 == 1:
		act(event.Consent, event.Withdrawn, text)
	case i%7 == 2 && l.Size() > 150:
		act(event.Consent, event.Given, "riza-2")
	case i%7 == 3 && l.Size() > 150:
		act(event.Consent, event.Refused, "riza-2")
	}
}

// nameEntries finds the entries that mutations speak of.
func nameEntries(w *world) {
	var pairs []string
	p := w.Copy(w.T)
	defer p.Shut()
	seen := map[int64]bool{}
	add := func(name, text string, args ...any) int64 {
		n := value[int64](p, text, args...)
		pairs = append(pairs, "{"+name+"}", strconv.FormatInt(n, 10))
		seen[n] = true
		return n
	}
	// A consent that was withdrawn and of a person of whom nothing was erased.
	const sound = " AND NOT EXISTS (SELECT 1 FROM consent_erased x WHERE x.seq = e.seq)"
	q1 := add("q1", "SELECT e.seq FROM consent_event e JOIN consent_event v ON v.prev = e.seq WHERE v.step = 'withdrawn' AND e.seq > 20"+sound+" ORDER BY e.seq LIMIT 1")
	add("withdrawal", "SELECT seq FROM consent_event WHERE prev = $1", q1)
	add("notice", "SELECT notice FROM consent_event WHERE seq = $1", q1)
	q1b := add("q1b", "SELECT e.seq FROM consent_event e JOIN consent_event g ON g.notice = e.seq WHERE e.seq > 90"+sound+" ORDER BY e.seq LIMIT 1")
	add("resting", "SELECT seq FROM consent_event WHERE notice = $1 ORDER BY seq LIMIT 1", q1b)
	find := "SELECT e.seq FROM consent_event e WHERE e.step = $1 AND e.seq > $2" + sound + " AND e.seq NOT IN (%d, %d) ORDER BY e.seq LIMIT 1"
	find = fmt.Sprintf(find, q1, q1b)
	add("q2", find, "accepted", 260)
	add("q2b", find, "given", 310)
	add("q3", find, "presented", 600)
	add("l1", find, "presented", 150)
	add("l3", find, "presented", 640)
	add("given", find, "given", 40)      // in force, of another person than {q1}
	add("refused", find, "refused", 100) // which ended a consent
	add("newer", "SELECT e.seq FROM consent_event e WHERE e.step = 'given' AND e.prev IS NOT NULL"+sound+" ORDER BY e.seq LIMIT 1")
	erased := add("erased", "SELECT e.seq FROM consent_event e JOIN consent_erased x ON x.seq = e.seq WHERE e.person IS NULL AND e.step = 'given' AND x.by < 256 AND x.by > $1 ORDER BY e.seq LIMIT 1", q1)
	add("o1", "SELECT min(by) FROM consent_erased WHERE seq = $1", erased)
	add("by", "SELECT max(by) FROM consent_erased WHERE seq = $1", erased)
	part := add("part", "SELECT e.seq FROM consent_event e WHERE e.person IS NOT NULL AND 2 = (SELECT count(*) FROM consent_erased x WHERE x.seq = e.seq) ORDER BY e.seq LIMIT 1")
	add("partby", "SELECT min(by) FROM consent_erased WHERE seq = $1", part)
	add("again", "SELECT max(by) FROM consent_erased WHERE seq = $1", part)
	for name, at := range map[string]string{"p1": "{q1}", "p2": "{q1b}", "pp": "{part}"} {
		add(name, "SELECT person FROM consent_event WHERE seq = "+strings.NewReplacer(pairs...).Replace(at))
	}
	// People with one entry: the last ones, agreements only.
	const single = "SELECT max(e.seq) FROM consent_event e WHERE 1 = (SELECT count(*) FROM consent_event o WHERE o.person = e.person) AND e.seq < $1"
	for _, name := range []string{"", "2"} {
		limit := int64(ledgertest.WorldSize)
		if name != "" {
			limit = value[int64](p, single, limit)
		}
		n := add("only"+name, single, limit)
		add("po"+name, "SELECT person FROM consent_event WHERE seq = $1", n)
	}
	// Erased, whole and in part, after the older copy was made.
	lately := add("lately", "SELECT min(x.seq) FROM consent_erased x JOIN consent_event e ON e.seq = x.seq WHERE x.by >= 300 AND x.seq < 300 AND e.person IS NULL AND 1 = (SELECT count(*) FROM consent_erased o WHERE o.seq = x.seq) AND e.step = 'given'")
	older := w.Older.Copy(w.T)
	defer older.Shut()
	pairs = append(pairs, "{late}", strconv.FormatInt(value[int64](older, "SELECT person FROM consent_event WHERE seq = $1", lately), 10))
	add("halved", "SELECT min(x.seq) FROM consent_erased x JOIN consent_event e ON e.seq = x.seq WHERE x.by >= 300 AND x.seq < 300 AND e.person IS NOT NULL AND 1 = (SELECT count(*) FROM consent_erased o WHERE o.seq = x.seq)")
	pe := add("pe", "SELECT min(id) FROM consent_person WHERE tag IS NULL")
	add("text", "SELECT seq FROM consent_text WHERE label = 'riza-1'")
	add("english", "SELECT seq FROM consent_text WHERE label = 'consent-1'")
	add("unused", "SELECT seq FROM consent_text WHERE label = 'riza-3'")
	add("rot", "SELECT seq FROM consent_mark")
	w.Names = strings.NewReplacer(pairs...)
	if len(seen) < 20 || slices.Contains([]int64{q1, q1b, erased, part}, pe) {
		w.T.Logf("%v", pairs)
	}
}
