package ledger

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/i18n"
)

// head reads the checkpoint and compares it with the trusted state. goOn is false when there is nothing to compare the
// rest with: no readable checkpoint, one of another log, or one whose signature is false.
func (v *verification) head(ctx context.Context) (goOn bool, err error) {
	v.newest = v.o.Vkey
	if t := v.o.Trust; t != nil {
		v.newest, v.scrub = t.Vkey, t.Scrub
	}
	signed, err := v.readNote(ctx)
	if err != nil {
		return false, err
	}
	if len(signed) == 0 {
		return false, v.noCheckpoint(ctx)
	}
	c, err := ReadCheckpoint(signed)
	var p *Problem
	if errors.As(err, &p) {
		v.found.add(p.Finding(-1))
		return false, nil
	}
	v.checkpoint, v.size = c, c.Size
	if v.o.Origin != "" && c.Origin != v.o.Origin {
		v.found.add(Finding{OriginMismatch, -1, i18n.T("denetim noktası başka bir günlüğün", "the checkpoint is that of another log")})
		return false, nil
	}
	if err := v.listMarks(ctx); err != nil {
		return false, err
	}
	// Entries that are not proven yet cannot make a signature good, but whose it claims to be and is not, is false.
	if _, p := v.signedBy(v.chain(keysOf(v.listed)).keys); p != nil && p.Code == SigInvalid {
		v.found.add(p.Finding(-1))
		return false, nil
	}
	goOn = !v.anotherHead()
	t := v.o.Trust
	if t == nil {
		return goOn, nil
	}
	v.known = min(t.Size, v.size)
	switch {
	case v.size < t.Size && v.handed():
		v.found.add(Finding{ConsistencyUnchecked, -1, i18n.Tf("paket %d kayıttayken yapılmış, güven dosyası ise %d kayıt görmüş; paketten yeni bir güven dosyasıyla tutarlılık gösterilemez, paketle birlikte alınan güven dosyasını verin",
			"the bundle was made at %d entries, and the trust file has seen %d; nothing shows that the two agree: give the trust file that came at the time of the bundle", v.size, t.Size)})
	case v.size < t.Size:
		v.found.add(Finding{Rollback, -1, i18n.Tf("günlük %d kayıt; daha önce %d kayıtken görülmüştü", "the log has %d entries; it was seen with %d before", v.size, t.Size)})
	case v.size == t.Size && c.Root != t.Root:
		v.found.add(Finding{ForkAtSize, -1, i18n.Tf("%d kayıtlık günlüğün kökü, aynı boyutta daha önce görülenden başka", "the root at %d entries is another one than was seen at this size before", v.size)})
	}
	return goOn, nil
}

// handed tells whether the source is a copy that somebody handed over: that it is older than what was seen since is no
// sign of anything.
func (v *verification) handed() bool {
	_, ok := v.src.(Part)
	return ok
}

// noCheckpoint: a log that was never written to has none, but nobody would make a copy of it.
func (v *verification) noCheckpoint(ctx context.Context) error {
	v.checkpoint.Root = RootOf(0, [Levels][]byte{})
	missing := v.handed() || v.o.Trust != nil && v.o.Trust.Size > 0
	for _, err := range v.src.Entries(ctx, 0, MaxInt) { // not those "beyond" a head that may be gone
		if err != nil {
			return err
		}
		missing = true
		break
	}
	if missing {
		v.found.add(Finding{CheckpointMissing, -1, i18n.T("günlükte kayıt olmalı, ama imzalı denetim noktası yok", "the log should have entries, but there is no signed checkpoint")})
	}
	return nil
}

// signingKey is a link of the chain of keys.
type signingKey struct {
	vkey     string
	verifier note.Verifier
}

// keyChain is what follows from the believed key: each key named the next one. The last signs the checkpoint. until is
// where the chain breaks, -1 when it does not; stray says that it breaks at its very beginning, at an entry that the
// believed key has nothing to do with.
type keyChain struct {
	keys   []signingKey
	broken int64
	stray  bool
}

