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
func (o *lookupOptions) batch(ctx context.Context, numbers iter.Seq2[query.Numbered, error], left *skipped) error {
	service, err := o.d.Query(ctx, o.query.QueryOptions) // whatever refuses a query does so before a number is kept
	if err != nil {
		return err
	}
	journal, err := o.d.Journal(ctx)
	if err != nil {
		return err
	}
	job, err := journal.Load(ctx, o.job, numbers, o.resume)
	if err != nil {
		return err
	}
	left.say(o.d)
	if job.Dropped > 0 {
		o.d.Warn(i18n.Count(job.Dropped, "bu işin yarım kalan %d yanıtı bırakıldı, baştan sorgulanıyor; sürdürmek için --resume gerekirdi",
			"the %d answer kept of this job was given up and it begins anew; --resume would have gone on", "the %d answers kept of this job were given up and it begins anew; --resume would have gone on"))
	}
	if job.Resumed { // it completes the file of its first run
		o.out.Replace()
	} else if o.resume {
		o.d.Warn(i18n.T("yarım kalmış böyle bir toplu sorgu yok; baştan başlanıyor", "there is no such batch to resume; it begins anew"))
	}
	rejects, err := o.openRejects(job.Resumed)
	if err != nil {
		return o.giveUp(ctx, job, err)
	}
	sink, err := o.out.Open()
	if err != nil {
		return o.giveUp(ctx, job, errors.Join(err, rejects.end(err)))
	}
	err = cmdkit.Finish(sink, o.ask(ctx, service, job, sink, rejects))
	if closed := rejects.end(err); closed != nil && fault.ClassOf(err) != fault.Output {
		return closed
	}
	if err == nil || fault.ClassOf(err) == fault.Negative {
		return errors.Join(err, job.Delete(context.WithoutCancel(ctx)))
	}
	return err
}

// giveUp ends a job that was refused before anything was asked: nothing of it stays, unless it was there before.
func (o *lookupOptions) giveUp(ctx context.Context, job *query.Job, err error) error {
	if job.Resumed {
		return err
	}
	return errors.Join(err, job.Delete(ctx))
}

// ask runs the batch and gives its exit.
func (o *lookupOptions) ask(ctx context.Context, service *query.Service, job *query.Job, sink *output.Sink, rejects *rejects) error {
	var odd oddities
	var last query.Item
	var retryAt time.Time
	shown := o.d.Now()
	bar := o.d.Streams.Progress(o.d.In(i18n.T("sorgulanıyor", "asking")), job.Items)
	result, err := service.Batch(ctx, job, func(it query.Item) error {
		bar.Add(1)
		last = it
		if it.Err != nil {
			if it.Err.RetryAt.After(retryAt) {
				retryAt = it.Err.RetryAt
			}
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
	switch {
	case err != nil:
		return err
	case result.Total == 1 && result.Failed == 1: // one number asked: its own failure, not "some items failed"
		return last.Err
	case result.Total == 1 && result.Answered == 1 && len(last.Answer.Certificates) == 0:
		return noCertificate()
	}
	err = o.outcome(result)
	if e := fault.From(err); e != nil && !retryAt.IsZero() { // the service said when to come back
		e.RetryAt = retryAt
		e.Hint = i18n.Join("; ", e.Hint, i18n.Tf("servisin istediği zaman: %s", "not before the time the service asks for: %s", retryAt.Format("2006-01-02T15:04:05.000Z")))
	}
	return err
}

// outcome gives the exit of a batch: the cause of a stop, or 8 when something failed.
func (o *lookupOptions) outcome(r query.Result) error {
	saved := i18n.Tf("%[1]d numaradan %[2]d tanesinin yanıtı alındı, %[3]d tanesi kaldı", "answered: %[2]d of %[1]d numbers; left: %[3]d", r.Total, r.Answered, r.Total-r.Answered)
	again := i18n.T("tamamlamak için aynı komutu --resume ile yineleyin", "to finish, repeat the same command with --resume")
	if r.Stop != nil {
		e := *fault.From(r.Stop)
		e.Message = i18n.Join("; ", e.Message, saved)
		switch {
		case e.Hint.Empty():
			e.Hint = again
		case e.Code != "batch_stopped" && e.Class != fault.Integrity: // their hints say what to do already
			e.Hint = i18n.Join("; ", e.Hint, again)
		}
		return &e
	}
	if r.Failed > 0 {
		return fault.New(fault.Partial, "batch_partial", saved).WithHint(again)
	}
	return nil
}

// rejectColumns: which lines failed and why; the number is masked.
var rejectColumns = []output.Column{
	{Key: "line", Kind: output.Number},
	{Key: "value", Kind: output.TC},
	{Key: "class", Kind: output.Code},
	{Key: "code", Kind: output.Code},
}

// rejects is the --rejects file; nil when none is wanted.
type rejects struct{ sink *output.Sink }

func (o *lookupOptions) openRejects(resumed bool) (*rejects, error) {
	if o.rejects == "" {
		return nil, nil
	}
	sink, err := output.Open(output.Options{Format: "ndjson", OutFile: o.rejects, Force: resumed}, output.Target{Lang: o.d.Lang}, rejectColumns)
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
