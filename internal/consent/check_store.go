package consent

import (
	"context"
	"crypto/sha256"
	"math"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// storedTexts compares the texts of the store with their entries, and their bytes with the SHA-256.
func (t *turn) storedTexts(ctx context.Context, size int64) error {
	met := make(map[int64]bool, len(t.order))
	bySeq := make(map[int64]*textAt, len(t.order))
	for _, x := range t.order {
		bySeq[x.Seq] = x
	}
	rows, err := t.log.st.Read().QueryContext(ctx, projectedTexts, size)
	if err != nil {
		return t.log.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var seq int64
		var kind, label, language, day string
		var stored, body []byte
		if err := rows.Scan(&seq, &kind, &label, &language, &stored, &day, &body); err != nil {
			return t.log.explain(ctx, err)
		}
		x := bySeq[seq]
		met[seq] = true
		switch {
		case x == nil && (t.broken.Has(seq) || !t.seen.Has(seq)): // damaged, not read, or a stray
		case x == nil:
			t.report(ledger.ProjectionDrift, seq, "satır bir metin kaydına karşılık gelmiyor", "the row leads to no text entry")
		case sha256.Sum256(body) != t.digests.sum(x.number) || len(body) != x.Bytes:
			t.report(ledger.TextHashMismatch, seq, "saklanan metin, kaydedilen metin değil: baytları değişmiş", "the stored text is not the one that was registered: its bytes have changed")
		case kind != string(x.Kind) || label != x.Label || language != x.Language || day != x.Day || string(stored) != string(t.sumOf(x)):
			t.report(ledger.ProjectionDrift, seq, "metnin satırı kaydıyla uyuşmuyor", "the row of the text does not agree with its entry")
		}
	}
	for _, x := range t.order {
		if !met[x.Seq] {
			t.report(ledger.TextUnknown, x.Seq, "kayıtlı metnin kendisi depoda yok", "the text that was registered is not in the store")
		}
	}
	return t.log.explain(ctx, rows.Err())
}

func (t *turn) sumOf(x *textAt) []byte {
	s := t.digests.sum(x.number)
	return s[:]
}

// storedErasures compares the rows of erased entries with the erased/1 entries.
func (t *turn) storedErasures(ctx context.Context, size int64) error {
	rows, err := t.log.st.Read().QueryContext(ctx, projectedErasures, size)
	if err != nil {
		return t.log.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	var listed ledger.Bits
	var leaf ledger.Leaf
	for rows.Next() {
		var seq, by int64
		var raw []byte
		if err := rows.Scan(&seq, &by, &raw); err != nil {
			return t.log.explain(ctx, err)
		}
		if t.broken.Has(by) || !t.seen.Has(by) {
			t.meanwhile.Set(seq) // it says so, and what the entry said nobody knows
			continue
		}
		target := int64(-1)
		if t.says.Has(by) && ledger.ParseLeaf(raw, &leaf) == nil {
			target, _, _, _ = readErased(&leaf)
		}
		if target != seq {
			t.report(ledger.ProjectionDrift, seq, "silinmiş sayılan kaydın silme kaydı yok", "the row says that an entry was erased, and no entry says so")
			continue
		}
		listed.Set(by)
	}
	for by := range t.says.All {
		if !listed.Has(by) {
			t.report(ledger.ProjectionDrift, by, "silmenin satırı yok", "the row of an erasure is missing")
		}
	}
	return t.log.explain(ctx, rows.Err())
}

// erasedMeanwhile looks which entries were erased since the verification began.
func (t *turn) erasedMeanwhile(ctx context.Context, size int64) error {
	rows, err := t.log.st.Read().QueryContext(ctx, laterErasures, size)
	if err != nil {
		return t.log.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return t.log.explain(ctx, err)
		}
		if seq < size {
			t.meanwhile.Set(seq)
		}
	}
	return t.log.explain(ctx, rows.Err())
}

// unfinished looks for erasures that did not come to their end, and that nobody is at work on.
func (t *turn) unfinished(ctx context.Context, _ int64) error {
	erasing, err := t.processes(ctx)
	if err != nil {
		return err
	}
	for process := range erasing {
		if t.log.st.ProcessAlive(process) {
			delete(erasing, process)
		}
	}
	if len(erasing) == 0 {
		return nil
	}
	again, err := t.processes(ctx) // one may have come to its end just before its process did
	if err != nil {
		return err
	}
	left := int64(0)
	for process := range erasing {
		left += again[process]
	}
	if left > 0 {
		t.say(ledger.ErasedDataPresent, -1, i18n.Tf("%d kişinin silinmesi tamamlanmamış: anahtarları ve eski baytları duruyor olabilir (`consent erase --yes` tamamlar)", "the erasure of %d people is not finished: their keys and old bytes may still be there (`consent erase --yes` finishes it)", left))
	}
	return nil
}

// processes gives how many people each process is erasing.
func (t *turn) processes(ctx context.Context) (map[string]int64, error) {
	rows, err := t.log.st.Read().QueryContext(ctx, unfinishedErasures)
	if err != nil {
		return nil, t.log.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	all := make(map[string]int64)
	for rows.Next() {
		var process string
		var n int64
		if err := rows.Scan(&process, &n); err != nil {
			return nil, t.log.explain(ctx, err)
		}
		all[process] = n
	}
	return all, t.log.explain(ctx, rows.Err())
}

// peopleAtOnce is how many people are read at a time.
const peopleAtOnce = 4096

// nobody looks at people that no entry leads to: an erased one is a number, and a key that was destroyed.
func (t *turn) nobody(ctx context.Context, _ int64) error {
	ring, err := t.log.cfg.Ring()
	if fault.ClassOf(err) == fault.Unverifiable {
		return nil // no key can be had: that is said of the entries
	}
	if err != nil {
		return err
	}
	var erased, left keyTally
	for after := int64(math.MinInt64); ; {
		ids, err := t.ids(ctx, erasedPeople, after, peopleAtOnce)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		after = ids[len(ids)-1]
		if err := erased.add(ctx, ring, ids); err != nil {
			return err
		}
	}
	if t.loose {
		ids, err := t.ids(ctx, peopleWithoutActs, peopleAtOnce)
		if err != nil {
			return err
		}
		if err := left.add(ctx, ring, ids); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		n    int
		code ledger.Code
		text i18n.Text
	}{
		{erased.there, ledger.ErasedDataPresent, i18n.Tf("silinmiş %d kişinin veri anahtarı yeniden duruyor (bir sonraki `consent erase --yes` yok eder)", "the data keys of %d people who were erased are there again (the next `consent erase --yes` destroys them)", erased.there)},
		{erased.missing, ledger.ProjectionDrift, i18n.Tf("silinmiş %d kişinin satırına karşılık gelen bir anahtar hiç olmamış", "the rows of %d people who were erased belong to no key", erased.missing)},
		{left.destroyed, ledger.ErasedDataPresent, i18n.Tf("silinmiş %d kişinin numarasına götüren satır duruyor", "the rows that lead to the numbers of %d people who were erased are there", left.destroyed)},
		{left.there + left.missing, ledger.ProjectionDrift, i18n.Tf("%d kişi satırının hiçbir kaydı yok", "%d rows of people have no entry", left.there+left.missing)},
	} {
		if f.n > 0 {
			t.say(f.code, -1, f.text)
		}
	}
	return nil
}

// keyTally is how many of some people's keys are there, were destroyed, or never were.
type keyTally struct{ there, destroyed, missing int }

func (k *keyTally) add(ctx context.Context, ring Ring, ids []int64) error {
	keys, faults, err := ring.FindAll(ctx, Name, ids)
	if err != nil {
		return err
	}
	var doubtful []int64
	for _, id := range ids {
		switch {
		case keys[id] != nil:
			doubtful = append(doubtful, id)
		case fault.From(faults[id]).Code == "data_key_destroyed":
			k.destroyed++
		case fault.From(faults[id]).Code == "data_key_missing":
			k.missing++
		default: // damaged, but there
			k.there++
		}
	}
	if len(doubtful) == 0 {
		return nil
	}
	files, ok := ring.(remains) // a key that was destroyed by another process may still be in the memory of this one
	if !ok {
		k.there += len(doubtful)
		return nil
	}
	wrapped, err := files.Wrapped(ctx, Name, doubtful)
	k.there += len(wrapped)
	k.destroyed += len(doubtful) - len(wrapped)
	return err
}

func (t *turn) ids(ctx context.Context, text string, args ...any) (ids []int64, err error) {
	return t.log.numbers(ctx, text, args...)
}

// strays looks for rows that lead to no place in a log of size entries. One finding a table: they come from one alteration.
func (t *turn) strays(ctx context.Context, size int64) error {
	for _, s := range []struct{ text, tr, en string }{
		{strayEvents, "%d satır günlükte olmayan kayıtlara gidiyor", "%d rows lead to entries that the log does not have"},
		{strayTexts, "%d metin günlükte olmayan kayıtlara gidiyor", "%d texts lead to entries that the log does not have"},
		{strayErasures, "%d silme satırı günlükte olmayan kayıtlara gidiyor", "%d rows of erasures lead to entries that the log does not have"},
	} {
		var n, first int64
		if err := t.log.st.Read().QueryRowContext(ctx, s.text, size).Scan(&n, &first); err != nil {
			return t.log.explain(ctx, err)
		}
		if n > 0 {
			t.say(ledger.ProjectionDrift, first, i18n.Tf(s.tr, s.en, n))
		}
	}
	var heads int64
	if err := t.log.st.Read().QueryRowContext(ctx, countHeads).Scan(&heads); err != nil {
		return t.log.explain(ctx, err)
	}
	if heads > 1 {
		t.report(ledger.ProjectionDrift, -1, "tek satırlı bir tabloda birden çok satır var", "a table of one row has more")
	}
	return nil
}
