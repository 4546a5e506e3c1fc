package registrycmd

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/registry"
	"iskurctl/internal/registry/document"
)

// paper is what the form and the letter share: whose it is, and the file.
type paper struct {
	d           *cmdkit.Deps
	party, asOf string
	file        string
	force       bool
	whose       registry.Party
	day         registry.Date
	format      document.Format
}

func (p *paper) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.party, "party", "", p.d.In(i18n.T("`MYK|ISKUR` belgeyi veren taraf", "`MYK|ISKUR` the party whose paper it is")))
	f.StringVar(&p.file, "out", "", p.d.In(i18n.T("`DOSYA` .pdf, .docx ya da .html ile biten dosya (yarım dosya kalmaz, 0600)", "`FILE` a file that ends in .pdf, .docx or .html (atomic, 0600)")))
	f.BoolVar(&p.force, "force", false, p.d.In(i18n.T("var olan --out dosyasını değiştir", "replace an existing --out file")))
	cmdkit.Complete(cmd, "party", registry.Parties())
	_ = cmd.MarkFlagFilename("out", "pdf", "docx", "html") // completed by the shell itself
}

// read checks the flags.
func (p *paper) read() (err error) {
	if p.whose, err = partyFlag(p.party); err != nil {
		return err
	}
	if p.whose == "" {
		return cmdkit.FlagMissing("party", i18n.T("MYK|ISKUR", "MYK|ISKUR")).WithHint(i18n.T("örnek: --party ISKUR", "for example: --party ISKUR"))
	}
	if p.file == "" {
		return cmdkit.FlagMissing("out", i18n.T("DOSYA", "FILE")).WithHint(i18n.T("örnek: --out ek2.pdf (ya da .docx, .html)", "for example: --out ek2.pdf (or .docx, .html)"))
	}
	if p.format, err = document.FormatOf(p.file); err != nil {
		return err
	}
	p.day, err = dayFlag("as-of", p.asOf)
	return err
}

// people gives the people of the party who are in office on the day; all in memory, as a page needs them. What people sign
// must be what was recorded, so the whole registry is compared with its log first (class Integrity, registry_damaged).
func (p *paper) people(ctx context.Context, r *registry.Registry) (list []registry.Person, err error) {
	if err := r.Sound(ctx); err != nil {
		return nil, err
	}
	if p.day == "" {
		p.day = r.Today()
	}
	for person, err := range r.List(ctx, registry.Query{Party: p.whose, AsOf: p.day}) {
		if err != nil {
			return nil, err
		}
		list = append(list, person)
	}
	return list, nil
}

// mark stands on papers that must not be taken for real ones.
func (p *paper) mark() (i18n.Text, error) {
	profile, err := p.d.Profile()
	if err != nil || !profile.InProcess() {
		return i18n.Text{}, err
	}
	return i18n.T("SANDBOX – DENEME", "SANDBOX – TRIAL"), nil
}

// write makes the file.
func (p *paper) write(fill func(io.Writer) error) error {
	return output.WriteStream(p.file, p.force, fill)
}
