package sandbox

import "strconv"

// operation is the name of a service method, and the last part of its address.
type operation string

const (
	byNumber   operation = "TCKimlikNoIleBelgeSorgulama"
	byRange    operation = "TarihAraligiIleBelgeSorgulama"
	parameters operation = "ParametreGonderimi"
)

// The members of an answer in the order in which they stand on the wire. Read only.
var (
	envelopeFields    = []string{"SONUC_KODU", "SONUC_ACIKLAMA", "KIMLIK_NO", "KAYIT_SAYISI", "SONRAKI_SAYFA", "KAYITLAR"}
	certificateFields = []string{"BELGENO", "YETERLILIK_ADI", "MESLEK_KODU", "YETERLILIK_KODU", "YETERLILIK_SEVIYESI",
		"SINAV_TARIHI", "BELGE_DUZENLEME_TARIHI", "GECERLILIK_TARIHI", "KURULUS_ADI", "BELGE_DURUMU",
		"EUROPASS_SERTIFIKA_TR", "EUROPASS_SERTIFIKA_EN"}
	qualificationFields = []string{"YETERLILIK_ADI", "YETERLILIK_KODU", "YETERLILIK_SEVIYESI", "MESLEK_KODU"}
	rangeFields         = []string{"KIMLIK_NO", "BELGENO", "YETERLILIK_ADI", "MESLEK_KODU", "YETERLILIK_KODU",
		"YETERLILIK_SEVIYESI", "SINAV_TARIHI", "BELGE_DUZENLEME_TARIHI", "GECERLILIK_TARIHI", "KURULUS_ADI",
		"BELGE_DURUMU", "EUROPASS_SERTIFIKA_TR", "EUROPASS_SERTIFIKA_EN"}
)

// rowFields gives the fields of a record of the operation, in the order of Ek-1.
func (op operation) rowFields() []string {
	switch op {
	case byRange:
		return rangeFields
	case parameters:
		return qualificationFields
	}
	return certificateFields
}

// document is one answer of the service before it is written. Fault rules change it, or the bytes it becomes.
type document struct {
	op            operation
	code, text    string // SONUC_KODU, SONUC_ACIKLAMA
	echo          string // KIMLIK_NO of the question, first operation only
	count         int    // KAYIT_SAYISI
	next          string // SONRAKI_SAYFA
	certificates  []certificate
	qualification []qualification
	edits         []edit
}

// edit changes one member of the envelope, or of the first record. write gets the member's name and its finished JSON
// value, and appends what is to stand there instead: any number of members, each with a comma behind it.
type edit struct {
	row   bool
	key   string
	write func(dst []byte, key string, value []byte) []byte
}

// append writes the whole answer. It appends bytes instead of marshalling, because the benchmark of the client must
// measure the client.
func (d *document) append(dst []byte) []byte {
	dst = append(dst, '{')
	for _, key := range envelopeFields {
		dst = d.member(dst, false, key, nil)
	}
	return closeWith(dst, '}')
}

func (d *document) appendRows(dst []byte) []byte {
	dst = append(dst, '[')
	for i := range d.certificates {
		dst = d.appendRow(dst, i == 0, &d.certificates[i], nil)
	}
	for i := range d.qualification {
		dst = d.appendRow(dst, i == 0, nil, &d.qualification[i])
	}
	return closeWith(dst, ']')
}

func (d *document) appendRow(dst []byte, first bool, c *certificate, q *qualification) []byte {
	dst = append(dst, '{')
	for _, key := range d.op.rowFields() {
		if first {
			dst = d.member(dst, true, key, func(dst []byte) []byte { return appendValue(dst, key, c, q) })
		} else {
			dst = appendValue(appendKey(dst, key), key, c, q)
			dst = append(dst, ',')
		}
	}
	return append(closeWith(dst, '}'), ',')
}

// member writes one member with its comma, through the edits that are meant for it. row is the writer of a record's
// value; the envelope's values are written here.
func (d *document) member(dst []byte, row bool, key string, value func([]byte) []byte) []byte {
	if !row {
		value = func(dst []byte) []byte { return d.appendEnvelope(dst, key) }
	}
	for _, e := range d.edits {
		if e.row == row && e.key == key {
			return e.write(dst, key, value(nil))
		}
	}
	return append(value(appendKey(dst, key)), ',')
}

func (d *document) appendEnvelope(dst []byte, key string) []byte {
	switch key {
	case "SONUC_KODU":
		return appendText(dst, d.code)
	case "SONUC_ACIKLAMA":
		return appendText(dst, d.text)
	case "KIMLIK_NO":
		return appendText(dst, d.echo)
	case "KAYIT_SAYISI":
		return strconv.AppendInt(dst, int64(d.count), 10)
	case "SONRAKI_SAYFA":
		return appendText(dst, d.next)
	}
	return d.appendRows(dst)
}

// appendValue writes one value of a record; c is nil in the catalogue, q is nil in a certificate.
func appendValue(dst []byte, key string, c *certificate, q *qualification) []byte {
	if c != nil {
		q = c.qual
	}
	switch key {
	case "YETERLILIK_ADI":
		return appendText(dst, q.name)
	case "KURULUS_ADI":
		return appendText(dst, c.body.name)
	case "BELGE_DURUMU":
		return appendText(dst, c.status)
	}
	dst = append(dst, '"') // none of the others holds a character that JSON escapes
	switch key {
	case "KIMLIK_NO":
		dst = append(dst, c.kimlikNo...)
	case "BELGENO":
		dst = c.appendNumber(dst, '/')
	case "MESLEK_KODU":
		if c == nil || !c.bare {
			dst = append(dst, q.job...)
		}
	case "YETERLILIK_KODU":
		dst = append(dst, q.code...)
	case "YETERLILIK_SEVIYESI":
		dst = append(dst, q.level())
	case "SINAV_TARIHI":
		dst = appendDay(dst, c.exam)
	case "BELGE_DUZENLEME_TARIHI":
		dst = appendDay(dst, c.issue)
	case "GECERLILIK_TARIHI":
		dst = appendDay(dst, c.expiry)
	case "EUROPASS_SERTIFIKA_TR":
		dst = c.appendEuropass(dst, "tr")
	case "EUROPASS_SERTIFIKA_EN":
		dst = c.appendEuropass(dst, "en")
	}
	return append(dst, '"')
}

func appendKey(dst []byte, key string) []byte {
	dst = append(dst, '"')
	dst = append(dst, key...)
	return append(dst, '"', ':')
}

// appendText writes a JSON string (RFC 8259, section 7) of a text that is valid UTF-8.
func appendText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := range len(s) {
		switch b := s[i]; {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
		default:
			dst = append(dst, b)
		}
	}
	return append(dst, '"')
}

// closeWith replaces the comma behind the last member by the bracket; an empty object or array has no comma.
func closeWith(dst []byte, bracket byte) []byte {
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, bracket)
}
