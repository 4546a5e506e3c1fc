package scan

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"
	"syscall"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// event is something that a scan tells.
type event struct {
	finding    Finding
	unreadable i18n.Text // why the file could not be read
	binary     bool
	warning    i18n.Text
	path       string
}

// job is one file on its way: events come until an empty list, which ends it.
type job struct {
	file   file
	said   *event // not a file: something that the lister has to say
	events chan []event
}

const (
	queueSize = 64  // files listed ahead of the workers
	batchSize = 128 // findings on their way together: a file full of numbers waits for its turn
)

// Files scans files and trees. What cannot be read is told and does not end the scan. Errors: those of the report, the end
// of the context, class Internal.
func Files(ctx context.Context, o Options, args []string, report Report) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	g, err := findGit(o.Env, false)
	if err != nil {
		g = nil // everything is scanned then, and tree says so
	}
	// Workers take the files in the order in which the report goes through them, so the file it waits for is always at work.
	queue, order := make(chan *job, queueSize), make(chan *job, 2*queueSize)
	spare := make(chan *job, 4*queueSize)
	var running sync.WaitGroup
	start := func(work func() error) {
		running.Go(func() {
			if err := guarded(work); err != nil {
				cancel(err)
			}
		})
	}
	start(func() error {
		defer close(order)
		defer close(queue)
		return list(ctx, o, g, args, queue, order, spare)
	})
	for range max(1, o.Workers) {
		start(func() error { return work(ctx, o, queue) })
	}
	err = follow(ctx, order, spare, report)
	if err != nil {
		cancel(err)
	}
	running.Wait()
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}

