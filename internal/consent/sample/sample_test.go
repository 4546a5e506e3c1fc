package sample

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/tckn"
)

// past is what the rules of succession ask about one person.
type past struct {
	shown map[string]time.Time
	step  event.Step
	text  int64
	at    time.Time
	n     int64
}

func (p *past) Presented(session string) (int64, int64, time.Time, bool) {
	at, ok := p.shown[session]
	return 0, 0, at, ok
}

func (p *past) Consent() (event.Step, int64, int64, time.Time, bool) {
	return p.step, p.n, p.text, p.at, p.step != ""
}

// register gives the sample texts as a log has them.
func register(t *testing.T) (list []event.Text, byLabel map[string]event.Text) {
	t.Helper()
	byLabel = map[string]event.Text{}
	for i, x := range Texts() {
		day, err := event.Day(x.Day)
		if err != nil {
			t.Fatal(err)
		}
		r := event.Text{Seq: int64(i + 1), Kind: x.Kind, Label: x.Label, Language: x.Language, SHA256: "-", From: day}
		list, byLabel[x.Label] = append(list, r), r
	}
	return list, byLabel
}

// follows checks an event alone and after what its person did before.
func follows(t *testing.T, people map[string]*past, list []event.Text, byLabel map[string]event.Text, e *event.Event) {
	t.Helper()
	if p := event.Check(e, Start().AddDate(1, 0, 0)); p != nil {
		t.Fatalf("%s %s: %v", e.Act, e.Step, p)
	}
	p := people[e.Subject.TC]
	if p == nil {
		p = &past{shown: map[string]time.Time{}}
		people[e.Subject.TC] = p
	}
	x := byLabel[e.Text]
	if _, problem := event.Follow(p, e, x, func(seq int64) event.Text { return list[seq-1] }); problem != nil {
		t.Fatalf("%s %s of %s: %v", e.Act, e.Step, e.Text, problem)
	}
	switch e.Act {
	case event.Notice:
		p.shown[e.Session] = e.Time
	case event.Consent:
		p.step, p.text, p.at = e.Step, x.Seq, e.Time
	}
	p.n++
}

func TestEveryEventMayBeRecorded(t *testing.T) {
	list, byLabel := register(t)
	for seed := range uint64(3) {
		people, ids, n := map[string]*past{}, map[string]bool{}, 0
		for e := range Events(seed, 700, Start()) {
			follows(t, people, list, byLabel, &e)
			if ids[e.ID] {
				t.Fatal("an id is there twice")
			}
			ids[e.ID] = true
			n++
		}
		if len(people) != 700 || n < 2000 {
			t.Errorf("%d people, %d events", len(people), n)
		}
	}
}

func TestPeopleRefuseWithdrawAndComeBack(t *testing.T) {
	type what struct {
		step    event.Step
		text    string
		channel bool
	}
	seen := map[what]int{}
	newer, again := 0, map[string]string{}
	for e := range Events(1, 1000, Start()) {
		seen[what{step: e.Step, text: e.Text}]++
		seen[what{text: e.Channel, channel: true}]++
		if e.Step == event.Given {
			if before := again[e.Subject.TC]; before != "" && before != e.Text {
				newer++
			}
			again[e.Subject.TC] = e.Text
		}
	}
	for _, x := range Texts() {
		for _, s := range event.Steps(x.Kind) {
			if seen[what{step: s, text: x.Label}] == 0 {
				t.Errorf("nobody has %s %s", s, x.Label)
			}
		}
	}
	for _, c := range event.Channels() {
		if seen[what{text: c, channel: true}] == 0 {
			t.Errorf("nobody came by %s", c)
		}
	}
	if newer == 0 {
		t.Error("nobody gave the newer consent after the older one")
	}
}

func TestTheSameSeedGivesTheSamePeopleWhateverTheirNumber(t *testing.T) {
	ndjson := func(seed uint64, people int) []byte {
		var b []byte
		for e := range Events(seed, people, Start()) {
			b = event.AppendNDJSON(b, &e)
		}
		return b
	}
	few, many := ndjson(7, 20), ndjson(7, 60)
	if !bytes.HasPrefix(many, few) || bytes.Equal(few, ndjson(8, 20)) || !bytes.Equal(few, ndjson(7, 20)) {
		t.Error("a seed does not say everything")
	}
	for range Events(1, MaxPeople+5, Start()) {
		break
	}
	if n := len(slices.Collect(Events(1, 0, Start()))) + len(slices.Collect(Events(1, -3, Start()))); n != 0 {
		t.Errorf("nobody has %d events", n)
	}
}

func TestNumbersAreSyntheticAndNamesTurkish(t *testing.T) {
	letters, address := map[rune]bool{}, map[string]string{}
	i := 0
	last := ""
	for e := range Events(2, 200, Start()) {
		s := e.Subject
		if s.TC != last {
			if s.TC != tckn.Complete(firstPrefix+i) {
				t.Fatalf("person %d has another number", i)
			}
			last = s.TC
			i++
		}
		if !strings.HasPrefix(s.Phone, "+90500") {
			t.Fatal("a telephone number that somebody may have")
		}
		if address[e.Session] != "" && address[e.Session] != e.IP {
			t.Fatal("two addresses in a session")
		}
		address[e.Session] = e.IP
		if e.IP != "" && !slices.ContainsFunc(networks, func(n string) bool { return strings.HasPrefix(e.IP, n) }) {
			t.Fatal("an address that somebody may have")
		}
		for _, r := range s.GivenName + s.Surname + s.FatherName {
			letters[r] = true
		}
	}
	for _, r := range "ÇĞİIÖŞÜçğıiöşü" {
		if !letters[r] && r != 'Ğ' {
			t.Errorf("no name has a %c", r)
		}
	}
}

func TestTextsAreUTF8AndEndWithANewline(t *testing.T) {
	for _, x := range Texts() {
		if !utf8.Valid(x.Body) || !bytes.HasSuffix(x.Body, []byte(".\n")) || bytes.Contains(x.Body, []byte("\r")) {
			t.Errorf("%s", x.Label)
		}
	}
	if len(Texts()) != 8 {
		t.Errorf("%d texts", len(Texts()))
	}
}
