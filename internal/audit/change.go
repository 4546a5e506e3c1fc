package audit

import (
	"context"
	"database/sql"
	"iter"
	"math"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// KindRegistry is the kind of an entry that stands for one change of the registry of Ek-2. It holds a salted hash of the
// change and nothing of it: what was changed stands in the registry's own rows, and whoever has those can make the entry
// again. So registry and entries can be compared without a key, and after the disposal of the leaves, whose hashes stay.
const KindRegistry = "registry/1"

// ChangeWriter adds entries of changes within one transaction.
type ChangeWriter struct{ w *writer }

// WriteChanges runs fn in a durable transaction, with everything prepared for appending; the rules of store.Write hold for
// fn. The log must have been started (BindKey). Errors: fn's; those of the ledger and the store.
func (l *Log) WriteChanges(ctx context.Context, fn func(*ChangeWriter) error) error {
	return l.write(ctx, func(w *writer) error { return fn(&ChangeWriter{w}) })
}

// Tx is the transaction, for the rows that an entry stands for.
func (w *ChangeWriter) Tx() *sql.Tx { return w.w.Tx }

// Exec runs a statement that store.Prepare prepared, within the transaction.
func (w *ChangeWriter) Exec(stmt *sql.Stmt, args ...any) (sql.Result, error) {
	return w.w.Exec(stmt, args...)
}

// Append adds an entry of kind registry/1 and gives its sequence number. A leaf of another kind is class Internal.
func (w *ChangeWriter) Append(leaf []byte) (int64, error) {
	var parsed ledger.Leaf
	if ledger.ParseLeaf(leaf, &parsed) != nil || parsed.Kind != KindRegistry || !validChange(&parsed) {
		return 0, mistake()
	}
	seq, err := w.w.Append(leaf)
	if err != nil {
		return 0, err
	}
	_, err = w.w.Exec(w.w.ins.change, seq)
	return seq, err
}

// validChange tells whether a registry/1 leaf has what every such entry has, and nothing that nobody could compare.
func validChange(leaf *ledger.Leaf) bool {
	change, _ := leaf.Text("change")
	op, _ := leaf.Text("op")
	id, _ := leaf.Int("id")
	version, _ := leaf.Int("v")
	n, ok := leaf.Int("n")
	return len(change) == ledger.DigestLen && len(op) > 0 && id >= 1 && version >= 1 && ok && n >= 0 && leaf.Keys() == 7
}

// ChangeEntries gives the numbers of the entries of kind registry/1 that the log lists, ascending; those that were disposed
// of are not there any more. That the list is what the entries say is for Check to see, at the deepest level. Errors: those
// of the store, the context's.
func (l *Log) ChangeEntries(ctx context.Context) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		page := make([]int64, 0, pageRows)
		for from := int64(math.MinInt64); ; from = page[len(page)-1] + 1 {
			page = page[:0]
			err := l.st.Scan(ctx, func(row *store.Row) error {
				seq, _ := row.Int(0)
				page = append(page, seq)
				return nil
			}, selectChanges, from, int64(pageRows))
			if err != nil {
				yield(0, err)
				return
			}
			if len(page) > 0 && page[len(page)-1] < from { // a table out of order would be read for ever
				yield(0, damaged(page[len(page)-1], errEntry))
				return
			}
			for _, seq := range page {
				if !yield(seq, nil) {
					return
				}
			}
			if len(page) < pageRows {
				return
			}
		}
	}
}

// UnlistedChanges finds entries of kind registry/1 that the log does not list, which nobody misses whose change and line in the
// list were removed together. It looks at every leaf; Check does at the deepest level.
func (l *Log) UnlistedChanges(ctx context.Context) (found []ledger.Finding, err error) {
	err = l.st.Scan(ctx, func(row *store.Row) error {
		seq, _ := row.Int(0)
		found = append(found, ledger.Finding{Code: ledger.ProjectionDrift, Seq: seq, Detail: i18n.T("Ek-2 değişikliğinin satırı yok", "the row of the registry change is missing")})
		return nil
	}, unlistedChanges)
	return found, err
}

// DisposedChanges is how many changes of the registry there were, at least, as the disposals that are still in the log say: of
// what they took the hash stays, which does not say that it is one of a change. 0 where no disposal took any.
func (l *Log) DisposedChanges(ctx context.Context) (n int64, err error) {
	var leaf ledger.Leaf
	for e, err := range l.ledger.Source().Marks(ctx) {
		if err != nil {
			return 0, err
		}
		if ledger.ParseLeaf(e.Leaf, &leaf) == nil && leaf.Kind == kindPruned { // else it is for the verification of the log to say
			changes, _ := leaf.Int("changes")
			n = max(n, changes)
		}
	}
	return n, nil
}

// changesBelow is DisposedChanges after a disposal of the entries below to.
func (l *Log) changesBelow(ctx context.Context, to int64) (int64, error) {
	n, err := l.DisposedChanges(ctx)
	if err != nil {
		return 0, err
	}
	last := int64(-1)
	err = l.st.Scan(ctx, func(row *store.Row) error {
		last, _ = row.Int(0)
		return nil
	}, lastChange, to)
	if err != nil || last < 0 {
		return n, err
	}
	var leaf ledger.Leaf
	for e, err := range l.ledger.Source().Entries(ctx, last, last+1) {
		if err != nil {
			return 0, err
		}
		if err := ledger.ParseLeaf(e.Leaf, &leaf); err != nil || leaf.Kind != KindRegistry {
			return 0, damaged(e.Seq, err)
		}
		made, _ := leaf.Int("n")
		n = max(n, made+1)
	}
	return n, nil
}
