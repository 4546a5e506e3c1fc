package main

import (
	"context"
	"fmt"
)

// reply sends replies of 2 GiB to a lookup and looks at what it keeps in memory and how it ends.
func (s *suite) reply(ctx context.Context) error {
	const limit, protocol = 96, 10 // MiB; exit code of a reply that breaks the contract
	lookups := []struct {
		name string
		args []string
	}{
		{"number", []string{"10000000146"}},
		{"range", []string{"--from", "2024-01-01", "--to", "2024-12-31"}},
	}
	for _, fill := range []string{"text", "rows", "short"} {
		url, stop, err := s.serve(ctx, "--fault", "oversize:fill="+fill)
		if err != nil {
			return err
		}
		defer stop()
		home := "reply-" + fill
		if err := s.profile(ctx, home, url); err != nil {
			return err
		}
		for _, l := range lookups {
			args := append([]string{"myk", "lookup", "--quiet", "--timeout", "1m", "-o", "ndjson"}, l.args...)
			e, err := finish(s.command(ctx, home, "iskurctl", args...))
			if err != nil {
				return err
			}
			s.row(fmt.Sprintf("reply of 2 GiB (%s) to a lookup by %s", fill, l.name),
				fmt.Sprintf("%.1f MiB, exit %d, %.2f s", mib(e.peak), e.code, e.wall.Seconds()), "", "",
				fmt.Sprintf("below %d MiB, exit %d", limit, protocol), mib(e.peak) < limit && e.code == protocol)
		}
	}
	return nil
}
