package consent

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/i18n"
	"iskurctl/internal/seal"
)

// askedAtOnce is how many ids, tags or people one statement asks for.
const askedAtOnce = 64

// scene is what the events of a batch are decided by: what the log holds of their ids, people and texts, read in one
// transaction, and what the batch itself adds. It is made anew whenever the transaction is.
type scene struct {
	log *Log
	ctx context.Context // without an end: an interrupted statement would roll back the others of the commit
	q   querier

	texts  map[string]*Text // by label or SHA-256; the zero one: unknown
	bySeq  map[int64]*Text
	ids    map[uuid]standing
	same   map[sameness]standing   // of people who are in the batch without an id
	worn   map[likeness][]standing // of those people: events that lost some of their values
	people map[tag]*person

	over *overlay // of a rehearsal: what it would have recorded; nil for a recording
	next int64    // sequence number that the next event gets
	err  error    // of a look-up within the rules
}

// standing is an event that is in the log, or comes before in the batch.
type standing struct {
	seq    int64
	id     uuid
	same   sameness
	erased bool // nothing leads to its person any more
	worn   bool // some of its values were erased: what is left cannot be compared with a whole event
}

// likeness is what an event that lost some of its values is known by: the rest of it may be in a row that is imported again,
// and the values that were erased must not come back with that.
type likeness struct {
	tag     tag
	session uuid
	act     event.Act
	step    event.Step
	ms      int64
	text    int64
}

func (f *draft) likeness(t *Text) likeness {
	return likeness{f.tag, f.session, f.act, f.step, f.time.UnixMilli(), t.Seq}
}

// decision is what becomes of an event. Either there is a problem, or it is there already, or it gets a place.
type decision struct {
	problem *event.Problem
	there   *standing
	seq     int64
	text    *Text
	notice  string // SHA-256 of the notice that it rests on
	links   event.Links
	person  *person
}

// person is who is in the batch, and what they did before.
type person struct {
	event.Memory
	id   int64 // 0: not in the log
	tag  tag
	key  *seal.DataKey
	adds bool // events of the batch were decided to be recorded
}

