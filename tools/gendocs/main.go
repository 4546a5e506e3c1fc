// Command gendocs writes the reference, docs/reference, in both languages from the command tree, the exit codes and
// the sandbox's fault rules, so that it cannot say anything else than the program: `go run ./tools/gendocs`.
// The folder is made anew; the same tree gives the same bytes.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"iskurctl/internal/app"
	"iskurctl/internal/i18n"
)

// page is a file of the reference in one language.
type page struct {
	file, title, text string
}

// book is the reference in one language.
type book struct {
	lang i18n.Lang
	out  *bytes.Buffer // where the tree's help topics write to
	root *cobra.Command
}

func main() {
	dir := flag.String("out", "docs/reference", "folder to write to; it is made anew")
	flag.Parse()
	if err := write(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for _, lang := range []i18n.Lang{i18n.TR, i18n.EN} {
		out := &bytes.Buffer{}
		b := &book{lang: lang, out: out, root: app.Tree(lang, out)}
		pages, err := b.pages()
		if err != nil {
			return err
		}
		folder := filepath.Join(dir, string(lang))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		for _, p := range pages {
			if err := os.WriteFile(filepath.Join(folder, p.file), []byte(p.text), 0o644); err != nil {
				return err
			}
		}
	}
	const index = "# iskurctl\n\n- [Türkçe başvuru](tr/README.md)\n- [English reference](en/README.md)\n"
	return os.WriteFile(filepath.Join(dir, "README.md"), []byte(index), 0o644)
}

func (b *book) in(tr, en string) string { return i18n.T(tr, en).In(b.lang) }

// capital begins a sentence or a heading; i in Turkish becomes İ.
func (b *book) capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if b.lang == i18n.TR {
		return i18n.Upper(string(first)) + s[size:]
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// sentence is capital with a full stop where a text of one line has none.
func (b *book) sentence(s string) string {
	if strings.ContainsAny(s[len(s)-1:], ".:)\n") {
		return b.capital(s)
	}
	return b.capital(s) + "."
}

// pages makes all pages: an index, one a command of the first level, and the topics.
func (b *book) pages() ([]page, error) {
	var commands, topics []page
	for _, c := range b.root.Commands() {
		if c.Hidden {
			continue
		}
		if c.Name() == "help" {
			for _, t := range c.Commands() {
				p, err := b.topic(t)
				if err != nil {
					return nil, err
				}
				topics = append(topics, p)
			}
			continue
		}
		commands = append(commands, page{c.Name() + ".md", c.CommandPath(), b.group(c)})
	}
	topics = append(topics, b.faults())
	return append([]page{b.index(commands, topics)}, append(commands, topics...)...), nil
}

func (b *book) index(commands, topics []page) page {
	w := &writer{}
	w.line("# %s", b.in("iskurctl başvurusu", "iskurctl reference"))
	w.made(b)
	w.prose(b.root.Long)
	w.line("## %s\n", b.in("Komutlar", "Commands"))
	w.table([]string{b.in("komut", "command"), b.in("ne yapar", "what it does")})
	for _, c := range leaves(b.root) {
		if top := first(c); top.Name() != "help" {
			w.row(link("`"+c.CommandPath()+"`", top.Name()+".md#"+anchor(c.CommandPath())), cell(c.Short))
		}
	}
	w.line("\n## %s\n", b.in("Konular", "Topics"))
	for _, t := range topics {
		w.line("- %s", link(t.title, t.file))
	}
	w.line("\n## %s\n", b.in("Genel seçenekler", "Global flags"))
	w.line("%s\n", b.in("Her komutla verilebilirler; ortam değişkenleri için: [ortam değişkenleri](environment.md).",
		"They go with every command; for their environment variables see [environment variables](environment.md)."))
	b.flags(w, b.root.PersistentFlags())
	return page{"README.md", "iskurctl", w.String()}
}