// list puts the files into both queues.
func list(ctx context.Context, o Options, g *git, args []string, queue, order, spare chan *job) error {
	put := func(f file, said *event) error {
		var j *job
		select {
		case j = <-spare:
		default:
			j = &job{events: make(chan []event, 2)}
		}
		j.file, j.said = f, said
		select {
		case order <- j:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if said != nil {
			return nil
		}
		select {
		case queue <- j:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	l := &lister{o: o, git: g, yield: func(f file) error { return put(f, nil) },
		unreadable: func(path string, cause i18n.Text) error {
			return put(file{}, &event{path: path, unreadable: cause})
		},
		warn: func(t i18n.Text) error { return put(file{}, &event{warning: t}) }}
	for _, arg := range args {
		if err := l.path(ctx, arg); err != nil {
			return err
		}
	}
	return nil
}

// work scans files until the queue ends.
func work(ctx context.Context, o Options, queue chan *job) error {
	s := newScanner(o)
	for j := range queue {
		var batch []event
		send := func() error {
			select {
			case j.events <- batch:
				batch = nil
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		err := s.file(ctx, o, j.file, func(f Finding) error {
			if batch = append(batch, event{finding: f}); len(batch) == batchSize {
				return send()
			}
			return nil
		})
		var u *unreadable
		switch {
		case errors.As(err, &u):
			batch = append(batch, event{path: j.file.shown, unreadable: u.cause})
		case errors.Is(err, errBinary) && j.file.named:
			batch = append(batch, event{path: j.file.shown, binary: true})
		case err != nil && !errors.Is(err, errBinary):
			return err
		}
		if len(batch) > 0 {
			if err := send(); err != nil {
				return err
			}
		}
		if err := send(); err != nil { // the empty list
			return err
		}
	}
	return nil
}

// follow tells what the jobs bring, in their order.
func follow(ctx context.Context, order, spare chan *job, report Report) error {
	for {
		var j *job
		var ok bool
		select {
		case j, ok = <-order:
			if !ok {
				return nil
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if j.said != nil {
			if err := report.tell(*j.said); err != nil {
				return err
			}
			continue
		}
		for done := false; !done; {
			select {
			case events := <-j.events:
				done = len(events) == 0
				for _, e := range events {
					if err := report.tell(e); err != nil {
						return err
					}
				}
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		select {
		case spare <- j:
		default:
		}
	}
}

func (r Report) tell(e event) error {
	switch {
	case !e.unreadable.Empty():
		r.Unreadable(e.path, e.unreadable)
	case e.binary:
		r.Binary(e.path)
	case !e.warning.Empty():
		r.Warn(e.warning)
	default:
		return r.Finding(e.finding)
	}
	return nil
}

// unreadable is why a file could not be read, which does not end the scan.
type unreadable struct{ cause i18n.Text }

func (u *unreadable) Error() string { return u.cause.EN }

// file scans one file. Errors: *unreadable, errBinary, those of yield, the end of the context.
func (s *scanner) file(ctx context.Context, o Options, f file, yield func(Finding) error) error {
	t := target{path: f.shown}
	t.identity = f.identity()
	r, err := open(f)
	if errors.Is(err, errOther) && f.named {
		in, err := o.Open(ctx, f.path)
		if err != nil {
			cause := i18n.T("normal bir dosya ya da boru (pipe) değil", "it is neither a regular file nor a pipe")
			if errors.Is(err, fs.ErrPermission) {
				cause = fault.Cause(err)
			}
			return &unreadable{cause}
		}
		defer in.Close()
		return asUnreadable(ctx, s.text(ctx, in, t, yield))
	}
	if errors.Is(err, errOther) || !f.named && (errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENOTDIR)) {
		return nil // a link, a device; or gone since it was listed
	}
	if err != nil {
		return &unreadable{fault.Cause(err)}
	}
	defer r.close()
	return asUnreadable(ctx, s.text(ctx, r, t, yield))
}

// asUnreadable tells the errors of the system, which are the file's, from all others.
func asUnreadable(ctx context.Context, err error) error {
	var f *fault.Error
	if err == nil || errors.Is(err, errBinary) || ctx.Err() != nil || errors.As(err, &f) {
		return err
	}
	if errors.Is(err, errShorter) {
		return &unreadable{i18n.T("dosya okunurken kısaldı", "the file got shorter while it was read")}
	}
	return &unreadable{fault.Cause(err)}
}

var (
	errOther   = errors.New("neither a file nor a folder")
	errShorter = errors.New("the file got shorter")
)

// raw is a regular file. It is read without os.File, which asks the system twice more for each file, to no use here.
type raw struct {
	fd   int
	left int64 // of the size at its opening: what is appended meanwhile is not read; < 0 where the system names none
}

func open(f file) (*raw, error) {
	if f.path == "-" {
		return nil, errOther
	}
	flags := syscall.O_RDONLY | syscall.O_NONBLOCK | syscall.O_CLOEXEC | syscall.O_NOCTTY
	if !f.named {
		flags |= syscall.O_NOFOLLOW
	}
	var info syscall.Stat_t
	if f.named { // opening a pipe or a device may do something by itself
		if err := again(func() error { return syscall.Stat(f.path, &info) }); err != nil {
			return nil, err
		}
		if info.Mode&syscall.S_IFMT != syscall.S_IFREG {
			return nil, errOther
		}
	}
	r := &raw{}
	err := again(func() (err error) { r.fd, err = syscall.Open(f.path, flags, 0); return err })
	if err != nil {
		return nil, err
	}
	if err := again(func() error { return syscall.Fstat(r.fd, &info) }); err != nil {
		r.close()
		return nil, err
	}
	if info.Mode&syscall.S_IFMT != syscall.S_IFREG {
		r.close()
		return nil, errOther
	}
	if r.left = info.Size; r.left == 0 {
		r.left = -1 // empty, or a file of /proc
	}
	return r, nil
}

// again repeats a call that a signal broke off.
func again(call func() error) error {
	for {
		if err := call(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// Read gives the file as long as it was when it was opened; errShorter when it ends before.
func (r *raw) Read(p []byte) (n int, err error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	if r.left > 0 && int64(len(p)) > r.left {
		p = p[:r.left]
	}
	err = again(func() (err error) { n, err = syscall.Read(r.fd, p); return err })
	switch {
	case err != nil:
		return 0, err
	case n == 0 && r.left < 0:
		return 0, io.EOF
	case n == 0:
		return 0, errShorter
	case r.left > 0:
		r.left -= int64(n)
	}
	return n, nil
}

func (r *raw) close() { _ = syscall.Close(r.fd) }
