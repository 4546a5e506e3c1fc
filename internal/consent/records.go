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
		e := Entry{Seq: x.Seq}
		if !readConsent(&leaf, &e) || !r.within(e.Event.Time.UnixMilli()) {
			continue
		}
		there := 0
		if more && d.Seq == x.Seq {
			if d.Err != nil { // without its key nothing may look complete
				return fail(in(x.Seq, d.Err))
			}
			if readPersonal(d.SD, &e.Event) == nil {
				there = namesThere(&e.Event).count()
			}
		}
		if row = r.row(row[:0], &e, leaf.Digests(), there); !yield(row, nil) {
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

func (r *recording) row(row []string, e *Entry, digests, there int) []string {
	erased := ""
	switch {
	case !r.personal || there == digests:
	case there == 0:
		erased = "true"
	default:
		erased = "partly"
	}
	captcha := ""
	if e.Event.Captcha != nil {
		captcha = strconv.FormatBool(*e.Event.Captcha)
	}
	label, ok := r.labels[e.SHA256]
	if !ok {
		label = r.unknown
	}
	ev := &e.Event
	return append(row, strconv.FormatInt(e.Seq, 10), ev.ID, ledger.Time(ev.Time), ledger.Time(ev.Received), ledger.Time(e.Logged), ev.Session, string(ev.Act), string(ev.Step), ev.Channel,
		label, e.SHA256, ev.Language, strings.Join(ev.Items, " "), ev.UI, captcha, reference(e.Notice), reference(e.Prev), erased,
		ev.Subject.TC, ev.Subject.GivenName, ev.Subject.Surname, ev.Subject.FatherName, ev.Subject.BirthDate, ev.Subject.Phone, ev.ContactPreference, ev.IP)
}

// reference writes the number of another entry; none is empty.
func reference(seq int64) string {
	if seq < 0 {
		return ""
	}
	return strconv.FormatInt(seq, 10)
}

// namesThere gives the names of the personal values of an event.
func namesThere(e *event.Event) (there names) {
	for i, v := range []string{e.Subject.BirthDate, e.ContactPreference, e.Subject.FatherName, e.Subject.GivenName, e.IP, e.Subject.Phone, e.Subject.Surname, e.Subject.TC} {
		if v != "" {
			there |= 1 << i
		}
	}
	return there
}
