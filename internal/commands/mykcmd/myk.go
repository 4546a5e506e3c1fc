// Package mykcmd is `iskurctl myk`: questions to MYK under the data-sharing protocol.
package mykcmd

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/query"
)

// New makes the group.
func New(d *cmdkit.Deps) *cobra.Command {
	return d.Group("myk", i18n.T("MYK'ye sorular: belgeler, yeterlilikler", "questions to MYK: certificates, qualifications"),
		newLookup(d), newQualifications(d), newPing(d))
}

// queryExits are the exit classes of every command that asks MYK.
var queryExits = []fault.Class{fault.OK, fault.Usage, fault.Refused, fault.Unavailable, fault.Integrity, fault.Unverifiable, fault.Store, fault.Protocol, fault.Output}

// queryFlags are the flags of every command that asks MYK.
type queryFlags struct{ cmdkit.QueryOptions }

func (q *queryFlags) add(d *cmdkit.Deps, cmd *cobra.Command) {
	q.Rate = -1
	cmd.Flags().StringVar(&q.Purpose, "purpose", "", d.In(i18n.T("`AMAÇ` sorgunun amacı: dosya ya da başvuru numarası (günlüğe yazılır)", "`TEXT` purpose of the query: a file or application number (kept in the log)")))
}

func (q *queryFlags) addBatch(d *cmdkit.Deps, cmd *cobra.Command) {
	q.add(d, cmd)
	cmd.Flags().IntVar(&q.Concurrency, "concurrency", 0, d.In(i18n.T("`SAYI` aynı anda en çok bu kadar çağrı (verilmezse profildeki)", "`N` at most so many calls at once (the profile's when not given)")))
	cmd.Flags().Float64Var(&q.Rate, "rate", -1, d.In(i18n.T("`SAYI` saniyede en çok bu kadar çağrı (0: sınırsız; verilmezse profildeki)", "`N` at most so many calls a second (0: no limit; the profile's when not given)")))
}

func (q *queryFlags) check(cmd *cobra.Command) error {
	switch {
	case q.Concurrency < 0 || q.Concurrency > 256 || cmd.Flags().Changed("concurrency") && q.Concurrency == 0:
		return fault.New(fault.Usage, "flag_value_invalid", i18n.T("--concurrency 1 ile 256 arasında olmalı", "--concurrency must lie between 1 and 256"))
	case cmd.Flags().Changed("rate") && (q.Rate < 0 || q.Rate > 1e6 || q.Rate != q.Rate):
		return fault.New(fault.Usage, "flag_value_invalid", i18n.T("--rate 0 ya da daha büyük olmalı", "--rate must be 0 or more"))
	case len([]rune(q.Purpose)) > 500:
		return fault.New(fault.Usage, "flag_value_invalid", i18n.T("--purpose en çok 500 karakter olabilir", "--purpose may have at most 500 characters"))
	}
	return nil
}

// oddities collects what was harmless but strange in replies and says it once, at the end.
type oddities struct {
	fields      []string
	replacement bool
}

func (o *oddities) see(n query.Notes) {
	o.replacement = o.replacement || n.ReplacementChars
	for _, f := range n.UnknownFields {
		if !slices.Contains(o.fields, f) && len(o.fields) < 64 {
			o.fields = append(o.fields, f)
		}
	}
}

func (o *oddities) say(d *cmdkit.Deps) {
	if len(o.fields) > 0 {
		d.Warn(i18n.Tf("yanıtta tanınmayan alan var, yok sayıldı: %s", "the reply has a field we do not know, left out: %s", strings.Join(o.fields, ", ")))
	}
	if o.replacement {
		d.Warn(i18n.T("yanıttaki bir değerde okunamayan karakter (U+FFFD) var; olduğu gibi gösterildi", "a value of the reply has an unreadable character (U+FFFD); shown as it came"))
	}
}
