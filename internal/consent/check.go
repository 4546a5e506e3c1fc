package consent

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
	"iskurctl/internal/seal"
)

// Check knows what the entries of the log mean; a verification at the deepest level asks it. Without a Log (a bundle) it
// looks at the entries and the texts beside them; with one, also at the rows that lead to the entries and at the keys.
type Check struct {
	log  *Log
	bag  *bundle.Bundle // without a log
	src  ledger.Source
	held ledger.Range // the entries whose disclosures should be there

	part   bool          // of a log
	judged ledger.Range  // the entries whose references are followed: others came with a part of a log for these only
	period bundle.Period // of a bundle: only the events of these times have their disclosures there

	lock   sync.Mutex
	absent ledger.Bits // entries without all their disclosures, as the engine says
	locked ledger.Bits // of those: the disclosures are there, their key is not

	digests *numbering
	follow
	erasures
	indexed
	broken ledger.Ranges // entries that were found to be damaged: what refers to them is not to blame
	seen   ledger.Ranges // entries that were read

	spare  chan *glance // of chunks that were folded; a sync.Pool forgets too soon where garbage is collected often
	start  sync.Once
	tables chan looked // what came of the indexes, which are looked at beside the entries
}

// NewCheck makes the check of a log in its store; held is the entries it has, src where they are read from.
func NewCheck(log *Log, src ledger.Source, held ledger.Range) *Check {
	c := newCheck(src, held)
	c.log = log
	return c
}

func newCheck(src ledger.Source, held ledger.Range) *Check {
	return &Check{src: src, held: held, judged: held, digests: newNumbering(), follow: newFollow(), erasures: newErasures(), indexed: indexed{seed: maphash.MakeSeed()}, tables: make(chan looked, 1), spare: make(chan *glance, 8)}
}

