package registry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/store"
)

// modelRow is what the model knows of a row: its versions with the moments they were made.
type modelRow struct {
	versions []Person
	made     []time.Time
}

// modelOrder is the order of Turkish, written down once more.
func modelOrder(a, b Person) int {
	word := func(a, b string) int {
		const letters = " -'.abcçdefgğhıijklmnoöpqrsştuüvwxyz"
		x, y := []rune(a), []rune(b)
		lower := strings.NewReplacer("A", "a", "I", "ı", "İ", "i", "Ş", "ş", "S", "s", "Ö", "ö", "Ç", "ç", "K", "k", "O", "o", "C", "c")
		x, y = []rune(lower.Replace(string(x))), []rune(lower.Replace(string(y)))
		for i := range min(len(x), len(y)) {
			if d := strings.Index(letters, string(x[i])) - strings.Index(letters, string(y[i])); d != 0 {
				return d
			}
		}
		return len(x) - len(y)
	}
	return cmp.Or(slices.Index(Parties(), a.Party)-slices.Index(Parties(), b.Party), slices.Index(Roles(), a.Role)-slices.Index(Roles(), b.Role),
		word(a.Surname, b.Surname), word(a.GivenName, b.GivenName), int(a.ID-b.ID))
}

// asOf gives what the model says of a day.
func asOf(rows []modelRow, d, today Date) (people []Person) {
	for _, r := range rows {
		p := r.versions[len(r.versions)-1]
		if d < today {
			p = r.versions[0]
			for i, v := range r.versions {
				if Today(r.made[i]) <= d {
					p = v
				}
			}
		}
		if p.ValidFrom <= d && (p.ValidTo == "" || d <= p.ValidTo) {
			people = append(people, p)
		}
	}
	slices.SortFunc(people, modelOrder)
	return people
}

func TestTheRegistryIsWhatAPlainModelSays(t *testing.T) {
	given := rapid.SampledFrom([]string{"Ali", "Işıl", "İpek", "Şen", "Öz", "Can", "Çan"})
	surname := rapid.SampledFrom([]string{"Irmak", "İnce", "Kaya", "Sarı", "Şahin", "Oz", "Öz", "Kaya Öz"})
	days := rapid.SampledFrom([]Date{"2026-01-01", "2026-01-03", "2026-01-05", "2026-01-08", "2026-01-12"})
	dir := t.TempDir()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		c := &clock{t: day(t, "2026-01-01")}
		sub := fmt.Sprintf("%s/%d", dir, runs)
		p := at(t, sub, store.Create, c)
		defer func() { _ = p.st.Close() }()
		var rows []modelRow
		ctx := t.Context()
		// allowed is what may stand beside the others, said once more.
		allowed := func(x Person) bool {
			for _, r := range rows {
				o := r.versions[len(r.versions)-1]
				apart := o.ID == x.ID || o.Party != x.Party || o.ValidTo != "" && o.ValidTo < x.ValidFrom || x.ValidTo != "" && x.ValidTo < o.ValidFrom
				if !apart && o.Role == x.Role && (x.Role.Coordinator() || o.GivenName == x.GivenName && o.Surname == x.Surname) {
					return false
				}
			}
			return true
		}
		for range rapid.IntRange(1, 14).Draw(rt, "steps") {
			c.set(c.now().AddDate(0, 0, rapid.IntRange(-1, 2).Draw(rt, "days"))) // clocks are set back, too
			var made time.Time
			switch op := rapid.IntRange(0, 2).Draw(rt, "op"); {
			case op == 0 || len(rows) == 0:
				x := Person{Party: rapid.SampledFrom(Parties()).Draw(rt, "party"), Role: rapid.SampledFrom(Roles()).Draw(rt, "role"),
					GivenName: given.Draw(rt, "given"), Surname: surname.Draw(rt, "surname"), ValidFrom: days.Draw(rt, "from")}
				want := allowed(x)
				got, err := p.Add(ctx, me, x)
				made = c.t
				if (err == nil) != want || err != nil && fault.From(err).Code != "overlap" {
					rt.Fatalf("add %+v: %v, want %t", x, err, want)
				}
				if err == nil {
					x.ID, x.Version = int64(len(rows)+1), 1
					if len(Diff(got, x)) > 0 || got.ID != x.ID {
						rt.Fatalf("got %+v, want %+v", got, x)
					}
					rows = append(rows, modelRow{[]Person{x}, []time.Time{made}})
				}
			default:
				r := &rows[rapid.IntRange(0, len(rows)-1).Draw(rt, "row")]
				old := r.versions[len(r.versions)-1]
				x := old
				var err error
				if op == 1 {
					x.Surname, x.Title = surname.Draw(rt, "surname"), rapid.SampledFrom([]string{"", "Uzman", "Şef"}).Draw(rt, "title")
				} else {
					x.ValidTo = days.Draw(rt, "to")
				}
				want := allowed(x) && x.ValidTo >= map[bool]Date{true: x.ValidFrom}[x.ValidTo != ""]
				if len(Diff(old, x)) == 0 {
					want = true
				}
				if op == 1 {
					_, _, err = p.Update(ctx, me, x.ID, old.Version, func(y *Person) error { y.Surname, y.Title = x.Surname, x.Title; return nil })
				} else {
					_, _, err = p.End(ctx, me, x.ID, x.ValidTo)
				}
				made = c.t
				if (err == nil) != want {
					rt.Fatalf("change %+v: %v, want %t", x, err, want)
				}
				if err == nil && len(Diff(old, x)) > 0 {
					x.Version++
					r.versions, r.made = append(r.versions, x), append(r.made, made)
				}
			}
		}
		for _, d := range []Date{"2025-12-31", "2026-01-01", "2026-01-02", "2026-01-04", "2026-01-07", "2026-01-11", "2026-01-12", "2026-02-12", ""} {
			today := p.Today()
			on := d
			if d == "" {
				on = today
			}
			want, got := asOf(rows, on, today), collect(t, p.List(ctx, Query{AsOf: d}))
			if fmt.Sprint(got) != fmt.Sprint(want) {
				rt.Fatalf("as of %q (today %s)\ngot  %v\nwant %v", d, today, got, want)
			}
		}
		total := 0
		for i, r := range rows {
			history := collect(t, p.History(ctx, int64(i+1)))
			for j, h := range history {
				if fmt.Sprint(h.After) != fmt.Sprint(r.versions[j]) || j > 0 && fmt.Sprint(*h.Before) != fmt.Sprint(r.versions[j-1]) {
					rt.Fatalf("row %d, version %d: %+v", i+1, j+1, h)
				}
			}
			if total += len(history); len(history) != len(r.versions) {
				rt.Fatalf("row %d has %d changes, want %d", i+1, len(history), len(r.versions))
			}
		}
		if all := collect(t, p.History(ctx, 0)); len(all) != total {
			rt.Fatalf("%d changes in all, want %d", len(all), total)
		}
		for found := range strings.SplitSeq(p.verified(t), "; ") {
			if found != "" && !strings.HasPrefix(found, "V51 ") { // the log tells that the clock was set back
				rt.Fatal(found)
			}
		}
		_, err := p.Authorised(ctx, "nobody", audit.ByNumber, p.Today())
		must(t, err)
	})
}
