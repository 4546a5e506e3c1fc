package ring

import (
	"context"
	"database/sql"
	"io"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// A log of people has a data key for each of them: they are made and looked up by the page, never one by one.

const (
	rowsAtOnce = 64   // in one statement
	nearIDs    = 16   // a gap that a range reads over: a row that is skipped costs less than another statement
	longRun    = 4    // ids that a range is worth
	idsAtOnce  = 4096 // in one range: an open read keeps the -wal from being recycled
)

// New makes n data keys of log: they are on the disk when New returns. Their ids ascend without a gap and were never used
// before, not even for a key that was destroyed. A log that uses New must not use Data, which takes ids of its own
// choice. Errors: class Internal, random; those of store.Write.
func (r *Ring) New(ctx context.Context, log string, n int) ([]*seal.DataKey, error) {
	if n <= 0 {
		return nil, nil
	}
	plain := make([]byte, n*seal.DataKeySize)
	defer clear(plain)
	if _, err := io.ReadFull(r.rand, plain); err != nil {
		return nil, fault.New(fault.Internal, "random", i18n.T("rastgele sayı üretilemedi", "no random numbers could be had")).Because(err)
	}
	r.mu.Lock()
	seen := r.destroyed
	r.mu.Unlock()
	var first int64
	err := r.st.Write(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRow(lastDataKey, log).Scan(&first); err != nil {
			return err
		}
		first++
		return r.addKeys(tx, log, first, plain)
	})
	if err != nil {
		return nil, err
	}
	keys := make([]*seal.DataKey, n)
	for i := range keys {
		if keys[i], err = seal.NewDataKey(first+int64(i), plain[i*seal.DataKeySize:][:seal.DataKeySize]); err != nil {
			return nil, err
		}
	}
	r.keep(log, seen, keys...)
	return keys, nil
}

// Last gives the largest id of a data key of log, destroyed ones among them; 0 when there is none. Error: that of the store.
func (r *Ring) Last(ctx context.Context, log string) (last int64, err error) {
	err = r.st.Read().QueryRowContext(ctx, lastDataKey, log).Scan(&last)
	return last, r.st.Explain(err)
}

// addKeys wraps and adds keys with ids from first, many rows a statement.
func (r *Ring) addKeys(tx *sql.Tx, log string, first int64, plain []byte) error {
	args := make([]any, 0, 2*rowsAtOnce+1)
	for id := first; len(plain) > 0; {
		text, n := addDataKeys, rowsAtOnce
		if len(plain) < rowsAtOnce*seal.DataKeySize {
			text, n = addNewKey, 1
		}
		args = append(args[:0], log)
		for range n {
			wrapped, err := r.master.Seal(r.rand, plain[:seal.DataKeySize], slot{log, id}.aad())
			if err != nil {
				return err
			}
			args = append(args, id, wrapped)
			id, plain = id+1, plain[seal.DataKeySize:]
		}
		if _, err := tx.Exec(text, args...); err != nil {
			return err
		}
	}
	return nil
}

// FindAll gives those data keys of log that are there, and for each other id the error that Find would give. ids may
// come in any order and more than once. The keys found are not kept in memory: whoever needs so many has a use for each of them
// once. The last error is that of the store.
func (r *Ring) FindAll(ctx context.Context, log string, ids []int64) (map[int64]*seal.DataKey, map[int64]error, error) {
	f := finder{r: r, log: log, keys: make(map[int64]*seal.DataKey, len(ids)), faults: make(map[int64]error)}
	need := r.cached(&f, ids)
	var singles []int64
	for len(need) > 0 {
		n := 1
		for n < len(need) && need[n]-need[n-1] <= nearIDs && need[n]-need[0] < idsAtOnce {
			n++
		}
		if n < longRun {
			singles = append(singles, need[:n]...)
		} else if err := f.read(ctx, need[:n], rangeDataKeys, log, need[0], need[n-1]); err != nil {
			return nil, nil, err
		}
		need = need[n:]
	}
	for some := range slices.Chunk(singles, rowsAtOnce) {
		args := append(make([]any, 0, rowsAtOnce+1), log)
		for i := range rowsAtOnce { // the last one fills the statement up
			args = append(args, some[min(i, len(some)-1)])
		}
		if err := f.read(ctx, some, listDataKeys, args...); err != nil {
			return nil, nil, err
		}
	}
	return f.keys, f.faults, nil
}

// cached puts the keys that are in memory into f and gives the other ids, ascending, each once.
func (r *Ring) cached(f *finder, ids []int64) []int64 {
	need := make([]int64, 0, len(ids))
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if key := r.cache[slot{f.log, id}]; key != nil {
			f.keys[id] = key
		} else {
			need = append(need, id)
		}
	}
	slices.Sort(need)
	return slices.Compact(need)
}

// finder collects what FindAll gives.
type finder struct {
	r      *Ring
	log    string
	keys   map[int64]*seal.DataKey
	faults map[int64]error
}

// read takes from the rows of a statement the keys of ids, which ascend as the rows do.
func (f *finder) read(ctx context.Context, ids []int64, text string, args ...any) error {
	err := f.r.st.Scan(ctx, func(row *store.Row) error {
		id, _ := row.Int(0)
		for len(ids) > 0 && ids[0] < id {
			f.missing(ids[0])
			ids = ids[1:]
		}
		if len(ids) == 0 || ids[0] != id {
			return nil
		}
		ids = ids[1:]
		wrapped, _ := row.Blob(1)
		if key, err := f.r.open(slot{f.log, id}, wrapped); err != nil {
			f.faults[id] = err
		} else {
			f.keys[id] = key
		}
		return nil
	}, text, args...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		f.missing(id)
	}
	return nil
}

func (f *finder) missing(id int64) { f.faults[id] = missing(slot{f.log, id}) }