// Absent notes an entry whose disclosures are not all there, or cannot be opened since their key is gone. Whether that
// was an erasure is known when all entries were read.
func (c *Check) Absent(seq int64, _ int, locked bool) {
	if c.log == nil && (seq < c.held.From || seq >= c.held.To) {
		return // a bundle has those of its own range only
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	c.absent.Set(seq)
	if locked {
		c.locked.Set(seq)
	}
}

// glance is what one chunk hands on, with the room that its making takes.
type glance struct {
	acts   []act
	texts  []textAt
	broken []int64
	held   ledger.Range

	told  told
	rows  projected
	named [4]digest // texts that were named last
	tags  *seal.Tagger
	last  struct { // tag of a number: a person's acts mostly come together
		number uint64
		tag    tag
	}
}

// What an entry is, as far as the state of the log goes.
type kind byte

const (
	isText kind = iota
	isErasure
	isAct
)

// act is what an entry does to the state of the log. Nothing in it points anywhere: there are many.
type act struct {
	seq, time    int64 // declared, in milliseconds
	notice, prev int64 // -1: none. prev of an erasure: the entry that was erased
	row, person  int64 // of the row: seq of the text, id of the person; -1 without them
	number       uint64
	session      uuid
	text, shown  int32 // the own text and that of the notice a consent rests on; -1: none. text of a text: its place
	missing      int32 // disclosures that are not there, although others are
	there        names // disclosures that are there; of an erasure those that were erased
	kind         kind
	doing        doing
	spoken       byte // the language
	merged       bool // more texts are named than one act has
	opened       bool // the disclosures could be read
	rowed        bool // a row leads to the entry
	drifted      bool // the row does not agree with the entry, which is said
	outside      bool // of the period
	unlike       bool // the row has no digest of the content
	tagless      bool // the row leads to a person without a number
}

// glance gives an empty one. What was read of a chunk is garbage soon, so its memory is used again.
func (c *Check) glance() *glance {
	select {
	case g := <-c.spare:
		g.acts, g.texts, g.broken = g.acts[:0], g.texts[:0], g.broken[:0]
		return g
	default:
	}
	g := &glance{}
	if c.log != nil {
		g.tags = c.log.keys.Tagger()
		g.rows.seed, g.rows.room = c.seed, make([]byte, 0, 64)
	}
	return g
}

// Inspect looks at the entries of a chunk one by one, and compares them with the rows that lead to them.
func (c *Check) Inspect(ctx context.Context, chunk *ledger.Chunk) (any, []ledger.Finding, error) {
	g := c.glance()
	g.broken, g.held = append(g.broken, chunk.Damaged...), ledger.Range{From: chunk.From, To: chunk.To}
	x := inspection{check: c, glance: g}
	if c.log != nil {
		c.start.Do(func() { c.look(ctx) })
		g.rows.within = c.within
		if err := g.rows.read(ctx, c.log, chunk.From, chunk.To); err != nil {
			return nil, nil, err
		}
	}
	disclosures := chunk.Disclosed
	for i, e := range chunk.Entries {
		for len(disclosures) > 0 && disclosures[0].Seq < e.Seq {
			disclosures = disclosures[1:]
		}
		var sd []byte
		if len(disclosures) > 0 && disclosures[0].Seq == e.Seq && disclosures[0].Err == nil {
			sd = disclosures[0].SD
		}
		if !x.entry(e.Seq, &chunk.Leaves[i], sd) {
			g.broken = append(g.broken, e.Seq)
		}
	}
	slices.Sort(g.broken)
	x.restOfRows()
	return g, x.findings, nil
}

// inspection is the work on one chunk.
type inspection struct {
	check *Check
	*glance
	findings []ledger.Finding
}

func (x *inspection) report(code ledger.Code, seq int64, tr, en string) {
	x.findings = append(x.findings, ledger.Finding{Code: code, Seq: seq, Detail: i18n.T(tr, en)})
}

// entry looks at one; false for one that is not as entries are.
func (x *inspection) entry(seq int64, leaf *ledger.Leaf, sd []byte) bool {
	a := act{seq: seq, notice: -1, prev: -1, row: -1, person: -1, text: -1, shown: -1}
	ok := false
	switch leaf.Kind {
	case kindText:
		ok = x.text(&a, leaf)
	case kindConsent:
		ok = x.consent(&a, leaf, sd)
	case kindErased:
		ok = x.erasure(&a, leaf)
	case kindKey:
		return true
	default:
		x.report(ledger.LeafSchema, seq, "kayıt türü bilinmiyor", "the kind of the entry is not known")
	}
	if ok {
		x.acts = append(x.acts, a)
	}
	return ok
}

// text takes what a text/1 entry says.
func (x *inspection) text(a *act, leaf *ledger.Leaf) bool {
	t := Text{Seq: a.seq}
	if !readText(leaf, &t) {
		x.report(ledger.LeafSchema, a.seq, "metin kaydının alanları geçersiz", "the fields of the text are not valid")
		return false
	}
	a.kind, a.text = isText, int32(len(x.texts)) //nolint:gosec // of a chunk
	x.texts = append(x.texts, textAt{Text: t, number: x.digest([]byte(t.SHA256)), from: t.from().UnixMilli()})
	return true
}

// erasure looks at an erased/1 entry.
func (x *inspection) erasure(a *act, leaf *ledger.Leaf) bool {
	target, fields, ground, ok := readErased(leaf)
	if !ok || target >= a.seq {
		x.report(ledger.LeafSchema, a.seq, "silme kaydının alanları geçersiz", "the fields of the erasure are not valid")
		return false
	}
	a.kind, a.prev = isErasure, target
	for _, f := range fields {
		n, known := nameSet(f)
		if !known || a.there&n != 0 || n == 1<<valueTC { // a number is never erased alone
			x.report(ledger.LeafSchema, a.seq, "silme kaydı bilinmeyen bir alanı anıyor", "the erasure names a value that there is not")
			return false
		}
		a.there |= n
	}
	if !slices.Contains(Grounds(), ground) {
		x.report(ledger.EraseUnauthorised, a.seq, "silmenin izin verilen bir gerekçesi yok", "the erasure has none of the grounds that allow one")
	}
	return true
}

// consent looks at an act of a person and at its row.
func (x *inspection) consent(a *act, leaf *ledger.Leaf, sd []byte) bool {
	v := &x.told
	if !v.read(leaf) {
		x.report(ledger.LeafSchema, a.seq, "onay kaydının alanları geçersiz", "the fields of the consent entry are not valid")
		return false
	}
	a.kind, a.doing, a.session, a.time, a.notice, a.prev, a.spoken = isAct, v.doing, v.in, v.ms, v.notice, v.prev, v.spoken
	a.outside, a.merged = !within(x.check.period, a.time), v.merged()
	if v.own != nil {
		a.text = x.digest(v.own)
	}
	if v.shown != nil && v.doing == wasGiven {
		a.shown = x.digest(v.shown)
	}
	if sd != nil {
		if v.disclose(sd) {
			a.opened, a.there, a.number = true, v.there, v.number
			a.missing = int32(v.digests - v.there.count()) //nolint:gosec // an entry has at most 64 KiB
			if a.number == 0 && a.missing == 0 {
				x.report(ledger.LeafSchema, a.seq, "onay kaydında kişinin numarası yok", "the consent entry has no number of a person")
				return false
			}
		} else {
			x.report(ledger.DisclosureDamaged, a.seq, "kişisel alanların adı ya da değeri geçersiz", "the name or the value of a disclosure is not valid")
		}
	}
	if x.check.log != nil {
		x.row(a)
	}
	return true
}
