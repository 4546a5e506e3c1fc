package ledger

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/i18n"
)

// MarkSource is a Source that finds the marks of its log without reading all of it: the key/1 entries, and the pruned/1
// entries. Leaf is nil where an entry that is listed is not there. What it yields is proven to be in the tree before it
// counts; an entry it does not list is found only when it is read.
type MarkSource interface {
	Marks(ctx context.Context) iter.Seq2[Entry, error]
}

// AppendMark adds an entry that verification goes by (key/1, pruned/1), lists it as such, and gives its number.
func (w *Writer) AppendMark(leaf []byte) (int64, error) {
	seq, err := w.Append(leaf)
	if err != nil {
		return 0, err
	}
	_, err = w.Tx.Exec(named(addMark, w.log.Name), seq)
	return seq, err
}

// MarkOf tells whether entry seq is one of those that a source lists as marks. to is what a pruned/1 entry says: the entries
// below were disposed of; 0 for a change of key.
func MarkOf(seq int64, leaf []byte) (to int64, ok bool) {
	m, ok := readMark(seq, leaf)
	return m.to, ok
}

// How the marks begin: the members of an entry are sorted, a key/1 entry has no digests, and no other kind has a member
// before "before".
const (
	keyPrefix      = `{"k":"key/1",`
	disposalPrefix = `{"before":"`
)

// mark is an entry that verification goes by: it replaces the signing key (key/1), or says what was disposed of
// (pruned/1).
type mark struct {
	seq        int64
	hash       Hash
	note, vkey string // of key/1; empty when it is malformed: then nobody endorsed anything
	to         int64  // of pruned/1: the entries below went. 0: it is key/1
}

// readMark reads entry seq; ok is false for any other entry, and for a pruned/1 that says nothing that could be true.
func readMark(seq int64, leaf []byte) (m mark, ok bool) {
	var l Leaf
	switch {
	case bytes.HasPrefix(leaf, []byte(keyPrefix)):
		if ParseLeaf(leaf, &l) == nil && l.Kind == "key/1" {
			m.note, _ = l.Str("note")
			m.vkey, _ = l.Str("vkey")
		}
	case bytes.HasPrefix(leaf, []byte(disposalPrefix)):
		if ParseLeaf(leaf, &l) != nil || l.Kind != "pruned/1" {
			return m, false
		}
		from, okFrom := l.Int("from")
		to, okTo := l.Int("to")
		if !okFrom || !okTo || from < 0 || to <= from || to > seq {
			return m, false
		}
		m.to = to
	default:
		return m, false
	}
	m.seq, m.hash = seq, tlog.RecordHash(leaf)
	return m, true
}

func bySeq(a, b mark) int { return cmp.Compare(a.seq, b.seq) }

// keysOf gives the marks that replace the signing key.
func keysOf(marks []mark) (keys []mark) {
	for _, m := range marks {
		if m.to == 0 {
			keys = append(keys, m)
		}
	}
	return keys
}

// listMarks asks the source for the marks, if it can tell.
func (v *verification) listMarks(ctx context.Context) error {
	s, ok := v.src.(MarkSource)
	if !ok {
		return nil
	}
	v.lists = true
	for e, err := range s.Marks(ctx) {
		if err != nil {
			return err
		}
		inside := e.Seq >= 0 && e.Seq < v.size
		m, ok := readMark(e.Seq, e.Leaf)
		switch {
		case inside && ok:
			v.listed = append(v.listed, m)
		case inside && e.Leaf == nil:
			v.lost = append(v.lost, e.Seq)
		case inside || e.Leaf == nil: // beyond, it belongs to a checkpoint that came later
			v.misled = append(v.misled, mark{seq: e.Seq, hash: tlog.RecordHash(e.Leaf)})
		}
	}
	slices.SortFunc(v.listed, bySeq)
	return nil
}

