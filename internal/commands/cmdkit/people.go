package cmdkit

import (
	"context"
	"slices"

	"iskurctl/internal/tckn"
)

// Numbers gives the valid TC numbers that a command was given, each once, in the order given, all in memory. Blank lines of
// a file do not count. Errors: those of Values; class Input for a number that fails its check (tc_invalid) and for a file
// without any (input_empty). Check must have run before.
func (s *NumberSource) Numbers(ctx context.Context, args []string) ([]string, error) {
	var list []string
	seen := make(map[string]bool)
	for v, err := range s.Values(ctx, args) {
		switch {
		case err != nil:
			return nil, err
		case v.Text == "" && s.File != "", seen[v.Text]:
			continue
		case !tckn.Check(v.Text).Valid():
			return nil, s.InvalidNumber(v.Line)
		}
		seen[v.Text] = true
		list = append(list, v.Text)
	}
	if len(list) == 0 {
		return nil, NoNumbers(0)
	}
	return slices.Clip(list), nil
}

// People is the numbers of a command that takes people as arguments, by --tc-file or by a question on a terminal, after
// the profile's rule for numbers on the command line (argv_tc).
func (s *NumberSource) People(ctx context.Context, args []string) ([]string, error) {
	if err := s.Check(args); err != nil {
		return nil, err
	}
	p, err := s.d.Profile()
	if err != nil {
		return nil, err
	}
	if err := s.d.ArgvPolicy(p.ArgvTC, s.Flag, args); err != nil {
		return nil, err
	}
	return s.Numbers(ctx, args)
}
