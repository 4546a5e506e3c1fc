package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
)

// group is the page of a command of the first level with everything below it.
func (b *book) group(c *cobra.Command) string {
	w := &writer{}
	w.line("# %s", c.CommandPath())
	w.made(b)
	if !c.HasSubCommands() {
		b.command(w, c)
		return w.String()
	}
	w.prose(b.sentence(c.Long))
	list := leaves(c)
	for _, leaf := range list {
		w.line("- %s: %s", link("`"+leaf.CommandPath()+"`", "#"+anchor(leaf.CommandPath())), leaf.Short)
	}
	for _, leaf := range list {
		w.line("\n## %s\n", leaf.CommandPath())
		b.command(w, leaf)
	}
	return w.String()
}

func (b *book) command(w *writer, c *cobra.Command) {
	w.prose(b.sentence(c.Long))
	w.code("sh", c.UseLine()+" "+b.in("[seçenekler]", "[flags]"))
	if c.LocalNonPersistentFlags().HasAvailableFlags() {
		w.line("**%s**\n", b.in("Seçenekler", "Flags"))
		b.flags(w, c.LocalNonPersistentFlags())
		w.line("")
	}
	if fields := cmdkit.FieldsOf(c); len(fields) > 0 {
		w.line("**%s**: `%s`\n", b.in("Alanlar", "Fields"), strings.Join(fields, "` `"))
	}
	if c.Example != "" {
		w.line("**%s**\n", b.in("Örnekler", "Examples"))
		w.code("sh", c.Example)
	}
	if exits := cmdkit.ExitsOf(c); len(exits) > 0 {
		w.line("**%s** (%s)\n", b.in("Çıkış kodları", "Exit codes"), link(b.in("hepsi", "all"), "exit-codes.md"))
		w.table([]string{b.in("kod", "code"), b.in("ad", "name"), b.in("anlamı", "meaning")})
		for _, info := range fault.Classes() {
			for _, name := range exits {
				if info.Name == name {
					w.row(strconv.Itoa(int(info.Class)), "`"+info.Name+"`", cell(cmdkit.ExitText(c, info).In(b.lang)))
				}
			}
		}
	}
}

// flags lists flags as the help screen does: with the name of the value, the text and the default.
func (b *book) flags(w *writer, set *pflag.FlagSet) {
	w.table([]string{b.in("seçenek", "flag"), b.in("anlamı", "meaning"), b.in("varsayılan", "default")})
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, text := pflag.UnquoteUsage(f) // a text begins with the `NAME` of the value
		text = strings.TrimPrefix(text, value+" ")
		left := "--" + f.Name
		if f.Shorthand != "" {
			left = "-" + f.Shorthand + ", " + left
		}
		kind := f.Value.Type()
		if kind != "bool" && kind != "count" {
			left += " " + value
		}
		def := f.DefValue
		if kind == "bool" || kind == "count" || def == "[]" || def == "-1" || def == "0" {
			def = "" // the help screen leaves these out too: they mean "not given"
		}
		if def != "" {
			def = "`" + def + "`"
		}
		w.row("`"+cell(left)+"`", cell(text), def)
	})
}

// leaves gives the commands below c that do something, in the order of the help screens; c itself when it has none.
func leaves(c *cobra.Command) []*cobra.Command {
	if !c.HasSubCommands() {
		return []*cobra.Command{c}
	}
	var list []*cobra.Command
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			list = append(list, leaves(sub)...)
		}
	}
	return list
}

// first gives the command of the first level to which c belongs.
func first(c *cobra.Command) *cobra.Command {
	for c.Parent() != nil && c.Parent().HasParent() {
		c = c.Parent()
	}
	return c
}
