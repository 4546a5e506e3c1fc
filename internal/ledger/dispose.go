package ledger

import (
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Dispose takes the sealed values of the entries [from, to) away, and the leaves of the tiles that are wholly below to;
// the tiles' hashes stay, 32 bytes an entry, so that the rest still verifies. from must be where the last disposal
// ended. The caller appends the entry that says so, by AppendMark.
func (w *Writer) Dispose(from, to int64) error {
	if from != w.turn.head.Pruned || to < from || to > w.turn.edge.size {
		return fault.New(fault.Store, "disposal_overtaken", i18n.T("bu kayıtlar bu sırada başka bir süreçte imha edildi", "another process has just disposed of these entries"))
	}
	if _, err := w.Tx.Exec(named(pruneHead, w.log.Name), to); err != nil {
		return err
	}
	w.turn.head.Pruned = to
	if _, err := w.Tx.Exec(named(dropSealed, w.log.Name), from, to); err != nil {
		return err
	}
	_, err := w.Tx.Exec(named(dropLeaves, w.log.Name), from&^(Width-1), to&^(Width-1))
	return err
}
