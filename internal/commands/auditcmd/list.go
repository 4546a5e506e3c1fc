package auditcmd

import (
	"context"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type listOptions struct {
	d                     *cmdkit.Deps
	out                   *cmdkit.Output
	source                *cmdkit.NumberSource
	period                *cmdkit.Period
	user, method, outcome string
	seqs                  []int64
}

// maxSeqs bounds --seq.
const maxSeqs = 1000

func newList(d *cmdkit.Deps) *cobra.Command {
	o := &listOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "list",
		Short: i18n.T("yapılan sorguları listeler", "lists the queries that were made"),
		Long: i18n.Join("\n\n", i18n.T("Yapılan sorguları sıra numarasına göre listeler. Süzgeçlerin hepsi birlikte uygulanır. Sonucu henüz yazılmamış sorgu unknown görünür. --tc-file ile yapılan arama da günlüğe yazılır (audit looks).",
			"Lists the queries that were made, by sequence number. All filters apply together. A query whose outcome is not written yet shows as unknown. A search with --tc-file is itself logged (audit looks)."), notProof),
		Example: i18n.T("iskurctl audit list --from 2026-11-01 --to 2026-11-30 -o csv --out kasim.csv\niskurctl audit list --outcome protocol\niskurctl audit list --seq 118 -o json\niskurctl audit list --tc-file numara.txt",
			"iskurctl audit list --from 2026-11-01 --to 2026-11-30 -o csv --out november.csv\niskurctl audit list --outcome protocol\niskurctl audit list --seq 118 -o json\niskurctl audit list --tc-file number.txt"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Unverifiable, fault.Store, fault.Input, fault.Output},
		Run:   func(ctx context.Context, _ []string) error { return runList(ctx, o) },
	})
	f := cmd.Flags()
	o.period = d.PeriodFlags(cmd)
	f.Int64SliceVar(&o.seqs, "seq", nil, d.In(i18n.T("`SIRA` yalnızca bu sıra numaraları (7 ya da 7,12)", "`SEQ` only these sequence numbers (7 or 7,12)")))
	userFlag(d, cmd, &o.user)
	f.StringVar(&o.method, "method", "", d.In(i18n.T("`YÖNTEM` yalnızca bu servis yöntemi", "`METHOD` only this service method")))
	f.StringVar(&o.outcome, "outcome", "", d.In(i18n.T("`SONUÇ` yalnızca bu sonuç", "`OUTCOME` only this outcome")))
	o.source = d.NumberFlags(cmd, "tc-file")
	o.out = d.OutputFlags(cmd, listColumns)
	return cmd
}

func runList(ctx context.Context, o *listOptions) error {
	filter, err := o.filter(ctx)
	if err != nil {
		return err
	}
	log, err := o.d.Audit(ctx)
	if err != nil {
		return err
	}
	if err := warnDisposed(ctx, o.d, log, audit.Span{From: filter.From, To: filter.To}); err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		if err := o.logLook(ctx, log, filter.KimlikNos); err != nil {
			return err
		}
		return writeEntries(s, log.List(ctx, filter), o.out.Reveal())
	})
}

// logLook makes a search for numbers durable before it is answered: the answer tells who was looked up.
func (o *listOptions) logLook(ctx context.Context, log *audit.Log, numbers []string) error {
	if len(numbers) == 0 {
		return nil
	}
	user, host, err := o.d.Identity()
	if err != nil {
		return err
	}
	if err := log.BindKey(ctx); err != nil {
		return err
	}
	return log.Look(ctx, user, host, numbers)
}

// writeEntries writes queries as records.
func writeEntries(s *output.Sink, entries iter.Seq2[audit.Entry, error], reveal bool) error {
	for e, err := range entries {
		if err != nil {
			return err
		}
		if err := s.Write(output.Record{e.Seq, e.Time, e.User, e.Host, string(e.Method), params(e.Params, reveal), e.Purpose,
			e.Attempt, string(e.Outcome), e.Records, e.Duration.Milliseconds()}); err != nil {
			return err
		}
	}
	return nil
}

func (o *listOptions) filter(ctx context.Context) (audit.Filter, error) {
	f := audit.Filter{Seqs: o.seqs, User: o.user, Method: audit.Method(o.method), Outcome: audit.OutcomeCode(o.outcome)}
	asked, err := span(o.period)
	if err != nil {
		return f, err
	}
	f.From, f.To = asked.From, asked.To
	if len(o.seqs) > maxSeqs || slices.ContainsFunc(o.seqs, func(n int64) bool { return n < 0 }) {
		return f, fault.New(fault.Usage, "flag_value_invalid", i18n.Tf("--seq için en çok %d sıra numarası verilebilir; en küçüğü 0'dır", "--seq takes %d sequence numbers at most; the smallest is 0", maxSeqs))
	}
	if err := cmdkit.OneOf("method", o.method, audit.Methods()); err != nil {
		return f, err
	}
	if err := cmdkit.OneOf("outcome", o.outcome, audit.Outcomes()); err != nil {
		return f, err
	}
	if err := o.source.Check(nil); err != nil || o.source.File == "" {
		return f, err
	}
	f.KimlikNos, err = o.source.Numbers(ctx, nil)
	return f, err
}
