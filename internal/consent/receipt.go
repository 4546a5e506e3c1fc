package consent

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"

	"iskurctl/internal/consent/receipt"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// Receipt writes the person's receipt of an event into the folder dir, which must not exist. An event that was erased in part
// has one with what is left. Errors: class Negative, event_unknown, and event_erased for an event of which nothing personal
// is left; those of List and of receipt.Write; of the key store for the signing key.
func (l *Log) Receipt(ctx context.Context, id, dir string) error {
	e, err := l.Find(ctx, id)
	if err != nil {
		return err
	}
	if slices.Contains(e.Erased, "*") {
		return eventErased()
	}
	leaf, sd, err := l.presented(ctx, e.Seq)
	if err != nil {
		return err
	}
	head, _, err := l.ledger.Head(ctx)
	if err != nil {
		return err
	}
	ring, err := l.cfg.Ring()
	if err != nil {
		return err
	}
	signer, err := ring.Signer(ctx, head.Vkey)
	if err != nil {
		return err
	}
	text := func(ctx context.Context, sha256 string) ([]byte, error) {
		_, body, err := l.Text(ctx, sha256)
		if err != nil && fault.From(err).Code == "text_unknown" { // the entry names it
			err = damaged(e.Seq, err)
		}
		return body, err
	}
	return receipt.Write(ctx, dir, receipt.Options{Seq: e.Seq, Leaf: leaf, Disclosures: sd, Text: text,
		Log: l.ledger.Source(), Checkpoint: head.Note, Vkey: head.Vkey, Signer: signer})
}

// presented gives an entry as it was logged, with the disclosures that are there.
func (l *Log) presented(ctx context.Context, seq int64) (leaf, sd []byte, err error) {
	src := l.ledger.Source()
	for x, err := range src.Entries(ctx, seq, seq+1) {
		if err != nil {
			return nil, nil, err
		}
		leaf = slices.Clone(x.Leaf)
	}
	for x, err := range src.Disclosures(ctx, seq, seq+1) {
		if err != nil {
			return nil, nil, err
		}
		if x.Err != nil {
			return nil, nil, in(seq, x.Err)
		}
		sd = slices.Clone(x.SD)
	}
	if sd == nil { // erased since it was found
		return nil, nil, eventErased()
	}
	return leaf, sd, nil
}

func eventErased() error {
	return fault.New(fault.Negative, "event_erased", i18n.T("bu olayın kişisel verileri silinmiş, artık makbuzu verilemez", "the personal values of this event were erased; no receipt can be made of it any more")).
		WithHint(i18n.T("kişinin daha önce aldığı makbuz geçerlidir: `iskurctl consent verify KLASÖR` ile doğrulanır", "a receipt that the person got before is still good: `iskurctl consent verify FOLDER` verifies it"))
}

// Erasures gives the erasures of entries. Each number is that of an entry that was erased, once, or several times in part, or
// of the erased/1 entry itself. Errors: class Negative, entry_not_erased; Integrity for a row that leads to another
// entry; those of the store.
func (l *Log) Erasures(ctx context.Context, seqs []int64) (list []Erased, err error) {
	for _, seq := range seqs {
		some, err := l.erasuresOf(ctx, seq)
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			return nil, fault.New(fault.Negative, "entry_not_erased", i18n.Tf("%s numaralı kayıt ne silinmiş bir kayıt ne de bir silme kaydı", "entry %s was not erased, and is no erasure", strconv.FormatInt(seq, 10))).
				WithHint(i18n.T("silinmiş kayıtlar: `iskurctl consent list --jq '.[] | select(.erased) | .seq'`", "the entries that were erased: `iskurctl consent list --jq '.[] | select(.erased) | .seq'`"))
		}
		list = append(list, some...)
	}
	return list, nil
}

func (l *Log) erasuresOf(ctx context.Context, seq int64) (list []Erased, err error) {
	rows, err := l.st.Read().QueryContext(ctx, erasuresOf, seq)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	var raw, hash []byte
	for rows.Next() {
		var x Erased
		if err := rows.Scan(&x.Seq, &x.By, &raw, &hash); err != nil {
			return nil, l.explain(ctx, err)
		}
		target, fields, ok := erasedBy(raw, hash)
		if !ok || target != seq {
			return nil, damaged(seq, errEntry)
		}
		x.Fields = fields
		list = append(list, x)
	}
	if err := rows.Err(); err != nil || len(list) > 0 {
		return list, l.explain(ctx, err)
	}
	err = l.st.Read().QueryRowContext(ctx, leafOf, seq).Scan(&raw, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if target, fields, ok := erasedBy(raw, hash); ok {
		list = append(list, Erased{Seq: target, By: seq, Fields: fields})
	}
	return list, l.explain(ctx, err)
}

// erasedBy reads an erased/1 entry, which must hash to what stands beside it.
func erasedBy(raw, hash []byte) (seq int64, fields []string, ok bool) {
	var leaf ledger.Leaf
	if parse(raw, hash, &leaf) != nil {
		return 0, nil, false
	}
	seq, fields, _, ok = readErased(&leaf)
	return seq, fields, ok
}

// Certificate writes certificates of erasures into the folder dir, which must not exist. Errors: those of
// receipt.WriteCertificates.
func (l *Log) Certificate(ctx context.Context, dir string, erased []Erased) error {
	head, _, err := l.ledger.Head(ctx)
	if err != nil {
		return err
	}
	var by []int64
	for _, e := range erased {
		by = append(by, e.By)
	}
	return receipt.WriteCertificates(ctx, dir, receipt.CertificateOptions{Erasures: by, Log: l.ledger.Source(), Checkpoint: head.Note, Vkey: head.Vkey})
}
