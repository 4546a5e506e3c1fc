package consentcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type recordOptions struct {
	d     *cmdkit.Deps
	out   *cmdkit.Output
	input string
}

// maxEvent bounds the file of one event, in bytes; its longest values together are a few kilobytes.
const maxEvent = 1 << 20

func newRecord(d *cmdkit.Deps) *cobra.Command {
	o := &recordOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "record",
		Short: i18n.T("tek bir olayı günlüğe kaydeder", "records one event in the log"),
		Long: i18n.T(`Bir kişinin tek bir işlemini kaydeder: sözleşmenin kabulü, aydınlatma metninin gösterilmesi, açık rızanın verilmesi, reddi ya da geri alınması. Girdi bir JSON nesnesi ya da başlığı ve tek satırı olan bir CSV dosyasıdır.

Kayıt kalıcı olmadan komut başarıyla bitmez. Aynı kimlikli (id) olay aynı içerikle yeniden verilirse atlanır, başka içerikle verilirse reddedilir; kimlik verilmezse üretilir. Açık rıza, aynı oturumda aydınlatma metni gösterilmeden kaydedilemez (Aydınlatma Tebliği m.5/1-f).`,
			`Records one act of a person: acceptance of the agreement, presentation of the privacy notice, explicit consent given, refused or withdrawn. The input is one JSON object, or a CSV file with a header and one row.

The command succeeds only when the record is durable. An event with the same id and the same content is skipped, with other content it is refused; an id is made when there is none. Consent cannot be recorded before the notice was presented in the same session (communiqué on the notice, m.5/1-f).`),
		Example: i18n.T("iskurctl consent record --input olay.json\niskurctl consent record --input - -o json < olay.json", "iskurctl consent record --input event.json\niskurctl consent record --input - -o json < event.json"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Unverifiable, fault.Store, fault.Input, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runRecord(ctx, o) },
	})
	inputFlag(d, cmd, &o.input)
	o.out = d.OutputFlags(cmd, nil)
	return cmd
}

// inputFlag adds --input.
func inputFlag(d *cmdkit.Deps, cmd *cobra.Command, input *string) {
	cmd.Flags().StringVar(input, "input", "", d.In(i18n.T("`DOSYA` olaylar, NDJSON ya da CSV (- : standart girdi)", "`FILE` the events, NDJSON or CSV (- : standard input)")))
	_ = cmd.MarkFlagFilename("input") // a file is completed by the shell itself
}

func inputMissing() error {
	return cmdkit.FlagMissing("input", i18n.T("DOSYA", "FILE")).
		WithHint(i18n.T("standart girdiden okumak için: --input -", "to read standard input: --input -"))
}

func runRecord(ctx context.Context, o *recordOptions) error {
	if o.input == "" {
		return inputMissing()
	}
	e, err := oneEvent(ctx, o.d, o.input)
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		log, err := o.d.Consent(ctx)
		if err != nil {
			return err
		}
		r, err := log.Record(ctx, e)
		if err != nil {
			return named(err)
		}
		if r.Skipped {
			o.d.Note(i18n.T("bu olay aynı içerikle zaten kayıtlıydı; hiçbir şey değişmedi", "this event was recorded already, with the same content; nothing has changed"))
		}
		return s.Object(recorded(r))
	})
}

// named says of which field the problem of an event is.
func named(err error) error {
	if p := (*event.Problem)(nil); errors.As(err, &p) {
		return p.Fault(0)
	}
	return err
}

// recorded is what became of one event.
func recorded(r consent.Recorded) []output.Field {
	return []output.Field{
		{Key: "seq", Title: i18n.T("sıra", "seq"), Kind: output.Number, Value: r.Seq},
		{Key: "id", Title: i18n.T("olay kimliği", "event id"), Kind: output.Code, Value: r.ID},
		{Key: "skipped", Title: i18n.T("atlandı", "skipped"), Kind: output.Bool, Value: r.Skipped},
	}
}

// oneEvent reads an input that holds exactly one event. A JSON object may be written over several lines.
func oneEvent(ctx context.Context, d *cmdkit.Deps, path string) (e event.Event, err error) {
	in, err := d.OpenInput(ctx, path)
	if err != nil {
		return e, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxEvent+1))
	if err != nil {
		return e, unreadable(ctx, err)
	}
	if len(text) > maxEvent {
		return e, fault.New(fault.Input, "input_too_large", i18n.T("girdi tek bir olay için çok büyük", "the input is too large for one event")).WithHint(useImport())
	}
	if object := bytes.TrimPrefix(text, []byte("\ufeff")); json.Valid(object) {
		// JSON has line ends between its tokens only; in their place the bytes that a message counts stay where they are.
		text = bytes.Map(func(r rune) rune {
			if r == '\n' || r == '\r' {
				return ' '
			}
			return r
		}, object)
	}
	rows := 0
	for row, err := range event.Read(bytes.NewReader(text)) {
		if err != nil {
			return e, err
		}
		if rows++; rows > 1 {
			return e, fault.New(fault.Input, "event_not_one", i18n.T("girdide birden çok olay var; hiçbiri kaydedilmedi", "the input holds more than one event; none was recorded")).WithHint(useImport())
		}
		if row.Problem != nil {
			return e, row.Problem.Fault(0)
		}
		e = row.Event
	}
	if rows == 0 {
		return e, fault.New(fault.Input, "input_empty", i18n.T("girdide olay yok", "there is no event in the input"))
	}
	return e, nil
}

func useImport() i18n.Text {
	return i18n.T("birden çok olay için: iskurctl consent import --input DOSYA", "for several events: iskurctl consent import --input FILE")
}
