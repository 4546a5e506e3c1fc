package bundle

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"iskurctl/internal/ledger"
)

func TestPathsAreThoseOfTlogTiles(t *testing.T) {
	for want, got := range map[string]string{
		"tile/0/x001/x234/067":        TilePath(0, 1234067, 256),
		"tile/entries/x001/x234/067":  EntriesPath(1234067, 256),
		"tile/0/273.p/112":            TilePath(0, 273, 112),
		"tile/63/000.p/1":             TilePath(63, 0, 1),
		"tile/1/x001/000":             TilePath(1, 1000, 256),
		"tile/entries/x001/000.p/255": EntriesPath(1000, 255),
		"tile/2/999":                  TilePath(2, 999, 256),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestWidthsAreThoseOfTlogTiles(t *testing.T) {
	for _, c := range []struct {
		size  int64
		level int
		index int64
		want  int
	}{
		{70000, 0, 0, 256}, {70000, 0, 272, 256}, {70000, 0, 273, 112}, {70000, 0, 274, 0}, {70000, 1, 0, 256}, {70000, 1, 1, 17},
		{70000, 2, 0, 1}, {70000, 3, 0, 0}, {256, 0, 0, 256}, {256, 0, 1, 0}, {256, 1, 0, 1}, {0, 0, 0, 0}, {ledger.MaxInt, 63, 0, 0},
	} {
		if got := ledger.WidthAt(c.size, c.level, c.index); got != c.want {
			t.Errorf("size %d, tile %d/%d: %d, want %d", c.size, c.level, c.index, got, c.want)
		}
	}
}

func TestATilePathHasOneSpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level, index := rapid.IntRange(0, 63).Draw(t, "level"), rapid.Int64Range(0, 1<<45).Draw(t, "index")
		width := rapid.IntRange(1, 256).Draw(t, "width")
		path := TilePath(level, index, width)
		if l, i, w, ok := parseTilePath(path); !ok || l != level || i != index || w != width {
			t.Fatalf("%s: %d %d %d %v", path, l, i, w, ok)
		}
		theirs := tlog.Tile{H: 8, L: level, N: index, W: width}
		if want := strings.Replace(theirs.Path(), "tile/8/", "tile/", 1); path != want {
			t.Fatalf("%s, x/mod says %s", path, want)
		}
	})
	for _, path := range []string{"", "tile", "tile/0", "tile/0/", "tile/00/000", "tile/0/0", "tile/0/0000", "tile/0/x000/000", "tile/0/000.p/0", "tile/0/000.p/256",
		"tile/0/000.p/01", "tile/64/000", "tile/-1/000", "tile/+1/000", "tile/data/000", "tile/0/x001", "tile/0/000/", "tile/0/001/x000", "tile/0/x001/x000", "tile/0/9999999999999999999999",
		"tile/entries/0x0", "/tile/0/000", "tile/0/000.p/1.p/1"} {
		if _, _, _, ok := parseTilePath(path); ok {
			t.Errorf("%q was accepted", path)
		}
	}
}

func FuzzTilePath(f *testing.F) {
	f.Add("tile/0/x001/x234/067.p/8")
	f.Add("tile/entries/000")
	f.Fuzz(func(t *testing.T, path string) {
		level, index, width, ok := parseTilePath(path)
		if !ok {
			return
		}
		back := EntriesPath(index, width)
		if level >= 0 {
			back = TilePath(level, index, width)
		}
		if back != path || !safe(path) {
			t.Errorf("%q comes back as %q", path, back)
		}
	})
}

func FuzzDisclosureLine(f *testing.F) {
	f.Add([]byte(`{"seq":7,"sd":["aa","b-_"]}`))
	f.Add([]byte(`{"seq":0,"sd":[""]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		seq, sd, ok := parseLine(nil, line)
		if !ok {
			return
		}
		if back, ok := appendLine(nil, seq, sd); !ok || !bytes.Equal(back, append(bytes.Clone(line), '\n')) {
			t.Errorf("%q comes back as %q", line, back)
		}
	})
}

func FuzzManifestLine(f *testing.F) {
	f.Add(strings.Repeat("0", 64) + "  data/vkey")
	f.Add(strings.Repeat("0", 64) + "  data/../x")
	f.Fuzz(func(t *testing.T, line string) {
		l, ok := parseListed(line)
		if ok && (strings.ContainsAny(l.name, "\\%\x00\n\r") || strings.HasPrefix(l.name, "/") || strings.Contains("/"+l.name+"/", "/../") || sumLine(l) != line) {
			t.Errorf("%q", line)
		}
	})
}

func FuzzBagInfo(f *testing.F) {
	f.Add("Ledger-Range: 0-600\nLedger-Mark: 5\n")
	f.Fuzz(func(t *testing.T, text string) {
		got := parseInfo(text)
		if r := got.wanted; got.ranged && (r.From < 0 || r.From > r.To || r.To > ledger.MaxInt) || got.pruned < 0 {
			t.Errorf("%+v", got)
		}
	})
}

func sumLine(l listed) string {
	return hex.EncodeToString(l.sum[:]) + "  " + l.name
}
