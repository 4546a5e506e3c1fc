package bundle

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
)

// fake is a log in memory whose tree is made and read by golang.org/x/mod alone.
type fake struct {
	size, pruned int64
	hashes       []tlog.Hash // in the storage order of x/mod
	note         []byte
	vkey         string
	keyAt        int64 // the key/1 entry, -1 for none
	leaves, sds  [][]byte

	tile     func(level int, index int64, tile []byte) []byte // damage
	entry    func(e *ledger.Entry) bool
	sealed   func(d *ledger.Disclosed)
	extent   []ledger.Range
	yielding func(seq int64)
}

const origin = "host.example/audit/1"

func newFake(t testing.TB, size int64) *fake {
	t.Helper()
	f := &fake{size: size, keyAt: -1}
	f.grow(t, size)
	return f
}

func newFakeWithKey(t testing.TB, size, at int64) *fake {
	t.Helper()
	f := &fake{size: size, keyAt: at}
	f.grow(t, size)
	return f
}

// prune has its last entry say that those below to were disposed of.
func (f *fake) prune(t testing.TB, to int64) {
	f.pruned, f.hashes = to, nil
	f.grow(t, f.size)
}

func (f *fake) grow(t testing.TB, size int64) {
	var leaf []byte
	for seq := range size {
		leaf = f.leaf(leaf[:0], seq)
		more, err := tlog.StoredHashes(seq, leaf, tlog.HashReaderFunc(f.ReadHashes))
		if err != nil {
			t.Fatal(err)
		}
		f.hashes = append(f.hashes, more...)
	}
	root, err := tlog.TreeHash(size, tlog.HashReaderFunc(f.ReadHashes))
	if err != nil {
		t.Fatal(err)
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	f.vkey = vkey
	if f.note, err = ledger.SignCheckpoint(origin, size, root, signer); err != nil {
		t.Fatal(err)
	}
}

func (f *fake) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		out[i] = f.hashes[n]
	}
	return out, nil
}

const filler = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// leaf writes an entry of 200 to 330 bytes.
func (f *fake) leaf(dst []byte, seq int64) []byte {
	if f.leaves != nil {
		return append(dst, f.leaves[seq]...)
	}
	if f.pruned > 0 && seq == f.size-1 {
		return fmt.Appendf(dst, `{"before":"2026-11-22T10:11:12.123Z","from":0,"k":"pruned/1","policy":"p","t":"2026-11-22T10:11:12.123Z","to":%d}`, f.pruned)
	}
	if seq == f.keyAt {
		return append(dst, `{"k":"key/1","note":"n","t":"2026-11-22T10:11:12.123Z","vkey":"v"}`...)
	}
	dst = append(dst, `{"_sd":["`...)
	dst = append(dst, filler[:43]...)
	dst = append(dst, `"],"_sd_alg":"sha-256","host":"h1","k":"look/1","n":`...)
	dst = strconv.AppendInt(dst, seq, 10)
	dst = append(dst, `,"pad":"`...)
	dst = append(dst, filler[:20+seq%100]...)
	return append(dst, `","t":"2026-11-22T10:11:12.123Z"}`...)
}

// sd gives the disclosures of every second entry.
func (f *fake) sd(dst []byte, seq int64) []byte {
	if f.sds != nil {
		return append(dst, f.sds[seq]...)
	}
	dst = append(strconv.AppendInt(dst, seq, 10), filler[:90]...)
	dst = append(append(dst, '~'), filler[:100]...)
	return append(append(dst, '~'), filler[:110]...)
}

func (f *fake) Marks(context.Context) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		if f.keyAt >= 0 && f.keyAt < f.size && !yield(ledger.Entry{Seq: f.keyAt}, nil) {
			return
		}
		if f.pruned > 0 {
			yield(ledger.Entry{Seq: f.size - 1}, nil)
		}
	}
}

func (f *fake) Checkpoint(context.Context) ([]byte, error) { return f.note, nil }
func (f *fake) Pruned(context.Context) (int64, error)      { return f.pruned, nil }

