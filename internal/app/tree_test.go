package app

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/myk/sandbox"
	"iskurctl/internal/term"
)

// tree makes the command tree in a language; what it prints goes to out.
func tree(lang i18n.Lang, out *bytes.Buffer) *cobra.Command {
	none := func(string) (string, bool) { return "", false }
	root := newRoot(&cmdkit.Deps{Lang: lang, Streams: &term.Streams{In: strings.NewReader(""), Out: out, Err: out},
		Globals: &cmdkit.Globals{}, Env: none, Now: time.Now}, nil)
	root.SetOut(out)
	root.SetErr(out)
	root.InitDefaultHelpCmd()
	return root
}

// commands lists every command below root by its path, groups too.
func commands(root *cobra.Command) map[string]*cobra.Command {
	list := map[string]*cobra.Command{}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		list[c.CommandPath()] = c
		for _, child := range c.Commands() {
			walk(child)
		}
	}
	walk(root)
	return list
}

func leaves(root *cobra.Command) map[string]*cobra.Command {
	list := commands(root)
	for path, c := range list {
		if c.HasSubCommands() {
			delete(list, path)
		}
	}
	return list
}

func TestEveryCommandIsDocumentedInBothLanguages(t *testing.T) {
	var out bytes.Buffer
	turkish, english := commands(tree(i18n.TR, &out)), commands(tree(i18n.EN, &out))
	if len(turkish) < 20 || len(turkish) != len(english) {
		t.Fatalf("%d commands in Turkish, %d in English", len(turkish), len(english))
	}
	exits := map[string]bool{}
	for _, c := range fault.Classes() {
		exits[c.Name] = true
	}
	for path, tr := range turkish {
		en := english[path]
		if en == nil {
			t.Errorf("%s is missing in English", path)
			continue
		}
		if tr.Short == "" || en.Short == "" || tr.Short == en.Short || tr.Long == "" || tr.Long == en.Long {
			t.Errorf("%s: Short %q / %q, Long %q / %q", path, tr.Short, en.Short, tr.Long, en.Long)
		}
		if tr.HasSubCommands() {
			continue
		}
		if !strings.Contains(tr.Example, path) || !strings.Contains(en.Example, path) {
			t.Errorf("%s has no example of itself", path)
		}
		names := cmdkit.ExitsOf(tr)
		if len(names) < 2 || !slices.Contains(names, "ok") || !slices.Contains(names, "usage") {
			t.Errorf("%s announces the exits %q", path, names)
		}
		for _, n := range names {
			if !exits[n] {
				t.Errorf("%s announces an exit that does not exist: %s", path, n)
			}
		}
		if tr.Flags().Lookup("output") != nil && tr.Flags().Lookup("fields") != nil && len(cmdkit.FieldsOf(tr)) == 0 {
			t.Errorf("%s does not list its fields", path)
		}
	}
}

// foreign are words of cobra's, or of the other language's, that must not stand on a screen.
var foreign = map[i18n.Lang][]string{
	i18n.TR: {"Usage:", "Flags:", "Commands:", "Examples:", "help for", "Available", "Aliases", "(default", "Exit codes", "Global", "Use \""},
	i18n.EN: {"Kullanım", "Seçenekler", "Komutlar", "Örnekler", "Çıkış kodları", "varsayılan", "DOSYA", "SAYI", "YOL", "TARİH", "SÜTUN"},
}

func TestNoScreenIsHalfTranslated(t *testing.T) {
	for lang, words := range foreign {
		var out bytes.Buffer
		for path, c := range commands(tree(lang, &out)) {
			out.Reset()
			if err := c.Help(); err != nil {
				t.Fatal(err)
			}
			screen := out.String()
			if len(screen) < 40 || !strings.HasSuffix(screen, "\n") || strings.Contains(screen, "\x1b") {
				t.Errorf("%s --lang %s: the screen is %q", path, lang, screen)
			}
			for _, w := range words {
				if strings.Contains(strings.ReplaceAll(screen, "KAYIT_SAYISI", ""), w) {
					t.Errorf("%s --lang %s shows %q", path, lang, w)
				}
			}
			if c.HasSubCommands() || strings.HasPrefix(path, "iskurctl help ") {
				continue
			}
			for _, title := range []i18n.Text{i18n.T("Kullanım:", "Usage:"), i18n.T("Örnekler:", "Examples:"), i18n.T("Çıkış kodları:", "Exit codes:")} {
				if !strings.Contains(screen, title.In(lang)) {
					t.Errorf("%s --lang %s lacks %q", path, lang, title.In(lang))
				}
			}
			c.Flags().VisitAll(func(f *pflag.Flag) {
				if !f.Hidden && !strings.Contains(screen, "--"+f.Name) {
					t.Errorf("%s --lang %s does not show --%s", path, lang, f.Name)
				}
			})
		}
	}
}

