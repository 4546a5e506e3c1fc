package query

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/myk"
	"iskurctl/internal/store"
)

const (
	// batchRows is how many neighbouring items share one sealed row of answers: one seal and one insert for all of them.
	batchRows = 64
	// keepEvery bounds what a killed process has to ask again: answers are at most so old when they are written.
	keepEvery = 10 * time.Millisecond
)

// stored is an answer as the journal keeps it, with the number it is about. The form has names of its own, so that no
// renaming elsewhere can turn a kept answer into an empty one; a change of it needs another answersForm.
type stored struct {
	Pos          int64         `json:"pos"`
	KimlikNo     string        `json:"kimlik_no"`
	FetchedAt    time.Time     `json:"fetched_at"`
	Count        int           `json:"count"` // of certificates, said once more
	Certificates []certificate `json:"certificates"`
}

const answersForm = "answers/1"

type certificate struct {
	BelgeNo              string   `json:"belgeno"`
	YeterlilikAdi        string   `json:"yeterlilik_adi"`
	MeslekKodu           string   `json:"meslek_kodu"`
	YeterlilikKodu       string   `json:"yeterlilik_kodu"`
	YeterlilikSeviyesi   int      `json:"yeterlilik_seviyesi"`
	SinavTarihi          myk.Date `json:"sinav_tarihi"`
	BelgeDuzenlemeTarihi myk.Date `json:"belge_duzenleme_tarihi"`
	GecerlilikTarihi     myk.Date `json:"gecerlilik_tarihi"`
	KurulusAdi           string   `json:"kurulus_adi"`
	BelgeDurumu          string   `json:"belge_durumu"`
	EuropassTR           string   `json:"europass_tr"`
	EuropassEN           string   `json:"europass_en"`
}

func keepable(pos int64, a Answer) *stored {
	s := &stored{Pos: pos, KimlikNo: a.KimlikNo, FetchedAt: a.FetchedAt, Count: len(a.Certificates)}
	for _, c := range a.Certificates {
		s.Certificates = append(s.Certificates, certificate{c.BelgeNo, c.YeterlilikAdi, c.MeslekKodu, c.YeterlilikKodu, c.YeterlilikSeviyesi,
			c.SinavTarihi, c.BelgeDuzenlemeTarihi, c.GecerlilikTarihi, c.KurulusAdi, c.BelgeDurumu, c.EuropassTR, c.EuropassEN})
	}
	return s
}

func (s *stored) answer() Answer {
	a := Answer{KimlikNo: s.KimlikNo, FetchedAt: s.FetchedAt}
	for _, c := range s.Certificates {
		a.Certificates = append(a.Certificates, myk.Certificate{KimlikNo: s.KimlikNo, BelgeNo: c.BelgeNo, YeterlilikAdi: c.YeterlilikAdi,
			MeslekKodu: c.MeslekKodu, YeterlilikKodu: c.YeterlilikKodu, YeterlilikSeviyesi: c.YeterlilikSeviyesi, SinavTarihi: c.SinavTarihi,
			BelgeDuzenlemeTarihi: c.BelgeDuzenlemeTarihi, GecerlilikTarihi: c.GecerlilikTarihi, KurulusAdi: c.KurulusAdi,
			BelgeDurumu: c.BelgeDurumu, EuropassTR: c.EuropassTR, EuropassEN: c.EuropassEN})
	}
	return a
}

// damaged is the error of a job whose kept state contradicts itself: no answer of it may be shown.
func damaged(err error) error {
	return fault.New(fault.Integrity, "job_damaged", i18n.T("saklanan toplu sorgu kaydı bozuk; kalan yanıtları kullanılmadı", "the kept state of the batch is damaged; the rest of its answers were not used")).
		WithHint(i18n.T("aynı komutu --resume olmadan yeniden başlatın", "start the same command again without --resume")).Because(err)
}

// answers gathers the answers of a batch and keeps them in the journal, row by row: a row when all its items have had
// their turn, and all rows that have news at every beat of keepEvery.
type answers struct {
	job  *Job
	mu   sync.Mutex
	rows map[int64]*answerRow
}

type answerRow struct {
	list    []stored
	waiting int  // items handed out and not yet back
	whole   bool // no further item will be handed out
	news    bool // something is not written yet
}

func newAnswers(job *Job) *answers { return &answers{job: job, rows: map[int64]*answerRow{}} }

