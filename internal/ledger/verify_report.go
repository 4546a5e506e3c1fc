package ledger

import (
	"cmp"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// maxFindings is how many findings are kept. Of those beyond, one more finding a code says how many there were and which
// entry was the first: so every cause that was found stands in the report, and with it class and verdict are what
// they would be with all of them.
const maxFindings = 100_000

// collector keeps the findings. A tile is reported once for a code, however often it was met.
type collector struct {
	kept   []Finding
	tiles  map[tileFault]bool
	beyond map[Code]*overflow
}

type tileFault struct {
	code  Code
	level int
	index int64
}

type overflow struct{ count, first int64 }

func (c *collector) add(findings ...Finding) {
	for _, f := range findings {
		if len(c.kept) < maxFindings {
			c.kept = append(c.kept, f)
			continue
		}
		if c.beyond == nil {
			c.beyond = make(map[Code]*overflow)
		}
		if o := c.beyond[f.Code]; o != nil {
			o.count++
		} else {
			c.beyond[f.Code] = &overflow{1, f.Seq}
		}
	}
}

// addTile adds what is wrong with a tile.
func (c *collector) addTile(code Code, t tile, detail i18n.Text) {
	at := tileFault{code, t.level, t.index}
	if c.tiles[at] {
		return
	}
	if len(c.kept) < maxFindings {
		if c.tiles == nil {
			c.tiles = make(map[tileFault]bool)
		}
		c.tiles[at] = true
	}
	c.add(Finding{code, -1, detail})
}

func (c *collector) list() []Finding {
	slices.SortStableFunc(c.kept, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Code, b.Code))
	})
	codes := make([]Code, 0, len(c.beyond))
	for code := range c.beyond {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		o := c.beyond[code]
		detail := i18n.Tf("bu türden %d bulgu daha var, tek tek yazılmadı", "%d more of this kind are not listed", o.count)
		if o.first >= 0 {
			detail = i18n.Tf("%s; ilki kayıt %s", "%s; the first is entry %s", detail, plain(o.first))
		}
		c.kept = append(c.kept, Finding{code, -1, detail})
	}
	return c.kept
}

func (v *verification) report() Report {
	r := Report{Log: v.o.Log, Level: v.o.Level, Size: v.size, Root: v.checkpoint.Root, Coverage: v.cover, Findings: v.found.list()}
	r.Coverage.Old = v.known
	r.Coverage.New = v.size - v.known
	r.Range, r.gone = Range{v.claimed, v.size}, v.pruned.Load()&^(Width-1)
	if p, ok := v.src.(Part); ok {
		if part, ok := p.Range(); ok {
			to := min(part.To, v.size)
			r.Range = Range{min(max(part.From, v.claimed), to), to}
		}
	}
	r.Verdict = verdict(r)
	r.Next = Trust{Vkey: v.newest, Size: v.size, Root: v.checkpoint.Root, Scrub: v.scrub}
	return r
}

// verdict names the worst: a log that contradicts what the verifier has seen is diverged, whatever else is wrong.
func verdict(r Report) string {
	switch r.Class() {
	case fault.Integrity:
		diverged := func(f Finding) bool {
			return f.Code == ConsistencyFail || f.Code == Rollback || f.Code == ForkAtSize
		}
		if slices.ContainsFunc(r.Findings, diverged) {
			return "diverged"
		}
		return "broken"
	case fault.Unverifiable:
		return "unverifiable"
	case fault.Negative:
		return "policy"
	}
	return "ok"
}

func leafFinding(seq int64) Finding {
	return Finding{LeafHashMismatch, seq, i18n.Tf("kaydın içeriği değişmiş: özeti ağaçtaki özet değil (karo %s, sıra %s)",
		"the entry was altered: its hash is not the one in the tree (tile %s, number %s)", plain(seq/Width), plain(seq%Width))}
}

func besideFinding(seq int64) Finding {
	return Finding{LeafHashMismatch, seq, i18n.T("kaydın yanında saklanan özet değişmiş; kayıt ve ağaç birbirine uyuyor",
		"the hash stored beside the entry was altered; the entry and the tree agree")}
}
