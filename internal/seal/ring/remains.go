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

// Raw gives the bytes of the key store's files, as store.Raw does.
func (r *Ring) Raw(fn func(path string, r io.Reader) error) error { return r.st.Raw(fn) }
