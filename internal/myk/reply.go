package myk

import (
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"iskurctl/internal/tckn"
)

// Reply is an answer that passed every check. No rows is the service's explicit "none".
type Reply struct {
	Certificates     []Certificate
	Qualifications   []Qualification
	Next             string   // cursor of the next page of a range; "" at the end
	UnknownFields    []string // names the contract does not have, once each, made inert
	ReplacementChars bool     // a value holds U+FFFD: the service lost a character
}

const (
	maxNesting       = 32
	maxUnknownFields = 64
	maxCursor        = 1 << 10
	maxInterned      = 4096
	// heldLimit bounds what one reply may occupy once read: some 50,000 usual certificates. The body's own limit does not,
	// since a row of few bytes on the wire takes as much room in memory as any other.
	heldLimit         = 20 << 20
	certificateSize   = 224 // bytes of a Certificate without its texts
	qualificationSize = 56
)

// decoder reads one reply from its stream: rows are made while the body arrives, and neither the body nor a tree of it
// is held. jsontext refuses duplicate names, bad UTF-8 and lone surrogates by itself.
type decoder struct {
	json    *jsontext.Decoder
	src     source
	scratch []byte

	wire     *names
	request  Request
	expected fieldSet // of every row
	reply    *Reply
	rows     int64
	count    int64 // KAYIT_SAYISI; -1 until seen
	held     int64 // bytes that the rows occupy
	unknown  map[string]bool
	// Names of qualifications and bodies repeat from row to row: one copy each.
	interned map[string]string
}

func newDecoder() *decoder {
	d := &decoder{}
	d.json = jsontext.NewDecoder(&d.src)
	return d
}

func (d *decoder) decode(body io.Reader, limit int64, wire *names, r Request) (*Reply, error) {
	d.src = source{r: body, limit: limit}
	d.json.Reset(&d.src)
	d.wire, d.request, d.reply, d.rows, d.count, d.unknown = wire, r, &Reply{}, 0, -1, nil
	d.held = 0
	if r.Method != ByNumber {
		d.interned = map[string]string{}
	}
	d.expected = certificateFields
	switch r.Method {
	case Parameters:
		d.expected = qualificationFields
	case ByRange:
		d.expected |= set(fKimlikNo)
	}
	reply, err := d.reply, d.document()
	d.reply, d.interned, d.unknown, d.src.r = nil, nil, nil, nil
	if err != nil {
		return nil, err
	}
	return reply, nil
}

func (d *decoder) document() error {
	kind := d.json.PeekKind()
	var err error
	switch {
	case kind == 0:
		if _, err = d.json.ReadToken(); errors.Is(err, io.EOF) && d.src.failed() == nil {
			return violation{code: "reply_empty"}
		}
		return d.syntax(err)
	case d.wire.array && kind != '[':
		return violation{"reply_shape", "array"}
	case d.wire.array:
		err = d.list()
	case kind != '{':
		return violation{"reply_shape", "object"}
	default:
		err = d.envelope()
	}
	if err != nil && !errors.As(err, new(refusal)) {
		return err
	}
	// A refusal too counts only in a reply that is whole and nothing but a reply.
	if _, end := d.json.ReadToken(); !errors.Is(end, io.EOF) || d.src.failed() != nil {
		if f := d.src.failed(); f != nil {
			return f
		}
		return violation{code: "reply_trailing"}
	}
	return err
}

func (d *decoder) envelope() error {
	var seen fieldSet
	var code, text, echo, next string
	if err := d.open(); err != nil {
		return err
	}
	for d.json.PeekKind() != '}' {
		f, ok, err := d.name(envelopeFields)
		if err != nil {
			return err
		}
		if !ok {
			if err := d.skip(); err != nil {
				return err
			}
			continue
		}
		seen |= set(f)
		switch f {
		case fSonucKodu:
			code, err = d.text(f)
		case fSonucAciklama:
			text, err = d.text(f)
		case fKimlikNo:
			echo, err = d.text(f)
		case fSonrakiSayfa:
			if next, err = d.text(f); err == nil && len(next) > maxCursor {
				err = violation{code: "reply_cursor"}
			}
		case fKayitSayisi:
			if d.count, err = d.integer(f); err == nil && d.rows > d.count {
				err = violation{code: "reply_count"}
			}
		case fKayitlar:
			err = d.list()
		}
		if err != nil {
			return err
		}
	}
	if err := d.shut(); err != nil {
		return err
	}
	switch {
	case !seen.has(fSonucKodu):
		return d.missing(fSonucKodu)
	case code != "0":
		return refusal{code, text}
	}
	for f := range fieldCount {
		if envelopeFields.has(f) && !seen.has(f) {
			return d.missing(f)
		}
	}
	switch {
	case d.count != d.rows:
		return violation{code: "reply_count"}
	case echo != d.request.KimlikNo:
		return violation{code: "reply_wrong_person"}
	case next != "" && (d.request.Method != ByRange || d.rows == 0 || next == d.request.Cursor):
		// Only a range has pages; a cursor that does not move would never end.
		return violation{code: "reply_cursor"}
	}
	d.reply.Next = next
	return nil
}

