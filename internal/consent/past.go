package consent

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// history reads what the people of a scene did before. The rows are only the way to the entries: whoever changed one would
// have us log for ever what never was, such as a second withdrawal. So each row is compared with its entry, and each entry
// with those before it: a consent rests on the notice and ends the consent that the rows before say it must.
//
// That finds a row that was changed, an entry that is gone, and a row that was taken out before another. It does not find
// the row of a person's last event that was taken out, nor that a row was given to somebody else: nothing that is looked up
// leads to such an entry, and reading all of them for one event costs too much. Those are for `verify --deep` (V55; ADR 0014).
type history struct {
	*scene
	people map[int64]*person

	leaf ledger.Leaf
	told told
}

// pastRow is an event as its row has it, with what its entry is compared with.
type pastRow struct {
	person, seq, ms, text int64
	id, session           uuid
	act                   event.Act
	step                  event.Step
	notice, prev          sql.NullInt64
	same                  []byte // nil: some values were erased
}

// add notes an event of one of the people. Error: class Integrity, consent_damaged, naming the entry.
func (h *history) add(scan func(...any) error) error {
	var r pastRow
	var id, session, sum, raw, hash sql.RawBytes
	if err := scan(&r.person, &r.seq, &id, &session, &r.act, &r.step, &r.ms, &r.text, &r.notice, &r.prev, &r.same, &sum, &raw, &hash); err != nil {
		return err
	}
	copy(r.id[:], id)
	copy(r.session[:], session)
	p := h.people[r.person]
	e := event.Event{Act: r.act, Step: r.step, Session: r.session.String(), Time: time.UnixMilli(r.ms).UTC()}
	if !h.agrees(&r, sum, raw, hash) {
		return damaged(r.seq, errEntry)
	}
	if !p.follows(&r, &e) {
		return outOfOrder(r.seq)
	}
	p.Add(r.seq, &e, r.text)
	at := standing{seq: r.seq, id: r.id}
	if r.same == nil {
		like := likeness{p.tag, r.session, r.act, r.step, r.ms, r.text}
		h.worn[like] = append(h.worn[like], at)
		return nil
	}
	copy(at.same[:], r.same)
	h.same[at.same] = at
	return nil
}

// agrees compares a row with its entry; sum is the SHA-256 of its text, raw and hash are the entry's.
func (h *history) agrees(r *pastRow, sum, raw, hash []byte) bool {
	v := &h.told
	if is := tlog.RecordHash(raw); raw == nil || !bytes.Equal(is[:], hash) || ledger.ParseLeaf(raw, &h.leaf) != nil || h.leaf.Kind != kindConsent || !v.read(&h.leaf) {
		return false
	}
	var digits [2 * 32]byte
	does := steps[v.doing]
	return r.id == v.uuid && r.session == v.in && r.act == does.act && r.step == does.step && r.ms == v.ms && column(r.notice) == v.notice && column(r.prev) == v.prev &&
		len(sum) == 32 && bytes.Equal(hex.AppendEncode(digits[:0], sum), v.own)
}

// outOfOrder is an entry that does not fit what stands before it: somebody took a row away (V55), or another program has written
// the entry (V50, V44). Which consent of the person stands cannot be told then, so nothing more is recorded of that person.
func outOfOrder(seq int64) error {
	return fault.New(fault.Integrity, "consent_damaged", i18n.Tf("onay kaydı %s, kişinin ondan önceki kayıtlarıyla bağdaşmıyor; bu kişinin yeni bir işlemi kaydedilemez",
		"consent entry %s does not fit the person's entries before it; no further act of this person can be recorded", strconv.FormatInt(seq, 10))).
		WithHint(i18n.T("nedenini `iskurctl consent verify --deep` söyler; depoyu inceleme için saklayın, kişinin başvurusunu elinizde tutun; öbür kişilerin olayları ayrı bir dosyayla aktarılabilir",
			"`iskurctl consent verify --deep` says why; keep the store for the investigation, and what the person handed in; events of other people can be imported from a file without this person's")).
		Because(errEntry)
}

// follows tells whether an event leans on what the rows before it say.
func (p *person) follows(r *pastRow, e *event.Event) bool {
	if r.act != event.Consent {
		return true
	}
	links := event.Links{Notice: -1, Prev: -1}
	if step, entry, _, _, ok := p.Consent(); ok && step == event.Given {
		links.Prev = entry
	}
	if r.step == event.Given {
		if notice, _, _, ok := p.Presented(e.Session); ok {
			links.Notice = notice
		}
	}
	return column(r.prev) == links.Prev && column(r.notice) == links.Notice
}
