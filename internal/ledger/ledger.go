// Package ledger is one append-only Merkle log: entries that are SD-JWT payloads, tiles and signed checkpoints as
// C2SP's tlog-tiles, tlog-checkpoint and signed-note describe them, and the verification of all that, from a store or
// from a bundle. The domain packages (the query log, consent) stand on it; it knows nothing of what the entries mean.
package ledger
