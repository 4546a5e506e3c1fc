package sample

import (
	"encoding/hex"
	"iter"
	"math/rand/v2"
	"strconv"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/tckn"
)

// firstPrefix is the first nine digits of the first person, 10000000146; each next one has the next prefix. The synthetic
// certificate service knows the same numbers.
const firstPrefix = 100000001

// MaxPeople is how many people there are at most.
const MaxPeople = 999999999 - firstPrefix

// The visits of a person, counted from start: on one of the first days the first one, at an hour at which a service point is open
// (in milliseconds), then a withdrawal, a return once the second version of the consent is in force, and the withdrawal of that.
const (
	firstDays  = 100
	openHours  = 9 * 3600 * 1000
	withdrawal = 110 * 24 * time.Hour
	comeback   = 125 * 24 * time.Hour
	lastWord   = 200 * 24 * time.Hour
)

// Events gives the acts of so many people (at most MaxPeople), one person after the other and each person's in the order of
// their times: an agreement, a notice and a consent in one session; some refuse, some leave before the consent, some withdraw it,
// some come back in another session to the newer text. The same seed gives the same people for ever, whatever their number,
// and each event is made when it is asked for. start should be Start or later: the texts must be in force. The last act of a
// person lies less than a year after it.
//
// Everything is synthetic: numbers are made by arithmetic, telephone numbers begin with an unassigned code, addresses are those of
// documentation (RFC 5737).
func Events(seed uint64, people int, start time.Time) iter.Seq[event.Event] {
	return func(yield func(event.Event) bool) {
		for i := range min(people, MaxPeople) {
			for _, e := range life(seed, i, start) {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// person is somebody who does not exist, with the chance that decides what they do.
type person struct {
	r       *rand.Rand
	subject event.Subject
	words   *words
	ip      string // of the session
	list    []event.Event
}

// life gives all acts of person i.
func life(seed uint64, i int, start time.Time) []event.Event {
	p := &person{r: rand.New(rand.NewPCG(seed, uint64(firstPrefix+i)))}
	p.subject = event.Subject{
		TC:         tckn.Complete(firstPrefix + i),
		GivenName:  pick(p.r, givenNames),
		Surname:    pick(p.r, surnames),
		FatherName: pick(p.r, fatherNames),
		BirthDate:  time.Date(1960, 1, 1+p.r.IntN(16_000), 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
		Phone:      "+90500" + strconv.Itoa(1_000_000+i%9_000_000),
	}
	p.words = &turkish
	if p.r.IntN(12) == 0 {
		p.words = &english
	}
	first := start.Add(time.Duration(i%firstDays)*24*time.Hour + time.Duration(p.r.IntN(openHours))*time.Millisecond)
	p.visit(first, true)
	stands := p.decide(0, 70, 22)
	if stands && p.chance(20) {
		p.withdraw(first.Add(withdrawal), 0)
	}
	if p.chance(35) {
		p.visit(first.Add(comeback), false)
		if p.decide(1, 75, 20) && p.chance(15) {
			p.withdraw(first.Add(lastWord), 1)
		}
	}
	return p.list
}

func (p *person) chance(percent int) bool { return p.r.IntN(100) < percent }

// act appends an act.
func (p *person) act(session string, a event.Act, s event.Step, at time.Time, channel, text string) *event.Event {
	p.list = append(p.list, event.Event{ID: p.uuid(), Session: session, Act: a, Step: s, Time: at, Channel: channel, Text: text, Language: p.words.language, Subject: p.subject})
	return &p.list[len(p.list)-1]
}

// visit is the beginning of a session: the agreement of a new member, and the notice.
func (p *person) visit(at time.Time, fresh bool) {
	session, channel := p.session(), pick(p.r, entrances)
	if fresh {
		e := p.act(session, event.Agreement, event.Accepted, at, channel, p.words.agreement)
		e.UI, e.ContactPreference = p.words.accept, pick(p.r, event.Preferences())
		p.evidence(e)
	}
	e := p.act(session, event.Notice, event.Presented, p.later(at), channel, p.words.notice)
	p.evidence(e)
}

// decide goes on in the session: so many in a hundred give the consent of that version, so many refuse, the others leave.
func (p *person) decide(version, give, refuse int) (given bool) {
	last := p.list[len(p.list)-1]
	n := p.r.IntN(100)
	if n >= give+refuse {
		return false
	}
	e := p.act(last.Session, event.Consent, event.Refused, p.later(last.Time), last.Channel, p.words.consents[version])
	e.UI = p.words.refuse
	if n < give {
		e.Step, e.UI = event.Given, p.words.give
		for k, item := range items[version] {
			if p.chance(60) || k == len(items[version])-1 && len(e.Items) == 0 {
				e.Items = append(e.Items, item)
			}
		}
	}
	p.evidence(e)
	return n < give
}

// withdraw takes the consent of that version back, in a session of its own. A letter takes a while to arrive.
func (p *person) withdraw(at time.Time, version int) {
	e := p.act(p.session(), event.Consent, event.Withdrawn, p.later(at), pick(p.r, exits), p.words.consents[version])
	if e.UI = p.words.withdraw; e.Channel == "hizmet_noktasi" || e.Channel == "alo170" {
		e.UI, e.Received = "", e.Time.Add(time.Duration(p.r.IntN(48*3600))*time.Second)
	}
	p.evidence(e)
}

// evidence is there where a machine of the person's was used.
func (p *person) evidence(e *event.Event) {
	switch e.Channel {
	case "portal", "e_sube", "e_devlet", "mobil":
		e.IP = p.ip
	}
	if e.Channel == "portal" && e.Act == event.Agreement {
		passed := true
		e.Captcha = &passed
	}
}

// session begins one, at some address.
func (p *person) session() string {
	p.ip = pick(p.r, networks) + strconv.Itoa(1+p.r.IntN(254))
	return p.uuid()
}

func (p *person) later(t time.Time) time.Time {
	return t.Add(time.Duration(5_000+p.r.IntN(115_000)) * time.Millisecond)
}

// uuid makes a UUID of version 4 (RFC 9562) from the person's chance.
func (p *person) uuid() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(p.r.Uint32())
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }
