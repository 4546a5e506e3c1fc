package consent

import (
	"context"
	"database/sql"
	"slices"
	"sync"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/seal"
)

// spareKeys are data keys that were made for new people and belong to nobody yet. One batch asks for some while the one
// before it takes some.
type spareKeys struct {
	mu   sync.Mutex
	keys []*seal.DataKey
}

// all gives the keys that are there; they stay until drop.
func (s *spareKeys) all() []*seal.DataKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.keys)
}

// drop takes the first n away, which belong to people now.
func (s *spareKeys) drop(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = slices.Clone(s.keys[n:])
}

func (s *spareKeys) add(keys []*seal.DataKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append(s.keys, keys...)
}

// lacking says how many keys must be made for a batch, when the one before it may yet take some. So there are never more
// than two batches have people, however many of them turn out not to be recorded.
func (s *spareKeys) lacking(people, before int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return people - max(0, len(s.keys)-before)
}

// lookAhead reads what decides about a batch while the one before it is being committed, and makes the keys of new people.
// Where it is wrong, the commit itself makes a key, or one is left for the next batch.
func (c *committer) lookAhead(ctx context.Context, b, before *batch) error {
	l := c.log
	tx, err := l.st.Read().BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one look: a size and what belongs to it
	if err != nil {
		return l.explain(ctx, err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := tx.QueryRowContext(ctx, logSize).Scan(&b.size); err != nil {
		return l.explain(ctx, err)
	}
	if b.scene, err = l.load(ctx, tx, b.drafts); err != nil {
		return l.explain(ctx, err)
	}
	b.people = b.scene.newcomers(b.drafts, before.drafts)
	lack := c.keys.lacking(b.people, before.people)
	if lack <= 0 {
		return nil
	}
	if _, err := l.statements(ctx); err != nil { // the log is started before its first key is made
		return err
	}
	keys, err := l.newKeys(ctx, tx, lack)
	if err == nil {
		c.keys.add(keys)
	}
	return err
}

// newcomers counts the people whom neither the log knows nor the batch before, and of whom an event of the batch will be
// recorded: a row that is rejected must not cost a key.
func (s *scene) newcomers(drafts, before []draft) (n int) {
	settled := make(map[tag]bool, len(s.people))
	for i := range before {
		settled[before[i].tag] = true
	}
	for i := range drafts {
		d := &drafts[i]
		if d.problem != nil || d.text == nil || settled[d.tag] || s.people[d.tag].id != 0 {
			continue
		}
		if _, met := s.ids[d.id]; met && d.named {
			continue
		}
		e := d.event()
		if _, problem := event.Follow(&event.Memory{}, &e, d.text.forRules(), s.text); problem == nil {
			settled[d.tag] = true
			n++
		}
	}
	return n
}