func (f *fake) Extent(_ context.Context, size int64) ([]ledger.Range, error) {
	if f.extent != nil {
		return f.extent, nil
	}
	return []ledger.Range{{From: f.pruned / 256 * 256, To: size}}, nil
}

func (f *fake) Tile(_ context.Context, level int, index int64, width int) ([]byte, error) {
	tile, err := tlog.ReadTileData(tlog.Tile{H: 8, L: level, N: index, W: width}, tlog.HashReaderFunc(f.ReadHashes))
	if f.tile != nil {
		tile = f.tile(level, index, tile)
	}
	return tile, err
}

func (f *fake) Entries(ctx context.Context, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		var leaf []byte
		for seq := max(from, f.pruned/256*256); seq < min(to, f.size); seq++ {
			if f.yielding != nil {
				f.yielding(seq)
			}
			leaf = f.leaf(leaf[:0], seq)
			e := ledger.Entry{Seq: seq, Leaf: leaf}
			if f.entry != nil && !f.entry(&e) {
				continue
			}
			if !yield(e, ctx.Err()) {
				return
			}
		}
	}
}

func (f *fake) Disclosures(_ context.Context, from, to int64) iter.Seq2[ledger.Disclosed, error] {
	return func(yield func(ledger.Disclosed, error) bool) {
		var sd []byte
		for seq := from + from%2; seq < min(to, f.size); seq += 2 {
			sd = f.sd(sd[:0], seq)
			d := ledger.Disclosed{Seq: seq, SD: sd}
			if f.sealed != nil {
				f.sealed(&d)
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

func (f *fake) options() Options {
	return Options{
		Vkey: f.vkey, PersonalData: true, Readme: []byte("Bu klasör\n"),
		Info: []Field{{"Bag-Software-Agent", "iskurctl 1.0.0"}},
		Now:  time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC),
		Records: func(ledger.Source) iter.Seq2[[]string, error] {
			return func(yield func([]string, error) bool) {
				if !yield([]string{"seq", "user"}, nil) {
					return
				}
				for seq := range min(f.size, 1000) {
					if !yield([]string{strconv.FormatInt(seq, 10), "Ayşe, \"memur\""}, nil) {
						return
					}
				}
			}
		},
	}
}

// written exports f and gives the folder.
func written(t testing.TB, f *fake, change func(*Options)) (dir string, s Summary) {
	t.Helper()
	o := f.options()
	if change != nil {
		change(&o)
	}
	dir = filepath.Join(t.TempDir(), "bag")
	s, err := Write(t.Context(), dir, f, o)
	if err != nil {
		t.Fatal(err)
	}
	return dir, s
}

func opened(t testing.TB, dir string) *Bundle {
	t.Helper()
	b, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func files(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func codeOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Class.Name() + " " + f.Code
	}
	return fmt.Sprint(err)
}

// codes gives the findings' codes, each once.
func codes(list []ledger.Finding) (out []ledger.Code) {
	for _, f := range list {
		out = append(out, f.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// same compares what the bundle yields of [from, to) with the log it was made of.
func same(t testing.TB, f *fake, b *Bundle, held []ledger.Range, from, to int64) {
	t.Helper()
	var leaf []byte
	var next int64
	expect := func(seq int64) int64 { // the next one held from seq on
		for _, r := range held {
			if seq < r.To {
				return max(seq, r.From)
			}
		}
		return math.MaxInt64
	}
	next = expect(from)
	for e, err := range b.Entries(t.Context(), from, to) {
		if err != nil {
			t.Fatal(err)
		}
		if leaf = f.leaf(leaf[:0], e.Seq); e.Seq != next || !bytes.Equal(e.Leaf, leaf) || e.Hash != nil {
			t.Fatalf("entry %d: got %d %q", next, e.Seq, e.Leaf)
		}
		next = expect(next + 1)
	}
	if next < to {
		t.Fatalf("entries end before %d", next)
	}
}

func mustWrite(t testing.TB, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
