// Package sandbox is a synthetic twin of MYK's service: the three operations over JSON as we assume them, people who
// do not exist, and fault rules that send what a real service must never send. It writes its bytes itself and shares
// no code with the client in internal/myk, so that a mistake in one does not hide in the other. The commands
// `sandbox serve`, `sandbox people`, the built-in profile and the tests import it.
package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"iskurctl/internal/tckn"
)

const (
	defaultPageSize = 500
	maxRequestBytes = 64 << 10
	jsonType        = "application/json; charset=utf-8"
)

// Options say what the service knows and how it misbehaves. Now is required.
type Options struct {
	Seed     uint64           // the same seed gives the same people
	People   int              // generated people, besides the fixed ones; what does not fit nine digits is cut off
	Now      func() time.Time // decides what "today" is, and the Date header
	Faults   []Rule           // in order: of the rules that are due, the first acts
	PageSize int              // records a page of a range; 0 = 500

	Username, Password string // asked for as Basic when one of them is set
	Token              string // asked for as Bearer when set; with both kinds set, either opens

	// OnRequest sees every request to an operation before anything else happens to it: the operation and the body.
	// Calls come one at a time.
	OnRequest func(method string, body []byte)

	AllowRemote bool // let Listen take an address that is not loopback
}

// Service answers the operations. It is safe for use by many at once.
type Service struct {
	o        Options
	gen      generator
	now      func() time.Time
	requests atomic.Int64
	recorder sync.Mutex
	faults   faults
	buffers  sync.Pool
	stop     chan struct{} // closed by Server.Close: whoever waits because of a rule stops waiting
	stopOnce sync.Once
}

// New makes a service. Nothing is generated in advance.
func New(o Options) *Service {
	o.People = min(max(o.People, 0), maxPeople)
	if o.PageSize <= 0 {
		o.PageSize = defaultPageSize
	}
	s := &Service{o: o, gen: newGenerator(o.Seed, o.People), now: o.Now, stop: make(chan struct{})}
	s.buffers.New = func() any { b := make([]byte, 0, 8<<10); return &b }
	s.faults.arm(o.Faults)
	return s
}

// Requests counts the requests to operations whose head was read, whatever became of them: this is the number that
// the client's query log must show.
func (s *Service) Requests() int64 { return s.requests.Load() }

// Handler serves the operations at /{operation}.
func (s *Service) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// query is a request whose parameters have passed their checks.
type query struct {
	op       operation
	kimlikNo string
	from, to day
	sayfa    string
	start    place
	today    day
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	op := operation(strings.TrimPrefix(r.URL.Path, "/"))
	if op != byNumber && op != byRange && op != parameters {
		s.refuse(w, http.StatusNotFound, op, "404", "böyle bir işlem yok")
		return
	}
	s.requests.Add(1)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if s.o.OnRequest != nil {
		s.recorder.Lock()
		s.o.OnRequest(string(op), body)
		s.recorder.Unlock()
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		s.refuse(w, http.StatusMethodNotAllowed, op, "405", "yalnız POST kabul edilir")
		return
	}
	if !s.authorised(r) {
		for _, scheme := range s.schemes() {
			w.Header().Add("WWW-Authenticate", scheme)
		}
		s.refuse(w, http.StatusUnauthorized, op, "401", "kullanıcı bilgileri doğrulanamadı")
		return
	}
	media, _, typeErr := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || typeErr != nil || media != "application/json" {
		s.refuse(w, http.StatusBadRequest, op, "101", "istek gövdesi okunamadı")
		return
	}
	q, problem := s.parse(op, body)
	if problem != "" {
		s.refuse(w, http.StatusBadRequest, op, "102", problem)
		return
	}
	rule, due := s.faults.due(q)
	doc := s.answer(q)
	if due {
		rule.kind.act(&exchange{s: s, w: w, r: r, rule: rule, q: q, doc: doc})
		return
	}
	s.send(w, http.StatusOK, doc)
}

