package consent

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// KVKK m.7 and the by-law on disposal (RG 28.10.2017/30224): personal data whose reason is gone are erased, and the
// erasure itself is recorded (m.7/3 of the by-law). The entries stay, so that the log and everybody's proofs still verify;
// what they say in clear leads to nobody once the disclosures, the person's key and the tag of the number are gone.

// Grounds lists why personal values may be erased: the person asked (KVKK m.11/1-e), the controller found the reason gone,
// the time is over, a court or the Board ordered it.
func Grounds() []string { return []string{"request", "ex_officio", "expired", "court"} }

// Erasure says whose values are to be erased, and why (one of Grounds). Fields nil: all of them, and everything that leads to
// the person; otherwise only the personal values of these names, of all of the person's events.
type Erasure struct {
	TCs    []string
	Ground string
	Fields []string
}

// Erased is an entry whose personal values were erased, the erased/1 entry that says so, the time of the event (zero where
// it was not asked for), and which they were: their names, or "*".
type Erased struct {
	Seq, By int64
	Time    time.Time
	Fields  []string
}

// Residue is old bytes that still stand in a file of ours.
type Residue struct {
	Path  string
	Found int
}

// allFields stands for all personal values of an entry.
const allFields = "*"

// Erase erases. Each event gets an erased/1 entry, its disclosures go, and with the last of a person's events what leads to
// the person; all that in one commit, or in several where there are very many events: whoever stops in between finds the
// person again and goes on by erasing once more. Then the key is destroyed and every file of ours is looked through for
// the old bytes; where the database or the key store holds some in unused parts of its pages it is written anew. What could
// not be got rid of is given back, and then the erasure does not count as finished: the next one writes both anew. each is
// called after the commit, for each event in turn: what it was told is erased, whatever comes after.
//
// Interrupted erasures of before are finished first (Resume). There is one erasure at a time in a Log. Errors: class Usage for a ground or a field that there is
// not, and for the number alone, without which nobody would find the rest again; class Negative, nothing_to_erase; class
// Store; those of each, after which what was committed is still brought to its end.
func (l *Log) Erase(ctx context.Context, e Erasure, each func(Erased) error) ([]Residue, error) {
	fields, err := e.fields()
	if err != nil {
		return nil, err
	}
	l.erasures.Lock()
	defer l.erasures.Unlock()
	if _, err := l.resume(ctx); err != nil {
		return nil, err
	}
	tags, err := l.knownTags(ctx, e.TCs)
	if err != nil {
		return nil, err
	}
	ring, err := l.cfg.Ring()
	if err != nil {
		return nil, err
	}
	process, err := l.st.ProcessLock()
	if err != nil {
		return nil, err
	}
	x := &eraser{log: l, ring: ring, process: process, ground: e.Ground, fields: fields, tags: tags, after: -1, old: newNeedles(), left: make(map[string]int)}
	for x.at < len(x.tags) {
		if err := ctx.Err(); err != nil {
			return x.residue(), err // the next Resume goes on
		}
		done, err := x.page(ctx)
		if err != nil {
			return x.residue(), err
		}
		for i := range done {
			if err := each(done[i]); err != nil {
				err = errors.Join(err, x.settle(ctx))
				return x.residue(), err
			}
		}
		if len(x.old.pieces) >= maxPieces || len(x.people) >= maxPeople {
			if err := x.settle(ctx); err != nil {
				return x.residue(), err
			}
		}
	}
	if !x.found {
		return nil, fault.New(fault.Negative, "nothing_to_erase", i18n.T("silinecek kişisel veri yok", "there is nothing to erase"))
	}
	err = x.settle(ctx)
	return x.residue(), err
}

// fields checks ground and fields, and gives the fields ascending, each once; nil: all.
func (e Erasure) fields() ([]string, error) {
	if !slices.Contains(Grounds(), e.Ground) {
		return nil, fault.New(fault.Usage, "erase_ground", i18n.Tf("silme gerekçesi geçersiz; geçerli olanlar: %s", "the ground of the erasure is not valid; valid are: %s", strings.Join(Grounds(), ", ")))
	}
	if e.Fields == nil {
		return nil, nil
	}
	fields := slices.Compact(slices.Sorted(slices.Values(e.Fields)))
	for _, f := range fields {
		if f == "tc" {
			return nil, fault.New(fault.Usage, "erase_tc", i18n.T("T.C. kimlik numarası tek başına silinmez: geri kalan verilere onunla ulaşılır", "the number is not erased by itself: the rest is found by it")).
				WithHint(i18n.T("kişinin bütün verilerini silmek için --fields vermeyin", "to erase all values of the person leave out --fields"))
		}
	}
	unknown := slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return slices.Contains(event.PersonalNames(), f) })
	if len(fields) == 0 || len(unknown) > 0 {
		names := slices.DeleteFunc(event.PersonalNames(), func(f string) bool { return f == "tc" })
		return nil, fault.New(fault.Usage, "erase_field", i18n.Tf("silinecek alan geçersiz; geçerli olanlar: %s", "a field to be erased is not valid; valid are: %s", strings.Join(names, ", ")))
	}
	return fields, nil
}
