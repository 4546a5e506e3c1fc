package event

import "time"

// Memory is the past of one person, kept in memory. The zero Memory is a person without one. It holds the last consent
// event and the last notice of each session: some 100 bytes, and 40 for each session with a notice. It is not safe for
// concurrent use.
type Memory struct {
	step        Step // "": no consent event yet
	entry, text int64
	at          int64 // milliseconds since 1970
	shown       []shown
	index       map[[16]byte]int // into shown, once there are many
}

// shown is the last notice of a session.
type shown struct {
	session     [16]byte
	entry, text int64
	at          int64
}

// few is how many sessions are looked through one by one.
const few = 16

var _ Past = (*Memory)(nil)

// Add takes an event that was recorded: its entry, and the sequence number of its text. Events come in the order of the
// log and have passed Check.
func (m *Memory) Add(entry int64, e *Event, text int64) {
	switch e.Act {
	case Consent:
		m.step, m.entry, m.text, m.at = e.Step, entry, text, e.Time.UnixMilli()
	case Notice:
		session, _ := ParseUUID(e.Session)
		s := shown{session, entry, text, e.Time.UnixMilli()}
		if i, ok := m.find(session); ok {
			m.shown[i] = s
			return
		}
		m.shown = append(m.shown, s)
		if m.index != nil {
			m.index[session] = len(m.shown) - 1
		} else if len(m.shown) > few {
			m.index = make(map[[16]byte]int, 2*few)
			for i := range m.shown {
				m.index[m.shown[i].session] = i
			}
		}
	}
}

// Presented implements Past.
func (m *Memory) Presented(session string) (entry, text int64, at time.Time, ok bool) {
	id, ok := ParseUUID(session)
	i, found := m.find(id)
	if !ok || !found {
		return 0, 0, time.Time{}, false
	}
	s := &m.shown[i]
	return s.entry, s.text, time.UnixMilli(s.at).UTC(), true
}

// Consent implements Past.
func (m *Memory) Consent() (step Step, entry, text int64, at time.Time, ok bool) {
	if m.step == "" {
		return "", 0, 0, time.Time{}, false
	}
	return m.step, m.entry, m.text, time.UnixMilli(m.at).UTC(), true
}

func (m *Memory) find(session [16]byte) (int, bool) {
	if m.index != nil {
		i, ok := m.index[session]
		return i, ok
	}
	for i := range m.shown {
		if m.shown[i].session == session {
			return i, true
		}
	}
	return 0, false
}
