package query

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

const (
	chunk   = 1000                // numbers a commit while a job is read: the writer lock is never held while input is awaited
	jobLife = 30 * 24 * time.Hour // a job that nobody resumed is personal data without a purpose, and goes
)

// Journal keeps the state of batches in the store. What runs inside a transaction gets a context without an end: the
// transaction may be shared, and an interrupted statement would roll everybody back.
type Journal struct {
	st      *store.Store
	keys    *seal.Keys
	now     func() time.Time
	rand    io.Reader
	profile string
	prepare sync.Mutex
	add     *sql.Stmt // sqlKeepAnswers
}

// NewJournal makes the journal of one profile.
func NewJournal(st *store.Store, keys *seal.Keys, profile string, now func() time.Time, rand io.Reader) *Journal {
	return &Journal{st: st, keys: keys, now: now, rand: rand, profile: profile}
}

// Numbered is a number with the line it stands on.
type Numbered struct {
	Line     int64
	KimlikNo string
}

// Job is a batch whose numbers stand in the store, each once, in input order.
type Job struct {
	ID      int64
	Items   int64
	Resumed bool
	// Dropped is how many answers of an unfinished job of the same name were given up, because it was begun anew.
	Dropped int64
	j       *Journal
}

// Load reads the numbers of a batch into the store. With resume it goes on with the unfinished job of the same name
// (or, without a name, of the same set of numbers); otherwise such a job is begun anew. An error of numbers ends the
// loading and nothing of it stays. Fails with class Usage (job_changed) when a named job was about other numbers and
// with class Store (job_running) while another process works on it.
func (j *Journal) Load(ctx context.Context, name string, numbers iter.Seq2[Numbered, error], resume bool) (*Job, error) {
	id, err := j.read(ctx, numbers)
	if err == nil {
		var job *Job
		if job, err = j.settle(ctx, id, name, resume); err == nil {
			return job, nil
		}
	}
	if id != 0 {
		err = errors.Join(err, j.drop(context.WithoutCancel(ctx), id))
	}
	return nil, err
}

// read stores the numbers under a job without a name.
func (j *Journal) read(ctx context.Context, numbers iter.Seq2[Numbered, error]) (id int64, err error) {
	process, err := j.st.ProcessLock()
	if err != nil {
		return 0, err
	}
	if id, err = j.newID(); err != nil {
		return 0, err
	}
	free := context.WithoutCancel(ctx)
	err = j.st.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(free, sqlAddJob, id, process, j.now().UnixMilli())
		return err
	})
	if err != nil {
		return 0, err
	}
	var pos int64
	part := make([][]any, 0, chunk)
	flush := func() error {
		err := j.st.Write(ctx, func(tx *sql.Tx) error {
			add, err := tx.PrepareContext(free, sqlAddItem)
			if err != nil {
				return err
			}
			defer add.Close()
			for _, args := range part {
				if _, err := add.ExecContext(free, args...); err != nil {
					return err
				}
			}
			return nil
		})
		part = part[:0]
		return err
	}
	for n, err := range numbers {
		if err != nil {
			return id, err
		}
		number, err := j.keys.Seal(j.rand, []byte(n.KimlikNo), itemAAD(id, pos, "number"))
		if err != nil {
			return id, err
		}
		part = append(part, []any{id, pos, n.Line, j.keys.Tag("job", n.KimlikNo), number})
		pos++
		if len(part) == chunk {
			if err := flush(); err != nil {
				return id, err
			}
		}
	}
	return id, flush()
}

func (j *Journal) newID() (int64, error) {
	var b [8]byte
	if _, err := io.ReadFull(j.rand, b[:]); err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b[:])>>2) + 1, nil
}

// settle gives the job its name, or finds the one to go on with.
func (j *Journal) settle(ctx context.Context, id int64, name string, resume bool) (*Job, error) {
	digest, items, err := j.digest(ctx, id)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = digest
	}
	name = j.profile + "/" + name // profiles that share a store do not share jobs
	process, err := j.st.ProcessLock()
	if err != nil {
		return nil, err
	}
	job := &Job{ID: id, Items: items, j: j}
	free := context.WithoutCancel(ctx)
	err = j.st.Write(ctx, func(tx *sql.Tx) error {
		var old Job
		var oldDigest, owner string
		err := tx.QueryRowContext(free, sqlFindJob, name).Scan(&old.ID, &oldDigest, &owner, &old.Items)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		case owner != process && j.st.ProcessAlive(owner):
			return fault.New(fault.Store, "job_running", i18n.T("bu iş şu anda başka bir süreçte çalışıyor", "another process is working on this job right now")).
				WithHint(i18n.T("bitmesini bekleyin ya da --job ile başka bir ad verin", "wait for it to end, or give another name with --job"))
		case resume && oldDigest != digest:
			return fault.New(fault.Usage, "job_changed", i18n.T("bu adla başlatılan iş başka numaralar içindi", "the job of this name was about other numbers")).
				WithHint(i18n.T("aynı dosyayı verin ya da --resume olmadan yeniden başlatın", "give the same file, or start again without --resume"))
		case resume:
			if err := changed(tx.ExecContext(free, sqlTakeJob, old.ID, process, j.now().UnixMilli())); err != nil {
				return err
			}
			old.Resumed, old.j = true, j
			*job = old
			return dropTx(free, tx, id)
		default:
			if err := tx.QueryRowContext(free, sqlCountAnswers, old.ID).Scan(&job.Dropped); err != nil {
				return err
			}
			if err := dropTx(free, tx, old.ID); err != nil {
				return err
			}
		}
		return changed(tx.ExecContext(free, sqlNameJob, id, name, digest, items))
	})
	return job, err
}

