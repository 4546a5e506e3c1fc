package tccmd

import (
	"context"
	"encoding/binary"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/tckn"
	"iskurctl/internal/tckn/synthetic"
)

type generateOptions struct {
	d     *cmdkit.Deps
	out   *cmdkit.Output
	cmd   *cobra.Command
	count int64
	seed  uint64
	kind  string
}

// generateColumns are not of kind TC: the numbers are made up, and masked ones would be of no use.
var generateColumns = []output.Column{
	{Key: "value", Title: i18n.T("NUMARA", "NUMBER"), Kind: output.Code},
	{Key: "kind", Title: i18n.T("TÜR", "KIND"), Kind: output.Code},
}

var generateKinds = []string{string(tckn.KindCitizen), string(tckn.KindForeigner), string(tckn.KindTemporaryProtection)}

func newGenerate(d *cmdkit.Deps) *cobra.Command {
	o := &generateOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "generate --count N",
		Short: i18n.T("sınama ve eğitim için yapay TC kimlik numaraları üretir", "makes synthetic TC identity numbers for tests and training"),
		Long: i18n.T("Denetim basamakları tutan, birbirinden farklı numaralar üretir; hepsi sınama ve eğitim içindir. Numaralar kimseye ait olmak üzere üretilmez, ama içlerinden biri gerçek bir kişinin numarası olabilir: gerçek hizmetlerde sorgulamayın, gerçek kayıtlara yazmayın.\n\nAynı --seed her zaman aynı numaraları aynı sırayla verir; verilmezse her seferinde başka numaralar üretilir. Yer tutucu numaralar (11111111110 gibi) üretilmez. Numaralar maskelenmez.",
			"Makes distinct numbers whose check digits are right, for tests and training. They are made for nobody, yet one of them may happen to be a real person's: do not query live services for them, and do not put them into real records.\n\nThe same --seed always gives the same numbers in the same order; without it they are others each time. Placeholder numbers (such as 11111111110) are not made. The numbers are not masked."),
		Example: i18n.T("iskurctl tc generate --count 10 --seed 1\niskurctl tc generate --count 1000000 --no-headers --fields value --out numaralar.txt\niskurctl tc generate --count 100 --kind foreigner -o csv",
			"iskurctl tc generate --count 10 --seed 1\niskurctl tc generate --count 1000000 --no-headers --fields value --out numbers.txt\niskurctl tc generate --count 100 --kind foreigner -o csv"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Output},
		Run:   func(ctx context.Context, _ []string) error { return runGenerate(ctx, o) },
	})
	o.cmd = cmd
	f := cmd.Flags()
	f.Int64Var(&o.count, "count", 0, d.In(i18n.T("`ADET` kaç numara üretileceği", "`N` how many numbers")))
	f.Uint64Var(&o.seed, "seed", 0, d.In(i18n.T("`SAYI` sırayı belirleyen sayı; aynısı aynı numaraları verir", "`S` number that decides the order; the same one gives the same numbers")))
	f.StringVar(&o.kind, "kind", generateKinds[0], d.In(i18n.T("`TÜR` citizen|foreigner|temporary_protection", "`KIND` citizen|foreigner|temporary_protection")))
	_ = cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(generateKinds, cobra.ShellCompDirectiveNoFileComp)) // fails for a flag that does not exist only
	o.out = d.OutputFlags(cmd, generateColumns)
	return cmd
}

func runGenerate(ctx context.Context, o *generateOptions) error {
	numbers, err := o.numbers()
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		g := &generator{numbers: numbers, sink: s, kind: o.kind, left: o.count}
		if s.Batch() == nil {
			return g.oneByOne(ctx)
		}
		return g.inParts(ctx)
	})
}

