package ledger

import (
	"context"
	"fmt"
	"iter"
	"math"
	"strconv"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Stored is a Source that is the log's own store and not a copy of a part of it: it keeps, beside what is signed,
// columns that follow from it, and it may hold nothing else. Both are verified as well.
type Stored interface {
	// Head gives what stands beside the checkpoint, and the checkpoint, in one look.
	Head(ctx context.Context) (Head, error)
	// Superfluous yields the tiles, level and index, that a log of size entries does not have.
	Superfluous(ctx context.Context, size int64) iter.Seq2[[2]int64, error]
}

// keyFault says that no disclosure under a data key can be opened; with the key allKeys, that none at all can, since the
// key store itself cannot be had.
type keyFault struct {
	key int64
	err error
}

// allKeys stands for every data key: ids of keys are not negative.
const allKeys = -1

func (k *keyFault) Error() string {
	if k.key == allKeys {
		return fmt.Sprintf("key store: %v", k.err)
	}
	return fmt.Sprintf("data key %d: %v", k.key, k.err)
}

func (k *keyFault) Unwrap() error { return k.err }

// locked is the entries that one key would open, were it there.
type locked struct {
	code         Code
	count, first int64
	why          i18n.Text
}

func (l locked) join(o locked) locked {
	if l.count == 0 {
		return o
	}
	return locked{o.code, l.count + o.count, min(l.first, o.first), o.why}
}

// lockedFindings gives one finding a key, and one for a key store that is not there: it is one fault, however many entries
// it concerns.
func (v *verification) lockedFindings() {
	for key, l := range v.locked {
		detail := i18n.Tf("%s numaralı veri anahtarı yok; %d kaydın kişisel alanları açılamadı, ilki %s",
			"the data key %s is not there; the disclosures of %d entries could not be opened, the first is %s", plain(key), l.count, plain(l.first))
		switch {
		case key == allKeys:
			detail = i18n.Tf("%s; %d kaydın kişisel alanları açılamadı, ilki %s", "%s; the disclosures of %d entries could not be opened, the first is %s", l.why, l.count, plain(l.first))
		case l.code == DisclosureDamaged:
			detail = i18n.Tf("%s numaralı veri anahtarı bozulmuş; %d kaydın kişisel alanları açılamadı, ilki %s",
				"the data key %s is damaged; the disclosures of %d entries could not be opened, the first is %s", plain(key), l.count, plain(l.first))
		}
		v.found.add(Finding{l.code, l.first, detail})
	}
}

// lockedBy notes that an entry's disclosures could not be opened for their key's sake.
func (j *job) lockedBy(k *keyFault, seq int64) {
	if j.locked == nil {
		j.locked = make(map[int64]locked)
	}
	code := DisclosureUndecryptable
	if fault.ClassOf(k.err) == fault.Integrity {
		code = DisclosureDamaged
	}
	j.locked[k.key] = j.locked[k.key].join(locked{code, 1, seq, fault.From(k.err).Message})
}

// readNote reads the checkpoint, with the head that it stands in where there is one.
func (v *verification) readNote(ctx context.Context) ([]byte, error) {
	s, ok := v.src.(Stored)
	if !ok {
		return v.src.Checkpoint(ctx)
	}
	h, err := s.Head(ctx)
	v.stored = &h
	return h.Note, err
}

// anotherHead tells whether the checkpoint is not that of the row it stands in: which of the two is right nobody can
// say, so that there is nothing to compare the rest with.
func (v *verification) anotherHead() bool {
	if v.stored == nil || v.stored.Size == v.size {
		return false
	}
	v.found.add(Finding{ProjectionDrift, -1, i18n.Tf("başlık satırı %s kayıttan söz ediyor, denetim noktası %s kayıttan",
		"the head speaks of %s entries, its checkpoint of %s", plain(v.stored.Size), plain(v.size))})
	return true
}

// columns compares the rest of the head with what is signed; vkey is the key that signed, "" when nobody knows.
func (v *verification) columns(vkey string) {
	h := v.stored
	if h == nil {
		return
	}
	for _, c := range []struct {
		name string
		ok   bool
	}{{"origin", h.Origin == v.checkpoint.Origin}, {"vkey", vkey == "" || h.Vkey == vkey}, {"pruned", h.Pruned >= 0 && h.Pruned <= h.Size}} {
		if !c.ok {
			v.found.add(Finding{ProjectionDrift, -1, i18n.Tf("başlık satırının “%s” sütunu, imzalı denetim noktasıyla uyuşmuyor",
				"the column “%s” of the head does not agree with the signed checkpoint", c.name)})
		}
	}
}

// returned looks for entries where there can be none any more, or never were, and for tiles that no log of this size
// has.
func (v *verification) returned(ctx context.Context) error {
	s, ok := v.src.(Stored)
	if !ok {
		return nil
	}
	for e, err := range v.src.Entries(ctx, math.MinInt64, 0) {
		if err != nil {
			return err
		}
		v.found.add(Finding{LeafExtra, e.Seq, i18n.T("ilk kayıttan önce bir kayıt var", "there is an entry before the first")})
	}
	begin := v.size
	if len(v.extent) > 0 {
		begin = v.extent[0].From
	}
	if v.unsaid.To > 0 {
		begin = min(begin, v.unsaid.From)
	}
	n, first := int64(0), int64(0)
	for e, err := range v.src.Entries(ctx, 0, begin) {
		if err != nil {
			return err
		}
		if n++; n == 1 {
			first = e.Seq
		}
	}
	if n > 0 {
		v.found.add(Finding{ErasedDataPresent, first, i18n.Tf("imha edilmiş %d kayıt duruyor", "%d entries that were disposed of are still there", n)})
	}
	for t, err := range s.Superfluous(ctx, v.size) {
		if err != nil {
			return err
		}
		v.found.add(Finding{TilePartialStale, -1, i18n.Tf("bu boyuttaki bir kayıtta olmayan karo (düzey %s, karo %s)", "a tile that a log of this size does not have (level %s, tile %s)",
			strconv.FormatInt(t[0], 10), strconv.FormatInt(t[1], 10))})
	}
	return nil
}
