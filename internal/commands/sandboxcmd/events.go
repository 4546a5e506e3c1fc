package sandboxcmd

import (
	"context"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/consent/sample"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

// defaultEvents is how many events there are unless told otherwise.
const defaultEvents = 100

// formats are those that `consent import` takes.
var formats = []string{"ndjson", "csv"}

type eventsOptions struct {
	d      *cmdkit.Deps
	count  int
	seed   uint64
	format string
	out    string
	force  bool
}

func newEvents(d *cmdkit.Deps) *cobra.Command {
	o := &eventsOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "events",
		Short: i18n.T("sentetik rıza olayları üretir", "makes synthetic consent events"),
		Long: i18n.T(`Örnek metinlere (iskurctl sandbox texts) bağlı sentetik olaylar üretir: sözleşme kabulü, aydınlatma, açık rıza; kimi reddeder, kimi geri alır, kimi yeni sürüme dönüp gelir. Çıktı, `+"`iskurctl consent import`"+` komutunun aldığı biçimdedir: NDJSON ya da -o csv ile CSV. Aynı tohum hep aynı olayları verir.

Kişiler yoktur, numaralar hesapla üretilir; bu yüzden hiçbir değer maskelenmez.`,
			`Makes synthetic events on the sample texts (iskurctl sandbox texts): agreements accepted, notices, consents; some people refuse, some withdraw, some come back to the newer version. The output has the form that `+"`iskurctl consent import`"+` takes: NDJSON, or CSV with -o csv. The same seed always gives the same events.

The people do not exist and the numbers are made by arithmetic, so no value is masked.`),
		Example: i18n.T("iskurctl sandbox events --count 1000 --out olaylar.ndjson\niskurctl sandbox events -o csv", "iskurctl sandbox events --count 1000 --out events.ndjson\niskurctl sandbox events -o csv"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runEvents(ctx, o) },
	})
	f := cmd.Flags()
	f.IntVar(&o.count, "count", defaultEvents, d.In(i18n.T("`SAYI` olay sayısı", "`N` how many events")))
	f.Uint64Var(&o.seed, "seed", 1, d.In(i18n.T("`TOHUM` üretilen kişilerin tohumu", "`SEED` seed of the generated people")))
	format := formats[0]
	if word, _ := d.Env("ISKURCTL_OUTPUT"); slices.Contains(formats, word) {
		format = word // the others are no form of events
	}
	f.StringVarP(&o.format, "output", "o", format, d.In(i18n.T("`BİÇİM` çıktı biçimi: ndjson|csv", "`FORMAT` output format: ndjson|csv")))
	f.StringVar(&o.out, "out", "", d.In(i18n.T("`DOSYA` sonucu dosyaya yaz (yarım dosya kalmaz, 0600)", "`FILE` write the result to a file (atomic, 0600)")))
	f.BoolVar(&o.force, "force", false, d.In(i18n.T("var olan --out dosyasını değiştir", "replace an existing --out file")))
	cmdkit.Complete(cmd, "output", formats)
	return cmd
}

func runEvents(ctx context.Context, o *eventsOptions) error {
	if o.count < 0 {
		return fault.New(fault.Usage, "flag_value_invalid", i18n.T("--count sıfırdan küçük olamaz", "--count must not be below zero")).
			WithHint(i18n.T("örnek: --count 1000", "for example: --count 1000"))
	}
	events := first(o.count, sample.Events(o.seed, sample.MaxPeople, sample.Start()))
	switch o.format {
	case "ndjson":
		return writeNDJSON(ctx, o, events)
	case "csv":
		return writeCSV(ctx, o, events)
	}
	return fault.New(fault.Usage, "format_unknown", i18n.T("-o yalnızca ndjson ya da csv olabilir", "-o can be ndjson or csv only")).
		WithHint(i18n.T("öteki biçimleri consent import almaz", "consent import takes no other format"))
}

// first cuts a sequence after n.
func first(n int, all iter.Seq[event.Event]) iter.Seq[event.Event] {
	return func(yield func(event.Event) bool) {
		left := n
		if left == 0 {
			return
		}
		for e := range all {
			left--
			if !yield(e) || left == 0 {
				return
			}
		}
	}
}

// writeNDJSON writes the lines as the import reads them: members that are absent are left out, which no column can be.
func writeNDJSON(ctx context.Context, o *eventsOptions, events iter.Seq[event.Event]) error {
	fill := func(w io.Writer) error {
		var buf []byte
		for e := range events {
			if err := ctx.Err(); err != nil {
				return err
			}
			if buf = event.AppendNDJSON(buf, &e); len(buf) >= 64<<10 {
				if _, err := w.Write(buf); err != nil {
					return err
				}
				buf = buf[:0]
			}
		}
		_, err := w.Write(buf)
		return err
	}
	if o.out != "" {
		return output.WriteStream(o.out, o.force, fill)
	}
	return fill(printer{o.d})
}

// printer is stdout, with the program's errors.
type printer struct{ d *cmdkit.Deps }

func (p printer) Write(b []byte) (int, error) {
	if err := p.d.Print(string(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// writeCSV writes the columns of the import's header. They are Code, whatever they hold: all of it is synthetic.
func writeCSV(ctx context.Context, o *eventsOptions, events iter.Seq[event.Event]) error {
	header := event.Header()
	columns := make([]output.Column, len(header))
	for i, name := range header {
		columns[i] = output.Column{Key: name, Kind: output.Code}
	}
	s := o.d.Streams
	sink, err := output.Open(output.Options{Format: "csv", OutFile: o.out, Force: o.force}, output.Target{Ctx: ctx, Out: s.Out, TTY: s.OutTTY, Width: s.Width, Lang: o.d.Lang, Palette: s.OutPalette()}, columns)
	if err != nil {
		return err
	}
	record := make(output.Record, len(header))
	for e := range events {
		if err := ctx.Err(); err != nil {
			return cmdkit.Finish(sink, err)
		}
		for i, name := range header {
			record[i] = cell(&e, name)
		}
		if err := sink.Write(record); err != nil {
			return cmdkit.Finish(sink, err)
		}
	}
	return sink.Close()
}

// cell gives the value of a column.
func cell(e *event.Event, name string) any {
	switch name {
	case "id":
		return e.ID
	case "session":
		return e.Session
	case "act":
		return string(e.Act)
	case "event":
		return string(e.Step)
	case "time":
		return e.Time
	case "received":
		return e.Received
	case "channel":
		return e.Channel
	case "text":
		return e.Text
	case "language":
		return e.Language
	case "items":
		return strings.Join(e.Items, " ")
	case "ui":
		return e.UI
	case "tc":
		return e.Subject.TC
	case "given_name":
		return e.Subject.GivenName
	case "surname":
		return e.Subject.Surname
	case "father_name":
		return e.Subject.FatherName
	case "birth_date":
		return e.Subject.BirthDate
	case "phone":
		return e.Subject.Phone
	case "contact_preference":
		return e.ContactPreference
	case "ip":
		return e.IP
	case "captcha":
		if e.Captcha != nil {
			return strconv.FormatBool(*e.Captcha)
		}
	}
	return nil
}
