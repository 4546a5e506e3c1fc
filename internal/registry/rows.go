package registry

import (
	"database/sql"

	"iskurctl/internal/store"
)

// cells reads the columns of a row one after the other; bad says that one held what none of
// ours has.
type cells struct {
	r   *store.Row
	at  int
	bad bool
}

func (c *cells) int() int64 {
	v, ok := c.r.Int(c.at)
	c.at++
	c.bad = c.bad || !ok
	return v
}

func (c *cells) text() string {
	v, ok := c.r.Text(c.at)
	c.at++
	c.bad = c.bad || !ok
	return string(v)
}

// null tells whether the next column is empty, and stays before it.
func (c *cells) null() bool { return c.r.Null(c.at) }

// blob copies: what a row gives is good until the next only.
func (c *cells) blob() []byte {
	v, ok := c.r.Blob(c.at)
	c.at++
	c.bad = c.bad || !ok
	return append([]byte(nil), v...)
}

// fields reads party and role, then details.
func (c *cells) fields(p *Person) {
	p.Party, p.Role = Party(c.text()), Role(c.text())
	c.details(p)
}

func (c *cells) details(p *Person) {
	p.Unit, p.GivenName, p.Surname, p.Title = c.text(), c.text(), c.text(), c.text()
	p.Phone, p.Email = c.text(), c.text()
	p.ValidFrom, p.ValidTo = Date(c.text()), Date(c.text())
	p.NoticeNo, p.NoticeDate = c.text(), Date(c.text())
	p.Login = c.text()
	scope := c.text()
	p.Scope = scopeOf(scope)
	c.bad = c.bad || scopeText(p.Scope) != scope // another text for the same scope would leave no trace in a hash
}

// change reads what selectChanges has.
func (c *cells) change(x *change) {
	x.n, x.seq = c.int(), c.int()
	x.after.ID, x.after.Version, x.op = c.int(), c.int(), c.text()
	x.timeMS, x.user, x.host = c.int(), c.text(), c.text()
	c.fields(&x.after)
	x.salt = c.blob()
}

// ranked gives party and role of a rank.
func ranked(n int64) (Party, Role) {
	roles := int64(len(Roles()))
	if n < 0 || n >= int64(len(Parties()))*roles {
		return "", ""
	}
	return Parties()[n/roles], Roles()[n%roles]
}

// scanPerson reads currentOf within a transaction, scanRanked the statements that begin with a rank.
func scanPerson(scan func(...any) error) (p Person, err error) {
	var scope string
	err = scan(&p.ID, &p.Version, &p.Party, &p.Role, &p.Unit, &p.GivenName, &p.Surname, &p.Title, &p.Phone, &p.Email,
		&p.ValidFrom, &p.ValidTo, &p.NoticeNo, &p.NoticeDate, &p.Login, &scope)
	p.Scope = scopeOf(scope)
	return p, err
}

func scanRanked(rows *sql.Rows) (p Person, err error) {
	var scope string
	var n int64
	err = rows.Scan(&n, &p.ID, &p.Version, &p.Unit, &p.GivenName, &p.Surname, &p.Title, &p.Phone, &p.Email,
		&p.ValidFrom, &p.ValidTo, &p.NoticeNo, &p.NoticeDate, &p.Login, &scope)
	p.Party, p.Role = ranked(n)
	p.Scope = scopeOf(scope)
	return p, err
}
