package ring

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
)

// Whoever destroys keys may look whether their bytes are gone from the files.

// Wrapped gives the wrapped bytes of those data keys of log that are there and were not destroyed, to be looked for after
// Destroy. They are of no use without the master key. Errors are those of the store.
func (r *Ring) Wrapped(ctx context.Context, log string, ids []int64) ([][]byte, error) {
	var all [][]byte
	for _, id := range ids {
		var wrapped []byte
		err := r.st.Read().QueryRowContext(ctx, findDataKey, log, id).Scan(&wrapped)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, r.st.Explain(err)
		}
		if len(bytes.Trim(wrapped, "\x00")) > 0 {
			all = append(all, wrapped)
		}
	}
	return all, nil
}

// Bury leaves the row of a destroyed key for those data keys of log that are not there at all, so that neither the key nor
// its id can come back: the key store may be an older copy than what was sealed. Keys that are there are not its business.
// Errors: those of store.Write.
func (r *Ring) Bury(ctx context.Context, log string, ids ...int64) error {
	return r.st.Write(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.Exec(buryDataKey, log, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Rebuild writes the key store anew, as store.Rebuild does, and empties its -wal: what stood in unused parts of its pages is
// gone then. Only whoever found old bytes there needs it, or cannot know. Errors: those of store.Rebuild and store.Truncate.
func (r *Ring) Rebuild(ctx context.Context) error {
	if err := r.st.Rebuild(ctx); err != nil {
		return err
	}
	return r.st.Truncate(ctx)
}

// Raw gives the bytes of the key store's files, as store.Raw does.
func (r *Ring) Raw(fn func(path string, r io.Reader) error) error { return r.st.Raw(fn) }
