package reconcile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

func TestTheFolderIsPrivateHoldsNothingPersonalAndIsGoneAfterwards(t *testing.T) {
	dir := t.TempDir()
	e, err := New(dir, testKey, window)
	if err != nil {
		t.Fatal(err)
	}
	e.scratch.runRows = 50
	names := []string{"ayse.yilmaz", byNumber, number(1), number(2), "KIMLIK_NO"}
	for i := range 200 {
		r := row(int64(i), int64(i)*5000, names[0], byNumber, "KIMLIK_NO", number(1+i%2), "N", strconv.Itoa(i))
		if err := errors.Join(e.AddOurs(r), e.AddTheirs(r)); err != nil {
			t.Fatal(err)
		}
	}
	read := 0
	for f := range e.scratch.files {
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		b := make([]byte, info.Size())
		if _, err := f.ReadAt(b, 0); err != nil {
			t.Fatal(err)
		}
		read += len(b)
		for _, name := range names {
			if bytes.Contains(b, []byte(name)) {
				t.Errorf("a temporary file holds personal data")
			}
		}
	}
	if read < 300*recordSize {
		t.Fatalf("only %d bytes were looked at", read)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v %v", entries, err)
	}
	if info, err := entries[0].Info(); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if inside, err := os.ReadDir(filepath.Join(dir, entries[0].Name())); runtime.GOOS != "windows" && (err != nil || len(inside) != 0) {
		t.Errorf("%v %v", inside, err)
	}
	if got := found(t, e); len(got) != 0 {
		t.Error(got)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if entries, err = os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%v %v", entries, err)
	}
}

func TestASmallComparisonNeedsNoFile(t *testing.T) {
	e, err := New(filepath.Join(t.TempDir(), "missing"), testKey, window)
	if err != nil {
		t.Fatal(err)
	}
	if got := compareLogs(t, e, []Row{row(1, 0, "a", byRange)}, nil); len(got) != 1 {
		t.Error(got)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}
