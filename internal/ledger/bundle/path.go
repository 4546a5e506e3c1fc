package bundle

import (
	"strconv"
	"strings"

	"iskurctl/internal/ledger"
)

// TilePath gives the path of a hash tile below the prefix of a log (C2SP tlog-tiles): tile/<level>/<index>, and
// .p/<width> behind it unless the tile is full. The index is in groups of three digits, all but the last after an x.
func TilePath(level int, index int64, width int) string {
	return "tile/" + strconv.Itoa(level) + "/" + tilePath(index, width)
}

// EntriesPath gives the path of a bundle of width entries, from entry 256·index.
func EntriesPath(index int64, width int) string { return "tile/entries/" + tilePath(index, width) }

func tilePath(index int64, width int) string {
	s := group(index % 1000)
	for index /= 1000; index > 0; index /= 1000 {
		s = "x" + group(index%1000) + "/" + s
	}
	if width != ledger.Width {
		s += ".p/" + strconv.Itoa(width)
	}
	return s
}

// group writes 0…999 in three digits.
func group(n int64) string { return strconv.FormatInt(1000+n, 10)[1:] }

// parseTilePath reads the path of a tile (level -1: of an entry bundle). ok is false for what C2SP would not write.
func parseTilePath(path string) (level int, index int64, width int, ok bool) {
	rest, found := strings.CutPrefix(path, "tile/")
	first, rest, cut := strings.Cut(rest, "/")
	if !found || !cut {
		return 0, 0, 0, false
	}
	level = -1
	if first != "entries" {
		var err error
		if level, err = strconv.Atoi(first); err != nil || level < 0 || level > 63 {
			return 0, 0, 0, false
		}
	}
	width = ledger.Width
	number, w, partial := strings.Cut(rest, ".p/")
	if partial {
		var err error
		if width, err = strconv.Atoi(w); err != nil || width < 1 || width >= ledger.Width {
			return 0, 0, 0, false
		}
	}
	digits := strings.NewReplacer("x", "", "/", "").Replace(number)
	index, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, 0, 0, false
	}
	// One spelling only: what is written back must be the same.
	same := EntriesPath(index, width)
	if level >= 0 {
		same = TilePath(level, index, width)
	}
	return level, index, width, same == path
}
