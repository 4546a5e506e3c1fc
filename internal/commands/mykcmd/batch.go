package mykcmd

import (
	"context"
	"errors"
	"iter"
	"time"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/query"
)

// batch asks for many people. What is answered is kept until the whole of it was printed.
func (o *lookupOptions) batch(ctx context.Context, numbers iter.Seq2[query.Numbered, error], left *skipped) (err error) {
	rejects, err := o.openRejects()
	if err != nil {
		return err
	}
	defer func() {
		if closed := rejects.end(err); closed != nil && fault.ClassOf(err) != fault.Output {
			err = closed
		}
	}()
	journal, err := o.d.Journal(ctx)
	if err != nil {
		return err
	}
	job, err := journal.Load(ctx, o.job, numbers, o.resume)
	if err != nil {
		return err
	}
	left.say(o.d)
	if job.Resumed { // it completes the file of its first run
		o.out.Replace()
	}
	sink, err := o.out.Open()
	if err != nil {
		if !job.Resumed {
			err = errors.Join(err, job.Delete(ctx))
		}
		return err
	}
	result, err := o.ask(ctx, job, sink, rejects)
	if err == nil {
		err = o.outcome(result)
	}
	if err = cmdkit.Finish(sink, err); err != nil {
		return err
	}
	return job.Delete(context.WithoutCancel(ctx))
}

func (o *lookupOptions) ask(ctx context.Context, job *query.Job, sink *output.Sink, rejects *rejects) (query.Result, error) {
	service, err := o.d.Query(ctx, o.query.QueryOptions)
	if err != nil {
		return query.Result{}, err
	}
	var odd oddities
	shown := o.d.Now()
	bar := o.d.Streams.Progress(o.d.In(i18n.T("sorgulanıyor", "asking")), job.Items)
	result, err := service.Batch(ctx, job, func(it query.Item) error {
		bar.Add(1)
		if it.Err != nil {
			return rejects.write(it)
		}
		odd.see(it.Answer.Notes)
		if err := o.write(sink, it.Answer); err != nil {
			return err
		}
		if now := o.d.Now(); now.Sub(shown) > time.Second { // a reader at the other end of a pipe sees the work go on
			shown = now
			return sink.Flush()
		}
		return nil
	})
	bar.Finish()
	odd.say(o.d)
	return result, err
}

// outcome gives the exit of a batch: the cause of a stop, or 8 when something failed.
func (o *lookupOptions) outcome(r query.Result) error {
	open := r.Total - r.Answered
	saved := i18n.Tf("%[1]d numaradan %[2]d tanesinin yanıtı alındı, %[3]d tanesi kaldı", "answered: %[2]d of %[1]d numbers; left: %[3]d", r.Total, r.Answered, open)
	again := i18n.T("tamamlamak için aynı komutu --resume ile yineleyin", "to finish, repeat the same command with --resume")
	if r.Stop != nil {
		e := *fault.From(r.Stop)
		e.Message = i18n.Join("; ", e.Message, saved)
		if e.Code != "batch_stopped" { // whose hint says it already
			e.Hint = joinHints(e.Hint, again)
		}
		return &e
	}
	if r.Failed > 0 {
		return fault.New(fault.Partial, "batch_partial", saved).WithHint(again)
	}
	return nil
}

func joinHints(first, second i18n.Text) i18n.Text {
	if first.Empty() {
		return second
	}
	return i18n.Join("; ", first, second)
}

// rejectColumns: which lines failed and why, without personal data.
var rejectColumns = []output.Column{
	{Key: "line", Kind: output.Number},
	{Key: "value", Kind: output.TC},
	{Key: "class", Kind: output.Code},
	{Key: "code", Kind: output.Code},
}

// rejects is the --rejects file; nil when none is wanted.
type rejects struct{ sink *output.Sink }

func (o *lookupOptions) openRejects() (*rejects, error) {
	if o.rejects == "" {
		return nil, nil
	}
	sink, err := output.Open(output.Options{Format: "ndjson", OutFile: o.rejects, Force: o.resume}, output.Target{Lang: o.d.Lang}, rejectColumns)
	return &rejects{sink}, err
}

func (r *rejects) write(it query.Item) error {
	if r == nil {
		return nil
	}
	return r.sink.Write(output.Record{it.Line, it.Answer.KimlikNo, it.Err.Class.Name(), it.Err.Code})
}

// end completes the file unless the result was cut off; an interrupted batch says what failed until then.
func (r *rejects) end(err error) error {
	if r == nil {
		return nil
	}
	switch fault.ClassOf(err) {
	case fault.Output, fault.Usage, fault.Input, fault.Internal, fault.Store:
		return r.sink.Abort()
	}
	return r.sink.Close()
}
