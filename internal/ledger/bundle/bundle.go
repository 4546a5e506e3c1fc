// Package bundle writes a log, or a part of it, into a folder that others can check without this program, and reads
// such a folder back as a ledger.Source. The folder is a BagIt 1.0 bag (RFC 8493) around the static tiles of C2SP
// tlog-tiles: sha256sum checks the files, any reader of tlog-tiles the tree. The domain packages on top of a log and the
// commands import it; it knows nothing of what the entries mean.
package bundle

import (
	"cmp"
	"slices"

	"iskurctl/internal/ledger"
)

// The names in a bag. Paths are relative to the bag and have slashes on every system.
const (
	declaration = "bagit.txt"
	info        = "bag-info.txt"
	manifest    = "manifest-sha256.txt"
	tagManifest = "tagmanifest-sha256.txt"

	payload     = "data/"
	checkpoint  = payload + "checkpoint"
	vkey        = payload + "vkey"
	readme      = payload + "OKUBENI.txt"
	records     = payload + "records.csv"
	disclosures = payload + "disclosures.ndjson"
	texts       = payload + "texts/"
	entries     = payload + "tile/entries"
)

// declared is the whole of bagit.txt (RFC 8493, section 2.1.1).
const declared = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

// The labels of bag-info.txt that both sides know. A range is "FROM-TO", the entries from FROM up to, not including, TO.
const (
	labelDate   = "Bagging-Date"
	labelOxum   = "Payload-Oxum" // <bytes>.<files>
	labelOrigin = "Ledger-Origin"
	labelSize   = "Ledger-Size"
	labelRange  = "Ledger-Range"
	labelPeriod = "Ledger-Period" // <from>/<to>, RFC 3339; ".." in front: from the beginning
	labelPruned = "Ledger-Pruned"
	labelMark   = "Ledger-Mark" // one line a key/1 or pruned/1 entry of the bag
)

// Bounds, in bytes. An entry bundle is 256 entries of at most 65,535 bytes, each behind two bytes of length.
const (
	maxLeaf   = 1<<16 - 1
	maxTile   = ledger.Width * hashSize
	maxBundle = ledger.Width * (2 + maxLeaf)
	maxLine   = 1 << 20 // of disclosures.ndjson
	maxTag    = 64 << 10
	maxPath   = 4 << 10 // of a line in a manifest
	maxNote   = 1 << 20
)

const hashSize = 32

// whole gives the tiles [From, To) of the lowest level that the entries of r lie in.
func whole(r ledger.Range) ledger.Range {
	return ledger.Range{From: r.From / ledger.Width, To: (r.To + ledger.Width - 1) / ledger.Width}
}

// join sorts ranges, merges those that meet and drops the empty ones.
func join(ranges []ledger.Range) []ledger.Range {
	slices.SortFunc(ranges, func(a, b ledger.Range) int { return cmp.Compare(a.From, b.From) })
	joined := ranges[:0]
	for _, r := range ranges {
		n := len(joined)
		switch {
		case r.From >= r.To:
		case n > 0 && r.From <= joined[n-1].To:
			joined[n-1].To = max(joined[n-1].To, r.To)
		default:
			joined = append(joined, r)
		}
	}
	return joined
}
