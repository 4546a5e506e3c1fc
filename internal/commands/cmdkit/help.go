package cmdkit

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/term"
)

var (
	titleUsage    = i18n.T("Kullanım", "Usage")
	titleCommands = i18n.T("Komutlar", "Commands")
	titleFlags    = i18n.T("Seçenekler", "Flags")
	titleGlobal   = i18n.T("Genel seçenekler", "Global flags")
	titleFields   = i18n.T("Alanlar", "Fields")
	titleExample  = i18n.T("Örnekler", "Examples")
	titleExits    = i18n.T("Çıkış kodları", "Exit codes")
)

// WriteHelp writes the help screen of a command, wholly in the language of the run (cobra's own template would mix
// English words into a Turkish screen). Cobra's help function cannot fail, so an error waits in HelpError.
func (d *Deps) WriteHelp(w io.Writer, p term.Palette, cmd *cobra.Command) {
	_, err := w.Write(d.helpScreen(p, cmd))
	d.HelpShown(writeFault(err))
}

// HelpShown keeps the error with which a help screen was written, for HelpError.
func (d *Deps) HelpShown(err error) { d.helpErr = err }

// HelpError is why the help screen of this run could not be written (class Output, stdout_write); nil when it was, or
// when none was asked for. Whoever runs the tree asks for it at the end.
func (d *Deps) HelpError() error { return d.helpErr }

func (d *Deps) helpScreen(p term.Palette, cmd *cobra.Command) []byte {
	w := new(bytes.Buffer)
	writeProse(w, strings.TrimSpace(cmd.Long))
	section := func(t i18n.Text) { fmt.Fprintf(w, "\n%s\n", p.Bold(d.In(t)+":")) }

	section(titleUsage)
	fmt.Fprintf(w, "  %s\n", d.usageLine(cmd))
	if list := visible(cmd); len(list) > 0 {
		section(titleCommands)
		writeColumns(w, list)
	}
	if rows := d.flagRows(cmd.LocalNonPersistentFlags()); len(rows) > 0 {
		section(titleFlags)
		writeColumns(w, rows)
	}
	if rows := d.flagRows(cmd.Root().PersistentFlags()); len(rows) > 0 && (cmd.HasParent() || len(visible(cmd)) > 0) {
		section(titleGlobal)
		writeColumns(w, rows)
	}
	if fields := FieldsOf(cmd); len(fields) > 0 {
		section(titleFields)
		writeWrapped(w, fields)
	}
	if cmd.Example != "" {
		section(titleExample)
		for line := range strings.SplitSeq(strings.TrimSpace(cmd.Example), "\n") {
			fmt.Fprintf(w, "  %s\n", line)
		}
	}
	if exits := ExitsOf(cmd); len(exits) > 0 {
		section(titleExits)
		writeColumns(w, d.exitRows(cmd, exits))
	}
	return w.Bytes()
}

func (d *Deps) usageLine(cmd *cobra.Command) string {
	line := cmd.UseLine()
	if len(visible(cmd)) > 0 {
		line = cmd.CommandPath() + " " + d.In(i18n.T("<komut>", "<command>"))
	}
	return line + " " + d.In(i18n.T("[seçenekler]", "[flags]"))
}

func visible(cmd *cobra.Command) [][2]string {
	var list [][2]string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			list = append(list, [2]string{c.Name(), c.Short})
		}
	}
	return list
}

// flagRows lists flags as "-o, --output FORMAT" and their text with the default.
func (d *Deps) flagRows(set *pflag.FlagSet) [][2]string {
	var rows [][2]string
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, text := pflag.UnquoteUsage(f) // a text begins with the `NAME` of the value
		text = strings.TrimPrefix(text, name+" ")
		left := "    --" + f.Name
		if f.Shorthand != "" {
			left = "-" + f.Shorthand + ", --" + f.Name
		}
		if f.Value.Type() != "bool" && f.Value.Type() != "count" {
			left += " " + name
		}
		if def := f.DefValue; def != "" && def != "false" && def != "0" && def != "[]" && def != "-1" && f.Value.Type() != "bool" {
			text += " (" + d.In(i18n.T("varsayılan", "default")) + " " + def + ")"
		}
		rows = append(rows, [2]string{left, text})
	})
	return rows
}

// PlainUsages takes the names of the values, which stand in `quotes`, out of the texts of all flags below cmd: shells show
// a completion's text as it is. Help screens made afterwards know the names no more.
func PlainUsages(cmd *cobra.Command) {
	plain := func(f *pflag.Flag) {
		if name, text := pflag.UnquoteUsage(f); strings.HasPrefix(f.Usage, "`") {
			f.Usage = strings.TrimPrefix(text, name+" ")
		}
	}
	cmd.LocalFlags().VisitAll(plain)
	cmd.PersistentFlags().VisitAll(plain)
	for _, c := range cmd.Commands() {
		PlainUsages(c)
	}
}

// ExitText says what an exit code of this command means: not every command that may end in part can be resumed.
func ExitText(cmd *cobra.Command, info fault.ClassInfo) i18n.Text {
	if info.Class == fault.Partial && cmd.Flags().Lookup("resume") == nil {
		return i18n.T("bazı kayıtlar alınamadı, ötekiler alındı; nedenleri giderilince komut yeniden verilir", "some items failed, the others are done; when the causes are put right the command is given again")
	}
	return info.Text
}

func (d *Deps) exitRows(cmd *cobra.Command, names []string) [][2]string {
	var rows [][2]string
	for _, info := range fault.Classes() {
		for _, n := range names {
			if info.Name == n {
				rows = append(rows, [2]string{strconv.Itoa(int(info.Class)), d.In(ExitText(cmd, info))})
			}
		}
	}
	return rows
}

func writeColumns(w *bytes.Buffer, rows [][2]string) {
	width := 0
	for _, r := range rows {
		width = max(width, len([]rune(r[0])))
	}
	for _, r := range rows {
		fmt.Fprintf(w, "  %s%s  %s\n", r[0], strings.Repeat(" ", width-len([]rune(r[0]))), r[1])
	}
}

// helpColumns is how long a line of prose may be: a screen of 80 breaks it once, and nobody reads lines of 300.
const helpColumns = 90

// writeProse writes paragraphs in lines of helpColumns; what begins with a blank is a list and stays as it is.
func writeProse(w *bytes.Buffer, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, " ") || utf8.RuneCountInString(line) <= helpColumns {
			w.WriteString(line + "\n")
			continue
		}
		writeLines(w, "", strings.Fields(line))
	}
}

// writeWrapped writes words below a title.
func writeWrapped(w *bytes.Buffer, words []string) { writeLines(w, "  ", words) }

// writeLines writes words in lines of helpColumns that begin with indent. A command between backquotes may be broken, a word never.
func writeLines(w *bytes.Buffer, indent string, words []string) {
	width := 0
	for i, word := range words {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
			w.WriteString(indent)
			width = len(indent)
		case width+1+n > helpColumns:
			w.WriteString("\n" + indent)
			width = len(indent)
		default:
			w.WriteByte(' ')
			width++
		}
		w.WriteString(word)
		width += n
	}
	w.WriteByte('\n')
}
