package cmdkit

import (
	"io"

	"iskurctl/internal/output"
)

// WriteStream gives fill the place for a result that is no list of records: the file of --out, which appears whole or not
// at all, or stdout when path is "". Errors of the place are of class Output; an error of fill is given back as it is.
func (d *Deps) WriteStream(path string, force bool, fill func(io.Writer) error) error {
	if path != "" {
		return output.WriteStream(path, force, fill)
	}
	return fill(stdout{d.Streams.Out})
}

type stdout struct{ w io.Writer }

func (s stdout) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, writeFault(err)
}
