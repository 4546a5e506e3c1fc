package tccmd

import (
	"bufio"
	"context"
	"io"
	"runtime"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/output"
	"iskurctl/internal/tabular"
	"iskurctl/internal/tckn"
	"iskurctl/internal/tckn/bulk"
)

// How much of the input a goroutine takes at once, in bytes. A count needs next to no memory beside it; a record is up to
// ten times as long as its line.
const (
	countBlock  = 1 << 20
	recordBlock = 128 << 10
)

// bulk checks a file on all cores. From the first block on that bulk does not understand it goes on value by value.
func (o *validateOptions) bulk(ctx context.Context, s *output.Sink, count *counts) error {
	in, err := o.d.OpenInput(ctx, o.source.File)
	if err != nil {
		return err
	}
	defer in.Close()
	p := &pass{o: o, sink: s, block: countBlock}
	if !o.summary {
		p.block = recordBlock
	}
	err = p.run(ctx, in, count)
	p.total.Each(o.strict, count.add)
	return cmdkit.Shrunk(err)
}

// pass is one run over an input.
type pass struct {
	o      *validateOptions
	sink   *output.Sink
	block  int
	layout tabular.Layout
	total  bulk.Tally
}

func (p *pass) run(ctx context.Context, in *cmdkit.Input, count *counts) error {
	source, careful, done, err := p.open(in)
	if err != nil {
		return err
	}
	defer done()
	if source == nil {
		return p.o.each(ctx, tabular.Values(careful, p.o.source.Options), p.sink, count)
	}
	rest, err := bulk.Run{
		Source: source, Line: p.layout.Line, Numbered: !p.o.summary, Workers: runtime.GOMAXPROCS(0) + 1,
		New: func() bulk.Worker { return &guardedWorker{Worker: p.worker()} },
	}.Do(ctx)
	if err != nil || rest.Reader == nil {
		return err
	}
	left := p.layout
	left.Line = rest.Line
	return p.o.each(ctx, tabular.Continue(rest.Reader, left), p.sink, count)
}

// open looks at the beginning of the input. It gives no source, and the input from its start, when that is nothing for
// bulk.
func (p *pass) open(in *cmdkit.Input) (source bulk.Source, careful io.Reader, done func(), err error) {
	var fine bool
	if f, size, ok := in.File(); ok {
		head := make([]byte, min(size, tabular.LayoutHead))
		if n, err := f.ReadAt(head, 0); n == len(head) && !tabular.Packed(head) {
			if p.layout, fine = tabular.Begin(head, p.o.source.Options); fine {
				return bulk.File(f, int64(p.layout.Skip), size, p.block), nil, func() {}, nil
			}
		} else if n < len(head) && err == io.EOF {
			return nil, nil, nil, bulk.ErrShrunk
		}
		in.Reader = bulk.Exact(f, 0, size)
	}
	text, err := tabular.Unpack(in)
	if err != nil {
		return nil, nil, nil, err
	}
	done = func() { _ = text.Close() } // frees a decoder; what it had to say came from Read
	buffered := bufio.NewReaderSize(text, tabular.LayoutHead)
	head, _ := buffered.Peek(tabular.LayoutHead) // an error comes again with the next read
	if p.layout, fine = tabular.Begin(head, p.o.source.Options); !fine {
		return nil, buffered, done, nil
	}
	if _, err := buffered.Discard(p.layout.Skip); err != nil {
		return nil, nil, nil, err
	}
	return bulk.Stream(buffered, p.block), nil, done, nil
}

func (p *pass) worker() bulk.Worker {
	l := bulk.Layout{Fields: p.layout.Fields, Comma: p.layout.Comma, Index: p.layout.Index}
	if p.o.summary {
		return &counter{pass: p, layout: l, counter: bulk.NewCounter()}
	}
	w := &writer{pass: p, layout: l, batch: p.sink.Batch(), known: map[tckn.Result][4]any{}}
	w.record = output.Record{&w.line, &w.value, nil, nil, nil, nil}
	return w
}

// counter is the worker of a summary.
type counter struct {
	pass    *pass
	layout  bulk.Layout
	counter *bulk.Counter
	block   bulk.Tally
}

func (w *counter) Work(b bulk.Block) (int64, bool) {
	w.block = bulk.Tally{}
	understood := w.counter.Count(w.layout, b, &w.block)
	return w.block.Lines(), understood
}

func (w *counter) Done() error {
	w.pass.total.Add(&w.block)
	return nil
}

// writer is the worker of records.
type writer struct {
	pass   *pass
	layout bulk.Layout
	batch  *output.Batch
	block  bulk.Tally

	line   int64 // of the record being written, which points here
	value  []byte
	record output.Record
	last   tckn.Result
	known  map[tckn.Result][4]any // what a record says of each result, ready to be written
}

func (w *writer) Work(b bulk.Block) (int64, bool) {
	w.block = bulk.Tally{}
	lines := int64(0)
	var err error
	understood := w.layout.Values(b, func(line int64, value []byte, r tckn.Result) {
		lines++
		w.block.Count(r)
		r = w.pass.o.result(r)
		if w.pass.o.invalidOnly && r.Valid() || err != nil {
			return
		}
		if r != w.last {
			w.say(r)
		}
		w.line, w.value = line, value
		err = w.batch.Write(w.record)
	})
	return lines, understood && err == nil
}

// say sets the members of the record that depend on the result alone.
func (w *writer) say(r tckn.Result) {
	words, ok := w.known[r]
	if !ok {
		words = [4]any{r.Valid(), string(r.Reason), string(r.Kind), r.Placeholder}
		w.known[r] = words
	}
	copy(w.record[2:], words[:])
	w.last = r
}

func (w *writer) Done() error {
	w.pass.total.Add(&w.block)
	return w.pass.sink.Append(w.batch)
}