func (o *generateOptions) numbers() (*synthetic.Numbers, error) {
	if !o.cmd.Flags().Changed("count") {
		return nil, fault.New(fault.Usage, "flag_value_missing", i18n.T("--count verilmedi", "--count is missing")).
			WithHint(i18n.T("kaç numara istediğinizi yazın: --count 10", "say how many numbers you want: --count 10"))
	}
	if !o.cmd.Flags().Changed("seed") {
		var seed [8]byte
		if _, err := io.ReadFull(o.d.Rand, seed[:]); err != nil {
			return nil, fault.From(err)
		}
		o.seed = binary.LittleEndian.Uint64(seed[:])
	}
	numbers, err := synthetic.New(tckn.Kind(o.kind), o.seed)
	switch {
	case err != nil:
		return nil, fault.New(fault.Usage, "flag_value_invalid", i18n.T("--kind: böyle bir tür yok", "--kind: there is no such kind")).
			WithHint(i18n.T("geçerli türler: citizen, foreigner, temporary_protection", "valid kinds: citizen, foreigner, temporary_protection"))
	case o.count < 0:
		return nil, fault.New(fault.Usage, "flag_value_invalid", i18n.T("--count eksi olamaz", "--count cannot be negative"))
	case o.count > numbers.Len():
		return nil, fault.New(fault.Usage, "flag_value_invalid", i18n.Tf("--count: bu türden yalnızca %d numara var", "--count: there are only %d numbers of this kind", numbers.Len())).
			WithHint(i18n.T("daha az numara ya da başka bir tür isteyin", "ask for fewer numbers or for another kind"))
	}
	return numbers, nil
}

// generator writes the numbers of a seed until enough are written.
type generator struct {
	numbers *synthetic.Numbers
	sink    *output.Sink
	kind    string
	left    int64
}

func (g *generator) oneByOne(ctx context.Context) error {
	var buf []byte
	for c := g.numbers.From(0); g.left > 0; g.left-- {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		buf = c.Next(buf[:0], g.numbers.Places())
		if err := g.sink.Write(output.Record{string(buf), g.kind}); err != nil {
			return err
		}
	}
	return nil
}

// partPlaces is how many places of the order a goroutine takes at once.
const partPlaces = 16 << 10

// part is a stretch of the order, and its records once done says so.
type part struct {
	from, until uint64
	batch       *output.Batch
	done        chan error
	count       int64
}

// inParts has all cores make parts, and writes them in order.
func (g *generator) inParts(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	workers := runtime.GOMAXPROCS(0)
	work, order := make(chan *part), make(chan *part, workers)
	free := make(chan *output.Batch, 2*workers+1)
	for range cap(free) {
		free <- g.sink.Batch()
	}
	ended := make(chan struct{}, workers+1)
	go func() {
		defer func() { close(work); close(order); ended <- struct{}{} }()
		for from := uint64(0); from < g.numbers.Places(); from += partPlaces {
			p := &part{from: from, until: min(from+partPlaces, g.numbers.Places()), done: make(chan error, 1)}
			select {
			case p.batch = <-free:
			case <-ctx.Done():
				return
			}
			work <- p
			order <- p
		}
	}()
	for range workers {
		go func() {
			for p := range work {
				p.done <- guarded(func() error { return g.fill(p, -1) })
			}
			ended <- struct{}{}
		}()
	}
	err := g.collect(ctx, order, free)
	stop()
	for range order { // lets the others end
	}
	for range workers + 1 {
		<-ended
	}
	return err
}

func (g *generator) collect(ctx context.Context, order <-chan *part, free chan<- *output.Batch) error {
	for p := range order {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := <-p.done
		if err == nil && p.count > g.left {
			p.batch.Reset()
			err = g.fill(p, g.left)
		}
		if err == nil {
			err = g.sink.Append(p.batch)
		}
		if g.left -= p.count; err != nil || g.left == 0 {
			return err
		}
		free <- p.batch
	}
	return context.Cause(ctx)
}

// fill makes the records of a part, at most so many unless most is negative.
func (g *generator) fill(p *part, most int64) error {
	var value []byte
	record := output.Record{&value, g.kind}
	p.count = 0
	for c := g.numbers.From(p.from); p.count != most; p.count++ {
		if value = c.Next(value[:0], p.until); len(value) == 0 {
			return nil
		}
		if err := p.batch.Write(record); err != nil {
			return err
		}
	}
	return nil
}