// Odd arguments never end in a bug (1), and always in an exit that the help announces. The network is dead.
func TestEveryCommandSurvivesOddArguments(t *testing.T) {
	var out bytes.Buffer
	codes := map[string]int{}
	for _, c := range fault.Classes() {
		codes[c.Name] = int(c.Class)
	}
	s, end, err := serve(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	end() // nobody listens there any more
	odd := map[string][]string{
		"nothing": nil, "empty": {""}, "junk": {"%s%n\x01\x1b[31m'\"`$(x);\xff\u202e"}, "dashes": {"--"}, "long": {strings.Repeat("ş", 60000)}, "minus": {"-1"},
		"number": {canaryNumber}, "flag": {"--boyle-bir-secenek"}, "equals": {"--=x"}, "file": {"--tc-file", "/nonexistent"}, "input": {"--input", "/nonexistent"},
		"fields": {"--fields", "yok"}, "format": {"-o", "json"}, "out": {"--out", "/nonexistent/x"}, "jq": {"--jq", "error"}, "verbs": {"help", "help"},
	}
	for path, c := range leaves(tree(i18n.TR, &out)) {
		words := strings.Fields(path)[1:]
		allowed := []int{}
		for _, n := range cmdkit.ExitsOf(c) {
			allowed = append(allowed, codes[n])
		}
		t.Run(strings.Join(words, "_"), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.profile(s.url, `argv_tc="allow"`)
			for name, args := range odd {
				args := append(slices.Clone(words), args...)
				if path == "iskurctl sandbox serve" {
					args = append(args[:2:2], append([]string{"--listen", "127.0.0.1"}, args[2:]...)...) // no port: it never serves
				}
				r := d.run(args...)
				if r.code == 1 || !slices.Contains(allowed, r.code) {
					t.Errorf("%s: exit %d is not announced (%v)\nstdout: %.300s\nstderr: %.300s", name, r.code, allowed, r.stdout, r.stderr)
				}
				if strings.ContainsAny(r.stderr, "\x1b\x01\u202e") || strings.Contains(r.stderr, "goroutine") || strings.Count(r.stderr, "\n") > 4 {
					t.Errorf("%s: stderr is %.500q", name, r.stderr)
				}
				if r.code == 0 && r.stdout == "" && path != "iskurctl tc mask" { // an empty text, masked
					t.Errorf("%s: success without a result", name)
				}
				if r.code != 0 && r.stderr == "" {
					t.Errorf("%s: exit %d without a word", name, r.code)
				}
			}
		})
	}
}

// version, help, completion and tc touch no store, no configuration and no network: they work where none of them can be.
func TestCommandsWithoutAHomeNeedNone(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.toml")
	if err := os.WriteFile(broken, []byte("[[["), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, env := range [][]string{
		{"HOME=/nonexistent/home"},
		{},
		{"HOME=" + dir, "ISKURCTL_CONFIG=" + broken, "ISKURCTL_PROFILE=yok", "ISKURCTL_STORE=/nonexistent/x.db"},
		{"HOME=relative", "XDG_CONFIG_HOME=relative"},
	} {
		d := &desk{t: t, dir: dir, env: append(env, "PATH="+os.Getenv("PATH"))}
		for _, args := range [][]string{{"version"}, {"version", "-o", "json"}, {"--version"}, {"help"}, {"help", "exit-codes"}, {"help", "myk", "lookup"}, {"myk", "lookup", "--help"},
			{"tc", "validate", "10000000146"}, {"tc"}, {}, {"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}, {"completion", "powershell"}} {
			if r := d.run(args...); r.code != 0 || r.stdout == "" {
				t.Errorf("%q with %q: %+v", args, env, r)
			}
		}
		r := d.feed("10000000146\n", "tc", "validate", "--input", "-")
		if r.code != 0 {
			t.Errorf("tc validate with %q: %+v", env, r)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("files were made: %v (%v)", entries, err)
	}
}
