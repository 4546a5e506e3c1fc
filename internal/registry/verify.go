package registry

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// verifyPage is how many rows one read takes.
const verifyPage = 1000

// Verify compares every change with its entry in the query log and everything that is derived from the changes with them.
// It needs no key, and works after a disposal: the hashes of the entries stay. Findings are V55, with the number of the entry
// where one is concerned, and one V21 where hashes of entries do not lead to the root of the log; the error says that it could
// not be done. That the entries themselves are whole is for the verification of the query log to say.
func (r *Registry) Verify(ctx context.Context) ([]ledger.Finding, error) {
	v := &verification{r: r}
	for _, step := range []func(context.Context) error{v.changes, v.disposed, v.entries, v.versions, v.indexes} {
		err := step(ctx)
		if f := fault.From(err); f != nil && f.Code == damagedCode { // a value that none of ours has
			v.report(-1, "Ek-2 değişikliklerinde biçimi bozuk bir alan var", "a field of a registry change is not in its form")
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return v.found, nil
}

// Sound is nil when Verify finds nothing: for what people will sign. Errors: class Integrity, registry_damaged; as Verify.
func (r *Registry) Sound(ctx context.Context) error {
	found, err := r.Verify(ctx)
	if err == nil && len(found) > 0 {
		err = damaged()
	}
	return err
}

// verification is one run of Verify.
type verification struct {
	r     *Registry
	seen  int64 // changes below are looked at: what comes meanwhile is another run's
	tree  *tree // of the log, when it held all of them
	found []ledger.Finding
	seqs  []int64 // of the changes

	unrooted bool // it was told that tiles do not lead to the root
}

func (v *verification) report(seq int64, tr, en string, args ...any) {
	v.found = append(v.found, ledger.Finding{Code: ledger.ProjectionDrift, Seq: seq, Detail: i18n.Tf(tr, en, args...)})
}

// changes looks at every change: they are numbered without gaps, and the entry that each says it has can be made from it.
func (v *verification) changes(ctx context.Context) error {
	var err error
	if v.seen, err = v.r.number(ctx, nextChange); err != nil {
		return err
	}
	if v.tree, err = v.r.tree(ctx); err != nil {
		return err
	}
	page := make([]change, 0, verifyPage)
	expected := int64(0)
	for from := int64(math.MinInt64); ; from = page[len(page)-1].n + 1 {
		page = page[:0]
		typed := true
		err := v.r.st.Scan(ctx, func(row *store.Row) error {
			c := cells{r: row}
			var x change
			c.change(&x)
			typed = typed && !c.bad
			page = append(page, x)
			return nil
		}, changesFrom, from, v.seen)
		if err != nil {
			return err
		}
		if len(page) > 0 && page[len(page)-1].n < from {
			return v.disorder()
		}
		if !typed { // a type only where the file was altered byte by byte, since the tables are STRICT; or blanks in a scope
			v.report(-1, "Ek-2 değişikliklerinde biçimi bozuk bir alan var", "a field of a registry change is not in its form")
		}
		same, err := v.agree(page)
		if err != nil {
			return err
		}
		for i := range page {
			c := &page[i]
			switch {
			case c.n == expected:
			case c.n > expected && expected == c.n-1:
				v.report(-1, "%s numaralı Ek-2 değişikliği yok", "registry change %s is missing", plain(expected))
			default:
				v.report(-1, "Ek-2 değişikliklerinin numaraları %s ile %s arasında kesintili", "the numbers of the registry changes are broken between %s and %s", plain(expected), plain(c.n))
			}
			expected = c.n + 1
			v.seqs = append(v.seqs, c.seq)
			if !same[i] {
				v.report(c.seq, "%s numaralı Ek-2 değişikliği, günlükteki kaydıyla uyuşmuyor", "registry change %s does not agree with its entry in the log", plain(c.n))
			}
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

// plain writes a number without a separator of thousands.
func plain(n int64) string { return strconv.FormatInt(n, 10) }

// agree tells of each change of a page whether it is the one that its entry stands for. Tiles of the log that do not lead to
// its root are told once.
func (v *verification) agree(page []change) ([]bool, error) {
	same := make([]bool, len(page))
	if proven, err := v.tree.agree(page, same); proven || err != nil {
		return same, err
	}
	for from, to := 0, 0; from < len(page); from = to { // one tile at a time
		for to = from + 1; to < len(page) && page[to].seq/ledger.Width == page[from].seq/ledger.Width; to++ {
		}
		proven, err := v.tree.agree(page[from:to], same[from:to])
		if err != nil {
			return nil, err
		}
		if proven {
			continue
		}
		if !v.unrooted {
			v.unrooted = true
			v.found = append(v.found, ledger.Finding{Code: ledger.TileMismatch, Seq: -1, Detail: i18n.Tf("%s numaralı Ek-2 değişikliğinin kaydından günlüğün köküne varılamıyor", "the entry of registry change %s does not lead to the root of the log", plain(page[from].n))})
		}
		for i := from; i < to; i++ {
			if same[i], err = v.tree.stored(&page[i]); err != nil {
				return nil, err
			}
		}
	}
	return same, nil
}

// disposed looks for changes whose entries were disposed of: nothing but what the disposal says would miss the last of them.
func (v *verification) disposed(ctx context.Context) error {
	made, err := v.r.cfg.Audit.DisposedChanges(ctx)
	if err == nil && made > v.seen {
		v.report(-1, "Ek-2'nin ilk %s değişikliğinden sondakiler yok: günlükteki imha kaydı hepsini sayıyor", "the last of the first %s registry changes are missing: the disposal in the log counts them all", plain(made))
	}
	return err
}

// entries compares the list of entries that stand for changes with the changes.
func (v *verification) entries(ctx context.Context) error {
	slices.Sort(v.seqs)
	at := 0
	var missing []int64
	skip := func(below int64) {
		for ; at < len(v.seqs) && v.seqs[at] < below; at++ {
			missing = append(missing, v.seqs[at])
		}
	}
	for seq, err := range v.r.cfg.Audit.ChangeEntries(ctx) {
		if err != nil {
			return err
		}
		if seq >= v.tree.size {
			break // what came meanwhile; a list that goes beyond the log is found by the deepest check of it
		}
		skip(seq)
		if at < len(v.seqs) && v.seqs[at] == seq {
			at++
			continue
		}
		if came, err := v.r.number(ctx, changesSince, v.seen, seq); err != nil || came > 0 { // between the two looks at how much there is
			if err != nil {
				return err
			}
			continue
		}
		v.report(seq, "günlükteki kaydın anlattığı Ek-2 değişikliği yok", "the registry change that the entry of the log stands for is not there")
	}
	skip(math.MaxInt64)
	if len(missing) == 0 {
		return nil
	}
	pruned, err := v.r.cfg.Audit.Ledger().Source().Pruned(ctx) // now: a disposal may just have been made
	for _, seq := range missing {
		if seq >= pruned {
			v.report(seq, "Ek-2 değişikliğinin kaydı günlüğün listesinde yok", "the entry of the registry change is not in the log's list")
		}
	}
	return err
}

// versions compares what is derived from the changes with them: each version is made of one change, and of each there is one.
func (v *verification) versions(ctx context.Context) error {
	rank, id, version, key := int64(math.MinInt64), int64(math.MinInt64), int64(math.MinInt64), ""
	for n := verifyPage; n == verifyPage; {
		n = 0
		rankBefore, keyBefore, idBefore, versionBefore := rank, key, id, version
		err := v.r.st.Scan(ctx, func(row *store.Row) error {
			n++
			v.version(&cells{r: row}, &rank, &id, &version, &key)
			return nil
		}, versionsBehind, rank, key, id, version)
		if err != nil {
			return err
		}
		if n == verifyPage && cmp.Or(cmp.Compare(rank, rankBefore), cmp.Compare(key, keyBefore), cmp.Compare(id, idBefore), cmp.Compare(version, versionBefore)) <= 0 {
			return v.disorder()
		}
	}
	changes, err := v.r.number(ctx, countChanges, v.seen)
	if err != nil {
		return err
	}
	versions, err := v.r.number(ctx, countVersions, v.seen)
	if err == nil && changes != versions {
		v.report(-1, "Ek-2 listesinde %d sürüm, değişikliklerde %d sürüm var", "the list of Ek-2 has %d versions, the changes have %d", versions, changes)
	}
	return err
}

func (v *verification) version(c *cells, rankAt, id, version *int64, keyAt *string) {
	*rankAt, *keyAt, *id, *version = c.int(), c.text(), c.int(), c.int()
	n, search, next, later, same, seq := c.int(), c.text(), c.int(), c.int(), c.int(), c.int()
	p := Person{ID: *id, Party: Party(c.text()), Role: Role(c.text()), Unit: c.text(), GivenName: c.text(), Surname: c.text(), Title: c.text(), Email: c.text()}
	if n >= v.seen && seq >= 0 {
		return // it came meanwhile
	}
	if c.bad || same != 1 || next != later || *rankAt != rank(p.Party, p.Role) || *keyAt != key(p) || search != searchable(p) {
		v.report(seq, "Ek-2 listesinde %s numaralı satırın %s. sürümü değişikliklerle uyuşmuyor", "in the list of Ek-2 version %[2]s of row %[1]s does not agree with the changes", plain(*id), plain(*version))
	}
}

// disorder ends the reading of a table whose rows do not ascend, and which would otherwise be read for ever.
func (v *verification) disorder() error {
	v.report(-1, "bir Ek-2 tablosunun satırları sırasında değil", "the rows of a table of the registry are out of order")
	return nil
}

// indexes has SQLite compare the indexes with their rows: versions and logins are found through them.
func (v *verification) indexes(ctx context.Context) error {
	for _, text := range []string{checkChanges, checkVersions} {
		err := v.r.st.Scan(ctx, func(row *store.Row) error {
			if said, _ := row.Text(0); string(said) != "ok" {
				v.report(-1, "Ek-2 tablolarının dizini satırlarla uyuşmuyor", "an index of the registry does not agree with its rows")
			}
			return nil
		}, text)
		if err != nil {
			return err
		}
	}
	return nil
}
