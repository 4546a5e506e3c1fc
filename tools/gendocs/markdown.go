package main

import (
	"fmt"
	"strings"
)

// writer puts Markdown together.
type writer struct{ strings.Builder }

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.Builder, format+"\n", args...)
}

// made says that the page is generated.
func (w *writer) made(b *book) {
	w.line("\n<!-- %s -->\n", b.in("go run ./tools/gendocs ile üretilir; elle değiştirmeyin", "made by go run ./tools/gendocs; do not edit"))
}

func (w *writer) table(titles []string) {
	w.row(titles...)
	w.line("|%s", strings.Repeat("---|", len(titles)))
}

func (w *writer) row(cells ...string) { w.line("| %s |", strings.Join(cells, " | ")) }

func (w *writer) code(language, text string) {
	w.line("```%s\n%s\n```\n", language, strings.TrimSpace(text))
}

// prose writes a text of a help screen: paragraphs as they are, indented lines as a block.
func (w *writer) prose(text string) {
	block := false
	fence := func(on bool) {
		if on != block {
			block = on
			w.line("```%s", map[bool]string{true: "text"}[on])
		}
	}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, l := range lines {
		indented := strings.HasPrefix(l, "  ")
		if l == "" && block && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  ") {
			indented = true // a gap inside a block
		}
		if indented && !block && i > 0 && lines[i-1] != "" {
			w.line("")
		}
		fence(indented)
		if indented {
			l = strings.TrimPrefix(l, "  ")
		} else {
			l = strings.NewReplacer("<", "&lt;", "*", `\*`).Replace(l)
		}
		w.line("%s", l)
	}
	fence(false)
	w.line("")
}

func link(text, target string) string { return "[" + text + "](" + target + ")" }

// anchor is the name that Markdown viewers give a heading made of a command's path.
func anchor(heading string) string { return strings.ReplaceAll(strings.ToLower(heading), " ", "-") } //nolint:forbidigo // command names are ASCII

// cell makes a text fit for a table's cell.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s)
}
