package myk

import (
	"net"
	"net/http/httptrace"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// wireConn is the raw connection. It counts what leaves, below TLS, since that is what the other side can have seen.
type wireConn struct {
	net.Conn
	wrote  atomic.Int64
	ahead  []byte // read by peek, given out first; touched only before the connection is handed over
	noWait bool   // Read gives only what is in ahead
}

func (c *wireConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.wrote.Add(int64(n))
	return n, err
}

func (c *wireConn) Read(p []byte) (int, error) {
	if len(c.ahead) > 0 {
		n := copy(p, c.ahead)
		c.ahead = c.ahead[n:]
		return n, nil
	}
	if c.noWait {
		return 0, os.ErrDeadlineExceeded
	}
	return c.Conn.Read(p)
}

// peek waits at most d for the other side's next bytes and keeps them for Read.
func (c *wireConn) peek(d time.Duration) {
	fired := make(chan struct{})
	timer := time.AfterFunc(d, func() { _ = c.Conn.SetReadDeadline(time.Unix(1, 0)); close(fired) })
	buf := make([]byte, 16<<10)
	n, _ := c.Conn.Read(buf)
	if !timer.Stop() {
		<-fired
	}
	_ = c.Conn.SetReadDeadline(time.Time{})
	c.ahead = buf[:n]
}

// conn is what the HTTP transport writes requests to: the raw connection, or TLS over it. It knows for the request in
// flight whether a byte of it left and whether a byte of the reply came, which decides between the log outcomes
// not_sent, unknown and protocol.
type conn struct {
	net.Conn // *wireConn or *tls.Conn
	raw      *wireConn

	mu     sync.Mutex // held while a Write runs
	sealed bool
	sent   bool // a byte of the request in flight left

	read atomic.Int64 // bytes read in the connection's life
	base atomic.Int64 // read when the request in flight got the connection
	mark atomic.Int64 // read when the first byte of the request was about to be written; -1 before
}

func (c *conn) begin() {
	c.mu.Lock()
	c.sent = false
	c.mu.Unlock()
	c.base.Store(c.read.Load())
	c.mark.Store(-1)
}

func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sealed {
		return 0, net.ErrClosed
	}
	c.mark.CompareAndSwap(-1, c.read.Load())
	before := c.raw.wrote.Load()
	n, err := c.Conn.Write(p)
	if c.raw.wrote.Load() > before {
		c.sent = true
	}
	return n, err
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// seal ends the connection for good and says whether a byte of the request left. After it none can, so the answer
// stays true: the transport gives up a cancelled request while its writer may still be about to start.
func (c *conn) seal() bool {
	_ = c.raw.Close() // unblocks a Write that holds mu
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sealed = true
	return c.sent
}

// attempt follows one request through the transport, which may try a second kept-alive connection when the first one
// turns out closed before a byte was written.
type attempt struct {
	mu    sync.Mutex
	conn  *conn
	kept  bool        // conn had served a request before
	stale atomic.Bool // a reply began before the request did
}

func (a *attempt) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			c, ok := info.Conn.(*conn)
			if !ok {
				return
			}
			c.begin()
			a.mu.Lock()
			a.conn, a.kept = c, info.Reused
			a.mu.Unlock()
		},
		GotFirstResponseByte: func() {
			// Bytes that follow a finished reply on a kept-alive connection must never become the reply to the next
			// request: the first byte of ours is read from the network after our first byte was written.
			if c := a.last(); c != nil {
				if mark := c.mark.Load(); mark < 0 || c.read.Load() == mark {
					a.stale.Store(true)
				}
			}
		},
	}
}

func (a *attempt) last() *conn {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.conn
}

func (a *attempt) reused() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.kept
}

// end closes the connection and says what went over it: whether a byte of the request left, and whether one came back.
func (a *attempt) end() (sent, received bool) {
	c := a.last()
	if c == nil {
		return false, false
	}
	sent = c.seal()
	return sent, sent && c.read.Load() > c.base.Load()
}
