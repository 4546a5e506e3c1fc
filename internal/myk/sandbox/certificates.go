package sandbox

import (
	"strconv"

	"iskurctl/internal/tckn"
)

// The words of BELGE_DURUMU.
const (
	statusValid     = "Geçerli"
	statusCancelled = "İptal Edildi"
	statusSuspended = "Askıya Alındı"
	statusExpired   = "Süresi Dolmuş"
)

// certificate is one record of Ek-1's first service, before it is written. It is small and made on demand: nobody
// keeps the certificates of a million people.
type certificate struct {
	kimlikNo            string // the holder; on the wire only in the rows of a range
	qual                *qualification
	body                *body
	serial              int // last segment of BELGENO, not padded
	exam, issue, expiry day
	status              string // BELGE_DURUMU as it stands on the wire
	bare                bool   // MESLEK_KODU and both Europass links empty
}

func (c *certificate) appendNumber(dst []byte, separator byte) []byte {
	dst = append(dst, c.body.number...)
	dst = append(dst, separator)
	dst = append(dst, c.qual.code...)
	dst = append(dst, separator)
	dst = append(dst, c.qual.revision...)
	dst = append(dst, separator)
	return strconv.AppendInt(dst, int64(c.serial), 10)
}

// appendEuropass writes a link to a host that cannot exist (RFC 2606: .invalid).
func (c *certificate) appendEuropass(dst []byte, language string) []byte {
	if c.bare {
		return dst
	}
	dst = append(dst, "https://europass.ornek.invalid/"...)
	dst = append(dst, language...)
	dst = append(dst, '/')
	return c.appendNumber(dst, '-')
}

// validOn says whether the certificate is valid on that day by the service's own words; for the notes on people.
func (c *certificate) validOn(today day) bool {
	return c.status == statusValid && c.expiry != noDay && c.expiry >= today
}

// Generated certificates. Person i has up to `slots` certificates; the one in slot s is issued on day
//
//	windowStart + (a·i + b·s + c) mod windowDays
//
// with a, b, c drawn from the seed. windowDays is prime, so the line can be solved for i: the certificates of one day
// are found without looking at anybody else, whatever the number of people. A certificate whose day has not come is
// not there yet, so each new day brings new ones, as in life.
const (
	slots       = 4
	windowDays  = 5843 // 16 years; prime
	firstSerial = 1000 // fixed people have smaller ones
)

// windowStart is 2018-01-01.
const windowStart day = 17532

// slotShare is, for each slot, how many people in a hundred ever get a certificate in it.
var slotShare = [slots]uint64{85, 50, 25, 10}

type generator struct {
	seed          uint64
	people        int
	a, inverse, b int
	c             int
}

func newGenerator(seed uint64, people int) generator {
	g := generator{seed: seed, people: people}
	g.a = 1 + int(draw(seed, 0, 0, 'a')%(windowDays-1))
	g.b = int(draw(seed, 0, 0, 'b') % windowDays)
	g.c = int(draw(seed, 0, 0, 'c') % windowDays)
	g.inverse = 1 // a^(p-2) is the inverse of a modulo a prime p
	for range windowDays - 2 {
		g.inverse = g.inverse * g.a % windowDays
	}
	return g
}

// issueDay gives the day of issue, counted from windowStart.
func (g *generator) issueDay(person, slot int) int {
	return (g.a*person + g.b*slot + g.c) % windowDays
}

// firstOn gives the smallest person whose slot falls on that day; the others follow at a distance of windowDays.
func (g *generator) firstOn(issueDay, slot int) int {
	rest := (issueDay - (g.b*slot+g.c)%windowDays + windowDays) % windowDays
	return rest * g.inverse % windowDays
}

// issued says whether the certificate exists at all and its day has come.
func (g *generator) issued(person, slot int, today day) bool {
	return windowStart+day(g.issueDay(person, slot)) <= today &&
		draw(g.seed, person, slot, 'e')%100 < slotShare[slot]
}

// certificate derives the certificate in that slot; the same seed, person and slot give the same one for ever, but
// for the status, which follows the calendar.
func (g *generator) certificate(person, slot int, today day) certificate {
	h := draw(g.seed, person, slot, 'x')
	take := func(n uint64) uint64 { v := h % n; h /= n; return v }
	c := certificate{
		kimlikNo: tckn.Complete(generatedPrefix + person),
		qual:     &catalogue[take(uint64(len(catalogue)))],
		body:     &bodies[take(uint64(len(bodies)))],
		serial:   firstSerial + person*slots + slot,
		issue:    windowStart + day(g.issueDay(person, slot)),
	}
	c.exam = c.issue - 5 - day(take(40))
	years := 5
	if r := take(10); r < 3 {
		years = 2 + int(r) // some qualifications are certified for two, three or four years
	}
	c.expiry = c.issue.plusYears(years)
	switch r := take(100); {
	case r < 4:
		c.status = statusCancelled
	case r < 8:
		c.status = statusSuspended
	case c.expiry < today && r < 92: // the others show "Geçerli" after the date, until MYK's nightly job sees them
		c.status = statusExpired
	default:
		c.status = statusValid
	}
	return c
}

// draw is a stateless hash (the finaliser of SplitMix64, twice): the same arguments give the same 64 bits, so nothing
// that was made needs to be kept.
func draw(seed uint64, person, slot int, purpose uint64) uint64 {
	return mix(mix(seed^purpose<<56) + uint64(person)*slots + uint64(slot))
}

func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