// prove finds out which marks are in the tree: those that were met while reading, and of the listed ones those whose hash
// stands in their place. damaged is set where one does not count for a reason that is reported: what would follow from
// its absence is then not reported as well.
func (v *verification) prove(ctx context.Context) error {
	v.proven = v.met
	for _, m := range v.listed {
		if covers(v.selected, m.seq) {
			v.damaged = v.damaged || !slices.ContainsFunc(v.met, func(p mark) bool { return p.seq == m.seq })
			continue
		}
		n, err := v.path(ctx, 0, m.seq/Width)
		if err != nil {
			return err
		}
		switch {
		case !n.sure: // the damage to the tiles is reported, unless nobody said that this one is there
			v.damaged = v.damaged || n.problem != TileMissing || v.claims(n.index)
		case n.at(m.seq%Width) == m.hash:
			v.proven = append(v.proven, m)
		default:
			v.damaged = true
			v.found.add(leafFinding(m.seq))
		}
	}
	slices.SortFunc(v.proven, bySeq)
	for _, seq := range v.lost {
		switch {
		case !covers(v.extent, seq) && v.stored == nil:
			v.found.add(notThere(seq))
		case !covers(v.extent, seq): // it was disposed of: before the head was read, or since
			v.damaged = v.damaged || seq >= v.stored.Pruned
		default:
			v.damaged = true
			if !covers(v.selected, seq) {
				v.missing(Range{seq, seq + 1})
				v.missing(Range{})
			}
		}
	}
	for _, m := range v.misled {
		if err := v.mislead(ctx, m); err != nil {
			return err
		}
	}
	for _, m := range v.met {
		if _, listed := slices.BinarySearchFunc(v.listed, m, bySeq); !listed && v.lists {
			v.found.add(Finding{ProjectionDrift, m.seq, i18n.T("imza anahtarını değiştiren ya da imhayı bildiren kayıt listede yok", "an entry that replaces the signing key or tells of a disposal is not listed as one")})
		}
	}
	return nil
}

// mislead judges an entry that is listed as a mark and is none, or is not there: it may have been one.
func (v *verification) mislead(ctx context.Context, m mark) error {
	if m.seq >= 0 && m.seq < v.size {
		if covers(v.selected, m.seq) {
			if slices.ContainsFunc(v.found.kept, func(f Finding) bool { return f.Seq == m.seq }) {
				v.damaged = true // that it is no longer what it was is a finding already
				return nil
			}
		} else {
			n, err := v.path(ctx, 0, m.seq/Width)
			if err != nil {
				return err
			}
			if n.sure && n.at(m.seq%Width) != m.hash {
				v.damaged = true
				v.found.add(leafFinding(m.seq))
				return nil
			}
		}
	}
	v.found.add(notThere(m.seq))
	return nil
}

func notThere(seq int64) Finding {
	return Finding{ProjectionDrift, seq, i18n.T("anahtar değişimi ya da imha kaydı diye gösterilen kayıt öyle değil ya da yok", "what is listed as a change of the signing key or a disposal is none, or is not there")}
}

// disposed compares how much is said to be gone with what the proven pruned/1 entries say of it. What lies in between is
// then not called a remainder: that it should be gone is what was not believed.
func (v *verification) disposed() {
	said := int64(0)
	for _, m := range v.proven {
		said = max(said, m.to)
	}
	switch {
	case v.stored != nil && (v.stored.Pruned < 0 || v.stored.Pruned > v.stored.Size):
		// That is reported, and nothing counts as disposed of.
	case v.claimed < said: // what is said to be gone is not missing
		v.found.kept = slices.DeleteFunc(v.found.kept, func(f Finding) bool {
			return f.Seq >= v.claimed&^(Width-1) && f.Seq < said && (f.Code == LeafMissing || f.Code == DisclosureMissing || f.Code == ProjectionDrift)
		})
		v.found.add(Finding{ProjectionDrift, -1, i18n.Tf("kaynağın kendi bilgisine göre %s, imha kayıtlarına göre %s numaradan önceki kayıtlar imha edilmiş",
			"entries below %s were disposed of as the source itself says, below %s as the entries say", plain(v.claimed), plain(said))})
		v.pruned.Store(max(said, v.pruned.Load()))
	case v.claimed > said:
		v.unsaid = Range{said, v.claimed}
		v.found.kept = slices.DeleteFunc(v.found.kept, func(f Finding) bool { return f.Code == ErasedDataPresent && f.Seq >= said })
		if !v.damaged {
			v.found.add(Finding{RetentionMissing, said, i18n.Tf("%d kayıt imha edilmiş sayılıyor, ama hiçbir imha kaydı bunu söylemiyor: %s–%s",
				"%d entries count as disposed of, but no entry says so: %s–%s", v.claimed-said, plain(said), plain(v.claimed-1))})
		}
	}
}
