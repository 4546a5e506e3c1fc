package bundle

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/maphash"
	"io"
	"path"
	"strconv"
	"strings"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// listing is what a manifest says. Paths are kept as hashes under a secret seed: sixteen bytes each, and nobody can choose
// two that collide.
type listing struct {
	seed  maphash.Seed
	exact map[uint64]uint64 // by the path in lower case: the path as it stands
}

func newListing() *listing {
	return &listing{seed: maphash.MakeSeed(), exact: map[uint64]uint64{}}
}

func (l *listing) hash(name string) (exact, folded uint64) {
	return maphash.String(l.seed, name), maphash.String(l.seed, lower(name))
}

// add is false when the path, or one that differs only in case, is listed already: on some systems both are one file.
func (l *listing) add(name string) bool {
	exact, folded := l.hash(name)
	if _, taken := l.exact[folded]; taken {
		return false
	}
	l.exact[folded] = exact
	return true
}

func (l *listing) has(name string) bool {
	exact, folded := l.hash(name)
	got, ok := l.exact[folded]
	return ok && got == exact
}

// lower is for paths, which are ASCII here.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// safe tells whether a path can be one of a bag of ours: relative, clean, of ASCII letters, digits, dot, hyphen and
// underscore. So it needs none of the escapes of RFC 8493 or of sha256sum.
func safe(name string) bool {
	if name == "" || path.Clean(name) != name || name[0] == '/' || name == "." || name == ".." || strings.HasPrefix(name, "../") {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '.' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// shown is a name for people: one that may hold anything, line ends and terminal commands included, is quoted.
func shown(name string) string {
	if safe(name) {
		return name
	}
	return strconv.QuoteToASCII(name)
}

// listed is a file that a manifest lists.
type listed struct {
	name string
	sum  [sha256.Size]byte
}

// maxFiles bounds the memory for a listing where the checkpoint, which nobody has verified yet, claims a size beyond reason
// or cannot be read: a log of a thousand million entries has fewer.
const maxFiles = 1 << 23

// fileLimit is how many files a bag of a log of size entries can have: its tiles, its entry bundles, texts, and the rest.
func fileLimit(size int64) int64 {
	if size < 0 || size > maxFiles*ledger.Width {
		return maxFiles
	}
	tiles := func(level int) int64 { return (size>>(8*level) + ledger.Width - 1) / ledger.Width }
	n := tiles(0) + 10_000 + 16 // the entry bundles
	for level := 0; size>>(8*level) > 0; level++ {
		n += tiles(level)
	}
	return min(n, maxFiles)
}

// manifest reads the lines "digest, two spaces, path" and gives each file that is in order to use, which is false to
// stop. whole is false when there is no such manifest, or when it was not read to its end: it has a thousand lines that
// are not in order, or lists more files than a log of this size has.
func (b *Bundle) manifest(ctx context.Context, name string, of *listing, report func(ledger.Finding), use func(listed) bool) (whole bool, err error) {
	f, _, err := b.open(name)
	if absent(err) {
		report(ledger.Finding{Code: ledger.FileMissing, Seq: -1, Detail: missing(name)})
		return false, nil
	}
	if err != nil {
		return false, readFault(b.path, err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, maxPath)
	limit, files, bad := fileLimit(b.size), int64(0), 0
	malformed := func(text i18n.Text) { report(ledger.Finding{Code: ledger.BagMalformed, Seq: -1, Detail: text}) }
	for number := 1; ; number++ {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		text, err := in.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(text) == 0 {
			return true, nil
		}
		long := errors.Is(err, bufio.ErrBufferFull)
		var file listed
		good := err == nil
		if good {
			file, good = parseListed(string(text[:len(text)-1]))
			good = good && strings.HasPrefix(file.name, payload) == (name == manifest)
		}
		for errors.Is(err, bufio.ErrBufferFull) && ctx.Err() == nil {
			_, err = in.ReadSlice('\n')
		}
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return false, readFault(b.path, err)
		}
		good = good && !long
		if good && files == limit {
			malformed(i18n.Tf("%s bu boyuttaki bir kayıtta olabilecek dosyadan fazlasını sayıyor; %s. satırdan sonrası okunmadı",
				"%s lists more files than a log of this size can have; nothing was read from line %s on", name, strconv.Itoa(number)))
			return false, nil
		}
		fresh := good && of.add(file.name)
		if !fresh {
			bad++
		}
		switch {
		case bad == maxBad && !fresh:
			malformed(i18n.Tf("%s dosyasının %d satırı geçersiz; %s. satırdan sonrası okunmadı",
				"%[1]s has %[2]d lines that are not valid; nothing was read behind line %[3]s", name, bad, strconv.Itoa(number)))
			return false, nil
		case !good:
			malformed(i18n.Tf("%s dosyasının %s. satırı geçersiz", "line %[2]s of %[1]s is not valid", name, strconv.Itoa(number)))
		case !fresh:
			malformed(i18n.Tf("%s dosyasının %s. satırı bir yolu ikinci kez veriyor", "line %[2]s of %[1]s names a path for the second time", name, strconv.Itoa(number)))
		default:
			if files++; !use(file) {
				return false, nil
			}
		}
	}
}

func parseListed(line string) (f listed, ok bool) {
	const digits = 2 * sha256.Size
	if len(line) < digits+2 || line[digits:digits+2] != "  " || lower(line[:digits]) != line[:digits] {
		return f, false
	}
	if _, err := hex.Decode(f.sum[:], []byte(line[:digits])); err != nil {
		return f, false
	}
	f.name = line[digits+2:]
	return f, safe(f.name)
}
