package audit

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// Check knows what the entries of the log mean; a verification at the deepest level asks it. Without a Log (a bundle) it
// looks at the entries alone, from the first on; with one, also at the rows that lead to them.
type Check struct {
	log  *Log
	now  time.Time
	held ledger.Range // the entries whose disclosures should be there: outcomes of queries before them are not missed

	open     map[int64]bool         // queries without an outcome so far
	rows     map[int64]outcomeIndex // rows of outcomes whose entry was not met yet
	broken   ledger.Ranges          // entries that were found to be damaged: what refers to them is not to blame
	seen     ledger.Ranges          // entries that were read: a part of a log has outcomes of queries that it has not
	pruned   int64                  // as pruned/1 entries say
	gone     int64                  // entries below were disposed of, or are outside of held
	oldest   time.Time              // of the first query or outcome that is there
	oldestAt int64

	spare   chan *summary // of chunks that were folded; a sync.Pool forgets too soon where garbage is collected often
	start   sync.Once
	indexes chan checked // what came of the indexes, which are looked at beside the entries
}

// checked is the end of a look.
type checked struct {
	findings []ledger.Finding
	err      error
}

// outcomeIndex is a row of audit_outcome, or what it should be.
type outcomeIndex struct {
	seq  int64
	code string
}

// NewCheck makes the check of a store (log) or, with nil, of a bundle that discloses the entries held. now is the
// verifier's clock.
func NewCheck(log *Log, held ledger.Range, now time.Time) *Check {
	return &Check{log: log, now: now, held: held, open: make(map[int64]bool), rows: make(map[int64]outcomeIndex), gone: held.From, oldestAt: -1, indexes: make(chan checked, 1), spare: make(chan *summary, 8)}
}

// Excused reports whether nobody expects the disclosures of an entry: a bundle has those of its own range only.
func (c *Check) Excused(seq int64) bool {
	return c.log == nil && (seq < c.held.From || seq >= c.held.To)
}

// summary gives an empty one. What was read of a chunk is garbage soon, so its memory is used again.
func (c *Check) summary() *summary {
	var s *summary
	select {
	case s = <-c.spare:
	default:
		s = &summary{}
		if c.log != nil {
			s.told.tags = c.log.keys.Tagger()
		}
		return s
	}
	s.events, s.broken = s.events[:0], s.broken[:0]
	s.projected.reset()
	return s
}

