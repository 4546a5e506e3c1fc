package audit_test

import (
	"crypto/sha256"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/ledger"
)

func leafHash(leaf []byte) ledger.Hash { return tlog.RecordHash(leaf) }

func nodeHash(left, right []byte) ledger.Hash {
	return tlog.NodeHash(ledger.Hash(left), ledger.Hash(right))
}

func sha(b []byte) []byte {
	h := sha256.Sum256(b)
	return h[:]
}

func as[T error](err error, target *T) bool { return errors.As(err, target) }

// rootOf gives the root of a tree, by the functions of tlog.
func rootOf(t testing.TB, leaves []ledger.Hash) ledger.Hash {
	t.Helper()
	var tree hashes
	for i, h := range leaves {
		add, err := tlog.StoredHashesForRecordHash(int64(i), h, tree)
		must(t, err)
		tree = append(tree, add...)
	}
	root, err := tlog.TreeHash(int64(len(leaves)), tree)
	must(t, err)
	return root
}