// chain follows the key/1 entries, ascending, from the believed key.
func (v *verification) chain(leaves []mark) keyChain {
	c := keyChain{broken: -1}
	believed := v.o.Vkey
	if v.o.Trust != nil {
		believed = v.o.Trust.Vkey
	}
	verifier, err := newVerifier(believed)
	if err != nil {
		return c
	}
	c.keys = []signingKey{{believed, verifier}}
	endorses := func(by note.Verifier, l mark) bool {
		next, err := OpenKeyNote(l.note, verifier.Name(), by) // a key is named after its log
		return err == nil && next == l.vkey
	}
	// What led to the believed key was endorsed by keys that nobody has to know any more.
	made := slices.IndexFunc(leaves, func(l mark) bool { return l.vkey == believed })
	first := slices.IndexFunc(leaves, func(l mark) bool { return endorses(verifier, l) })
	if made >= 0 && (first < 0 || made < first) {
		leaves = leaves[made+1:]
	}
	for i, l := range leaves {
		by := c.keys[len(c.keys)-1].verifier
		if !endorses(by, l) {
			c.broken = l.seq
			if i == 0 {
				_, err := note.Open([]byte(l.note), note.VerifierList(by))
				var other *note.UnverifiedNoteError
				c.stray = errors.As(err, &other)
			}
			return c
		}
		next, err := newVerifier(l.vkey)
		if err != nil { // cannot be: the note was just read
			return c
		}
		c.keys = append(c.keys, signingKey{l.vkey, next})
	}
	return c
}

// signedBy tells which of the keys signed the checkpoint, the newest first; -1 for none, with the problem.
func (v *verification) signedBy(keys []signingKey) (int, *Problem) {
	problem := &Problem{SigUnknownKey, i18n.T("denetim noktasını güvenilen anahtar ya da onun devrettiği bir anahtar imzalamamış",
		"the checkpoint is signed neither by the trusted key nor by one that follows from it")}
	for i := len(keys) - 1; i >= 0; i-- {
		_, err := OpenCheckpoint(v.checkpoint.Note, keys[i].verifier)
		if err == nil {
			return i, nil
		}
		var p *Problem
		if errors.As(err, &p) && p.Code != SigUnknownKey {
			return -1, p
		}
	}
	return -1, problem
}

// signer judges the signature once it is known which key/1 entries are in the tree. One that does not count may be the one
// that is missing: that is reported, not the gap.
func (v *verification) signer() {
	if v.newest == "" {
		v.columns("")
		v.found.add(Finding{TrustMissing, -1, i18n.T("imzası bilinen bir anahtar yok; denetim noktasını kimin imzaladığı denetlenemedi",
			"there is no key to believe; who signed the checkpoint could not be checked")})
		return
	}
	chain := v.chain(keysOf(v.proven))
	if len(chain.keys) > 0 {
		v.newest = chain.keys[len(chain.keys)-1].vkey
	}
	by, problem := v.signedBy(chain.keys)
	if problem == nil && by == len(chain.keys)-1 {
		v.columns(v.newest)
	} else {
		v.columns("")
	}
	if problem == nil && chain.keys[by].verifier.Name() != v.checkpoint.Origin { // a key is named after its log
		v.found.add(Finding{OriginMismatch, -1, i18n.T("denetim noktası bu anahtarın günlüğüne ait değil", "the checkpoint is not of the log that the key belongs to")})
	}
	if chain.broken >= 0 && (by == 0 || !chain.stray) {
		v.found.add(Finding{KeyChainBroken, chain.broken, i18n.T("imza anahtarını değiştiren kaydı önceki anahtar onaylamamış",
			"the entry that replaces the signing key is not endorsed by the key before")})
		if problem != nil && problem.Code == SigUnknownKey {
			return // that follows from it
		}
	}
	switch {
	case problem != nil && v.damaged && problem.Code == SigUnknownKey:
	case problem != nil:
		v.found.add(problem.Finding(-1))
	case by < len(chain.keys)-1:
		v.found.add(Finding{KeyNotValidAtSize, -1, i18n.Tf("%d kayıtlık denetim noktasını, daha önce değiştirilmiş bir anahtar imzalamış",
			"the checkpoint of %d entries is signed by a key that was replaced before", v.size)})
	}
}