// Inspect looks at the entries of a chunk one by one, and compares them with the rows that lead to them.
func (c *Check) Inspect(ctx context.Context, chunk *ledger.Chunk) (any, []ledger.Finding, error) {
	s := c.summary()
	s.broken, s.held, s.gone = append(s.broken, chunk.Damaged...), ledger.Range{From: chunk.From, To: chunk.To}, c.held.From
	var findings []ledger.Finding
	report := func(code ledger.Code, seq int64, tr, en string) {
		findings = append(findings, ledger.Finding{Code: code, Seq: seq, Detail: i18n.T(tr, en)})
	}
	rows := &s.projected
	if c.log != nil {
		c.start.Do(func() {
			go func() { // the readers' context ends with the last chunk
				findings, err := c.log.indexes(context.WithoutCancel(ctx))
				c.indexes <- checked{findings, err}
			}()
		})
		var err error
		if err = rows.read(ctx, c.log, chunk.From, chunk.To); err != nil {
			return nil, nil, err
		}
		if s.gone, err = c.log.gone(ctx, s.gone); err != nil {
			return nil, nil, err
		}
		for _, seq := range chunk.Damaged {
			_ = rows.query(seq)
			_ = rows.look(seq)
			_ = rows.change(seq)
		}
		rows.rewind()
	}
	disclosures := chunk.Disclosed
	for i, e := range chunk.Entries {
		leaf := &chunk.Leaves[i]
		for len(disclosures) > 0 && disclosures[0].Seq < e.Seq {
			disclosures = disclosures[1:]
		}
		var sd []byte
		if len(disclosures) > 0 && disclosures[0].Seq == e.Seq && disclosures[0].Err == nil {
			sd = disclosures[0].SD
		}
		ev := event{seq: e.Seq, kind: leaf.Kind, ms: leaf.Millis}
		switch ev.kind {
		case kindQuery:
			row := rows.query(e.Seq)
			if !validQuery(leaf) {
				report(ledger.LeafSchema, e.Seq, "sorgu kaydının alanları geçersiz", "the fields of the query are not valid")
				s.broken = append(s.broken, e.Seq)
				continue
			}
			if c.log == nil || e.Seq < s.gone { // disposed of; the rows went with it
				break
			}
			if row == nil {
				report(ledger.ProjectionDrift, e.Seq, "sorgunun arama satırı yok", "the row that leads to the query is missing")
			} else if !c.log.agrees(leaf, sd, row, &s.told) {
				report(ledger.ProjectionDrift, e.Seq, "arama satırı kayıtla uyuşmuyor", "the row that leads to the query does not agree with it")
			}
		case kindOutcome:
			o, ok := outcomeOf(leaf)
			if !ok {
				report(ledger.LeafSchema, e.Seq, "sonuç kaydının alanları geçersiz", "the fields of the outcome are not valid")
				s.broken = append(s.broken, e.Seq)
				continue
			}
			ev.query, ev.code = o.query, string(o.code)
		case kindLook:
			if _, ok := leaf.Str("host"); !ok || leaf.Digests() != 2 {
				report(ledger.LeafSchema, e.Seq, "arama kaydının alanları geçersiz", "the fields of the search are not valid")
			}
			if there := rows.look(e.Seq); c.log != nil && e.Seq >= s.gone && !there {
				report(ledger.ProjectionDrift, e.Seq, "aramanın satırı yok", "the row that leads to the search is missing")
			}
		case KindRegistry:
			if !validChange(leaf) {
				report(ledger.LeafSchema, e.Seq, "Ek-2 değişikliği kaydının alanları geçersiz", "the fields of the registry change are not valid")
			}
			if there := rows.change(e.Seq); c.log != nil && e.Seq >= s.gone && !there {
				report(ledger.ProjectionDrift, e.Seq, "Ek-2 değişikliğinin satırı yok", "the row of the registry change is missing")
			}
		case kindPruned:
			ev.to = c.disposal(leaf, e.Seq, entryTime(leaf), report)
		case kindKey:
		default:
			report(ledger.LeafSchema, e.Seq, "kayıt türü bilinmiyor", "the kind of the entry is not known")
		}
		s.events = append(s.events, ev)
	}
	slices.Sort(s.broken)
	for _, row := range rows.queries {
		if row.met || row.seq < s.gone {
			continue // Finish counts those that are gone
		}
		report(ledger.ProjectionDrift, row.seq, "satır bir sorgu kaydına karşılık gelmiyor", "the row leads to no query")
	}
	for _, row := range rows.looks {
		if row.met || row.seq < s.gone {
			continue
		}
		report(ledger.ProjectionDrift, row.seq, "satır bir arama kaydına karşılık gelmiyor", "the row leads to no search")
	}
	for _, row := range rows.changes {
		if row.met || row.seq < s.gone {
			continue
		}
		report(ledger.ProjectionDrift, row.seq, "satır bir Ek-2 değişikliğine karşılık gelmiyor", "the row leads to no change of the registry")
	}
	return s, findings, nil
}

// disposal reads a pruned/1 entry: nothing may have gone before its five years were over.
func (c *Check) disposal(leaf *ledger.Leaf, seq int64, at time.Time, report func(ledger.Code, int64, string, string)) int64 {
	to, okTo := leaf.Int("to")
	from, okFrom := leaf.Int("from")
	before, _ := leaf.Str("before")
	newest, okBefore := ledger.ParseTime(before)
	if !okTo || !okFrom || !okBefore || from < 0 || to <= from || to > seq {
		report(ledger.LeafSchema, seq, "imha kaydının alanları geçersiz", "the fields of the disposal are not valid")
		return 0
	}
	if !kept(newest).Before(at) {
		report(ledger.PrunedTooEarly, seq, "beş yıl dolmadan kayıt imha edilmiş", "entries were disposed of before their five years were over")
	}
	return to
}

// Fold follows queries and outcomes through the log.
func (c *Check) Fold(x any) []ledger.Finding {
	s := x.(*summary)
	defer func() {
		select {
		case c.spare <- s:
		default:
		}
	}()
	var findings []ledger.Finding
	report := func(code ledger.Code, seq int64, tr, en string) {
		findings = append(findings, ledger.Finding{Code: code, Seq: seq, Detail: i18n.T(tr, en)})
	}
	c.gone = max(c.gone, s.gone)
	for _, row := range s.projected.outcomes {
		c.rows[row.query] = row.outcomeIndex
	}
	for _, seq := range s.broken {
		c.broken.Add(ledger.Range{From: seq, To: seq + 1})
	}
	c.seen.Add(s.held)
	for _, e := range s.events {
		if (e.kind == kindQuery || e.kind == kindOutcome) && c.oldestAt < 0 && e.seq >= c.gone {
			c.oldest, c.oldestAt = time.UnixMilli(e.ms).UTC(), e.seq
		}
		switch e.kind {
		case kindQuery:
			c.open[e.seq] = true
		case kindPruned:
			c.pruned = max(c.pruned, e.to)
		case kindOutcome:
			known := c.open[e.query]
			delete(c.open, e.query)
			if c.log != nil && e.query < c.gone || e.query >= 0 && e.query < e.seq && !c.seen.Has(e.query) {
				continue
			}
			if !known && !c.broken.Has(e.query) {
				report(ledger.StateIllegal, e.seq, "sonucun sorgusu yok ya da zaten sonuçlanmış", "the outcome has no query, or its query has an outcome already")
				if c.rows[e.query] == (outcomeIndex{e.seq, e.code}) {
					delete(c.rows, e.query) // the row is what the entry says
				}
				continue
			}
			if c.log == nil {
				continue
			}
			if c.rows[e.query] != (outcomeIndex{e.seq, e.code}) {
				report(ledger.ProjectionDrift, e.seq, "sonucun arama satırı yok ya da farklı", "the row that leads to the outcome is missing or differs")
			}
			delete(c.rows, e.query)
		}
	}
	return findings
}

