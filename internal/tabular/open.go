package tabular

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Open opens an input: "-" is stdin (closing it then does nothing), everything else must be a regular file or a pipe. A
// folder, a device, a socket, or what the system does not let us open is a *fault.Error of class Input, code input_open.
// Opening a named pipe waits for its writer.
func Open(path string, stdin io.Reader) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(stdin), nil
	}
	// Asked before opening, since opening some devices already does something, and after, since the path may have been
	// replaced in between.
	info, err := os.Stat(path)
	if err == nil {
		err = readable(info)
	}
	if err != nil {
		return nil, faultOpen(path, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, faultOpen(path, err)
	}
	if info, err = f.Stat(); err == nil {
		err = readable(info)
	}
	if err != nil {
		_ = f.Close() // only read from
		return nil, faultOpen(path, err)
	}
	return f, nil
}

// kindError says what stands at the path instead of a file, or in a file instead of what should.
type kindError struct{ text i18n.Text }

func (e kindError) Error() string { return e.text.EN }

func readable(info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsRegular(), mode&fs.ModeNamedPipe != 0:
		return nil
	case mode.IsDir():
		return kindError{i18n.T("bu bir klasör", "it is a folder")}
	}
	return kindError{i18n.T("normal bir dosya ya da boru (pipe) değil", "it is neither a regular file nor a pipe")}
}

func faultOpen(path string, err error) error {
	cause := fault.Cause(err)
	if k := (kindError{}); errors.As(err, &k) {
		cause = k.text
	}
	return fault.New(fault.Input, "input_open", i18n.Tf("%s açılamadı: %s", "%s cannot be opened: %s", path, cause)).
		WithHint(i18n.T("standart girdiden okumak için dosya adı yerine - yazın", "write - instead of a file name to read standard input")).
		Because(err)
}
