package output

import (
	"bytes"
	"io"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"iskurctl/internal/i18n"
)

func batchColumns() []Column {
	return []Column{{Key: "line", Kind: Number}, {Key: "value", Kind: TC}, {Key: "good", Kind: Bool}, {Key: "why", Kind: Code}, {Key: "note", Kind: Text, Title: i18n.T("Not", "Note")}, {Key: "as", Kind: TC}}
}

// Records that come in batches, in any sizes, give the bytes that they give one by one.
func TestBatchesGiveTheBytesOfSingleRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{
			Format: rapid.SampledFrom([]string{"json", "ndjson", "tsv", "csv"}).Draw(t, "format"),
			Reveal: rapid.Bool().Draw(t, "reveal"), NoHeaders: rapid.Bool().Draw(t, "no headers"),
		}
		if o.Format == "csv" {
			o.Excel = rapid.Bool().Draw(t, "excel")
		}
		switch rapid.IntRange(0, 2).Draw(t, "fields") {
		case 1:
			o.Fields = []string{"value"}
		case 2:
			o.Fields = []string{"note", "line", "as", "value"}
		}
		var single, batched bytes.Buffer
		a, err := Open(o, Target{Out: &single}, batchColumns())
		if err != nil {
			t.Fatal(err)
		}
		b, err := Open(o, Target{Out: &batched}, batchColumns())
		if err != nil {
			t.Fatal(err)
		}
		one, two := b.Batch(), b.Batch()
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{0,14}`), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		for i := range rapid.IntRange(0, 12).Draw(t, "records") {
			value, note := text.Draw(t, "value"), text.Draw(t, "note")
			number, raw := rapid.Int64().Draw(t, "number"), []byte(value)
			if err := a.Write(Record{number, value, i%2 == 0, "ok", note, number}); err != nil {
				t.Fatal(err)
			}
			rec := Record{&number, &raw, i%2 == 0, "ok", note, &number}
			if rapid.IntRange(0, 9).Draw(t, "directly") == 0 { // between batches single records may stand
				if err := b.Append(one); err != nil {
					t.Fatal(err)
				}
				if err := b.Write(rec); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if err := one.Write(rec); err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "append") {
				if err := b.Append(one); err != nil {
					t.Fatal(err)
				}
				one, two = two, one
			}
		}
		if err := b.Append(one); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if single.String() != batched.String() {
			t.Fatalf("%+v\n one by one %q\nin batches %q", o, single.String(), batched.String())
		}
	})
}

// It is the race detector that fails here.
func TestABatchMayBeMadeWhileAnotherOpensTheDocument(t *testing.T) {
	for _, format := range []string{"json", "ndjson", "tsv", "csv"} {
		s, err := Open(Options{Format: format}, Target{Out: io.Discard}, batchColumns())
		if err != nil {
			t.Fatal(err)
		}
		first := s.Batch()
		var both sync.WaitGroup
		both.Go(func() {
			if s.Batch() == nil {
				t.Errorf("%s: no batch", format)
			}
		})
		err = first.Write(Record{1, "10000000146", true, "ok", "", 2})
		if err == nil {
			err = s.Append(first)
		}
		if err != nil {
			t.Errorf("%s: %v", format, err)
		}
		both.Wait()
	}
}

func TestWhatMustComeInOrderGivesNoBatch(t *testing.T) {
	for _, c := range []struct {
		o   Options
		tty bool
	}{{Options{Format: "table"}, false}, {Options{Format: "md"}, false}, {Options{JQ: "."}, false}, {Options{Format: "ndjson"}, true}} {
		s, err := Open(c.o, Target{Out: &bytes.Buffer{}, TTY: c.tty}, batchColumns())
		if err != nil {
			t.Fatal(err)
		}
		if s.Batch() != nil {
			t.Errorf("%+v gives a batch", c)
		}
	}
}

func TestABatchOfNumbersAllocatesNothing(t *testing.T) {
	s, err := Open(Options{Format: "ndjson"}, Target{Out: &bytes.Buffer{}}, batchColumns())
	if err != nil {
		t.Fatal(err)
	}
	b, line, value := s.Batch(), int64(1234), []byte("10000000146")
	rec := Record{&line, &value, true, "ok", "", nil}
	b.buf = make([]byte, 0, 1<<20)
	if n := testing.AllocsPerRun(100, func() {
		if err := b.Write(rec); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a record allocates %v times", n)
	}
	if got, want := string(b.buf[:bytes.IndexByte(b.buf, 10)]), `{"line":1234,"value":"100******46","good":true,"why":"ok","note":"","as":null}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func BenchmarkBatch(b *testing.B) {
	s, err := Open(Options{Format: "ndjson"}, Target{Out: &bytes.Buffer{}}, batchColumns()[:4])
	if err != nil {
		b.Fatal(err)
	}
	batch, line, value := s.Batch(), int64(1234), []byte("10000000146")
	rec := Record{&line, &value, true, "ok"}
	for b.Loop() {
		line++
		if batch.buf = batch.buf[:0]; batch.Write(rec) != nil {
			b.Fatal("refused")
		}
	}
}