// parse checks the parameters; problem is what the service says about a bad one (never the value itself).
func (s *Service) parse(op operation, body []byte) (q query, problem string) {
	q = query{op: op, today: todayOf(s.now())}
	var p map[string]string
	if err := json.Unmarshal(body, &p); err != nil || p == nil {
		return q, "istek bir JSON nesnesi değil"
	}
	var wanted []string
	switch op {
	case byNumber:
		wanted = []string{"KIMLIK_NO"}
	case byRange:
		wanted = []string{"BASLANGIC_TARIHI", "BITIS_TARIHI", "SAYFA"}
	}
	for _, name := range wanted {
		if _, ok := p[name]; !ok {
			return q, name + " eksik"
		}
	}
	if len(p) != len(wanted) {
		return q, "bilinmeyen parametre"
	}
	switch op {
	case byNumber:
		q.kimlikNo = p["KIMLIK_NO"]
		if !tckn.Check(q.kimlikNo).Valid() {
			return q, "KIMLIK_NO hatalı"
		}
	case byRange:
		var fromOK, toOK, placeOK bool
		q.from, fromOK = parseDay(p["BASLANGIC_TARIHI"])
		q.to, toOK = parseDay(p["BITIS_TARIHI"])
		if !fromOK || !toOK || q.from > q.to {
			return q, "tarih aralığı hatalı"
		}
		q.sayfa = p["SAYFA"]
		if q.start, placeOK = s.place(q.sayfa, q.from, q.to); !placeOK {
			return q, "SAYFA hatalı"
		}
	}
	return q, ""
}

// answer makes the true answer to a query.
func (s *Service) answer(q query) *document {
	d := &document{op: q.op, code: "0"}
	switch q.op {
	case byNumber:
		d.echo = q.kimlikNo
		d.certificates = s.certificatesOf(q.kimlikNo, q.today)
		d.count = len(d.certificates)
	case byRange:
		rows, next, more := s.page(q.from, q.to, q.today, q.start, s.o.PageSize)
		d.certificates, d.count = rows, len(rows)
		if more {
			d.next = s.cursor(next, q.from, q.to)
		}
	case parameters:
		d.qualification, d.count = catalogue[:], len(catalogue)
	}
	return d
}

// refuse answers an error in the service's own envelope. Its words are data of the service, which speaks Turkish.
func (s *Service) refuse(w http.ResponseWriter, status int, op operation, code, text string) {
	s.send(w, status, &document{op: op, code: code, text: text})
}

func (s *Service) send(w http.ResponseWriter, status int, d *document) {
	buffer := s.buffers.Get().(*[]byte)
	*buffer = d.append((*buffer)[:0])
	s.write(w, status, jsonType, *buffer)
	s.buffers.Put(buffer)
}

// write sends a complete body with its length. That the client went away is its own affair.
func (s *Service) write(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if h.Get("Date") == "" {
		h.Set("Date", s.httpDate(0))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func (s *Service) httpDate(ahead time.Duration) string {
	return s.now().Add(ahead).UTC().Format(http.TimeFormat)
}

func (s *Service) schemes() (list []string) {
	if s.o.Username != "" || s.o.Password != "" {
		list = append(list, `Basic realm="MYK sandbox", charset="UTF-8"`)
	}
	if s.o.Token != "" {
		list = append(list, `Bearer realm="MYK sandbox"`)
	}
	return list
}

func (s *Service) authorised(r *http.Request) bool {
	basic, bearer := s.o.Username != "" || s.o.Password != "", s.o.Token != ""
	if basic {
		if user, password, ok := r.BasicAuth(); ok && same(user, s.o.Username) && same(password, s.o.Password) {
			return true
		}
	}
	if bearer {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if strings.EqualFold(scheme, "Bearer") && same(token, s.o.Token) { //nolint:forbidigo // RFC 9110 §11.1: schemes are ASCII without case
			return true
		}
	}
	return !basic && !bearer
}

// same compares without telling by its duration how much of a secret was right.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
