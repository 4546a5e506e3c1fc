package consentcmd

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

// halted is a log whose erasures are cut off after their commit.
type halted struct {
	err, certificate error
	certified        []int64
}

func (c *halted) Erase(_ context.Context, _ consent.Erasure, each func(consent.Erased) error) ([]consent.Residue, error) {
	for i := range int64(2) {
		if err := each(consent.Erased{Seq: i, By: 10 + i, Time: time.Date(2025, 3, 1, 10, 0, 0, 0, time.UTC), Fields: []string{"*"}}); err != nil {
			return nil, err
		}
	}
	return nil, c.err
}

func (c *halted) Certificate(ctx context.Context, _ string, erased []consent.Erased) error {
	for _, x := range erased {
		c.certified = append(c.certified, x.By)
	}
	return errors.Join(ctx.Err(), c.certificate)
}

func TestWhatWasErasedIsCertifiedAlthoughTheErasureWasCutOff(t *testing.T) {
	locked := fault.New(fault.Store, "store_locked", i18n.T("kilitli", "locked"))
	full := fault.New(fault.Output, "out_write", i18n.T("dolu", "full"))
	stop, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx        context.Context
		log        halted
		code, said string
	}{
		"a reader holds the store": {t.Context(), halted{err: locked}, "store_locked", "note: d: the certificates of the erasure were written"},
		"Ctrl-C":                   {stop, halted{err: context.Canceled}, fault.From(context.Canceled).Code, "note: d: the certificates of the erasure were written"},
		"neither":                  {t.Context(), halted{err: locked, certificate: full}, "store_locked", "consent certificate SEQ"},
		"the erasure is whole, the certificate not": {t.Context(), halted{certificate: full}, "out_write", "consent certificate SEQ"},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := desk(t, nil)
			var told, said bytes.Buffer
			d.Lang, d.Globals, d.Streams.Err = i18n.EN, &cmdkit.Globals{Yes: true}, &said
			s, err := output.Open(output.Options{Format: "ndjson"}, output.Target{Out: &told}, eraseColumns)
			if err != nil {
				t.Fatal(err)
			}
			o := &eraseOptions{d: d, ground: "request", certificate: "d"}
			n, _, err := o.carryOut(c.ctx, &c.log, consent.Erasure{}, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if n != 2 || !slices.Equal(c.log.certified, []int64{10, 11}) || !strings.Contains(said.String(), c.said) {
				t.Errorf("%d erased, certified %v, said %q", n, c.log.certified, &said)
			}
			if fault.From(err).Code != c.code {
				t.Errorf("%v", err)
			}
			if strings.Count(told.String(), `"time":"2025-03-01T10:00:00.000Z","action":"erased"`) != 2 {
				t.Errorf("%s", &told)
			}
		})
	}
}
