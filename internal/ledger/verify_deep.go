package ledger

import (
	"context"
	"errors"
	"math"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// inspection is what a reader holds of a chunk at the level Deep: entries and disclosures, copied into one buffer that
// is used again for the next chunk.
type inspection struct {
	buf       []byte
	entries   []Entry
	disclosed []Disclosed
	leaves    []Leaf // of the entries that are well-formed, and room for the next
	leaf      *Leaf  // the present entry's
	digest    []byte
	seen      []bool // digests of one entry
	erased    int64  // entries below should have no disclosures any more
}

func (d *inspection) reset() {
	d.buf, d.entries, d.disclosed = d.buf[:0], d.entries[:0], d.disclosed[:0]
}

// copy keeps b until the reset. What was copied before stays where it is when the buffer has to grow.
func (d *inspection) copy(b []byte) []byte {
	if b == nil {
		return nil
	}
	if len(d.buf)+len(b) > cap(d.buf) {
		d.buf = make([]byte, 0, max(2*cap(d.buf), len(b), 64<<10))
	}
	from := len(d.buf)
	d.buf = append(d.buf, b...)
	return d.buf[from:len(d.buf):len(d.buf)]
}

func (d *inspection) keep(e Entry) {
	d.entries = append(d.entries, Entry{e.Seq, d.copy(e.Leaf), d.copy(e.Hash)})
}

// inspect looks at the form of the chunk's entries and at their disclosures, and hands what is sound to the domain.
// Damaged entries were reported: nothing is said of what they hold.
func (r *reader) inspect(ctx context.Context) error {
	d := &r.deep
	d.erased = r.v.pruned.Load() // known before the disclosures are read: those that are below were not taken away
	for x, err := range r.v.src.Disclosures(ctx, r.from, r.to) {
		if err != nil {
			return err
		}
		x.SD = d.copy(x.SD)
		d.disclosed = append(d.disclosed, x)
	}
	r.fresh = false // more may have gone since the entries were read
	r.times = make([]stamp, 0, len(d.entries))
	damaged, disclosed := r.damaged, d.disclosed
	var unfit []int64
	sound, open := d.entries[:0], d.disclosed[:0]
	for _, e := range d.entries {
		for len(damaged) > 0 && damaged[0] < e.Seq {
			damaged = damaged[1:]
		}
		for len(disclosed) > 0 && disclosed[0].Seq < e.Seq {
			r.stray(disclosed[0])
			disclosed = disclosed[1:]
		}
		var own *Disclosed
		if len(disclosed) > 0 && disclosed[0].Seq == e.Seq {
			own, disclosed = &disclosed[0], disclosed[1:]
		}
		if len(damaged) > 0 && damaged[0] == e.Seq {
			continue
		}
		if len(sound) == len(d.leaves) {
			d.leaves = append(d.leaves, Leaf{})
		}
		d.leaf = &d.leaves[len(sound)]
		if !r.wellFormed(e) {
			unfit = append(unfit, e.Seq)
			continue
		}
		sound = append(sound, e)
		ok, err := r.disclosures(ctx, e.Seq, own)
		if err != nil {
			return err
		}
		if ok {
			open = append(open, *own)
			r.job.disclosures++
		}
	}
	for _, x := range disclosed {
		r.stray(x)
	}
	if r.v.o.Domain == nil {
		return nil
	}
	r.damaged = append(r.damaged, unfit...)
	slices.Sort(r.damaged)
	summary, findings, err := r.v.o.Domain.Inspect(ctx, &Chunk{From: r.from, To: r.to, Entries: sound, Leaves: d.leaves[:len(sound)], Disclosed: open, Damaged: r.damaged})
	r.summary = summary
	r.findings = append(r.findings, findings...)
	return err
}

// stray reports disclosures of an entry that is not there, unless its absence is reported.
func (r *reader) stray(x Disclosed) {
	if _, ok := slices.BinarySearch(r.damaged, x.Seq); !ok {
		r.findings = append(r.findings, strayFinding(x.Seq, r.v.pruned.Load()))
	}
}

func strayFinding(seq, pruned int64) Finding {
	if seq >= 0 && seq < pruned {
		return Finding{ErasedDataPresent, seq, i18n.T("imha edilmiş kaydın kişisel alanları duruyor", "the disclosures of an entry that was disposed of are still there")}
	}
	return Finding{DisclosureUnreferenced, seq, i18n.T("kişisel alanların ait olduğu kayıt yok", "disclosures without the entry they would belong to")}
}

// wellFormed parses an entry into r.deep.leaf and looks at what every entry has.
func (r *reader) wellFormed(e Entry) bool {
	l := r.deep.leaf
	if len(e.Leaf) > MaxLeaf {
		return false // that is reported at every level
	}
	if err := ParseLeaf(e.Leaf, l); err != nil {
		var p *Problem
		if !errors.As(err, &p) {
			p = &Problem{LeafNotCanonical, i18n.T("kayıt okunamıyor", "the entry cannot be read")}
		}
		r.findings = append(r.findings, p.Finding(e.Seq))
		return false
	}
	r.times = append(r.times, stamp{e.Seq, l.Millis})
	return true
}

// disclosures compares the disclosures of the entry in r.deep.leaf with its digests; ok says that they are there and
// all belong to it.
func (r *reader) disclosures(ctx context.Context, seq int64, own *Disclosed) (ok bool, err error) {
	l := r.deep.leaf
	report := func(c Code, detail i18n.Text) { r.findings = append(r.findings, Finding{c, seq, detail}) }
	if own == nil {
		if l.Digests() == 0 || seq < r.v.pruned.Load() || r.excused(seq) {
			return false, nil
		}
		pruned, err := r.pruned(ctx)
		if err == nil && seq >= pruned && !r.absent(seq, l.Digests(), false) {
			report(DisclosureMissing, i18n.Tf("kaydın %d kişisel alanının hiçbiri yok", "none of the %d disclosures of the entry is there", l.Digests()))
		}
		return false, err
	}
	if seq < r.deep.erased {
		r.findings = append(r.findings, strayFinding(seq, r.deep.erased))
		return false, nil
	}
	if own.Err != nil {
		if pruned, err := r.pruned(ctx); err != nil || seq < pruned { // its key went meanwhile
			return false, err
		}
		var key *keyFault
		switch {
		case errors.As(own.Err, &key) && key.key == allKeys && fault.ClassOf(key.err) == fault.Unverifiable && !r.excused(seq):
			r.lockedBy(key, seq) // that says nothing of the entry, so the domain is not asked
		case fault.ClassOf(own.Err) == fault.Unverifiable && (r.excused(seq) || r.absent(seq, l.Digests(), true)):
		case errors.As(own.Err, &key) && (fault.ClassOf(key.err) == fault.Integrity || fault.ClassOf(key.err) == fault.Unverifiable):
			r.lockedBy(key, seq)
		case fault.ClassOf(own.Err) == fault.Integrity:
			report(DisclosureDamaged, i18n.T("kaydın mühürlü kişisel alanları bozulmuş ya da başka bir kayda ait", "the sealed disclosures of the entry are damaged or those of another"))
		case fault.ClassOf(own.Err) != fault.Unverifiable:
			return false, own.Err
		default:
			report(DisclosureUndecryptable, i18n.T("kaydın kişisel alanları açılamadı: anahtarı yok", "the disclosures of the entry could not be opened: their key is not there"))
		}
		return false, nil
	}
	d := &r.deep
	d.seen = append(d.seen[:0], make([]bool, l.Digests())...)
	matched, extra := 0, 0
	for piece := range SplitDisclosures(own.SD) {
		d.digest = AppendDigest(d.digest[:0], piece)
		if i := l.IndexDigest(d.digest); i >= 0 && !d.seen[i] {
			d.seen[i] = true
			matched++
		} else {
			extra++
		}
	}
	missing := l.Digests() - matched
	if extra > 0 {
		report(DisclosureUnreferenced, i18n.Tf("%d kişisel alanın özeti kayıtta yok", "%d disclosures have no digest in the entry", extra))
	}
	if missing > extra && !r.excused(seq) && !r.absent(seq, missing, false) { // one that was exchanged is said once
		report(DisclosureMissing, i18n.Tf("kaydın %d kişisel alanından %d tanesi yok", "%[2]d of the %[1]d disclosures of the entry are missing", l.Digests(), missing))
	}
	return extra == 0, nil
}

func (r *reader) excused(seq int64) bool {
	x, ok := r.v.o.Domain.(Excuser)
	return ok && x.Excused(seq)
}

// stamp is the time of an entry.
type stamp struct{ seq, ms int64 }

// backward is how far the time of an entry may lie before that of an earlier one, in milliseconds: callers that run at
// once note their time before they wait for their turn.
const backward = 60_000

// fold follows the times of a chunk, one note for each run of entries that lies behind, and hands its summary on.
func (v *verification) fold(j *job) {
	for _, t := range j.times {
		behind := t.ms < v.latest-backward
		if behind && !v.behind {
			v.found.add(Finding{TimeBeforePrev, t.seq, i18n.T("kaydın zamanı, kendinden önceki bir kaydın zamanından bir dakikadan çok erken", "the time of the entry lies more than a minute before that of an earlier one")})
		}
		v.behind, v.latest = behind, max(v.latest, t.ms)
	}
	if v.o.Domain != nil && j.summary != nil { // nil: a run of missing entries
		v.found.add(v.o.Domain.Fold(j.summary)...)
	}
}

// strays looks for disclosures where the source has no entries: outside of what it claims to hold, and beyond the
// checkpoint.
func (v *verification) strays(ctx context.Context) error {
	from := int64(math.MinInt64)
	for _, r := range append(slices.Clone(v.selected), Range{From: v.size, To: v.size}) {
		for x, err := range v.src.Disclosures(ctx, from, min(r.From, v.size)) {
			if err != nil {
				return err
			}
			if x.Seq < v.unsaid.From || x.Seq >= v.unsaid.To {
				v.found.add(strayFinding(x.Seq, v.pruned.Load()))
			}
		}
		from = r.To
	}
	var beyond []Finding
	for x, err := range v.src.Disclosures(ctx, v.size, math.MaxInt64) {
		if err != nil {
			return err
		}
		if len(beyond) <= maxFindings {
			beyond = append(beyond, strayFinding(x.Seq, 0))
		}
	}
	if len(beyond) == 0 {
		return nil
	}
	size, err := v.grown(ctx) // what was logged meanwhile is no stray
	if err != nil {
		return err
	}
	beyond = slices.DeleteFunc(beyond, func(f Finding) bool { return f.Seq < size })
	if n := len(beyond); n > 1 { // they come from one head that was set back: one finding
		beyond[0].Detail = i18n.Tf("%d kaydın kişisel alanları duruyor, ama kayıtlar yok", "the disclosures of %d entries are there, but not the entries", n)
		beyond = beyond[:1]
	}
	v.found.add(beyond...)
	return nil
}