// changed checks that a statement met the one row it was meant for.
func changed(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(lost(), err)
	}
	return nil
}

// lost is the error of a job that is no longer this process's.
func lost() error {
	return fault.New(fault.Store, "job_lost", i18n.T("toplu sorgunun kaydı depodan silinmiş ya da başka bir süreç almış", "the job is gone from the store, or another process has taken it")).
		WithHint(i18n.T("aynı komutu yeniden başlatın", "start the same command again"))
}

// digest names a set of numbers whatever their order, without holding them in memory. The tags are keyed, so that
// the name of a job tells nobody whom it was about.
func (j *Journal) digest(ctx context.Context, id int64) (digest string, items int64, err error) {
	rows, err := j.st.Read().QueryContext(ctx, sqlTags, id)
	if err != nil {
		return "", 0, j.st.Explain(err)
	}
	defer rows.Close()
	h := sha256.New()
	h.Write([]byte(j.profile + "\x00" + string(audit.ByNumber) + "\x00"))
	var tag sql.RawBytes
	for ; rows.Next(); items++ {
		if err := rows.Scan(&tag); err != nil {
			return "", 0, err
		}
		h.Write(tag)
	}
	return hex.EncodeToString(h.Sum(nil)), items, j.st.Explain(rows.Err())
}

// item is one number of a job; answer is nil until it was answered.
type item struct {
	pos, line int64
	kimlikNo  string
	answer    *stored
}

// items gives the job's items in input order, read in short transactions so that the log file never grows for a reader.
func (job *Job) items(ctx context.Context) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		after := int64(-1)
		for {
			page, err := job.page(ctx, after)
			if err != nil {
				yield(item{}, err)
				return
			}
			for _, it := range page {
				if !yield(it, nil) {
					return
				}
				after = it.pos
			}
			if len(page) < chunk {
				return
			}
		}
	}
}

func (job *Job) page(ctx context.Context, after int64) ([]item, error) {
	rows, err := job.j.st.Read().QueryContext(ctx, sqlPage, job.ID, after, chunk)
	if err != nil {
		return nil, job.j.st.Explain(err)
	}
	defer rows.Close()
	var page []item
	for rows.Next() {
		var it item
		var number []byte
		if err := rows.Scan(&it.pos, &it.line, &number); err != nil {
			return nil, err
		}
		plain, err := job.j.keys.Unseal(number, itemAAD(job.ID, it.pos, "number"))
		if err != nil {
			return nil, err
		}
		it.kimlikNo = string(plain)
		page = append(page, it)
	}
	if err := rows.Err(); err != nil || len(page) == 0 {
		return nil, job.j.st.Explain(err)
	}
	if !job.Resumed {
		return page, nil
	}
	answers, err := job.answered(ctx, page[0].pos, page[len(page)-1].pos)
	if err != nil {
		return nil, err
	}
	for i := range page {
		if a := answers[page[i].pos]; a != nil {
			if a.KimlikNo != page[i].kimlikNo { // an answer goes to the person it is about, or to nobody
				return nil, damaged(nil)
			}
			page[i].answer = a
		}
	}
	return page, nil
}

// Delete removes a finished job: its answers were printed, and the store keeps no copy.
func (job *Job) Delete(ctx context.Context) error { return job.j.drop(ctx, job.ID) }

func (j *Journal) drop(ctx context.Context, id int64) error {
	return j.st.Write(ctx, func(tx *sql.Tx) error { return dropTx(context.WithoutCancel(ctx), tx, id) })
}

func dropTx(ctx context.Context, tx *sql.Tx, id int64) error {
	for _, text := range []string{sqlDropAnswer, sqlDropItems, sqlDropJob} {
		if _, err := tx.ExecContext(ctx, text, id); err != nil {
			return err
		}
	}
	return nil
}

// Sweep removes what nobody will resume: jobs not used for thirty days, and half-read ones of processes that died.
func (j *Journal) Sweep(ctx context.Context) error {
	dead, err := j.deserted(ctx)
	if err != nil {
		return j.st.Explain(err)
	}
	for _, id := range dead {
		if err := j.drop(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// deserted lists the jobs whose process is gone, and that are old or were never read to the end.
func (j *Journal) deserted(ctx context.Context) (dead []int64, err error) {
	rows, err := j.st.Read().QueryContext(ctx, sqlOldJobs, j.now().Add(-jobLife).UnixMilli())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var process string
		if err := rows.Scan(&id, &process); err != nil {
			return nil, err
		}
		if !j.st.ProcessAlive(process) {
			dead = append(dead, id)
		}
	}
	return dead, rows.Err()
}

func itemAAD(job, pos int64, what string) string { return fmt.Sprintf("job|%d|%d|%s", job, pos, what) }
