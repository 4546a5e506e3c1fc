package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"

	"iskurctl/internal/i18n"
)

// What a bundle has beside its tree: disclosures, the table and texts. Each is written by a goroutine of its own.

// disclosures writes those of exactly the range.
func (x *export) disclosures(ctx context.Context) error {
	if !x.o.PersonalData {
		return nil
	}
	f, err := x.bag.create(disclosures)
	if err != nil {
		return err
	}
	defer f.f.Close()
	feed := x.feed
	if feed != nil {
		defer close(feed.revealed.ch)
	}
	var some *revealed
	var line []byte
	next := x.sum.Range.From
	for d, err := range x.src.Disclosures(ctx, x.sum.Range.From, x.sum.Range.To) {
		if err == nil {
			err = d.Err
		}
		if err != nil {
			return err
		}
		if len(d.SD) == 0 {
			continue
		}
		var ok bool
		line, ok = appendLine(line[:0], d.Seq, d.SD)
		if !ok || d.Seq < next || d.Seq >= x.sum.Range.To || len(line) > maxLine {
			return damaged(i18n.Tf("%s numaralı kaydın kişisel verileri biçimine uymuyor", "the personal data of entry %s are malformed", plain(d.Seq)))
		}
		next = d.Seq + 1
		if _, err := f.Write(line); err != nil {
			return err
		}
		if x.sum.Disclosures++; x.sum.Disclosures%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if feed == nil {
			continue
		}
		if some == nil {
			some = &revealed{text: make([]byte, 0, maxRevealed+maxRevealed/4)}
		}
		if some.add(d.Seq, d.SD); some.full() {
			feed.revealed.give(ctx, some)
			some = nil
		}
	}
	if some != nil {
		feed.revealed.give(ctx, some)
	}
	return f.close()
}

// records writes what the caller gives (RFC 4180, lines end with LF).
func (x *export) records(ctx context.Context) error {
	if x.o.Records == nil {
		return nil
	}
	f, err := x.bag.create(records)
	if err != nil {
		return err
	}
	defer f.f.Close()
	defer x.feed.end()
	w := csv.NewWriter(f)
	rows := int64(0)
	for row, err := range x.o.Records(x.feed) {
		if err != nil {
			return err
		}
		if err := w.Write(row); err != nil {
			return err
		}
		if rows++; rows%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	x.sum.Records = max(0, rows-1)
	return f.close()
}

func (x *export) texts(ctx context.Context) error {
	if x.o.Texts == nil {
		return nil
	}
	for t, err := range x.o.Texts {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if sum := sha256.Sum256(t.Body); hex.EncodeToString(sum[:]) != t.SHA256 {
			return damaged(i18n.T("saklanan bir metin, özetiyle uyuşmuyor", "a stored text does not fit its digest"))
		}
		if err := x.bag.put(texts+t.SHA256+".txt", t.Body); err != nil {
			return err
		}
	}
	return nil
}
