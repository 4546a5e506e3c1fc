package query

import (
	"context"
	"crypto/sha256"
	"iter"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/myk"
)

// pieceDays bounds what has to be remembered to print a repeated certificate once: a long range is asked in pieces.
const pieceDays = 31

// Page is one page of a range: everything on it passed the checks.
type Page struct {
	Certificates []myk.Certificate
	FetchedAt    time.Time
	Notes        Notes
}

// Range asks for the certificates issued from..to, both days included, page by page. Every page is a call with a log
// row of its own. A page that fails ends the range with the class of the failure; pages before it were whole.
func (s *Service) Range(ctx context.Context, from, to myk.Date) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		for !to.Before(from) {
			last := addDays(from, pieceDays-1)
			if to.Before(last) {
				last = to
			}
			if !s.piece(ctx, from, last, yield) {
				return
			}
			from = addDays(last, 1)
		}
	}
}

func (s *Service) piece(ctx context.Context, from, to myk.Date, yield func(Page, error) bool) bool {
	printed := map[fingerprint]struct{}{}
	cursors := map[fingerprint]struct{}{}
	cursor := ""
	moves := func(r *myk.Reply) error {
		if _, again := cursors[mark(r.Next)]; again && r.Next != "" {
			return &myk.Failure{Outcome: string(audit.Protocol), Fault: fault.New(fault.Protocol, "reply_cursor",
				i18n.T("servis aynı sayfayı yeniden gösteriyor; aralık bitmiyor", "the service points at the same page again; the range does not end"))}
		}
		return nil
	}
	for {
		s.budget.grow(1)
		reply, err := s.call(ctx, question{request: s.cfg.Client.RangeRequest(from, to, cursor), method: audit.ByRange, check: moves})
		if err != nil {
			yield(Page{}, err)
			return false
		}
		page := Page{FetchedAt: s.cfg.Now(), Notes: notes(reply)}
		for _, c := range reply.Certificates {
			key := mark(c.KimlikNo + "\x00" + c.BelgeNo)
			if _, again := printed[key]; !again {
				printed[key] = struct{}{}
				page.Certificates = append(page.Certificates, c)
			}
		}
		if !yield(page, nil) {
			return false
		}
		if reply.Next == "" {
			return true
		}
		cursor = reply.Next
		cursors[mark(cursor)] = struct{}{}
	}
}

// fingerprint stands for a certificate or a cursor in 16 bytes: wide enough that two different ones never meet.
type fingerprint [16]byte

func mark(s string) fingerprint {
	sum := sha256.Sum256([]byte(s))
	return fingerprint(sum[:16])
}

func addDays(d myk.Date, n int) myk.Date {
	t := time.Date(d.Year, time.Month(d.Month), d.Day+n, 0, 0, 0, 0, time.UTC)
	return myk.Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
}
