package consentcmd

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent/worddiff"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/term"
)

func newTextDiff(d *cmdkit.Deps) *cobra.Command {
	cmd := d.Command(cmdkit.Spec{
		Use:   "diff " + d.In(i18n.T("ETİKET|SHA256 ETİKET|SHA256", "LABEL|SHA256 LABEL|SHA256")),
		Short: i18n.T("iki metni sözcük sözcük karşılaştırır", "compares two texts word by word"),
		Long: i18n.T("İkinci metnin birinciden farkını sözcük sözcük gösterir: kaldırılanlar terminalde kırmızı, eklenenler yeşildir; renk yokken [-kaldırılan-] ve {+eklenen+} olarak yazılır. Metinler aynıysa çıkış kodu 0, farklıysa 3 olur. Ana anahtar gerekmez.",
			"Shows word by word what the second text says otherwise than the first: on a terminal what was removed is red and what was added is green; without colour they are written as [-removed-] and {+added+}. The exit is 0 for equal texts and 3 for different ones. No master key is needed."),
		Example: i18n.T("iskurctl consent text diff riza-2026-11 riza-2026-12", "iskurctl consent text diff consent-2026-11 consent-2026-12"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Store, fault.Output},
		Args:    texts(2),
		Run:     func(ctx context.Context, args []string) error { return runTextDiff(ctx, d, args[0], args[1]) },
	})
	cmd.ValidArgsFunction = completeTexts(d, 2)
	return cmd
}

func runTextDiff(ctx context.Context, d *cmdkit.Deps, from, to string) error {
	log, err := d.ConsentEvidence(ctx, false)
	if err != nil {
		return err
	}
	_, old, err := log.Text(ctx, from)
	if err != nil {
		return err
	}
	_, now, err := log.Text(ctx, to)
	if err != nil {
		return err
	}
	changes := worddiff.Words(old, now)
	if err := d.Print(marked(changes, d.Streams.OutPalette())); err != nil {
		return err
	}
	if !slices.ContainsFunc(changes, func(c worddiff.Change) bool { return c.Op != worddiff.Equal }) {
		return nil
	}
	return fault.New(fault.Negative, "texts_differ", i18n.T("metinler farklı", "the texts differ"))
}

// marked writes the changes as wdiff does, in colour where there is one, and ends the last line. Characters that do not
// show are written as escapes; of white space that changed, line ends too.
func marked(changes []worddiff.Change, p term.Palette) string {
	var b strings.Builder
	for _, c := range changes {
		begin, end, paint := "", "", func(s string) string { return s }
		switch c.Op {
		case worddiff.Delete:
			begin, end, paint = "[-", "-]", p.Red
		case worddiff.Insert:
			begin, end, paint = "{+", "+}", p.Green
		}
		text := c.Text
		switch {
		case c.Op == worddiff.Equal:
			text = strings.ReplaceAll(text, "\r\n", "\n")
		case strings.TrimSpace(text) == "":
			text = visible(text)
		case p.Colored():
			begin, end = "", ""
		}
		b.WriteString(painted(begin+text+end, paint))
	}
	s := b.String()
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return s
}

// painted makes a text inert and colours it line by line.
func painted(s string, paint func(string) string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		pieces := strings.Split(line, "\t")
		for j, piece := range pieces {
			pieces[j] = output.CleanLine(piece)
		}
		if line != "" {
			lines[i] = paint(strings.Join(pieces, "\t"))
		}
	}
	return strings.Join(lines, "\n")
}

// visible shows white space: a line end as a sign before it, everything but a blank as an escape.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch r {
		case ' ':
			b.WriteByte(' ')
		case '\n':
			b.WriteString("↵\n")
		case '\t':
			b.WriteString(`\t`)
		case '\r':
			b.WriteString(`\r`)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
