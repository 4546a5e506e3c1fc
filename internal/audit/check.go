package audit

import (
	"context"
	"database/sql"
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
	pruned   int64                  // as pruned/1 entries say
	oldest   time.Time              // of the first query or outcome that is there
	oldestAt int64
}

// outcomeIndex is a row of audit_outcome, or what it should be.
type outcomeIndex struct {
	seq  int64
	code string
}

// NewCheck makes the check of a store (log) or, with nil, of a bundle that discloses the entries held. now is the
// verifier's clock.
func NewCheck(log *Log, held ledger.Range, now time.Time) *Check {
	return &Check{log: log, now: now, held: held, open: make(map[int64]bool), rows: make(map[int64]outcomeIndex), oldestAt: -1}
}

// Excused reports whether nobody expects the disclosures of an entry: a bundle has those of its own range only.
func (c *Check) Excused(seq int64) bool {
	return c.log == nil && (seq < c.held.From || seq >= c.held.To)
}

// summary is what one chunk hands on.
type summary struct {
	events []event
	rows   map[int64]outcomeIndex
}

// event is what an entry does to the state of the log.
type event struct {
	seq, query int64 // query: of an outcome
	kind       string
	code       string
	to         int64 // of pruned/1
	time       time.Time
}

// Inspect looks at the entries of a chunk one by one, and compares them with the rows that lead to them.
func (c *Check) Inspect(ctx context.Context, chunk *ledger.Chunk) (any, []ledger.Finding, error) {
	s := &summary{events: make([]event, 0, len(chunk.Entries)), rows: make(map[int64]outcomeIndex)}
	var findings []ledger.Finding
	report := func(code ledger.Code, seq int64, tr, en string) {
		findings = append(findings, ledger.Finding{Code: code, Seq: seq, Detail: i18n.T(tr, en)})
	}
	var queries map[int64]projection
	var looks map[int64]bool
	if c.log != nil {
		var err error
		if queries, looks, err = c.log.projected(ctx, chunk.From, chunk.To, s.rows); err != nil {
			return nil, nil, err
		}
	}
	disclosures := chunk.Disclosed
	var leaf ledger.Leaf
	for _, e := range chunk.Entries {
		if ledger.ParseLeaf(e.Leaf, &leaf) != nil {
			continue // found already
		}
		for len(disclosures) > 0 && disclosures[0].Seq < e.Seq {
			disclosures = disclosures[1:]
		}
		var sd []byte
		if len(disclosures) > 0 && disclosures[0].Seq == e.Seq && disclosures[0].Err == nil {
			sd = disclosures[0].SD
		}
		ev := event{seq: e.Seq, kind: leaf.Kind, time: entryTime(&leaf)}
		switch ev.kind {
		case kindQuery:
			row, ok := queries[e.Seq]
			delete(queries, e.Seq)
			if c.log == nil {
				break
			}
			if !ok {
				report(ledger.ProjectionDrift, e.Seq, "sorgunun arama satırı yok", "the row that leads to the query is missing")
			} else if !c.log.agrees(&leaf, sd, row) {
				report(ledger.ProjectionDrift, e.Seq, "arama satırı kayıtla uyuşmuyor", "the row that leads to the query does not agree with it")
			}
		case kindOutcome:
			o, ok := outcomeOf(&leaf)
			if !ok {
				report(ledger.LeafSchema, e.Seq, "sonuç kaydının alanları geçersiz", "the fields of the outcome are not valid")
			}
			ev.query, ev.code = o.query, string(o.code)
		case kindLook:
			if c.log != nil && !looks[e.Seq] {
				report(ledger.ProjectionDrift, e.Seq, "aramanın satırı yok", "the row that leads to the search is missing")
			}
			delete(looks, e.Seq)
		case kindPruned:
			ev.to = c.disposal(&leaf, e.Seq, ev.time, report)
		case kindKey:
		default:
			report(ledger.LeafSchema, e.Seq, "kayıt türü bilinmiyor", "the kind of the entry is not known")
		}
		s.events = append(s.events, ev)
	}
	for seq := range queries {
		report(ledger.ProjectionDrift, seq, "satır bir sorgu kaydına karşılık gelmiyor", "the row leads to no query")
	}
	for seq := range looks {
		report(ledger.ProjectionDrift, seq, "satır bir arama kaydına karşılık gelmiyor", "the row leads to no search")
	}
	return s, findings, nil
}

