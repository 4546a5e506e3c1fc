package sandbox

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Server is a service that listens.
type Server struct {
	service  *Service
	listener net.Listener
	http     *http.Server

	mu     sync.Mutex
	silent map[net.Conn]bool // connections that have not sent a byte yet
}

// Listen serves s on addr ("127.0.0.1:0" takes a free port) until Close. The service speaks plain HTTP and takes
// anybody at their word, so an address that is not loopback is refused (class Usage, code listen_not_loopback) unless
// Options.AllowRemote. Other codes: listen_address (not host:port, or no such port), listen_failed (the system said no).
func Listen(addr string, s *Service) (*Server, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, badAddress(i18n.T("dinleme adresi ana bilgisayar:port biçiminde değil", "the listen address is not host:port"), err)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return nil, badAddress(i18n.T("dinleme adresindeki port 0 ile 65535 arasında bir sayı olmalı", "the port of the listen address must be a number from 0 to 65535"), err)
	}
	if ip := net.ParseIP(host); !s.o.AllowRemote && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, notLoopback()
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fault.New(fault.Usage, "listen_failed", i18n.Tf("adreste dinlenemiyor: %s", "cannot listen on the address: %s", fault.Cause(err))).
			WithHint(i18n.T("başka bir port verin; 0, boş bir port seçer", "give another port; 0 takes a free one")).Because(err)
	}
	if tcp, ok := l.Addr().(*net.TCPAddr); !s.o.AllowRemote && (!ok || !tcp.IP.IsLoopback()) {
		_ = l.Close() // "localhost" led elsewhere
		return nil, notLoopback()
	}
	srv := &Server{service: s, listener: l, silent: map[net.Conn]bool{}}
	srv.http = &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // also the end of the rule `hang`
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ConnState:         srv.follow,
		ErrorLog:          log.New(io.Discard, "", 0), // its lines carry addresses and come at times of their own choosing
	}
	go func() { _ = srv.http.Serve(l) }() // it ends with Close; what a connection meets concerns that connection alone
	return srv, nil
}

func badAddress(text i18n.Text, err error) *fault.Error {
	return fault.New(fault.Usage, "listen_address", text).
		WithHint(i18n.T("örnek: --listen 127.0.0.1:8080", "for example: --listen 127.0.0.1:8080")).Because(err)
}

func notLoopback() *fault.Error {
	return fault.New(fault.Usage, "listen_not_loopback", i18n.T("sentetik servis yalnız bu bilgisayarın kendisine (loopback) açılır",
		"the synthetic service listens on loopback addresses only")).
		WithHint(i18n.T("sentetik servis şifresiz HTTP konuşur; 127.0.0.1 ya da [::1] verin", "the synthetic service speaks plain HTTP; give 127.0.0.1 or [::1]"))
}

// follow remembers the connections that are open and silent. Clients dial such spare ones, and Shutdown would wait five
// seconds for each to say something.
func (srv *Server) follow(c net.Conn, state http.ConnState) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if state == http.StateNew {
		srv.silent[c] = true
	} else {
		delete(srv.silent, c)
	}
}

// URL is the base address, without a slash at the end: the base_url of a profile.
func (srv *Server) URL() string { return "http://" + srv.listener.Addr().String() }

// Close stops listening, ends every wait of a fault rule, and lets running answers finish until ctx ends; then it cuts
// them. It gives an error only when the listener could not be closed. The service answers without delays afterwards.
func (srv *Server) Close(ctx context.Context) error {
	srv.service.stopOnce.Do(func() { close(srv.service.stop) })
	_ = srv.listener.Close() // no new connections while the silent ones are closed; Shutdown closes it again
	srv.mu.Lock()
	for c := range srv.silent {
		_ = c.Close()
	}
	srv.mu.Unlock()
	err := srv.http.Shutdown(ctx)
	if ctx.Err() != nil {
		err = srv.http.Close()
	}
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
