package sandbox

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// actDocument answers with the document after a change.
func actDocument(change func(*exchange)) func(*exchange) {
	return func(x *exchange) {
		change(x)
		x.answer(x.body())
	}
}

// actBytes answers with the document's bytes after a change.
func actBytes(change func([]byte) []byte) func(*exchange) {
	return func(x *exchange) { x.answer(change(x.body())) }
}

// actField spoils the field that the rule names, or the status (in the catalogue, the code).
func actField(write func(dst []byte, key string, value []byte) []byte) func(*exchange) {
	return actDocument(func(x *exchange) {
		field := x.text("field")
		if field == "" {
			field = "BELGE_DURUMU"
			if x.q.op == parameters {
				field = "YETERLILIK_KODU"
			}
		}
		x.edit(x.inRow(field), field, write)
	})
}

// actValue puts the rule's `value` into its `field`.
func actValue(x *exchange) {
	field := x.text("field")
	x.replace(x.inRow(field), field, string(appendText(nil, x.text("value"))))
	x.answer(x.body())
}

// actName puts a raw JSON text into the first record's name.
func actName(name string) func(*exchange) {
	return actDocument(func(x *exchange) { x.replace(true, "YETERLILIK_ADI", `"`+name+`"`) })
}

// actHarmlessName does the same, but never makes a record where there was none: the result must stay what it is.
func actHarmlessName(name string) func(*exchange) {
	named := actName(name)
	return func(x *exchange) {
		if x.doc.count == 0 {
			x.answer(x.body())
			return
		}
		named(x)
	}
}

func (x *exchange) inRow(field string) bool {
	return slices.Contains(x.q.op.rowFields(), field)
}

// edit changes one member; a change of a record needs one.
func (x *exchange) edit(row bool, key string, write func([]byte, string, []byte) []byte) {
	if row {
		x.lend()
	}
	x.doc.edits = append(x.doc.edits, edit{row: row, key: key, write: write})
}

func (x *exchange) replace(row bool, key, raw string) { x.edit(row, key, constant(raw)) }

// lend gives an answer without records one, which fits the question; else there would be nothing to spoil.
func (x *exchange) lend() {
	if x.doc.count > 0 {
		return
	}
	issue := dayOf(2024, 3, 25)
	if x.q.op == byRange {
		issue = x.q.from
	}
	c := cert("12UY0054-3", issue, 5, statusValid)
	c.kimlikNo, c.serial = fixedNumber(0), 199
	x.doc.certificates, x.doc.count = []certificate{c}, 1
}

func constant(raw string) func([]byte, string, []byte) []byte {
	return func(dst []byte, key string, _ []byte) []byte {
		return append(append(appendKey(dst, key), raw...), ',')
	}
}

func duplicateKey(dst []byte, key string, value []byte) []byte {
	dst = append(append(appendKey(dst, key), value...), ',')
	return append(appendKey(dst, key), `"",`...)
}

func caseKey(dst []byte, key string, value []byte) []byte {
	return append(append(appendKey(dst, strings.ToLower(key)), value...), ',') //nolint:forbidigo // field names of the wire are ASCII
}

// actWrongPerson answers for the next fixed person, records and echo: nothing but the echo gives it away.
func actWrongPerson(x *exchange) {
	other := 0
	if x.q.kimlikNo == fixedNumber(0) {
		other = 2
	}
	x.doc.echo = fixedNumber(other)
	x.doc.certificates = fixedCertificates(other, x.q.today)
	x.doc.count = len(x.doc.certificates)
	x.answer(x.body())
}

func actResultCode(x *exchange) {
	x.doc = &document{op: x.q.op, code: x.text("code"), text: x.text("text"), echo: x.doc.echo}
	x.answer(x.body())
}

// behind puts further members behind the last one of the envelope.
func (x *exchange) behind(members func(dst []byte) []byte) {
	x.edit(false, "KAYITLAR", func(dst []byte, key string, value []byte) []byte {
		return members(append(append(appendKey(dst, key), value...), ','))
	})
}

func actDeepNesting(x *exchange) {
	depth := int(x.number("depth"))
	x.behind(func(dst []byte) []byte {
		dst = append(appendKey(dst, "DERINLIK"), bytes.Repeat([]byte("["), depth)...)
		return append(append(dst, bytes.Repeat([]byte("]"), depth)...), ',')
	})
	x.answer(x.body())
}

func actManyUnknown(x *exchange) {
	x.behind(func(dst []byte) []byte {
		for n := range x.number("count") {
			dst = append(appendKey(dst, "BILINMEYEN_"+strconv.FormatInt(n+1, 10)), `"",`...)
		}
		return dst
	})
	x.answer(x.body())
}

func actExtraField(x *exchange) {
	x.behind(func(dst []byte) []byte { return append(appendKey(dst, "SUNUCU_SURUMU"), `"2.0",`...) })
	if x.doc.count > 0 {
		x.edit(true, "MESLEK_KODU", func(dst []byte, key string, value []byte) []byte {
			dst = append(append(appendKey(dst, key), value...), ',')
			return append(appendKey(dst, "REVIZYON"), `"00",`...)
		})
	}
	x.answer(x.body())
}

func actOutOfRange(x *exchange) {
	x.lend()
	c := &x.doc.certificates[0]
	c.issue, c.exam = x.q.from-1, x.q.from-14
	x.answer(x.body())
}

// actStuckCursor sends the cursor it was asked with; to the first page it sends one that leads to the first page.
func actStuckCursor(x *exchange) {
	x.lend()
	x.doc.next = x.q.sayfa
	if x.doc.next == "" {
		x.doc.next = x.s.cursor(place{}, x.q.from, x.q.to)
	}
	x.answer(x.body())
}

func actEmptyPage(x *exchange) {
	if x.doc.next == "" {
		x.doc.next = x.s.cursor(place{}, x.q.from, x.q.to)
	}
	x.doc.certificates, x.doc.count = nil, 0
	x.answer(x.body())
}

func actLongCursor(x *exchange) {
	x.lend()
	x.doc.next = strings.Repeat("A", int(x.number("size")))
	x.answer(x.body())
}

func actRowWithoutPerson(x *exchange) {
	switch x.text("mode") {
	case "missing":
		x.edit(true, "KIMLIK_NO", func(dst []byte, _ string, _ []byte) []byte { return dst })
	case "empty":
		x.replace(true, "KIMLIK_NO", `""`)
	default:
		x.replace(true, "KIMLIK_NO", `"10000000147"`) // fails its check
	}
	x.answer(x.body())
}

func actRepeatedRow(x *exchange) {
	if x.doc.count > 0 {
		x.doc.certificates = append(x.doc.certificates, x.doc.certificates[0])
		x.doc.count++
	}
	x.answer(x.body())
}
