package consent

import (
	"io"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// uuid is an identifier of an event or a session, as its sixteen bytes.
type uuid [16]byte

// parseUUID reads the one form that events and entries have.
func parseUUID(s string) (uuid, bool) {
	u, ok := event.ParseUUID(s)
	return u, ok
}

// String writes it as parseUUID reads it.
func (u uuid) String() string { return event.FormatUUID(u) }

// newUUID makes one of version 4 (RFC 9562, 5.4) from rand.
func newUUID(rand io.Reader) (u uuid, err error) {
	if _, err := io.ReadFull(rand, u[:]); err != nil {
		return u, fault.New(fault.Internal, "random", i18n.T("rastgele sayı üretilemedi", "no random numbers could be had")).Because(err)
	}
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u, nil
}