// disposal reads a pruned/1 entry: nothing may have gone before its five years were over.
func (c *Check) disposal(leaf *ledger.Leaf, seq int64, at time.Time, report func(ledger.Code, int64, string, string)) int64 {
	to, okTo := leaf.Int("to")
	from, okFrom := leaf.Int("from")
	before, _ := leaf.Str("before")
	newest, err := time.Parse("2006-01-02T15:04:05.000Z", before)
	if !okTo || !okFrom || err != nil || from < 0 || to <= from || to > seq {
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
	var findings []ledger.Finding
	report := func(code ledger.Code, seq int64, tr, en string) {
		findings = append(findings, ledger.Finding{Code: code, Seq: seq, Detail: i18n.T(tr, en)})
	}
	for q, row := range s.rows {
		c.rows[q] = row
	}
	for _, e := range s.events {
		if (e.kind == kindQuery || e.kind == kindOutcome) && c.oldestAt < 0 {
			c.oldest, c.oldestAt = e.time, e.seq
		}
		switch e.kind {
		case kindQuery:
			c.open[e.seq] = true
		case kindPruned:
			c.pruned = max(c.pruned, e.to)
		case kindOutcome:
			if !c.open[e.query] && e.query >= c.held.From {
				report(ledger.StateIllegal, e.seq, "sonucun sorgusu yok ya da zaten sonuçlanmış", "the outcome has no query, or its query has an outcome already")
			}
			delete(c.open, e.query)
			if c.log == nil || e.query < c.held.From {
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

// Finish compares what remains, and looks at the five years.
func (c *Check) Finish(ctx context.Context, _ int64) (findings []ledger.Finding, err error) {
	report := func(code ledger.Code, seq int64, tr, en string) {
		findings = append(findings, ledger.Finding{Code: code, Seq: seq, Detail: i18n.T(tr, en)})
	}
	for q := range c.rows {
		report(ledger.ProjectionDrift, q, "arama satırının sonuç kaydı yok", "the row leads to no outcome")
	}
	if c.oldestAt >= 0 && kept(c.oldest).AddDate(0, disposalMonths, 0).Before(c.now) {
		report(ledger.KeptTooLong, c.oldestAt, "süresi dolan kayıtlar imha edilmemiş (`iskurctl audit prune`)", "entries whose time is over were not disposed of (`iskurctl audit prune`)")
	}
	if c.log == nil {
		return findings, nil
	}
	head, _, err := c.log.ledger.Head(ctx)
	if err != nil {
		return nil, err
	}
	if head.Pruned > c.pruned {
		report(ledger.RetentionMissing, -1, "imha edilen kayıtların imha kaydı yok", "entries went without an entry that says so")
	}
	_, settled, err := c.log.readHead(ctx)
	if err != nil {
		return nil, err
	}
	for seq := range c.open {
		if seq < settled {
			report(ledger.ProjectionDrift, seq, "açık sorgu, sonuçlanmış sayılanlar arasında", "an open query lies below the mark of those that have an outcome")
		}
	}
	return findings, nil
}

// agrees compares a row with its query. Tags are compared when the disclosures could be opened.
func (l *Log) agrees(leaf *ledger.Leaf, sd []byte, row projection) bool {
	method, _ := leaf.Str("method")
	process, _ := leaf.Str("process")
	if row.timeMS != leaf.Millis || string(row.method) != method || row.process != process {
		return false
	}
	if sd == nil {
		return true
	}
	p, err := disclosed(leaf, sd)
	if err != nil {
		return true // found already, by its own name
	}
	var tag []byte
	if n := number(row.method, p.params); n != "" {
		tag = l.keys.Tag(tagKimlikNo, n)
	}
	return string(row.userTag) == string(l.keys.Tag(tagUser, p.user)) && string(row.tag) == string(tag)
}

// projected reads the rows that lead to the entries [from, to).
func (l *Log) projected(ctx context.Context, from, to int64, outcomes map[int64]outcomeIndex) (queries map[int64]projection, looks map[int64]bool, err error) {
	queries, looks = make(map[int64]projection, to-from), make(map[int64]bool)
	err = l.each(ctx, projectedQueries, from, to, func(rows *sql.Rows) error {
		var seq int64
		var p projection
		err := rows.Scan(&seq, &p.timeMS, &p.method, &p.process, &p.userTag, &p.tag)
		queries[seq] = p
		return err
	})
	if err == nil {
		err = l.each(ctx, projectedOutcomes, from, to, func(rows *sql.Rows) error {
			var q int64
			var o outcomeIndex
			err := rows.Scan(&q, &o.seq, &o.code)
			outcomes[q] = o
			return err
		})
	}
	if err == nil {
		err = l.each(ctx, projectedLooks, from, to, func(rows *sql.Rows) error {
			var seq int64
			err := rows.Scan(&seq)
			looks[seq] = true
			return err
		})
	}
	return queries, looks, err
}

func (l *Log) each(ctx context.Context, text string, from, to int64, fn func(*sql.Rows) error) error {
	rows, err := l.st.Read().QueryContext(ctx, text, from, to)
	if err != nil {
		return l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return l.explain(ctx, err)
		}
	}
	return l.explain(ctx, rows.Err())
}
