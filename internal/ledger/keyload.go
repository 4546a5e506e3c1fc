package ledger

import (
	"context"
	"iter"

	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// KeyFinder is Keys that give many data keys at once: a log of people has one for each of them. FindAll gives those that
// are there, for each other id the error that Find would give, and an error of its own when it could not look.
type KeyFinder interface {
	FindAll(ctx context.Context, log string, ids []int64) (map[int64]*seal.DataKey, map[int64]error, error)
}

const (
	sealedRows = 1024 // of one read, as readSealed says; they are copied: about a mebibyte
	maxKeys    = 1024 // data keys that a source holds, about 1 KiB each
)

// sealedPage is a page of sealed rows with the keys that they need.
type sealedPage struct {
	rows []sealedRow
	buf  []byte
	keys []*seal.DataKey // beside rows
	errs []error
	need map[int64]bool
}

// sealedRow is a row; its sealed value ends at end, where the next one's begins.
type sealedRow struct {
	seq, key int64
	end      int
}

// Disclosures yields the opened disclosures of [from, to).
func (s *StoreSource) Disclosures(ctx context.Context, from, to int64) iter.Seq2[Disclosed, error] {
	return func(yield func(Disclosed, error) bool) {
		p := s.page()
		defer s.give(p)
		var plain []byte
		for from < to {
			if err := s.readSealed(ctx, p, from, to); err != nil {
				yield(Disclosed{}, s.log.explain(ctx, err))
				return
			}
			s.loadKeys(ctx, p)
			at := 0
			for i, row := range p.rows {
				d := Disclosed{Seq: row.seq}
				if key := p.keys[i]; key == nil {
					d.Err = p.errs[i]
				} else {
					plain, d.Err = key.Open(plain[:0], p.buf[at:row.end], s.log.Name, row.seq)
					d.SD = plain
				}
				if !yield(d, nil) {
					return
				}
				at, from = row.end, row.seq+1
			}
			if len(p.rows) < sealedRows {
				return
			}
		}
	}
}

// page gives room for a page.
func (s *StoreSource) page() *sealedPage {
	select {
	case p := <-s.sealed:
		return p
	default:
		return &sealedPage{}
	}
}

// give lets the next reader use it.
func (s *StoreSource) give(p *sealedPage) {
	select {
	case s.sealed <- p:
	default:
	}
}

// readSealed fills p with the next rows of [from, to). No read is open when it returns.
func (s *StoreSource) readSealed(ctx context.Context, p *sealedPage, from, to int64) error {
	p.rows, p.buf = p.rows[:0], p.buf[:0]
	return s.log.store.Scan(ctx, func(r *store.Row) error {
		sealed, _ := r.Blob(2)
		p.buf = append(p.buf, sealed...)
		row := sealedRow{end: len(p.buf)}
		row.seq, _ = r.Int(0)
		row.key, _ = r.Int(1)
		p.rows = append(p.rows, row)
		return nil
	}, named(readSealed, s.log.Name), from, to)
}

// loadKeys fills in the keys of p's rows, or why there are none: those that the source holds, and the others by one
// question.
func (s *StoreSource) loadKeys(ctx context.Context, p *sealedPage) {
	n := len(p.rows)
	p.keys, p.errs = append(p.keys[:0], make([]*seal.DataKey, n)...), append(p.errs[:0], make([]error, n)...)
	if p.need == nil {
		p.need = make(map[int64]bool)
	}
	clear(p.need)
	var ids []int64
	s.lock.Lock()
	for i, row := range p.rows {
		if p.keys[i] = s.data[row.key]; p.keys[i] == nil && !p.need[row.key] {
			p.need[row.key] = true
			ids = append(ids, row.key)
		}
	}
	s.lock.Unlock()
	if len(ids) == 0 {
		return
	}
	found, faults, err := s.findKeys(ctx, ids)
	for i, row := range p.rows {
		if p.keys[i] != nil {
			continue
		}
		if p.keys[i] = found[row.key]; err != nil {
			p.errs[i] = &keyFault{allKeys, err}
		} else if p.keys[i] == nil {
			p.errs[i] = &keyFault{row.key, faults[row.key]}
		}
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.data == nil || len(s.data)+len(found) > maxKeys {
		s.data = make(map[int64]*seal.DataKey, len(found))
	}
	for id, key := range found {
		s.data[id] = key
	}
}

func (s *StoreSource) findKeys(ctx context.Context, ids []int64) (map[int64]*seal.DataKey, map[int64]error, error) {
	keys, err := s.log.keys()
	if err != nil {
		return nil, nil, err
	}
	if all, ok := keys.(KeyFinder); ok {
		return all.FindAll(ctx, s.log.Name, ids)
	}
	found, faults := make(map[int64]*seal.DataKey, len(ids)), make(map[int64]error)
	for _, id := range ids {
		if key, err := keys.Find(ctx, s.log.Name, id); err != nil {
			faults[id] = err
		} else {
			found[id] = key
		}
	}
	return found, faults, nil
}
