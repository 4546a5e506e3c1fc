package term

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// SetColor decides for both streams whether they are coloured. mode is the value of --color: "always" and "never" win
// over everything. For any other value ("auto"), in this order: NO_COLOR (set and not empty) says no, CLICOLOR_FORCE
// (set, neither empty nor 0) says yes, TERM=dumb says no, and else a stream is coloured when it is a terminal.
func (s *Streams) SetColor(mode string, env Env) {
	termName, hasTerm := env("TERM")
	s.dumb = termName == "dumb" || !hasTerm || termName == ""
	s.outColor, s.errColor = s.OutTTY && !s.dumb, s.ErrTTY && !s.dumb
	switch {
	case mode == "always":
		s.outColor, s.errColor = true, true
	case mode == "never", isSet(env, "NO_COLOR"):
		s.outColor, s.errColor = false, false
	case isSet(env, "CLICOLOR_FORCE"):
		s.outColor, s.errColor = true, true
	}
}

func isSet(env Env, name string) bool {
	v, ok := env(name)
	return ok && v != "" && (name != "CLICOLOR_FORCE" || v != "0")
}

// Palette colours short texts for one stream; on a stream without colour, and as the zero value, it gives every text
// back unchanged. It knows the sixteen colours of the terminal's own theme only, so that the reader's theme decides
// what is legible.
type Palette struct{ styles *styles }

type styles struct{ bold, faint, red, green, yellow, cyan lipgloss.Style }

// OutPalette gives the colours for stdout.
func (s *Streams) OutPalette() Palette { return newPalette(s.Out, s.outColor) }

// ErrPalette gives the colours for stderr.
func (s *Streams) ErrPalette() Palette { return newPalette(s.Err, s.errColor) }

// newPalette makes a renderer of its own for w. lipgloss's default renderer looks at stdout whatever stream is meant,
// and a renderer that is not told profile and background asks the terminal for them (OSC 11): both are set here.
func newPalette(w io.Writer, on bool) Palette {
	if !on {
		return Palette{}
	}
	r := lipgloss.NewRenderer(w, termenv.WithProfile(termenv.ANSI))
	r.SetColorProfile(termenv.ANSI)
	r.SetHasDarkBackground(true)
	base := r.NewStyle().TabWidth(lipgloss.NoTabConversion)
	return Palette{&styles{
		bold:   base.Bold(true),
		faint:  base.Faint(true),
		red:    base.Foreground(lipgloss.Color("1")),
		green:  base.Foreground(lipgloss.Color("2")),
		yellow: base.Foreground(lipgloss.Color("3")),
		cyan:   base.Foreground(lipgloss.Color("6")),
	}}
}

// Colored reports whether the palette changes anything.
func (p Palette) Colored() bool { return p.styles != nil }

// Bold, for headers.
func (p Palette) Bold(text string) string {
	return p.paint(text, func(s *styles) lipgloss.Style { return s.bold })
}

// Faint, for what may be overlooked.
func (p Palette) Faint(text string) string {
	return p.paint(text, func(s *styles) lipgloss.Style { return s.faint })
}

// Red, for errors and for what is bad.
func (p Palette) Red(text string) string {
	return p.paint(text, func(s *styles) lipgloss.Style { return s.red })
}

// Green, for what is good.
func (p Palette) Green(text string) string {
	return p.paint(text, func(s *styles) lipgloss.Style { return s.green })
}

// Yellow, for warnings.
func (p Palette) Yellow(text string) string {
	return p.paint(text, func(s *styles) lipgloss.Style { return s.yellow })
}

// Cyan, for hints and things to type.
func (p Palette) Cyan(text string) string {
	return p.paint(text, func(s *styles) lipgloss.Style { return s.cyan })
}

// paint styles line by line: of a text with several lines lipgloss would pad all to one width.
func (p Palette) paint(text string, pick func(*styles) lipgloss.Style) string {
	if p.styles == nil || text == "" {
		return text
	}
	style := pick(p.styles)
	if !strings.Contains(text, "\n") {
		return style.Render(text)
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = style.Render(l)
		}
	}
	return strings.Join(lines, "\n")
}
