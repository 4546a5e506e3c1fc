package ledger

import (
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/seal"
)

// Erasure takes the sealed values of single entries away (KVKK m.7); the entries, which hold only salted digests, stay
// and still verify. A log from which that may happen has a table more, and two triggers that let it.

// ErasableSchema is Schema for a log whose entries' sealed values may be erased: a sealed row may go, or be replaced under
// the same key, once @_erased lists its entry.
func ErasableSchema(name string) string { return named(erasableSchema(schema), name) }

// erasableSchema exchanges the two triggers that keep sealed rows; the table that they ask comes first.
func erasableSchema(base string) string {
	for trigger, with := range map[string]string{"@_sealed_fixed": erasedTable + erasableFixed, "@_sealed_kept": erasableKept} {
		from := strings.Index(base, "CREATE TRIGGER "+trigger+" ")
		if from < 0 { // a mistake in the program
			panic("ledger: the schema has no trigger " + trigger)
		}
		const end = "END;\n"
		to := from + strings.Index(base[from:], end) + len(end)
		base = base[:from] + with + base[to:]
	}
	return base
}

const erasedTable = `CREATE TABLE @_erased (
	seq INTEGER NOT NULL,                  -- of the entry whose sealed values, or some of them, were erased
	by  INTEGER NOT NULL CHECK (by > seq), -- of an entry that says so: more than one after erasures of parts
	PRIMARY KEY (seq, by)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER @_erased_fixed BEFORE UPDATE ON @_erased BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER @_erased_kept BEFORE DELETE ON @_erased BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
`

const erasableFixed = `CREATE TRIGGER @_sealed_fixed BEFORE UPDATE ON @_sealed
WHEN NEW.seq <> OLD.seq OR NEW.key <> OLD.key OR NOT EXISTS (SELECT 1 FROM @_erased WHERE seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
`

const erasableKept = `CREATE TRIGGER @_sealed_kept BEFORE DELETE ON @_sealed
WHEN OLD.seq >= (SELECT pruned FROM @_log) AND NOT EXISTS (SELECT 1 FROM @_erased WHERE seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
`

const (
	addErased     = `INSERT INTO @_erased (seq, by) VALUES ($1, $2) ON CONFLICT (seq, by) DO NOTHING`
	eraseSealed   = `DELETE FROM @_sealed WHERE seq = $1`
	replaceSealed = `UPDATE @_sealed SET sd = $1 WHERE seq = $2 AND key = $3`
)

// Erase lists the entry seq as erased by the entry by, which the caller appends in the same transaction and which says so,
// and deletes its sealed row. An entry without one, or that was erased in part before, is no error; it is then listed under
// both. The old bytes may stand in unused parts of the file afterwards: that is for the caller to look for.
func (w *Writer) Erase(seq, by int64) error {
	if err := w.erased(seq, by); err != nil {
		return err
	}
	_, err := w.Tx.Exec(named(eraseSealed, w.log.Name), seq)
	return err
}

// Reseal lists the entry as Erase does, and replaces its disclosures by sd, those that are left, under the key that its
// row has. Error: class Integrity, sealed_missing, for an entry without a sealed row under that key.
func (w *Writer) Reseal(seq, by int64, key *seal.DataKey, sd []byte) error {
	sealed, err := key.Seal(nil, w.log.rand, sd, w.log.Name, seq)
	if err != nil {
		return err
	}
	if err := w.erased(seq, by); err != nil {
		return err
	}
	res, err := w.Tx.Exec(named(replaceSealed, w.log.Name), sealed, seq, key.ID)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Integrity, "sealed_missing", i18n.T("kaydın mühürlü kişisel alanları beklenen anahtarla durmuyor", "the sealed disclosures of the entry do not stand there under the key expected")).Because(err)
	}
	return nil
}

func (w *Writer) erased(seq, by int64) error {
	if seq < 0 || seq >= by {
		return fault.New(fault.Internal, "ledger_erase", i18n.T("silme kaydı, sildiği kayıttan sonra gelmiyor", "the entry of an erasure does not come after what it erases"))
	}
	_, err := w.Tx.Exec(named(addErased, w.log.Name), seq, by)
	return err
}

// Eraser is a Domain that finds out by itself, when it has read all entries, whether disclosures that are not there, or
// cannot be opened, were erased: Verify tells it of them and reports nothing. missing is how many of entry seq's
// disclosures cannot be had; locked says that they are there, all of them, but not their key (missing, destroyed, or
// wrapped by another master key). It is called by several goroutines, in no order, and at most once an entry.
type Eraser interface {
	Domain
	Absent(seq int64, missing int, locked bool)
}

// absent tells the domain of disclosures that are not there; false when it does not want to know.
func (r *reader) absent(seq int64, missing int, locked bool) bool {
	x, ok := r.v.o.Domain.(Eraser)
	if ok {
		x.Absent(seq, missing, locked)
	}
	return ok
}
