package cmdkit

import (
	"strings"
	"unicode"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

func trim(s string) string { return strings.TrimFunc(s, unicode.IsSpace) }

// ArgvPolicy applies the profile's argv_tc to numbers on the command line, where they stay in the shell's history and
// in the list of processes: allow, warn (one line) or refuse (class Refused, argv_tc_refused).
func (d *Deps) ArgvPolicy(policy, flag string, args []string) error {
	if len(args) == 0 || policy == "allow" {
		return nil
	}
	instead := i18n.Tf("dosyadan ya da standart girdiden verin: --%s DOSYA|-", "give them by file or standard input: --%s FILE|-", flag)
	if policy == "refuse" {
		return fault.New(fault.Refused, "argv_tc_refused", i18n.T("bu profil komut satırında numara kabul etmiyor", "this profile takes no numbers on the command line")).WithHint(instead)
	}
	d.Warn(i18n.Join("; ", i18n.T("komut satırındaki numara kabuk geçmişinde ve süreç listesinde görünür", "a number on the command line shows in the shell history and in the process list"), instead))
	return nil
}
