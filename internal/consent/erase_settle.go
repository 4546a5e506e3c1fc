package consent

import (
	"context"
	"io"
	"maps"
	"slices"

	"iskurctl/internal/fault"
)

// remains is a key store that lets its files be looked at.
type remains interface {
	// Wrapped gives the bytes of keys before they are destroyed, Raw those of the files.
	Wrapped(ctx context.Context, log string, ids []int64) ([][]byte, error)
	Raw(fn func(path string, r io.Reader) error) error
	// Rebuild writes the files anew, so that the unused parts of their pages hold nothing.
	Rebuild(ctx context.Context) error
}

// settle brings what was committed to its end: the keys are destroyed, the files cleared of the old bytes and looked
// through, and only then the people count as erased. Where old bytes are left in a file that was written anew, nobody does any
// more in this run. After an error Resume brings it to its end.
func (x *eraser) settle(ctx context.Context) error {
	if len(x.people) == 0 && len(x.old.pieces) == 0 && !x.anew {
		return nil
	}
	keys, looks := x.ring.(remains)
	if looks {
		wrapped, err := keys.Wrapped(ctx, Name, x.keys)
		if err != nil {
			return err
		}
		for _, w := range wrapped {
			x.old.add(old{kind: oldWrapped, value: w[max(0, len(w)-maxOld):]}) // all begin alike, with the name of the master key
		}
	}
	if len(x.keys) > 0 {
		if err := destroy(ctx, x.ring, x.keys); err != nil {
			return err
		}
	}
	if x.anew {
		if err := x.log.rebuild(ctx, x.ring); err != nil {
			return err
		}
	}
	if err := x.log.st.Truncate(ctx); err != nil {
		return err
	}
	if err := x.clear(ctx, x.log.st.Raw, x.log.rebuildStore); err != nil {
		return err
	}
	if looks {
		if err := x.clear(ctx, keys.Raw, keys.Rebuild); err != nil {
			return err
		}
	}
	if len(x.left) == 0 {
		if _, err := x.log.finished(ctx, x.people, x.process); err != nil {
			return err
		}
	}
	x.people, x.keys, x.old, x.anew = nil, nil, newNeedles(), false
	return nil
}

// destroy destroys the keys of people. One that is not there, in a key store older than the store, counts as destroyed from
// then on: otherwise nothing would tell the erased person from a row that somebody made.
func destroy(ctx context.Context, ring Ring, keys []int64) error {
	if err := ring.Destroy(ctx, Name, keys...); err != nil {
		return err
	}
	_, faults, err := ring.FindAll(ctx, Name, keys)
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(slices.Clone(keys), func(id int64) bool {
		return faults[id] == nil || fault.From(faults[id]).Code != keyMissing
	})
	if len(missing) == 0 {
		return nil
	}
	return ring.Bury(ctx, Name, missing...)
}

// clear looks for old bytes in the files of a store, and has it written anew when there are some in them.
func (x *eraser) clear(ctx context.Context, raw func(func(string, io.Reader) error) error, rebuild func(context.Context) error) error {
	again := false
	for {
		before := maps.Clone(x.left)
		found, err := x.look(ctx, raw)
		if err != nil || len(found) == 0 {
			return err
		}
		reused, err := x.reused(ctx, found)
		if err != nil {
			return err
		}
		switch {
		case reused: // look once more, for the others
		case again:
			return nil
		default:
			again = true
			if err := rebuild(ctx); err != nil {
				return err
			}
		}
		x.left = before
	}
}

// look counts the old bytes in files.
func (x *eraser) look(ctx context.Context, raw func(func(string, io.Reader) error) error) (map[*old]bool, error) {
	found := make(map[*old]bool)
	err := raw(func(path string, r io.Reader) error {
		n, which, err := x.old.find(r, ctx.Err)
		if n > 0 {
			x.left[path] += n
		}
		maps.Copy(found, which)
		return err
	})
	return found, err
}

// reused takes those values out of the search that are in use again: somebody who was erased may come back at once, and
// gets the same tag. It tells whether there were any.
func (x *eraser) reused(ctx context.Context, found map[*old]bool) (bool, error) {
	some := false
	for o := range found {
		var in bool
		var err error
		switch o.kind {
		case oldTag:
			err = x.log.st.Read().QueryRowContext(ctx, tagInUse, o.tag).Scan(&in)
		case oldSame:
			err = x.log.st.Read().QueryRowContext(ctx, sameInUse, o.tag, o.value).Scan(&in)
		}
		if err != nil {
			return some, x.log.explain(ctx, err)
		}
		if in {
			x.old.drop(o)
			some = true
		}
	}
	return some, nil
}

// residue gives what is left, by file.
func (x *eraser) residue() []Residue {
	var list []Residue
	for _, path := range slices.Sorted(maps.Keys(x.left)) {
		list = append(list, Residue{Path: path, Found: x.left[path]})
	}
	return list
}

// knownTags gives the tags of those numbers that lead to somebody, in their order, each once.
func (l *Log) knownTags(ctx context.Context, tcs []string) ([][]byte, error) {
	var known [][]byte
	seen := make(map[tag]bool)
	for some := range slices.Chunk(tcs, askedAtOnce) {
		asked := make([]any, len(some))
		for i, tc := range some {
			asked[i] = l.numberTag(tc)
		}
		there, err := l.tagsAmong(ctx, asked)
		if err != nil {
			return nil, l.explain(ctx, err)
		}
		for _, a := range asked {
			if t := tag(a.([]byte)); there[t] && !seen[t] {
				seen[t] = true
				known = append(known, t[:])
			}
		}
	}
	return known, nil
}

func (l *Log) tagsAmong(ctx context.Context, asked []any) (map[tag]bool, error) {
	rows, err := l.st.Read().QueryContext(ctx, knownPeople(len(asked)), asked...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	there := make(map[tag]bool)
	for rows.Next() {
		var id int64
		var b []byte
		if err := rows.Scan(&id, &b); err != nil {
			return nil, err
		}
		there[tag(b)] = true
	}
	return there, rows.Err()
}
