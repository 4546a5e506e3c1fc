package app

import (
	"slices"
	"strings"

	"iskurctl/internal/config"
	"iskurctl/internal/i18n"
)

// Language and error format must be known before the command tree is built: help texts are made in one language, and
// a misspelt flag must already answer in JSON. So the arguments are looked over once, leniently; the real parsing
// comes later and reports what is wrong.

// valued are the global flags that take the next argument as their value.
var valued = []string{"--profile", "--config", "--store", "--lang", "--color", "--timeout"}

// switches are the global flags without a value, and their short forms, which may stand in one bundle (-qv).
var (
	switches      = []string{"--quiet", "--verbose", "--no-progress", "--yes", "--help"}
	shortSwitches = "qvyh"
)

// peek finds the value of a flag in its forms `--name v`, `--name=v`, `-n v`, `-nv`, `-n=v`, and behind switches in one
// bundle, `-qnv`; the last one counts.
func peek(args []string, long, short string) (value string, ok bool) {
	for i, a := range args {
		if a == "--" {
			break
		}
		rest, bundled := behindSwitches(a, short)
		if v, found := strings.CutPrefix(a, long+"="); found {
			value, ok = v, true
		} else if a == long || bundled && rest == "" {
			if i+1 < len(args) {
				value, ok = args[i+1], true
			}
		} else if bundled {
			value, ok = strings.TrimPrefix(rest, "="), true
		}
	}
	return value, ok
}

// behindSwitches gives what follows the short flag (such as -o) in a bundle.
func behindSwitches(arg, short string) (rest string, ok bool) {
	if short == "" || !strings.HasPrefix(arg, "-") || strings.HasPrefix(arg, "--") {
		return "", false
	}
	return strings.CutPrefix(strings.TrimLeft(arg[1:], shortSwitches), short[1:])
}

// surely gives the noun when every flag before it is a global one. Behind any other flag the next word may be its value
// as well as the noun.
func surely(args []string) (noun string, ok bool) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		name, _, assigned := strings.Cut(a, "=")
		switch {
		case !strings.HasPrefix(a, "-"):
			return a, true
		case slices.Contains(valued, name):
			if !assigned {
				i++
			}
		case slices.Contains(switches, name), len(a) > 1 && strings.Trim(a[1:], shortSwitches) == "":
		default:
			return "", false
		}
	}
	return "", false
}

// words gives the first two arguments that are no flags: the noun and the verb.
func words(args []string) (noun, verb string) {
	var found []string
	for i := 0; i < len(args) && len(found) < 2 && args[i] != "--"; i++ {
		switch {
		case slices.Contains(valued, args[i]):
			i++
		case !strings.HasPrefix(args[i], "-"):
			found = append(found, args[i])
		}
	}
	found = append(found, "", "")
	return found[0], found[1]
}

// language decides: --lang > ISKURCTL_LANG > configuration > LC_ALL, LC_MESSAGES, LANG (the first that is set) > Turkish.
// Commands that promise to touch no configuration do not read it for this either.
func language(args []string, env config.Env) i18n.Lang {
	if v, ok := peek(args, "--lang", ""); ok {
		if l, known := i18n.Parse(v); known {
			return l
		}
	}
	if v, ok := env("ISKURCTL_LANG"); ok {
		if l, known := i18n.Parse(v); known {
			return l
		}
	}
	if readsConfig(args) {
		flag, _ := peek(args, "--config", "")
		if path, _, err := config.File(flag, env); err == nil {
			if l, ok := config.Language(path); ok {
				return l
			}
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v, ok := env(name); ok && v != "" {
			l, _ := i18n.Parse(v)
			return l
		}
	}
	return i18n.TR
}

func readsConfig(args []string) bool {
	noun, verb := words(args)
	if slices.Contains(args, "-h") || slices.Contains(args, "--help") {
		return false
	}
	switch noun {
	case "", "version", "help", "completion", "tc", "__complete", "__completeNoDesc":
		return false
	case "config":
		return verb != "path"
	}
	return true
}

// wantsJSON reports whether errors are wanted as JSON lines.
func wantsJSON(args []string, env config.Env) bool {
	v, ok := peek(args, "--output", "-o")
	if !ok {
		v, _ = env("ISKURCTL_OUTPUT")
	}
	if _, jq := peek(args, "--jq", ""); jq && !ok {
		return true
	}
	if !ok && slices.Contains(args, "--excel") { // the flag beats the variable
		return false
	}
	return v == "json" || v == "ndjson"
}

func colour(args []string, env config.Env) string {
	if v, ok := peek(args, "--color", ""); ok {
		return v
	}
	v, _ := env("ISKURCTL_COLOR")
	return v
}
