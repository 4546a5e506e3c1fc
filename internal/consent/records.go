package consent

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// recordsHeader names the columns of a bundle's records.csv. erased says whether the personal values are there: true, none
// is; partly, some are not; empty: all are, or the bundle is without personal data.
var recordsHeader = []string{"seq", "id", "time", "received", "logged", "session", "act", "event", "channel", "text", "text_sha256", "language", "items", "ui", "captcha",
	"notice", "prev", "erased", "tc", "given_name", "surname", "father_name", "birth_date", "phone", "contact_preference", "ip"}

// recording says which entries records.csv has: those of ranges and of the period, in the order of the log. Entries of
// other ranges are read for their texts only.
type recording struct {
	held     ledger.Range
	period   bundle.Period
	personal bool
	labels   map[string]string // of texts, by SHA-256
	unknown  string            // stands for a label that is not there

	told told   // what the present entry says
	room []byte // for the values of a row
	ends []int  // where each of them ends in room
}

// rows gives records.csv, header first. ranges are the entries to read, ascending. A row is valid until the next.
func (r *recording) rows(ctx context.Context, src ledger.Source, ranges []ledger.Range) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		if !yield(recordsHeader, nil) {
			return
		}
		for _, part := range ranges {
			if !r.part(ctx, src, part, yield) {
				return
			}
		}
	}
}

// part gives the rows of one range; false: nobody wants more.
func (r *recording) part(ctx context.Context, src ledger.Source, part ledger.Range, yield func([]string, error) bool) bool {
	fail := func(err error) bool { yield(nil, err); return false }
	own := ledger.Range{From: max(part.From, r.held.From), To: min(part.To, r.held.To)}
	next := func() (ledger.Disclosed, error, bool) { return ledger.Disclosed{}, nil, false }
	if r.personal && own.From < own.To {
		pull, stop := iter.Pull2(src.Disclosures(ctx, own.From, own.To))
		defer stop()
		next = pull
	}
	d, derr, more := next()
	row := make([]string, 0, len(recordsHeader))
	var leaf ledger.Leaf
	for x, err := range src.Entries(ctx, part.From, part.To) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fail(err)
		}
		if ledger.ParseLeaf(x.Leaf, &leaf) != nil {
			continue // verification names it
		}
		if leaf.Kind == kindText {
			var t Text
			if readText(&leaf, &t) {
				r.labels[t.SHA256] = t.Label
			}
			continue
		}
		if leaf.Kind != kindConsent || x.Seq < own.From || x.Seq >= own.To {
			continue
		}
		for more && derr == nil && d.Seq < x.Seq {
			d, derr, more = next()
		}
		if derr != nil {
			return fail(derr)
		}
		if !r.told.read(&leaf) || !r.within(r.told.ms) {
			continue
		}
		var e event.Event // of the person
		there := 0
		if more && d.Seq == x.Seq {
			if d.Err != nil { // without its key nothing may look complete
				return fail(in(x.Seq, d.Err))
			}
			if readPersonal(d.SD, &e) == nil {
				there = namesThere(&e).count()
			}
		}
		if row = r.row(row[:0], x.Seq, &leaf, &e, there); !yield(row, nil) {
			return false
		}
	}
	return true
}

// within tells whether an event's time, in milliseconds, lies in the period. One without an end is every time.
func (r *recording) within(ms int64) bool { return within(r.period, ms) }

func within(p bundle.Period, ms int64) bool {
	return (p.From.IsZero() || ms >= p.From.UnixMilli()) && (p.To.IsZero() || ms < p.To.UnixMilli())
}

// row makes the row of an entry, which stands in r.told; e holds the values of the person, of whom there are so many. What
// the entry says in clear needs no change, but for quotation marks: it is put together in one string, of which the row's
// values are parts.
func (r *recording) row(row []string, seq int64, leaf *ledger.Leaf, e *event.Event, there int) []string {
	erased := ""
	switch {
	case !r.personal || there == leaf.Digests():
	case there == 0:
		erased = "true"
	default:
		erased = "partly"
	}
	v := &r.told
	label, ok := r.labels[string(v.own)]
	if !ok {
		label = r.unknown
	}
	logged, _ := leaf.Text("t")
	ui, _ := leaf.Text("ui")
	r.room, r.ends = strconv.AppendInt(r.room[:0], seq, 10), r.ends[:0]
	r.end()
	for _, value := range [...][]byte{inner(v.id), inner(v.time), inner(v.received), logged, inner(v.session), inner(v.act), inner(v.step), inner(v.channel)} {
		r.room = append(r.room, value...)
		r.end()
	}
	r.room = append(r.room, label...)
	r.end()
	for _, value := range [...][]byte{v.own, inner(v.language)} {
		r.room = append(r.room, value...)
		r.end()
	}
	if v.items != 0 {
		items, _ := leaf.List("items")
		r.room = append(r.room, strings.Join(items, " ")...)
	}
	r.end()
	for _, value := range [...][]byte{ui, v.captcha} {
		r.room = append(r.room, value...)
		r.end()
	}
	for _, other := range [...]int64{v.notice, v.prev} {
		if other >= 0 { // none is empty
			r.room = strconv.AppendInt(r.room, other, 10)
		}
		r.end()
	}
	text, from := string(r.room), 0
	for _, end := range r.ends {
		row, from = append(row, text[from:end]), end
	}
	return append(row, erased,
		e.Subject.TC, e.Subject.GivenName, e.Subject.Surname, e.Subject.FatherName, e.Subject.BirthDate, e.Subject.Phone, e.ContactPreference, e.IP)
}

// end notes that the present value is complete.
func (r *recording) end() { r.ends = append(r.ends, len(r.room)) }

// inner gives what stands between the quotation marks of a value.
func inner(value []byte) []byte { return value[1 : len(value)-1] }

// namesThere gives the names of the personal values of an event.
func namesThere(e *event.Event) (there names) {
	for i, v := range []string{e.Subject.BirthDate, e.ContactPreference, e.Subject.FatherName, e.Subject.GivenName, e.IP, e.Subject.Phone, e.Subject.Surname, e.Subject.TC} {
		if v != "" {
			there |= 1 << i
		}
	}
	return there
}
