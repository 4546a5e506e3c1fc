package output

// Batch takes records on another goroutine than the one of its Sink: several batches are filled side by side, and the Sink
// takes them in the order in which Append is called. The bytes are those that Write would give.
type Batch struct {
	enc    encoder
	pick   []int
	width  int
	values []any
	buf    []byte
}

// inner is an encoder whose records do not depend on those before: of the first record only what opens the document.
type inner interface {
	encoder
	// fork gives an encoder for records in the middle of the document, for one other goroutine. It may be called while
	// another one opens the document, so it reads only what never changes.
	fork() encoder
	// open appends what stands before the first record, and gives the records of a batch as they follow on it.
	open(dst, batch []byte) (opened, rest []byte, err error)
}

// Batch gives an empty batch, also while another goroutine appends one; nil where records must be written one after
// another: in a table, with --jq, and where somebody watches.
func (s *Sink) Batch() *Batch {
	e, ok := s.enc.(inner)
	if !ok || s.eager {
		return nil
	}
	return &Batch{enc: e.fork(), pick: s.pick, width: len(s.all)}
}

// Write adds a record, as Sink.Write does.
func (b *Batch) Write(r Record) error {
	if len(r) != b.width {
		return misuse("record of another length")
	}
	b.values = b.values[:0]
	for _, p := range b.pick {
		b.values = append(b.values, r[p])
	}
	mark := len(b.buf)
	buf, err := b.enc.record(b.buf, b.values)
	if err != nil {
		b.buf = buf[:mark]
		return err
	}
	b.buf = buf
	return nil
}

// Reset drops what was written and not appended.
func (b *Batch) Reset() { b.buf = b.buf[:0] }

// Append writes the records of a batch and empties it for the next ones.
func (s *Sink) Append(b *Batch) error {
	if len(b.buf) == 0 {
		return nil
	}
	if err := s.enter(records); err != nil {
		return err
	}
	e, ok := s.enc.(inner)
	if !ok {
		return s.fail(misuse("a batch of another sink"))
	}
	buf, rest, err := e.open(s.buf, b.buf)
	s.buf = buf
	if err != nil {
		return s.fail(err)
	}
	// What is large goes out as it is, without being copied once more.
	if err := s.Flush(); err != nil {
		return err
	}
	if err := s.dest.write(rest); err != nil {
		return s.fail(err)
	}
	b.buf = b.buf[:0]
	return nil
}

func (e *jsonEncoder) fork() encoder {
	return &jsonEncoder{masker: e.masker, keys: e.keys, kinds: e.kinds, lines: e.lines, opened: true}
}

// open turns the comma and line end before the first record of an array into its beginning.
func (e *jsonEncoder) open(dst, batch []byte) (opened, rest []byte, err error) {
	if !e.lines && !e.opened {
		dst = append(dst, '[', '\n')
		batch = batch[len(",\n"):]
	}
	e.opened = true
	return dst, batch, nil
}

func (e *tsvEncoder) fork() encoder {
	return &tsvEncoder{masker: e.masker, cols: e.cols}
}

func (e *tsvEncoder) open(dst, batch []byte) (opened, rest []byte, err error) {
	return e.header(dst), batch, nil
}

func (e *csvEncoder) fork() encoder {
	f := newCSV(e.masker, e.cols, false, e.excel)
	f.bom = false
	return f
}

func (e *csvEncoder) open(dst, batch []byte) (opened, rest []byte, err error) {
	dst, err = e.header(dst)
	if e.bom && err == nil { // no header brought it
		e.bom = false
		dst = append(dst, "\ufeff"...)
	}
	return dst, batch, err
}
