// Package ring is the key store: the data keys under which the logs seal their disclosures, and the keys they sign with,
// each wrapped by the master key. It has an SQLite file of its own, which is no part of exports and backups of the data:
// whoever has the data alone can read nothing, and a destroyed key does not come back with them. The domain packages of
// the logs and the composition of the program may import it.
package ring

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// maxCached bounds the opened data keys in memory, about 1 KiB each: a log of people has one for everybody.
const maxCached = 1024

// Ring is the open key store, safe for concurrent use. It never prints itself.
type Ring struct {
	st     *store.Store
	master *seal.Keys
	rand   io.Reader

	mu        sync.Mutex
	cache     map[slot]*seal.DataKey
	destroyed int // counts calls of Destroy: what was read before one must not be cached after it
}

// slot names a data key.
type slot struct {
	log string
	id  int64
}

// Open gives the ring that stands in st, whose migrations must include Migrations. master wraps the keys; rand makes
// them and must be safe for concurrent use. Closing st is the caller's business.
func Open(st *store.Store, master *seal.Keys, rand io.Reader) *Ring {
	return &Ring{st: st, master: master, rand: rand, cache: make(map[slot]*seal.DataKey)}
}

// Format writes a placeholder under every verb of fmt.
func (*Ring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[key ring]") }

// Data gives the data key id of log, and makes it when there is none: it is on the disk when Data returns, and of
// several processes that make it at once the first wins. A destroyed key is not made again. Errors: as Find, without
// data_key_missing; class Internal, random; those of store.Write.
func (r *Ring) Data(ctx context.Context, log string, id int64) (*seal.DataKey, error) {
	at := slot{log, id}
	key, seen, err := r.lookup(ctx, at)
	if !errors.Is(err, sql.ErrNoRows) {
		return key, err
	}
	fresh := make([]byte, seal.DataKeySize)
	defer clear(fresh)
	if _, err := io.ReadFull(r.rand, fresh); err != nil {
		return nil, fault.New(fault.Internal, "random", i18n.T("rastgele sayı üretilemedi", "no random numbers could be had")).Because(err)
	}
	wrapped, err := r.master.Seal(r.rand, fresh, at.aad())
	if err != nil {
		return nil, err
	}
	var stands []byte
	err = r.st.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(addDataKey, log, id, wrapped); err != nil {
			return err
		}
		return tx.QueryRow(findDataKey, log, id).Scan(&stands)
	})
	if err != nil {
		return nil, err
	}
	return r.unwrap(at, stands, seen)
}

// Find gives the data key id of log and never makes one. Errors: class Unverifiable for a key that is not there
// (data_key_missing), that was destroyed (data_key_destroyed) or is wrapped by another master key (seal_other_key);
// class Integrity, seal_damaged, for one that was changed or moved; those of the store.
func (r *Ring) Find(ctx context.Context, log string, id int64) (*seal.DataKey, error) {
	at := slot{log, id}
	key, _, err := r.lookup(ctx, at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, missing(at)
	}
	return key, err
}

func missing(at slot) error {
	return fault.New(fault.Unverifiable, "data_key_missing", i18n.Tf("%s veri anahtarı, anahtar deposunda yok", "the data key %s is not in the key store", at)).
		WithHint(i18n.T("anahtar deposunu yedeğinden geri koyun; anahtar olmadan şifreli değerler okunamaz", "put the key store back from its backup; without the key the sealed values cannot be read"))
}

