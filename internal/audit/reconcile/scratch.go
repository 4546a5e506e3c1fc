package reconcile

import (
	"bufio"
	"os"
)

// scratch is the folder of the temporary files, and what the sorters share. The folder (0700) is made when the first
// file is needed and removed at the end; a file (0600) loses its name as soon as it is open, where the system allows
// that, so that nothing stays behind a killed process but an empty folder.
type scratch struct {
	parent  string
	folder  string
	runRows int
	fan     int

	files map[*os.File]bool
	free  [][]record // full-size buffers that nobody uses now
	slots []slot
	w     *bufio.Writer
}

func newScratch(parent string) *scratch {
	return &scratch{parent: parent, runRows: runRows, fan: runFan, files: make(map[*os.File]bool), w: bufio.NewWriterSize(nil, 128<<10)}
}

func (s *scratch) file() (*os.File, error) {
	if s.folder == "" {
		folder, err := os.MkdirTemp(s.parent, "iskurctl-")
		if err != nil {
			return nil, faultScratch(err)
		}
		s.folder = folder
	}
	f, err := os.CreateTemp(s.folder, "")
	if err != nil {
		return nil, faultScratch(err)
	}
	s.files[f] = true
	_ = os.Remove(f.Name()) // Windows keeps it until close removes the folder
	return f, nil
}

// drop closes a file, which is its end.
func (s *scratch) drop(f *os.File) {
	delete(s.files, f)
	_ = f.Close()
}

// buffer gives an empty buffer of full size.
func (s *scratch) buffer() []record {
	if n := len(s.free); n > 0 {
		b := s.free[n-1]
		s.free = s.free[:n-1]
		return b[:0]
	}
	return make([]record, 0, s.runRows)
}

func (s *scratch) giveBack(b []record) {
	if cap(b) == s.runRows {
		s.free = append(s.free, b)
	}
}

func (s *scratch) close() error {
	for f := range s.files {
		_ = f.Close()
	}
	clear(s.files)
	s.free, s.slots = nil, nil
	if s.folder == "" {
		return nil
	}
	folder := s.folder
	s.folder = ""
	if err := os.RemoveAll(folder); err != nil {
		return faultScratch(err)
	}
	return nil
}