// load reads what decides about the drafts. Error beside the store's: class Integrity, consent_damaged, for a past that does not
// agree with its entries (see history).
func (l *Log) load(ctx context.Context, q querier, drafts []draft) (*scene, error) {
	s := &scene{log: l, ctx: ctx, q: q, texts: make(map[string]*Text), bySeq: make(map[int64]*Text),
		ids: make(map[uuid]standing), same: make(map[sameness]standing), worn: make(map[likeness][]standing), people: make(map[tag]*person, len(drafts)/2)}
	var ids, tags [][]byte
	for i := range drafts {
		d := &drafts[i]
		if d.problem != nil {
			continue
		}
		if d.named {
			ids = append(ids, d.id[:])
		}
		if s.people[d.tag] == nil {
			s.people[d.tag] = &person{tag: d.tag}
			tags = append(tags, d.tag[:])
		}
	}
	var used bool
	if err := q.QueryRowContext(ctx, anyEvent).Scan(&used); err != nil || !used {
		return s, err
	}
	if err := s.ask(knownEvents, ordered(ids), s.event); err != nil {
		return nil, err
	}
	people := make(map[int64]*person)
	var numbers []any
	err := s.ask(knownPeople, ordered(tags), func(scan func(...any) error) error {
		var id int64
		var b []byte
		if err := scan(&id, &b); err != nil {
			return err
		}
		var t tag
		copy(t[:], b)
		if p := s.people[t]; p != nil {
			p.id, people[id] = id, p
			numbers = append(numbers, id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	h := history{scene: s, people: people}
	return s, s.ask(pastEvents, numbers, h.add)
}

// after brings a scene that was read before its turn up to date with last, the scene of the events that were recorded since.
func (s *scene) after(last *scene, drafts []draft) {
	for i := range drafts {
		d := &drafts[i]
		if p := last.people[d.tag]; p != nil && s.people[d.tag] != nil {
			if p.adds && p.id == 0 {
				p.id = p.key.ID
			}
			p.adds = false
			s.people[d.tag] = p
		}
		if at, ok := last.ids[d.id]; ok {
			s.ids[d.id] = at
		}
		if at, ok := last.same[d.same]; ok {
			s.same[d.same] = at
		}
	}
}

// ordered gives keys in the order of the index that is asked: then each of its pages is met once.
func ordered(keys [][]byte) []any {
	slices.SortFunc(keys, bytes.Compare)
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = k
	}
	return values
}

// ask runs a statement for as many of the values at a time as it takes.
func (s *scene) ask(statement func(n int) string, values []any, row func(scan func(...any) error) error) error {
	for some := range slices.Chunk(values, askedAtOnce) {
		if err := s.askOnce(statement(len(some)), some, row); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) askOnce(statement string, values []any, row func(scan func(...any) error) error) error {
	rows, err := s.q.QueryContext(s.ctx, statement, values...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// event notes an event that has one of the ids.
func (s *scene) event(scan func(...any) error) error {
	var at standing
	var id, same []byte
	var linked bool
	if err := scan(&id, &at.seq, &same, &linked); err != nil {
		return err
	}
	copy(at.id[:], id)
	copy(at.same[:], same)
	at.erased, at.worn = !linked, linked && same == nil
	s.ids[at.id] = at
	return nil
}

// decide says what becomes of a draft. The drafts of a batch come in their order, each once.
func (s *scene) decide(d *draft) (v decision, err error) {
	if d.problem != nil {
		return decision{problem: d.problem}, nil
	}
	v.person = s.people[d.tag]
	if v.text, err = s.textOf(d); err != nil {
		return v, err
	}
	if v.text.Label != "" {
		if v.there, v.problem = s.known(d, v.text); v.there != nil || v.problem != nil {
			return v, nil
		}
	}
	e := d.event()
	var past event.Past = v.person
	if s.over != nil {
		past = rehearsed{v.person, s.over}
	}
	if v.links, v.problem = event.Follow(past, &e, v.text.forRules(), s.text); v.problem != nil || s.err != nil {
		return v, s.err
	}
	if s.over != nil {
		return v, s.over.add(d, v.text.Seq)
	}
	if v.links.Notice >= 0 {
		_, notice, _, _ := v.person.Presented(e.Session)
		v.notice = s.text(notice).SHA256
	}
	v.seq = s.next
	s.next++
	v.person.adds = true
	v.person.Add(v.seq, &e, v.text.Seq)
	at := standing{seq: v.seq, id: d.id, same: d.same}
	s.ids[d.id], s.same[d.same] = at, at
	return v, s.err
}

// known looks whether the event is there already.
func (s *scene) known(d *draft, t *Text) (*standing, *event.Problem) {
	if !d.named {
		at, ok := s.same[d.same]
		if ok || s.over != nil && s.over.said(d.same) {
			return &at, nil
		}
		if worn := s.worn[d.likeness(t)]; len(worn) > 0 {
			return &worn[0], nil
		}
		return nil, nil
	}
	at, met := s.ids[d.id]
	equal := at.same == d.same
	if at.worn {
		equal = slices.ContainsFunc(s.worn[d.likeness(t)], func(w standing) bool { return w.seq == at.seq })
	}
	if !met && s.over != nil {
		met, equal = s.over.known(d.id, d.same)
	}
	switch {
	case !met:
		return nil, nil
	case at.erased:
		return nil, &event.Problem{Code: "id_erased", Field: "id", Text: i18n.T("bu kimlikli kaydın kişisel verileri silinmiş; kişinin satırlarını kaynağından da çıkarın", "the personal values of the entry with this id were erased; take the person's rows out of the source as well")}
	case !equal:
		return nil, &event.Problem{Code: "id_differs", Field: "id", Text: i18n.T("bu kimlikle başka içerikli bir kayıt var; bu olaya başka bir kimlik verin ya da içeriğini düzeltin", "an entry with this id says something else; give this event another id, or correct what it says")}
	}
	return &at, nil
}

// textOf gives the text that a draft names, the zero one when it is not registered.
func (s *scene) textOf(d *draft) (*Text, error) {
	if d.text != nil {
		s.bySeq[d.text.Seq] = d.text
		return d.text, nil
	}
	t, asked := s.texts[d.content.Text]
	if !asked {
		statement, by := refer(d.content.Text)
		found, _, err := findText(s.ctx, s.q, statement, by)
		if err != nil {
			return nil, err
		}
		t = &found
		s.texts[d.content.Text] = t
	}
	if t.Label == "" {
		return t, nil
	}
	s.bySeq[t.Seq] = t
	return t, d.compare(s.log.keys.Tagger(), new([]byte), *d.content, t)
}

// text gives a text that an event of the log has.
func (s *scene) text(seq int64) event.Text {
	t := s.bySeq[seq]
	if t == nil {
		found, ok, err := findText(s.ctx, s.q, textBySeq, seq)
		if err == nil && !ok {
			err = damaged(seq, errEntry)
		}
		s.err = cmp.Or(s.err, err)
		t = &found
		s.bySeq[seq] = t
	}
	return t.forRules()
}
