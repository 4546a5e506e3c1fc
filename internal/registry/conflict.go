package registry

import "strconv"

// conflict tells why two rows of Ek-2 cannot stand beside each other; nil when they can, or when they are the same row.
func conflict(p, other *Person) *Problem {
	if p.ID != 0 && p.ID == other.ID || !overlapping(p, other) {
		return nil
	}
	row := strconv.FormatInt(other.ID, 10)
	same := p.Party == other.Party && p.Role == other.Role
	switch {
	case same && p.Role.Coordinator() && other.ID == 0:
		return problem(ColValidFrom, "overlap", "girdinin başka bir satırındaki %s ile süresi çakışıyor: bir tarafın aynı günde tek %s olur", "the period overlaps with the %s of another row of the input: a party has one %s at a time", p.Role.Name(), p.Role.Name())
	case same && p.Role.Coordinator():
		return problem(ColValidFrom, "overlap", "Ek-2'deki %s numaralı kayıtta bulunan %s ile süresi çakışıyor: bir tarafın aynı günde tek %s olur", "the period overlaps with the %[2]s of row %[1]s of Ek-2: a party has one %[3]s at a time", row, p.Role.Name(), p.Role.Name())
	case same && samePerson(p, other) && other.ID == 0:
		return problem(ColSurname, "overlap", "aynı kişi aynı görevde girdinin başka bir satırında da var; adaş iseler e-postaları ya da kullanıcı adları farklı olmalı", "the same person stands in another row of the input for the same role and time; two people of one name need different e-mail addresses or logins")
	case same && samePerson(p, other):
		return problem(ColSurname, "overlap", "aynı kişi aynı görevde Ek-2'deki %s numaralı kayıtta zaten var; adaş iseler e-postaları ya da kullanıcı adları farklı olmalı", "the same person stands in row %s of Ek-2 for the same role and time; two people of one name need different e-mail addresses or logins", row)
	case p.Login != "" && p.Login == other.Login && key(*p) != key(*other):
		return problem(ColLogin, "login_shared", "bu kullanıcı adı aynı sürede başka bir kişinin; sorgu günlüğü kimin sorguladığını söyleyemez", "somebody else has this login at the same time; the query log could not tell who asked")
	}
	return nil
}

// overlapping tells whether there is a day on which both are in office.
func overlapping(a, b *Person) bool {
	return (a.ValidTo == "" || b.ValidFrom <= a.ValidTo) && (b.ValidTo == "" || a.ValidFrom <= b.ValidTo)
}

// samePerson: the same name, and nothing that tells two people of that name apart. One login is one person, whose address may
// have changed since a list was written.
func samePerson(a, b *Person) bool {
	if a.Login != "" && b.Login != "" {
		return a.Login == b.Login && key(*a) == key(*b) // the dearest last
	}
	return (a.Email == "" || b.Email == "" || a.Email == b.Email) && key(*a) == key(*b)
}
