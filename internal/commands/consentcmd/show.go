package consentcmd

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type showOptions struct {
	d   *cmdkit.Deps
	out *cmdkit.Output
}

func newShow(d *cmdkit.Deps) *cobra.Command {
	o := &showOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "show " + d.In(i18n.T("KİMLİK", "ID")),
		Short: i18n.T("bir olayı bütün alanlarıyla gösterir", "shows one event with all it has"),
		Long: i18n.T("Kimliği (id) verilen olayı bütün alanlarıyla gösterir: gösterilen metin ve SHA-256 özeti, günlükteki sırası ve yazıldığı zaman, dayandığı aydınlatma (notice) ve sona erdirdiği rıza (prev) kayıtlarının sırası, silinen alanların adları. Kişisel alanlar --reveal verilmedikçe maskelidir.",
			"Shows the event of an id with all it has: the text that was shown and its SHA-256, its place in the log and the time of logging, the sequence numbers of the notice that it rests on (notice) and of the consent that it ends (prev), the names of values that were erased. Personal values are masked unless --reveal."),
		Example: i18n.T("iskurctl consent show 123e4567-e89b-42d3-a456-426614174000\niskurctl consent show 123e4567-e89b-42d3-a456-426614174000 -o json --reveal",
			"iskurctl consent show 123e4567-e89b-42d3-a456-426614174000\niskurctl consent show 123e4567-e89b-42d3-a456-426614174000 -o json --reveal"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Unverifiable, fault.Store, fault.Output},
		Args:  oneID,
		Run:   func(ctx context.Context, args []string) error { return runShow(ctx, o, args[0]) },
	})
	o.out = d.OutputFlags(cmd, nil)
	return cmd
}

// oneID takes the id of one event.
func oneID(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		if _, ok := event.ParseUUID(args[0]); ok {
			return nil
		}
	}
	return fault.New(fault.Usage, "event_id", i18n.Tf("%s için bir olayın kimliği (UUID) gerekir", "%s takes the id of one event (a UUID)", cmd.CommandPath())).WithHint(uuidHint())
}

func runShow(ctx context.Context, o *showOptions, id string) error {
	log, err := o.d.Consent(ctx)
	if err != nil {
		return err
	}
	e, err := log.Find(ctx, id)
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error { return s.Object(eventFields(&e)) })
}

// eventFields gives all members of an event. Birth date and address have no mask of their own: as names they keep their
// first character only.
func eventFields(e *consent.Entry) []output.Field {
	v := &e.Event
	p := &v.Subject
	var captcha any
	if v.Captcha != nil {
		captcha = *v.Captcha
	}
	f := func(key, tr, en string, kind output.Kind, value any) output.Field {
		return output.Field{Key: key, Title: i18n.T(tr, en), Kind: kind, Value: value}
	}
	return []output.Field{
		f("seq", "sıra", "seq", output.Number, e.Seq),
		f("id", "olay kimliği", "event id", output.Code, v.ID),
		f("logged", "günlüğe yazıldı", "logged", output.Time, e.Logged),
		f("time", "zaman", "time", output.Time, v.Time),
		f("received", "ulaştığı zaman", "received", output.Time, received(v)),
		f("session", "oturum", "session", output.Code, v.Session),
		f("act", "işlem", "act", output.Code, string(v.Act)),
		f("event", "olay", "event", output.Code, string(v.Step)),
		f("channel", "kanal", "channel", output.Code, v.Channel),
		f("text", "metin", "text", output.Code, v.Text),
		f("text_sha256", "metnin SHA-256'sı", "SHA-256 of the text", output.Code, e.SHA256),
		f("language", "dil", "language", output.Code, v.Language),
		f("items", "veri grupları", "groups of data", output.Code, slices.Concat([]string{}, v.Items)),
		f("ui", "düğme", "button", output.Text, v.UI),
		f("tc", "TC kimlik no", "TC identity no", output.TC, p.TC),
		f("given_name", "ad", "given name", output.Name, p.GivenName),
		f("surname", "soyad", "surname", output.Name, p.Surname),
		f("father_name", "baba adı", "father's name", output.Name, p.FatherName),
		f("birth_date", "doğum tarihi", "birth date", output.Name, p.BirthDate),
		f("phone", "telefon", "phone", output.Phone, p.Phone),
		f("contact_preference", "iletişim tercihi", "contact preference", output.Code, v.ContactPreference),
		f("ip", "IP adresi", "IP address", output.Name, v.IP),
		f("captcha", "resim doğrulaması", "captcha", output.Bool, captcha),
		f("notice", "dayandığı aydınlatma", "notice it rests on", output.Number, reference(e.Notice)),
		f("prev", "sona erdirdiği rıza", "consent it ends", output.Number, reference(e.Prev)),
		f("erased", "silindi", "erased", output.Bool, allErased(e)),
		f("erased_fields", "silinen alanlar", "erased values", output.Code, slices.Concat([]string{}, e.Erased)),
	}
}

// reference is the sequence number of another entry; none is null.
func reference(seq int64) any {
	if seq < 0 {
		return nil
	}
	return seq
}
