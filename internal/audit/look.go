package audit

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"iskurctl/internal/ledger"
)

// lookNumbers bounds what one look/1 entry discloses.
const lookNumbers = 1000

// Look is somebody's search of the log for numbers: whoever answers "was I looked up?" leaves a trace as well.
type Look struct {
	Seq        int64
	Time       time.Time
	User, Host string
	Numbers    []string
}

// Look makes the search durable before it is answered; a long list becomes several entries. Errors as of Begin.
func (l *Log) Look(ctx context.Context, user, host string, numbers []string) error {
	at := l.now()
	key, err := l.dataKey(ctx, at)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(numbers, lookNumbers) {
		sd, digests, err := l.disclose(field{"user", text(user)}, field{"numbers", text(strings.Join(part, " "))})
		if err != nil {
			return err
		}
		leaf, err := ledger.NewLeaf().Digests(digests).String("host", readable(host)).
			String("k", kindLook).String("t", ledger.Time(at)).Bytes()
		if err != nil {
			return err
		}
		err = l.write(ctx, func(w *writer) error {
			seq, err := w.Append(leaf)
			if err == nil {
				_, err = w.Tx.Exec(addLook, seq)
			}
			if err == nil {
				err = w.Seal(seq, key, sd)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Looks gives the searches for numbers, by ascending sequence number. Errors as of List.
func (l *Log) Looks(ctx context.Context) iter.Seq2[Look, error] {
	return func(yield func(Look, error) bool) {
		for from := int64(0); ; {
			page, err := l.lookPage(ctx, from)
			if err != nil {
				yield(Look{}, err)
				return
			}
			for _, s := range page {
				look, err := l.look(ctx, s)
				if !yield(look, err) || err != nil {
					return
				}
				from = s.seq + 1
			}
			if len(page) < pageRows {
				return
			}
		}
	}
}

func (l *Log) lookPage(ctx context.Context, from int64) (page []stored, err error) {
	rows, err := l.st.Read().QueryContext(ctx, selectLooks, from, pageRows)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s stored
		if err := rows.Scan(&s.seq, &s.leaf, &s.hash, &s.key, &s.sd); err != nil {
			return nil, l.explain(ctx, err)
		}
		page = append(page, s)
	}
	return page, l.explain(ctx, rows.Err())
}

func (l *Log) look(ctx context.Context, s stored) (Look, error) {
	var leaf ledger.Leaf
	p, err := l.open(ctx, s, &leaf)
	if err != nil {
		return Look{}, err
	}
	host, _ := leaf.Str("host")
	if leaf.Kind != kindLook {
		return Look{}, damaged(s.seq, errEntry)
	}
	return Look{Seq: s.seq, Time: entryTime(&leaf), User: p.user, Host: host, Numbers: p.numbers}, nil
}