// Finish compares what remains, and looks at the five years. Of entries that were disposed of meanwhile nothing is said.
func (c *Check) Finish(ctx context.Context, size int64) ([]ledger.Finding, error) {
	findings, err := c.finish(ctx, size)
	if c.log != nil && err == nil {
		var signer []ledger.Finding
		signer, err = c.log.ledger.CheckSigner(ctx)
		findings = append(findings, signer...)
	}
	if c.log == nil || err != nil || len(findings) == 0 {
		return findings, err
	}
	gone, err := c.log.gone(ctx, c.gone)
	return slices.DeleteFunc(findings, func(f ledger.Finding) bool {
		return f.Seq >= 0 && f.Seq < gone && f.Code != ledger.ErasedDataPresent
	}), err
}

func (c *Check) finish(ctx context.Context, size int64) (findings []ledger.Finding, err error) {
	report := func(code ledger.Code, seq int64, tr, en string) {
		findings = append(findings, ledger.Finding{Code: code, Seq: seq, Detail: i18n.T(tr, en)})
	}
	personal := c.log != nil || c.held.From < c.held.To // a bundle without personal data keeps nothing too long
	if personal && c.oldestAt >= 0 && kept(c.oldest).AddDate(0, disposalMonths, 0).Before(c.now) {
		report(ledger.KeptTooLong, c.oldestAt, "süresi dolan kayıtlar imha edilmemiş (`iskurctl audit prune`)", "entries whose time is over were not disposed of (`iskurctl audit prune`)")
	}
	if c.log == nil {
		return findings, nil
	}
	next, settled, err := c.log.readHead(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return findings, err
	}
	marked := err == nil
	for q, row := range c.rows {
		if row.seq >= size && row.seq < next {
			delete(c.open, q) // ended since the checkpoint: the next verification reads it
			continue
		}
		if q >= c.gone && !c.broken.Has(q) && !c.broken.Has(row.seq) {
			report(ledger.ProjectionDrift, q, "arama satırının sonuç kaydı yok", "the row leads to no outcome")
		}
	}
	strays, err := c.log.strays(ctx, size, c.pruned)
	findings = append(findings, strays...)
	if err != nil {
		return findings, err
	}
	c.start.Do(func() { c.indexes <- checked{} }) // no entry, no row
	var looked checked
	select {
	case looked = <-c.indexes:
	case <-ctx.Done():
		return findings, ctx.Err()
	}
	findings = append(findings, looked.findings...)
	if looked.err != nil {
		return findings, looked.err
	}
	bound, err := c.log.bound(ctx)
	if err != nil {
		return findings, err
	}
	if !bound {
		report(ledger.ProjectionDrift, -1, "depoyu ana anahtara bağlayan satır yok", "the row that binds the store to its master key is missing")
	}
	switch {
	case !marked:
		report(ledger.ProjectionDrift, -1, "sonuçlanmış sorguların işareti yok", "the mark of the queries that have an outcome is missing")
		return findings, nil
	case settled < 0 || settled > max(next, size):
		report(ledger.ProjectionDrift, -1, "sonuçlanmış sorguların işareti günlüğün dışında", "the mark of the queries that have an outcome lies outside of the log")
		return findings, nil
	}
	first := settled
	for seq := range c.open {
		if seq < c.gone {
			continue // it was disposed of, open as it was
		}
		if row, ok := c.rows[seq]; seq >= first || ok && c.broken.Has(row.seq) {
			continue
		}
		ended, err := c.log.endedSince(ctx, seq, size)
		if err != nil {
			return findings, err
		}
		if !ended {
			first = seq
		}
	}
	if first < settled {
		report(ledger.ProjectionDrift, first, "açık sorgu, sonuçlanmış sayılanlar arasında", "an open query lies below the mark of those that have an outcome")
	}
	return findings, nil
}
