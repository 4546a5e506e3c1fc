package consent

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// Finish looks at what can only be said when all entries were read.
func (c *Check) Finish(ctx context.Context, size int64) ([]ledger.Finding, error) {
	t := turn{Check: c, count: make(map[ledger.Code]int64)}
	var err error
	if c.pruned, err = c.src.Pruned(ctx); err != nil {
		return nil, err
	}
	t.earlyTexts()
	t.references()
	parts := []func(context.Context, int64) error{t.farNotices}
	if c.log == nil {
		parts = append(parts, t.looseTexts, t.times, t.values)
	} else {
		parts = append(parts, t.storedTexts, t.storedErasures, t.values, t.unfinished, t.looked, t.nobody, t.strays, t.signer)
	}
	for _, part := range parts {
		if err := part(ctx, size); err != nil {
			return t.findings, err
		}
	}
	for code, n := range t.count {
		if n > maxListed {
			t.findings = append(t.findings, ledger.Finding{Code: code, Seq: -1, Detail: i18n.Tf("bu türden %d bulgu daha var, tek tek yazılmadı", "%d more of this kind are not listed", n-maxListed)})
		}
	}
	return t.findings, nil
}

// values compares what is missing, and what is there, with what was erased.
func (t *turn) values(ctx context.Context, size int64) error {
	if t.log != nil {
		if err := t.erasedMeanwhile(ctx, size); err != nil {
			return err
		}
	}
	t.gone()
	t.unlinked()
	return t.back(ctx)
}

// references looks at entries that others lean on and that a bundle does not have, although exports bring them along.
func (t *turn) references() {
	if t.log != nil {
		return // a store has all, but for what was disposed of
	}
	for seq := range t.lacking.All {
		t.report(ledger.LeafMissing, seq, "başka kayıtların dayandığı kayıt pakette yok", "an entry that others refer to is not in the bundle")
	}
}

// farNotices reads the notices again that were too far back.
func (t *turn) farNotices(ctx context.Context, _ int64) error {
	slices.SortFunc(t.far, func(a, b resting) int { return cmp.Compare(a.notice.seq, b.notice.seq) })
	for len(t.far) > 0 {
		n, from := 1, t.far[0].notice.seq
		for n < len(t.far) && t.far[n].notice.seq-t.far[n-1].notice.seq <= ledger.Width && t.far[n].notice.seq-from < recent { // one read for those that lie near
			n++
		}
		if err := t.restFar(ctx, t.far[:n]); err != nil {
			return err
		}
		t.far = t.far[n:]
	}
	return nil
}

// restFar compares some consents with their notices.
func (t *turn) restFar(ctx context.Context, far []resting) error {
	from, to := far[0].notice.seq, far[len(far)-1].notice.seq+1
	next, stop := iter.Pull2(t.src.Disclosures(ctx, from, to))
	defer stop()
	d, derr, more := next()
	var leaf ledger.Leaf
	var v told
	for e, err := range t.src.Entries(ctx, from, to) {
		if err != nil {
			return err
		}
		for more && derr == nil && d.Seq < e.Seq {
			d, derr, more = next()
		}
		if derr != nil {
			return derr
		}
		for len(far) > 0 && far[0].notice.seq < e.Seq { // gone meanwhile, or damaged: said already
			far = far[1:]
		}
		if len(far) == 0 || far[0].notice.seq != e.Seq {
			continue
		}
		shown := ledger.ParseLeaf(e.Leaf, &leaf) == nil && leaf.Kind == kindConsent && v.read(&leaf) && v.doing == wasPresented
		n := notice{seq: e.Seq, time: v.ms, session: v.in, text: -1}
		if shown && v.own != nil {
			n.text = t.digests.numberOf(v.own)
		}
		if more && d.Seq == e.Seq && d.Err == nil && v.disclose(d.SD) {
			n.number = v.number
		}
		for ; len(far) > 0 && far[0].notice.seq == e.Seq; far = far[1:] {
			if shown {
				t.compare(far[0], n)
			} else {
				t.unshown(far[0].seq)
			}
		}
	}
	return nil
}

// signer looks at the key that signs the next entry.
func (t *turn) signer(ctx context.Context, _ int64) error {
	findings, err := t.log.ledger.CheckSigner(ctx)
	t.findings = append(t.findings, findings...)
	return err
}
