package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"iter"
	"math"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// readPage is how many entries one read takes: an open read keeps the -wal from being recycled.
const readPage = 4096

// Source gives the log as it stands in the store, for Verify, for proofs and for bundles.
func (l *Log) Source() *StoreSource { return &StoreSource{log: l, sealed: make(chan *sealedPage, 4)} }

// StoreSource reads a log from its store.
type StoreSource struct {
	log    *Log
	sealed chan *sealedPage // spare ones; a sync.Pool forgets too soon where garbage is collected often
	lock   sync.Mutex
	data   map[int64]*seal.DataKey
}

// Checkpoint gives the head's signed note.
func (s *StoreSource) Checkpoint(ctx context.Context) ([]byte, error) {
	head, _, err := s.log.Head(ctx)
	return head.Note, err
}

// Head gives the row that the checkpoint stands in.
func (s *StoreSource) Head(ctx context.Context) (Head, error) {
	head, _, err := s.log.Head(ctx)
	return head, err
}

// Pruned gives how many entries were disposed of; what cannot be true counts as none.
func (s *StoreSource) Pruned(ctx context.Context) (int64, error) {
	head, _, err := s.log.Head(ctx)
	if head.Pruned < 0 || head.Pruned > head.Size {
		return 0, err
	}
	return head.Pruned, err
}

// Extent is everything from the first tile that was not disposed of.
func (s *StoreSource) Extent(ctx context.Context, size int64) ([]Range, error) {
	pruned, err := s.Pruned(ctx)
	return []Range{{From: pruned &^ (Width - 1), To: size}}, err
}

// Tile reads a stored tile. The partial one of the lowest level is not stored: it is the hashes beside the last entries.
func (s *StoreSource) Tile(ctx context.Context, level int, index int64, width int) ([]byte, error) {
	var hashes []byte
	if level > 0 || width == Width {
		err := s.log.store.Read().QueryRowContext(ctx, named(readTile, s.log.Name), level, index).Scan(&hashes)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		return hashes, s.log.explain(ctx, err)
	}
	rows, err := s.log.store.Read().QueryContext(ctx, named(readHashes, s.log.Name), index*Width, index*Width+int64(width))
	if err != nil {
		return nil, s.log.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	hashes = make([]byte, 0, width*tlog.HashSize)
	var h sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&h); err != nil {
			return nil, s.log.explain(ctx, err)
		}
		hashes = append(hashes, h...)
	}
	return hashes, s.log.explain(ctx, rows.Err())
}

// Tiles implements TileRun.
func (s *StoreSource) Tiles(ctx context.Context, level int, from, to int64, each func(index int64, hashes []byte)) error {
	err := s.log.store.Scan(ctx, func(r *store.Row) error {
		index, _ := r.Int(0)
		hashes, _ := r.Blob(1)
		if index >= from && index < to { // an index that was tampered with may lead elsewhere
			each(index, bytes.Clone(hashes))
		}
		return nil
	}, named(readTiles, s.log.Name), int64(level), from, to)
	return s.log.explain(ctx, err)
}

// Entries yields the rows of [from, to). Asked for what lies beyond the size (to is math.MaxInt64), it yields the rows
// that no head speaks of.
func (s *StoreSource) Entries(ctx context.Context, from, to int64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		text := readLeaves
		if to == math.MaxInt64 {
			text = readBeyond
		}
		text = named(text, s.log.Name) + " LIMIT 4096"
		for from < to { // a page at a time: an open read keeps the -wal from being recycled
			n := 0
			err := s.log.store.Scan(ctx, func(row *store.Row) error {
				var e Entry // of a column that holds what none of ours does nothing is left
				e.Seq, _ = row.Int(0)
				if e.Seq < from { // pages of the file lead elsewhere; to go on from here might never end
					return errUnsorted
				}
				e.Leaf, _ = row.Blob(1)
				e.Hash, _ = row.Blob(2)
				from, n = e.Seq+1, n+1
				if !yield(e, nil) {
					return errStop
				}
				return nil
			}, text, from, to)
			if errors.Is(err, errStop) { // nobody listens any more
				return
			}
			if errors.Is(err, errUnsorted) {
				err = unsorted(err)
			}
			if err != nil {
				yield(Entry{}, s.log.explain(ctx, err))
				return
			}
			if n < readPage {
				return
			}
		}
	}
}

// errStop ends a read that was enough, errUnsorted one whose rows do not ascend.
var (
	errStop     = errors.New("enough")
	errUnsorted = errors.New("rows do not ascend")
)

// unsorted is a table in which an entry stands behind a later one. SQLite looks rows up by their order: nothing that is read
// from such a file can be relied on.
func unsorted(cause error) error {
	return fault.New(fault.Integrity, "store_damaged", i18n.T("depo dosyası bozuk: kayıtlar sırayla durmuyor", "the store file is damaged: the entries do not stand in order")).
		WithHint(i18n.T("dosyayı inceleme için saklayın ve yedekten geri yükleyin", "keep the file for the investigation and restore the backup")).Because(cause)
}

// Marks yields what the rows list, without Leaf where the entry is not there. Its place in the tree is not proven yet.
func (s *StoreSource) Marks(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		rows, err := s.log.store.Read().QueryContext(ctx, named(readMarks, s.log.Name))
		if err != nil {
			yield(Entry{}, s.log.explain(ctx, err))
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var e Entry
			if err := rows.Scan(&e.Seq, &e.Leaf); err != nil {
				yield(Entry{}, s.log.explain(ctx, err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Entry{}, s.log.explain(ctx, err))
		}
	}
}

// Superfluous yields level and index of the tiles that belong to no log of size entries, nor to what it has become
// meanwhile.
func (s *StoreSource) Superfluous(ctx context.Context, size int64) iter.Seq2[[2]int64, error] {
	return func(yield func([2]int64, error) bool) {
		rows, err := s.log.store.Read().QueryContext(ctx, named(readSuperfluous, s.log.Name), size)
		if err != nil {
			yield([2]int64{}, s.log.explain(ctx, err))
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var t [2]int64
			if err := rows.Scan(&t[0], &t[1]); err != nil {
				yield(t, s.log.explain(ctx, err))
				return
			}
			if !yield(t, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield([2]int64{}, s.log.explain(ctx, err))
		}
	}
}