// Owned checks that the key store is that of a log's own store and of no other: two stores that shared one would destroy
// each other's keys. The keys of a log that was started, head, include its present signing key; for one that was not there
// is no data key yet, since the first comes after the start. head is asked last, so that a log that another process
// starts meanwhile is seen. Errors: class Unverifiable, key_store_other; those of head and of the store.
func (r *Ring) Owned(ctx context.Context, log string, head func() (vkey string, started bool, err error)) error {
	var used, signs bool
	if err := r.st.Read().QueryRowContext(ctx, anyDataKey, log).Scan(&used); err != nil {
		return r.st.Explain(err)
	}
	vkey, started, err := head()
	if err != nil {
		return err
	}
	if started {
		if err := r.st.Read().QueryRowContext(ctx, hasSigningKey, vkey).Scan(&signs); err != nil {
			return r.st.Explain(err)
		}
	}
	if started && signs || !started && !used {
		return nil
	}
	return fault.New(fault.Unverifiable, "key_store_other", i18n.T("bu anahtar deposu başka bir deponun ya da eski bir kopya; hiçbir şey yazılmadı ve gönderilmedi", "this key store belongs to another store, or is an old copy; nothing was written or sent")).
		WithHint(i18n.T("doğru anahtar deposunu yedeğinden geri koyun; yeni bir depo için yapılandırmada [keys] store ile ayrı bir yer gösterin", "put the right key store back from its backup; for a new store name a place of its own with [keys] store in the configuration"))
}

// Destroy makes the data keys ids of log unreadable for ever; ids that are not there are passed over. When it returns
// nil, their wrapped bytes stand in neither the file of the key store nor its -wal (copies and backups are not its
// business). It may be repeated, and must be after an error: store_locked means that the keys are destroyed but that
// some reader held the -wal. Another process that has a key in memory keeps it until it ends.
func (r *Ring) Destroy(ctx context.Context, log string, ids ...int64) error {
	err := r.st.Write(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.Exec(destroyDataKey, log, id); err != nil {
				return err
			}
		}
		return nil
	})
	r.forget(log, ids)
	if err != nil {
		return err
	}
	return r.st.Truncate(ctx)
}

// lookup gives the key from memory or from the store, sql.ErrNoRows when there is none, and the count of Destroy calls
// as it was before the look.
func (r *Ring) lookup(ctx context.Context, at slot) (key *seal.DataKey, seen int, err error) {
	r.mu.Lock()
	key, seen = r.cache[at], r.destroyed
	r.mu.Unlock()
	if key != nil {
		return key, seen, nil
	}
	var wrapped []byte
	if err := r.st.Read().QueryRowContext(ctx, findDataKey, at.log, at.id).Scan(&wrapped); err != nil {
		return nil, seen, r.st.Explain(err)
	}
	key, err = r.unwrap(at, wrapped, seen)
	return key, seen, err
}

// unwrap opens a row and keeps the key in memory, unless Destroy was called since seen.
func (r *Ring) unwrap(at slot, wrapped []byte, seen int) (*seal.DataKey, error) {
	key, err := r.open(at, wrapped)
	if err != nil {
		return nil, err
	}
	r.keep(at.log, seen, key)
	return key, nil
}

// open makes the key of a row. It keeps nothing of wrapped.
func (r *Ring) open(at slot, wrapped []byte) (*seal.DataKey, error) {
	if len(wrapped) > 0 && len(bytes.Trim(wrapped, "\x00")) == 0 {
		return nil, fault.New(fault.Unverifiable, "data_key_destroyed", i18n.Tf("%s veri anahtarı yok edilmiş; onunla şifrelenen değerler artık okunamaz", "the data key %s was destroyed; what was sealed under it can no longer be read", at))
	}
	plain, err := r.master.Unseal(wrapped, at.aad())
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return seal.NewDataKey(at.id, plain)
}

// keep holds keys in memory, unless Destroy was called since seen.
func (r *Ring) keep(log string, seen int, keys ...*seal.DataKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.destroyed != seen {
		return
	}
	for _, key := range keys[max(0, len(keys)-maxCached):] {
		if len(r.cache) >= maxCached {
			for other := range r.cache { // any: the order of a map is by chance
				delete(r.cache, other)
				break
			}
		}
		r.cache[slot{log, key.ID}] = key
	}
}

func (r *Ring) forget(log string, ids []int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.destroyed++
	for _, id := range ids {
		delete(r.cache, slot{log, id})
	}
}

// aad binds a wrapped key to its row. The name of the log, which may hold anything, stands last.
func (s slot) aad() string { return "ring_data_key " + strconv.FormatInt(s.id, 10) + " " + s.log }

func (s slot) String() string { return s.log + "/" + strconv.FormatInt(s.id, 10) }
