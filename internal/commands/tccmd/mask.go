package tccmd

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/tabular"
	"iskurctl/internal/tckn/find"
)

type maskOptions struct {
	d              *cmdkit.Deps
	out            string
	force, grouped bool
}

func newMask(d *cmdkit.Deps) *cobra.Command {
	o := &maskOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "mask [" + d.In(i18n.T("DOSYA", "FILE")) + "|-]",
		Short: i18n.T("bir metni içindeki TC kimlik numaralarını maskeleyerek kopyalar", "copies a text and masks the TC identity numbers in it"),
		Long: i18n.T(`Dosyayı ya da standart girdiyi kopyalar ve denetimden geçen her TC kimlik numarasını maskeler (10000000146 yerine 100******46). Başka hiçbir bayt değişmez; metin akarken işlenir, büyüklüğü önemli değildir. UTF-16 metinlerdeki numaralar da maskelenir.

Denetimden geçmeyen numaralar olduğu gibi kalır; sıkıştırılmış dosyaların içine bakılmaz.`,
			`Copies the file or standard input and masks every TC identity number that passes the check (100******46 instead of 10000000146). No other byte changes; the text is masked as it flows, whatever its size. Numbers in UTF-16 text are masked too.

Numbers that fail the check stay as they are; compressed files are not looked into.`),
		Example: i18n.T("iskurctl tc mask uygulama.log --out paylasilacak.log\ntail -f uygulama.log | iskurctl tc mask | tee guvenli.log", "iskurctl tc mask app.log --out to-share.log\ntail -f app.log | iskurctl tc mask | tee safe.log"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Input, fault.Output},
		Args:    cmdkit.OneArg,
		Run:     func(ctx context.Context, args []string) error { return runMask(ctx, o, args) },
	})
	cmd.ValidArgsFunction = nil // files are completed by the shell itself
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", d.In(i18n.T("`DOSYA` sonucu dosyaya yaz (yarım dosya kalmaz, 0600)", "`FILE` write the result to a file (atomic, 0600)")))
	f.BoolVar(&o.force, "force", false, d.In(i18n.T("var olan --out dosyasını değiştir", "replace an existing --out file")))
	f.BoolVar(&o.grouped, "spaced", false, d.In(i18n.T("boşluk, nokta ya da tire ile ayrılmış numaraları da maskele (100 000 001 46)", "also mask numbers parted by blanks, dots or hyphens (100 000 001 46)")))
	return cmd
}

func runMask(ctx context.Context, o *maskOptions, args []string) error {
	path := "-"
	if len(args) > 0 {
		path = args[0]
	}
	if len(args) == 0 && o.d.Streams.InTTY {
		return fault.New(fault.Usage, "input_missing", i18n.T("maskelenecek metin verilmedi", "no text to mask was given")).
			WithHint(i18n.T("bir dosya adı verin ya da metni boruyla gönderin: iskurctl tc mask uygulama.log", "give the name of a file, or pipe the text in: iskurctl tc mask app.log"))
	}
	in, err := tabular.Open(path, o.d.Streams.In)
	if err != nil {
		return err
	}
	defer in.Close()
	return o.d.WriteStream(o.out, o.force, func(w io.Writer) error {
		return maskStream(ctx, in, w, find.Masker{Finder: find.Finder{Wide: true, Grouped: o.grouped}})
	})
}

// A text is masked in pieces: one is read while the one before it is masked and written.
const (
	maskPiece  = 256 << 10
	maskPieces = 3
	maskHead   = find.Before + find.After // room before a piece for what the one before it left undecided
)

type piece struct {
	buf []byte // maskHead bytes of room, then what was read
	end bool   // nothing comes behind it
	err error  // why the rest cannot be read
}

func maskStream(ctx context.Context, in io.Reader, w io.Writer, k find.Masker) error {
	free, full := make(chan []byte, maskPieces), make(chan piece, maskPieces+2) // room for all, and for the end
	for range maskPieces {
		free <- make([]byte, maskHead+maskPiece)
	}
	// A read that waits cannot be called back: it goes with the process when the run is stopped.
	stop := make(chan struct{})
	defer close(stop)
	go readPieces(in, free, full, stop)
	left := make([]byte, 0, maskHead) // what was given out last, then what is undecided
	from := 0                         // where the undecided begins in it
	for {
		var p piece
		select {
		case p = <-full:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		b := p.buf[maskHead-len(left):]
		copy(b, left)
		decided := k.Mask(b, from, p.end)
		if p.err != nil {
			decided = from // what is undecided at a broken end is not given out
		}
		if decided > from {
			if _, err := w.Write(b[from:decided]); err != nil {
				return err
			}
		}
		if p.end {
			return nil
		}
		if f := (*fault.Error)(nil); errors.As(p.err, &f) {
			return p.err
		}
		if p.err != nil {
			return readFault(p.err)
		}
		keep := max(0, decided-find.Before)
		left, from = append(left[:0], b[keep:]...), decided-keep
		free <- p.buf[:cap(p.buf)]
	}
}

// readPieces reads until an error, which comes with a piece of its own.
func readPieces(in io.Reader, free <-chan []byte, full chan<- piece, stop <-chan struct{}) {
	defer func() {
		if recover() != nil { // neither value nor stack: they could show the text
			full <- piece{buf: make([]byte, maskHead), err: fault.From(errors.New("panic"))}
		}
	}()
	size := sizeOf(in)
	var read int64
	for {
		var buf []byte
		select {
		case buf = <-free:
		case <-stop:
			return
		}
		n, err := in.Read(buf[maskHead:])
		read += int64(n)
		if n > 0 {
			full <- piece{buf: buf[:maskHead+n]}
			buf = make([]byte, maskHead)
		}
		end := err == io.EOF // itself: what merely wraps it is a broken read
		if end && read < size {
			end, err = false, io.ErrUnexpectedEOF
		}
		switch {
		case end:
			full <- piece{buf: buf[:maskHead], end: true}
			return
		case err != nil:
			full <- piece{buf: buf[:maskHead], err: err}
			return
		}
		if n == 0 {
			full <- piece{buf: buf[:maskHead]} // nothing yet; the piece comes back
		}
	}
}

// sizeOf gives the size of a regular file, as far as it still has to be read: one that ends before got shorter meanwhile.
func sizeOf(in io.Reader) int64 {
	f, ok := in.(interface {
		Stat() (fs.FileInfo, error)
		io.Seeker
	})
	if !ok {
		return 0
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0
	}
	return info.Size() - at
}

func readFault(err error) error {
	return fault.New(fault.Input, "input_read", i18n.Tf("girdi sonuna kadar okunamadı: %s", "the input cannot be read to its end: %s", fault.Cause(err))).
		WithHint(i18n.T("çıktı eksik; komutu yeniden verin", "the output is incomplete; give the command again")).Because(err)
}
