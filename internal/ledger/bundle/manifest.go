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

// manifest reads the lines "digest, two spaces, path" and gives each file that is in order to use, which is false to
// stop. ok is false when there is no such manifest.
func (b *Bundle) manifest(ctx context.Context, name string, of *listing, report func(ledger.Finding), use func(listed) bool) (ok bool, err error) {
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
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return false, readFault(b.path, err)
		}
		switch {
		case !good || long:
			report(ledger.Finding{Code: ledger.BagMalformed, Seq: -1, Detail: i18n.Tf("%s dosyasının %s. satırı geçersiz", "line %[2]s of %[1]s is not valid", name, strconv.Itoa(number))})
		case !of.add(file.name):
			report(ledger.Finding{Code: ledger.BagMalformed, Seq: -1, Detail: i18n.Tf("%s dosyasının %s. satırı bir yolu ikinci kez veriyor", "line %[2]s of %[1]s names a path for the second time", name, strconv.Itoa(number))})
		case !use(file):
			return true, nil
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
