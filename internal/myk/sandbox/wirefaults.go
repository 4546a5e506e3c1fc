package sandbox

import (
	"bytes"
	"net"
	"net/http"
	"strconv"
)

// takeOver gives the bare connection; whoever takes it writes every byte himself and closes it. The request has been
// read in full, so closing ends the connection in order and does not reset it.
func (x *exchange) takeOver() net.Conn {
	c, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // not a real connection: net/http ends it without an answer
	}
	return c
}

// head writes a status line and the headers that every answer has; the empty line is the caller's.
func (x *exchange) head(protocol string) []byte {
	return []byte(protocol + " 200 OK\r\nDate: " + x.s.httpDate(0) + "\r\nContent-Type: " + jsonType + "\r\n")
}

func (x *exchange) headWithLength(n int) []byte {
	return append(x.head("HTTP/1.1"), "Content-Length: "+strconv.Itoa(n)+"\r\n\r\n"...)
}

// say takes the connection over, writes the parts and closes.
func (x *exchange) say(parts ...[]byte) {
	c := x.takeOver()
	_, _ = c.Write(bytes.Join(parts, nil))
	_ = c.Close()
}

func half(body []byte) []byte { return body[:len(body)/2] }

func actCut(x *exchange) {
	body := x.body()
	x.say(x.headWithLength(len(body)), half(body))
}

func actCutChunked(x *exchange) {
	part := half(x.body())
	size := strconv.FormatInt(int64(len(part)), 16)
	x.say(x.head("HTTP/1.1"), []byte("Transfer-Encoding: chunked\r\n\r\n"+size+"\r\n"), part, []byte("\r\n"))
}

// actHTTP10Cut: only the document itself can tell that this body is not whole.
func actHTTP10Cut(x *exchange) {
	x.say(x.head("HTTP/1.0"), []byte("\r\n"), half(x.body()))
}

func actDrop(x *exchange) { x.say() }

func actReset(x *exchange) {
	body := x.body()
	c := x.takeOver()
	if x.text("at") == "body" {
		_, _ = c.Write(append(x.headWithLength(len(body)), half(body)...))
		x.wait(x.duration("delay")) // let the first half arrive: a reset may overtake what is still on its way
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close by RST
	}
	_ = c.Close()
}

func actGarbage(x *exchange) { x.say([]byte("\x16\x03\x01\x00\x2aMYK/0.0 hazir degil\r\n\r\n")) }

func actTwoLengths(x *exchange) {
	body := x.body()
	length := "Content-Length: " + strconv.Itoa(len(body))
	x.say(x.head("HTTP/1.1"), []byte(length+"\r\n"+length+"0\r\n\r\n"), body)
}

// actBigHeader writes header lines of 64 KiB each, size bytes in all, then the true answer.
func actBigHeader(x *exchange) {
	body := x.body()
	c := x.takeOver()
	line := append([]byte("X-Dolgu: "), bytes.Repeat([]byte("a"), 64<<10)...)
	if _, err := c.Write(x.head("HTTP/1.1")); err == nil && pour(c, append(line, '\r', '\n'), x.number("size")) == nil {
		_, _ = c.Write(append([]byte("Content-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"), body...))
	}
	_ = c.Close()
}

func actCloseAfter(x *exchange) {
	body := x.body()
	x.say(x.headWithLength(len(body)), body)
}
