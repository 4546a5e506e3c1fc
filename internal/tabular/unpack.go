package tabular

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"

	"iskurctl/internal/i18n"
)

// windowLimit is how much of what it has unpacked a zstd decoder may have to remember, in bytes; it is what bounds the
// memory, however much the data grow. zstd asks for at most 8 MiB unless it is told to (--ultra, --long).
const windowLimit = 8 << 20

// The first bytes of what Unpack knows.
var (
	gzipMark = []byte{0x1f, 0x8b}
	zstdMark = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// Packed reports whether the first four bytes of an input (or all, if it is shorter) are those of a gzip or zstd file. No
// text begins with them.
func Packed(head []byte) bool {
	return bytes.HasPrefix(head, gzipMark) || bytes.HasPrefix(head, zstdMark)
}

// Unpack gives what is packed in a gzip or zstd stream, and anything else as it is; it goes by the content, not by a name.
// It streams: memory does not grow with what comes out. Close lets go of the decoder and leaves r alone. Damaged data and
// data that end too early are errors of Read.
func Unpack(r io.Reader) (io.ReadCloser, error) {
	source := &sticky{r: r}
	head := make([]byte, len(zstdMark))
	n, err := io.ReadFull(source, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, faultRead(1, err)
	}
	whole := io.MultiReader(bytes.NewReader(head[:n]), source)
	u := &unpacked{source: source}
	switch {
	case bytes.HasPrefix(head[:n], gzipMark):
		z, err := gzip.NewReader(whole)
		if err != nil {
			return nil, faultRead(1, u.cause(err))
		}
		u.r, u.close = z, func() { _ = z.Close() } // the checksum was judged by Read
	case bytes.HasPrefix(head[:n], zstdMark):
		z, err := zstd.NewReader(whole, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(windowLimit))
		if err != nil {
			return nil, faultRead(1, u.cause(err))
		}
		u.r, u.close = z, z.Close
	default:
		return io.NopCloser(whole), nil
	}
	return u, nil
}

type unpacked struct {
	r      io.Reader
	source *sticky
	close  func()
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // only io.EOF itself is the end
		err = u.cause(err)
	}
	return n, err
}

func (u *unpacked) Close() error {
	u.close()
	return nil
}

// cause tells an input that could not be read from one that does not hold what it should.
func (u *unpacked) cause(err error) error {
	switch {
	case u.source.err != nil && u.source.err != io.EOF: //nolint:errorlint // only io.EOF itself is the end
		return u.source.err
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF: //nolint:errorlint // a header that is cut short
		return io.ErrUnexpectedEOF
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return kindError{i18n.T("açmak için 8 MiB'den çok bellek gerekiyor; zstd'yi --ultra ve --long olmadan çalıştırın", "unpacking needs more than 8 MiB of memory; run zstd without --ultra and --long")}
	}
	return kindError{i18n.T("sıkıştırılmış veri bozuk", "the compressed data are damaged")}
}
