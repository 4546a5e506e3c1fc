package consent

import (
	"context"
	"database/sql"
	"iter"
	"slices"
	"time"
)

// Erasable is an event that an erasure would take personal values from: which, by their names, or "*".
type Erasable struct {
	Seq    int64
	Time   time.Time
	Fields []string
}

// Erasable gives the events from which Erase would take something, of one person after the other, each one's by ascending
// sequence number. Where all values are to go nothing is opened, so it does not matter whether their keys are still there:
// a store that was put back from before an erasure has events whose keys are gone. Only to tell which of some fields an event
// has are its values opened. Errors: of the ground and the fields as Erase; Integrity for an event whose values are those
// of another person; Store; with fields those of List.
func (l *Log) Erasable(ctx context.Context, e Erasure) iter.Seq2[Erasable, error] {
	return func(yield func(Erasable, error) bool) {
		fields, err := e.fields()
		if err != nil {
			yield(Erasable{}, err)
			return
		}
		of := l.erasableWhole
		if fields != nil {
			of = func(ctx context.Context, tc string) iter.Seq2[Erasable, error] {
				return l.erasablePart(ctx, tc, fields)
			}
		}
		for _, tc := range slices.Compact(slices.Sorted(slices.Values(e.TCs))) {
			for x, err := range of(ctx, tc) {
				if !yield(x, err) || err != nil {
					return
				}
			}
		}
	}
}

// erasableWhole gives the events that lead to a person, from their rows alone.
func (l *Log) erasableWhole(ctx context.Context, tc string) iter.Seq2[Erasable, error] {
	return func(yield func(Erasable, error) bool) {
		tag := l.numberTag(tc)
		for after := int64(-1); ; {
			page, err := l.doomed(ctx, tag, after)
			if err != nil {
				yield(Erasable{}, err)
				return
			}
			for _, x := range page {
				if !yield(x, nil) {
					return
				}
			}
			if len(page) < pageRows {
				return
			}
			after = page[pageRows-1].Seq
		}
	}
}

func (l *Log) doomed(ctx context.Context, tag []byte, after int64) ([]Erasable, error) {
	rows, err := l.st.Read().QueryContext(ctx, doomedActs, tag, after, pageRows)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	var page []Erasable
	for rows.Next() {
		var seq, ms, person int64
		var key sql.NullInt64
		if err := rows.Scan(&seq, &ms, &person, &key); err != nil {
			return nil, l.explain(ctx, err)
		}
		if key.Valid && key.Int64 != person {
			return nil, damaged(seq, errEntry)
		}
		page = append(page, Erasable{Seq: seq, Time: time.UnixMilli(ms).UTC(), Fields: []string{allFields}})
	}
	return page, l.explain(ctx, rows.Err())
}

// erasablePart gives the events of a person that have a value of one of the names.
func (l *Log) erasablePart(ctx context.Context, tc string, fields []string) iter.Seq2[Erasable, error] {
	return func(yield func(Erasable, error) bool) {
		for entry, err := range l.History(ctx, tc) {
			if err != nil {
				yield(Erasable{}, err)
				return
			}
			x := Erasable{Seq: entry.Seq, Time: entry.Event.Time}
			for _, p := range entry.Event.Personal() {
				if slices.Contains(fields, p.Name) {
					x.Fields = append(x.Fields, p.Name)
				}
			}
			if len(x.Fields) > 0 && !yield(x, nil) {
				return
			}
		}
	}
}
