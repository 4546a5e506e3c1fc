package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// Rows runs a query on the read-only pool and gives each row as the driver has it, without the conversions of database/sql,
// which cost more than the rows where a whole log is read. A value is an int64, a float64, a string, a []byte or nil; the row
// is valid until the next, its values for as long as anybody wants them. fn's error ends it. Arguments are int64 or what the
// driver takes besides. The other errors are explained already.
func (s *Store) Rows(ctx context.Context, fn func(row []driver.Value) error, text string, args ...any) error {
	conn, err := s.Read().Conn(ctx)
	if err != nil {
		return s.explainRead(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	var own error // of fn: neither the driver's nor the pool's business
	err = conn.Raw(func(c any) error {
		named := make([]driver.NamedValue, len(args))
		for i, a := range args {
			named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
		}
		rows, err := c.(driver.QueryerContext).QueryContext(ctx, text, named)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		row := make([]driver.Value, len(rows.Columns()))
		for n := 0; ; n++ {
			switch err := rows.Next(row); {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return err
			}
			if n%1024 == 1023 && ctx.Err() != nil {
				return ctx.Err()
			}
			if own = fn(row); own != nil {
				return nil
			}
		}
	})
	if own != nil {
		return own
	}
	return s.explainRead(ctx, err)
}

// explainRead prefers the context's own error: an interrupted statement reports the interruption.
func (s *Store) explainRead(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return s.Explain(err)
}