// expect tells that the item at pos is handed out to be asked; items come in ascending order. A row of a resumed job
// begins with the answers it has, since it is written as a whole.
func (a *answers) expect(ctx context.Context, pos int64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := pos / batchRows
	if _, ok := a.rows[n]; !ok {
		row := &answerRow{}
		a.rows[n] = row
		if a.job.Resumed {
			old, err := a.job.answered(ctx, pos, pos)
			if err != nil {
				return err
			}
			for _, answer := range old {
				row.list = append(row.list, *answer)
			}
		}
		for before, row := range a.rows {
			row.whole = row.whole || before < n
		}
	}
	a.rows[n].waiting++
	return nil
}

// done takes an item back, with its answer when it has one.
func (a *answers) done(ctx context.Context, pos int64, answer *stored) error {
	a.mu.Lock()
	row := a.rows[pos/batchRows]
	row.waiting--
	if answer != nil {
		row.list = append(row.list, *answer)
		row.news = true
	}
	due := a.due(func(r *answerRow) bool { return r == row && r.whole && r.waiting == 0 })
	for n, row := range a.rows {
		if row.whole && row.waiting == 0 {
			delete(a.rows, n)
		}
	}
	a.mu.Unlock()
	return a.keep(ctx, due)
}

// due takes the rows that have news and are wanted.
func (a *answers) due(wanted func(*answerRow) bool) map[int64][]stored {
	due := map[int64][]stored{}
	for n, row := range a.rows {
		if row.news && wanted(row) {
			due[n] = append([]stored(nil), row.list...)
			row.news = false
		}
	}
	return due
}

// beat keeps what has come at every beat until stop is closed; fail hears of an error.
func (a *answers) beat(ctx context.Context, stop <-chan struct{}, fail func(error)) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := a.flush(ctx); err != nil {
				fail(err)
				return
			}
		case <-stop:
			return
		}
	}
}

// flush keeps all that is not kept yet.
func (a *answers) flush(ctx context.Context) error {
	a.mu.Lock()
	due := a.due(func(*answerRow) bool { return true })
	a.mu.Unlock()
	return a.keep(ctx, due)
}

func (a *answers) keep(ctx context.Context, due map[int64][]stored) error {
	var errs []error
	for n, list := range due {
		errs = append(errs, a.job.keep(ctx, n, list))
	}
	return errors.Join(errs...)
}

// keep writes one row of answers, sealed; it replaces an older state of the same row.
func (job *Job) keep(ctx context.Context, row int64, list []stored) error {
	plain, err := json.Marshal(list)
	if err != nil {
		return err
	}
	sealed, err := job.j.keys.Seal(job.j.rand, plain, itemAAD(job.ID, row, answersForm))
	if err != nil {
		return err
	}
	process, err := job.j.st.ProcessLock()
	if err != nil {
		return err
	}
	add, err := job.j.keepAnswers(ctx)
	if err != nil {
		return err
	}
	return job.j.st.Write(ctx, func(tx *sql.Tx) error {
		kept, err := tx.Stmt(add).Exec(job.ID, row, len(list), sealed, process)
		if err != nil {
			return err
		}
		if n, err := kept.RowsAffected(); n > 0 || err != nil {
			return err
		}
		var owner string
		err = tx.QueryRow(sqlOwner, job.ID).Scan(&owner)
		if errors.Is(err, sql.ErrNoRows) || err == nil && owner != process {
			return lost()
		}
		return err // without one, the row holds more answers already
	})
}

// keepAnswers prepares the statement that runs dozens of times a second, once.
func (j *Journal) keepAnswers(ctx context.Context) (*sql.Stmt, error) {
	j.prepare.Lock()
	defer j.prepare.Unlock()
	if j.add == nil {
		if err := j.st.Prepare(ctx, store.Prepared{To: &j.add, Text: sqlKeepAnswers}); err != nil {
			return nil, err
		}
	}
	return j.add, nil
}

// answered reads the answers of the items from..to.
func (job *Job) answered(ctx context.Context, from, to int64) (map[int64]*stored, error) {
	rows, err := job.j.st.Read().QueryContext(ctx, sqlAnswers, job.ID, from/batchRows, to/batchRows)
	if err != nil {
		return nil, job.j.st.Explain(err)
	}
	defer rows.Close()
	found := map[int64]*stored{}
	for rows.Next() {
		var n int64
		var sealed []byte
		if err := rows.Scan(&n, &sealed); err != nil {
			return nil, err
		}
		plain, err := job.j.keys.Unseal(sealed, itemAAD(job.ID, n, answersForm))
		if err != nil {
			return nil, err
		}
		var list []stored
		dec := json.NewDecoder(bytes.NewReader(plain))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&list); err != nil {
			return nil, damaged(err)
		}
		for i := range list {
			if list[i].Count != len(list[i].Certificates) || list[i].KimlikNo == "" {
				return nil, damaged(nil)
			}
			found[list[i].Pos] = &list[i]
		}
	}
	return found, job.j.st.Explain(rows.Err())
}
