package cmdkit

import (
	"context"
	"runtime"

	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// BundleParts are what the bundles of one log have of their own.
type BundleParts struct {
	// Domain knows what the entries mean; it is asked for at the deepest level only.
	Domain func(ctx context.Context, b *bundle.Bundle, size int64) (ledger.Domain, error)
	// Records compares what stands beside the entries for people to read.
	Records func(ctx context.Context, b *bundle.Bundle, size int64) ([]ledger.Finding, error)
}

// BundleSubject is a bundle, to be verified at a level. size is what its checkpoint says, which nobody has verified yet.
func BundleSubject(ctx context.Context, b *bundle.Bundle, level ledger.Level, p BundleParts) (s Subject, size int64, err error) {
	s = Subject{Source: b, Level: level}
	note, err := b.Checkpoint(ctx)
	if err != nil {
		return s, 0, err
	}
	if c, err := ledger.ReadCheckpoint(note); err == nil {
		size = c.Size
	}
	if level == ledger.Deep {
		if s.Domain, err = p.Domain(ctx, b, size); err != nil {
			return s, size, err
		}
	}
	if level != ledger.Quick {
		s.More = func(ctx context.Context) ([]ledger.Finding, error) {
			findings, err := b.CheckFiles(ctx, runtime.GOMAXPROCS(0))
			if err == nil && level == ledger.Deep {
				var records []ledger.Finding
				records, err = p.Records(ctx, b, size)
				findings = append(findings, records...)
			}
			return append(findings, b.Problems()...), err
		}
	}
	return s, size, nil
}
