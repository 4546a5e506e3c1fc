// Package foreign lets software that others wrote judge what this program exports: Tessera's fsck, the C2SP formats in
// their Go implementation, the client of Go's checksum database, openssl, sha256sum, and in JavaScript an SD-JWT library and
// Sigstore's verifier. It is a module of its own, so that none of it becomes part of the product, and imports nothing of the
// product's, so that no mistake is made on both sides. Nobody imports it but its own commands.
package foreign

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
)

// ErrHung is an fsck that did not end.
var ErrHung = errors.New("fsck did not end in time")

// fsckWorkers is more than the tiles that one alteration touches: each worker of fsck stops at the first tile that
// differs, and when none is left fsck itself waits for ever (as of v1.0.4).
const fsckWorkers = 64

// Fsck has Tessera check the log in dir, a folder that holds checkpoint and tile/, against the key vkey: every entry, every
// tile, the root and the signature. It gives the checkpoint that all of it was found to agree with.
func Fsck(ctx context.Context, dir, vkey string, timeout time.Duration) (*log.Checkpoint, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	files := client.FileFetcher{Root: dir}
	f := fsck.New(verifier.Name(), verifier, files, leafHashes, fsck.Opts{N: fsckWorkers})
	done := make(chan error, 1)
	go func() { done <- f.Check(ctx) }()
	select {
	case err = <-done:
	case <-time.After(timeout): // it does not look at the context everywhere
		err = fmt.Errorf("%w: %v", ErrHung, timeout)
	}
	if err != nil {
		return nil, err
	}
	raw, err := files.ReadCheckpoint(ctx)
	if err != nil {
		return nil, err
	}
	c, _, _, err := log.ParseCheckpoint(raw, verifier.Name(), verifier)
	if err != nil {
		return nil, err
	}
	return c, complete(f.Status(), c.Size)
}

// complete looks whether fsck's silence means what it should: that every entry bundle and every tile was found in order.
func complete(s fsck.Status, size uint64) error {
	if s.ErrorsEncountered > 0 {
		return fmt.Errorf("fsck met %d errors and said nothing", s.ErrorsEncountered)
	}
	levels := [][]fsck.Range{s.EntryRanges}
	for n, level := size, 0; n > 0; n, level = n/256, level+1 {
		if level >= len(s.TileRanges) {
			return fmt.Errorf("fsck did not look at level %d", level)
		}
		levels = append(levels, s.TileRanges[level])
	}
	for _, ranges := range levels {
		for _, r := range ranges {
			if r.State != fsck.OK {
				return fmt.Errorf("fsck left a range as %v", r)
			}
		}
	}
	return nil
}

// Entries gives the entries of an entry bundle.
func Entries(bundle []byte) ([][]byte, error) {
	var b api.EntryBundle
	err := b.UnmarshalText(bundle)
	return b.Entries, err
}

func leafHashes(bundle []byte) ([][]byte, error) {
	entries, err := Entries(bundle)
	hashes := make([][]byte, 0, len(entries))
	for _, e := range entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(e))
	}
	return hashes, err
}
