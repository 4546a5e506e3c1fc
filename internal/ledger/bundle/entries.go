package bundle

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// tileIndex is which entry bundles there are, as ranges of their numbers.
type tileIndex struct {
	lock sync.Mutex
	done bool
	held []ledger.Range
}

// Extent gives the entries that the bundle claims to have: those of the range that bag-info.txt names, but for what was
// disposed of, and whatever more is there. So a file that is missing from the range is missed, even where the manifest
// was made to fit.
func (b *Bundle) Extent(ctx context.Context, size int64) ([]ledger.Range, error) {
	held, err := b.held(ctx)
	if err != nil {
		return nil, err
	}
	tiles := append([]ledger.Range(nil), held...)
	if r := b.info.wanted; r.From < r.To {
		r = whole(r)
		r.From = max(r.From, b.info.pruned/ledger.Width)
		tiles = join(append(tiles, r))
	}
	out := make([]ledger.Range, 0, len(tiles))
	for _, r := range tiles {
		if e := (ledger.Range{From: r.From * ledger.Width, To: min(r.To*ledger.Width, size)}); e.From < e.To {
			out = append(out, e)
		}
	}
	return out, nil
}

// held lists the folders of entry bundles once.
func (b *Bundle) held(ctx context.Context) ([]ledger.Range, error) {
	b.tiles.lock.Lock()
	defer b.tiles.lock.Unlock()
	if b.tiles.done {
		return b.tiles.held, nil
	}
	var held []ledger.Range
	if err := b.list(ctx, entries, 0, 0, &held); err != nil {
		return nil, err
	}
	held = join(held)
	b.tiles.held, b.tiles.done = held, true
	return held, nil
}

// list adds the runs of bundles in a folder, whose numbers begin with the digits of prefix, and in those below it. Five
// groups of digits are enough for any log.
func (b *Bundle) list(ctx context.Context, name string, prefix int64, depth int, held *[]ledger.Range) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var here, below [1000]bool
	err := b.each(name, func(e fs.DirEntry) error {
		s, partial := strings.CutSuffix(e.Name(), ".p")
		digits, deeper := strings.CutPrefix(s, "x")
		n, err := strconv.Atoi(digits)
		switch {
		case err != nil || n < 0 || group(int64(n)) != digits || deeper && partial:
		case deeper:
			below[n] = e.IsDir() && (depth > 0 || n > 0) // x000 in front is another spelling
		case partial:
			index := prefix*1000 + int64(n)
			if w := ledger.WidthAt(b.size, 0, index); w > 0 && w < ledger.Width {
				if f, _, err := b.open(payload + EntriesPath(index, w)); err == nil {
					f.Close()
					here[n] = true
				}
			}
		default:
			here[n] = e.Type().IsRegular() && ledger.WidthAt(b.size, 0, prefix*1000+int64(n)) == ledger.Width
		}
		return nil
	})
	if err != nil {
		return err
	}
	for n := range here {
		if index := prefix*1000 + int64(n); here[n] {
			if last := len(*held) - 1; last >= 0 && (*held)[last].To == index {
				(*held)[last].To++
			} else {
				*held = append(*held, ledger.Range{From: index, To: index + 1})
			}
		}
	}
	for n := range below {
		if below[n] && depth < 5 {
			if err := b.list(ctx, name+"/x"+group(int64(n)), prefix*1000+int64(n), depth+1, held); err != nil {
				return err
			}
		}
	}
	return nil
}

// each calls fn for everything in a folder, in no order. A folder that is absent or a link is empty.
func (b *Bundle) each(name string, fn func(fs.DirEntry) error) error {
	err := b.folder(name)
	if absent(err) {
		return nil
	}
	if err != nil {
		return readFault(b.path, err)
	}
	d, err := b.root.Open(name)
	if err != nil {
		return readFault(b.path, err)
	}
	defer d.Close()
	for {
		list, err := d.ReadDir(512)
		for _, e := range list {
			if err := fn(e); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return readFault(b.path, err)
		}
	}
}

// Tile gives a tile's file, nil when it is not there. A file that is too long comes one byte too long.
func (b *Bundle) Tile(_ context.Context, level int, index int64, width int) ([]byte, error) {
	return b.read(payload+TilePath(level, index, width), maxTile)
}

// Entries yields the entries of the bundles that are there. What does not parse is left out and stands in Problems.
func (b *Bundle) Entries(ctx context.Context, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		held, err := b.held(ctx)
		if err != nil {
			yield(ledger.Entry{}, err)
			return
		}
		block, _ := b.blocks.Get().(*[]byte)
		if block == nil {
			block = new([]byte)
		}
		defer b.blocks.Put(block)
		from, to := max(0, from), min(to, b.size)
		if from >= to {
			return
		}
		want := whole(ledger.Range{From: from, To: to})
		for _, r := range held {
			for index := max(r.From, want.From); index < min(r.To, want.To); index++ {
				if ctx.Err() != nil {
					yield(ledger.Entry{}, context.Cause(ctx))
					return
				}
				if err := b.load(index, block); err != nil {
					yield(ledger.Entry{}, err)
					return
				}
				if !b.split(index, *block, from, to, yield) {
					return
				}
			}
		}
	}
}

// load reads an entry bundle into *block, which is empty when it went away.
func (b *Bundle) load(index int64, block *[]byte) error {
	*block = (*block)[:0]
	f, size, err := b.open(payload + EntriesPath(index, ledger.WidthAt(b.size, 0, index)))
	if absent(err) {
		return nil
	}
	if err != nil {
		return readFault(b.path, err)
	}
	defer f.Close()
	*block = slices.Grow(*block, int(min(size, maxBundle+1)))
	n, err := io.ReadFull(f, (*block)[:min(size, maxBundle+1)])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return readFault(b.path, err)
	}
	*block = (*block)[:n]
	return nil
}

// split yields the entries of a bundle that are in [from, to). The whole bundle is looked at, so that a fault behind the
// last one wanted is not missed.
func (b *Bundle) split(index int64, block []byte, from, to int64, yield func(ledger.Entry, error) bool) bool {
	width, seq := ledger.WidthAt(b.size, 0, index), index*ledger.Width
	end := seq + int64(width)
	for ; seq < end; seq++ {
		if len(block) < 2 || len(block)-2 < int(binary.BigEndian.Uint16(block)) {
			if len(block) > 0 { // else entries are missing, as anybody sees who counts
				b.problem(ledger.Finding{Code: ledger.LeafSchema, Seq: seq, Detail: i18n.Tf("%s: kayıt yarıda kesiliyor", "%s: an entry is cut short", EntriesPath(index, width))})
			}
			return true
		}
		n := 2 + int(binary.BigEndian.Uint16(block))
		if seq >= from && seq < to && !yield(ledger.Entry{Seq: seq, Leaf: block[2:n:n]}, nil) {
			return false
		}
		block = block[n:]
	}
	if len(block) > 0 {
		b.problem(ledger.Finding{Code: ledger.LeafExtra, Seq: end, Detail: i18n.Tf("%s: son kayıttan sonra fazladan veri var", "%s: there is more after the last entry", EntriesPath(index, width))})
	}
	return true
}

// Marks yields the entries that bag-info.txt calls marks, whose place in the tree is not proven yet; without Leaf where the
// entry is not there.
func (b *Bundle) Marks(ctx context.Context) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for _, seq := range b.info.marks {
			there := false
			for e, err := range b.Entries(ctx, seq, seq+1) {
				there = true
				if !yield(e, err) || err != nil {
					return
				}
			}
			if !there && !yield(ledger.Entry{Seq: seq}, nil) {
				return
			}
		}
	}
}