// list reads the array of rows.
func (d *decoder) list() error {
	if d.json.PeekKind() != '[' {
		return d.wrongType(fKayitlar)
	}
	if err := d.token(); err != nil {
		return err
	}
	for d.json.PeekKind() != ']' {
		if d.rows++; d.count >= 0 && d.rows > d.count {
			return violation{code: "reply_count"}
		}
		if err := d.row(); err != nil {
			return err
		}
	}
	return d.token()
}

func (d *decoder) row() error {
	if d.json.PeekKind() != '{' {
		return d.wrongType(fKayitlar)
	}
	if err := d.open(); err != nil {
		return err
	}
	var c Certificate
	var seen fieldSet
	// The answer of Ek-1 holds no TC number; where a row brings one all the same it must be the right one.
	allowed := d.expected
	if d.request.Method == ByNumber {
		allowed |= set(fKimlikNo)
	}
	for d.json.PeekKind() != '}' {
		f, ok, err := d.name(allowed)
		if err == nil && ok {
			seen |= set(f)
			err = d.value(&c, f)
		} else if err == nil {
			err = d.skip()
		}
		if err != nil {
			return err
		}
	}
	if err := d.shut(); err != nil {
		return err
	}
	if lacking := d.expected &^ seen; lacking != 0 {
		for f := range fieldCount {
			if lacking.has(f) {
				return d.missing(f)
			}
		}
	}
	switch d.request.Method {
	case Parameters:
		d.reply.Qualifications = append(d.reply.Qualifications, Qualification{YeterlilikAdi: c.YeterlilikAdi,
			YeterlilikKodu: c.YeterlilikKodu, YeterlilikSeviyesi: c.YeterlilikSeviyesi, MeslekKodu: c.MeslekKodu})
		return d.hold(qualificationSize)
	case ByNumber:
		if seen.has(fKimlikNo) && c.KimlikNo != d.request.KimlikNo {
			return violation{code: "reply_wrong_person"}
		}
		c.KimlikNo = d.request.KimlikNo
	case ByRange:
		switch day := c.BelgeDuzenlemeTarihi; {
		case !tckn.Check(c.KimlikNo).Valid():
			return violation{code: "reply_kimlik_no"}
		case day.IsZero():
			return violation{"reply_date", d.wire.fields[fBelgeDuzenlemeTarihi]}
		case day.Before(d.request.From) || d.request.To.Before(day):
			return violation{code: "reply_out_of_range"}
		}
	}
	d.reply.Certificates = append(d.reply.Certificates, c)
	return d.hold(certificateSize)
}

// hold counts what a row occupies.
func (d *decoder) hold(size int) error {
	if d.held += int64(size); d.held > heldLimit {
		return tooLarge(heldLimit)
	}
	return nil
}

func (d *decoder) value(c *Certificate, f field) (err error) {
	switch f {
	case fBelgeNo:
		c.BelgeNo, err = d.text(f)
	case fYeterlilikAdi:
		c.YeterlilikAdi, err = d.shared(f)
	case fMeslekKodu:
		c.MeslekKodu, err = d.shared(f)
	case fYeterlilikKodu:
		c.YeterlilikKodu, err = d.shared(f)
	case fYeterlilikSeviyesi:
		c.YeterlilikSeviyesi, err = d.level(f)
	case fSinavTarihi:
		c.SinavTarihi, err = d.date(f)
	case fBelgeDuzenlemeTarihi:
		c.BelgeDuzenlemeTarihi, err = d.date(f)
	case fGecerlilikTarihi:
		c.GecerlilikTarihi, err = d.date(f)
	case fKurulusAdi:
		c.KurulusAdi, err = d.shared(f)
	case fBelgeDurumu:
		c.BelgeDurumu, err = d.shared(f)
	case fEuropassTR:
		c.EuropassTR, err = d.text(f)
	case fEuropassEN:
		c.EuropassEN, err = d.text(f)
	case fKimlikNo:
		c.KimlikNo, err = d.text(f)
	}
	return err
}
