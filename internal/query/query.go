// Package query is the use case "ask MYK": authorise, write the log row durably, call, check the reply, log the
// outcome (Madde 8(14) of the protocol). It is the only way to internal/myk: no other package may hold a client, and
// the client refuses a request whose context carries no durable log row.
package query

import (
	"context"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/myk"
)

// Config is what a Service stands on. Time, chance and identity come in from outside, so that tests fix them.
type Config struct {
	Client  *myk.Client
	Log     *audit.Log
	Journal *Journal // swept at the start; may be nil
	User    string   // operating-system login name
	Host    string
	Purpose string
	// RequirePurpose refuses a query without a purpose before anything is written.
	RequirePurpose bool
	// Authorise says whether the user may call the method; its error is class Refused. nil allows everybody.
	Authorise   func(ctx context.Context, m audit.Method) error
	Concurrency int     // calls under way at once
	Rate        float64 // calls a second; 0 = not limited
	Now         func() time.Time
	Jitter      func(limit time.Duration) time.Duration // random in [0, limit]
	Sleep       func(ctx context.Context, d time.Duration) error
}

// Service asks MYK. It is safe for concurrent use.
type Service struct {
	cfg     Config
	limiter *rate.Limiter
	budget  budget
}

// Answer is what the service said about one number.
type Answer struct {
	KimlikNo     string
	Certificates []myk.Certificate
	FetchedAt    time.Time
	Notes        Notes
}

// Notes are harmless oddities of replies that a person should hear of once.
type Notes struct {
	UnknownFields    []string
	ReplacementChars bool
}

// New makes a Service for one run of a command.
func New(cfg Config) *Service {
	limit := rate.Inf
	if cfg.Rate > 0 {
		limit = rate.Limit(cfg.Rate)
	}
	return &Service{cfg: cfg, limiter: rate.NewLimiter(limit, 1)}
}

// Start checks that a purpose is given where one is required, closes the queries that a killed process left open (their
// outcome is unknown for ever), and removes jobs that nobody resumed in time. It must have succeeded before the first query of a command.
func (s *Service) Start(ctx context.Context) error {
	if s.cfg.RequirePurpose && strings.TrimSpace(s.cfg.Purpose) == "" {
		return fault.New(fault.Refused, "purpose_required",
			i18n.T("bu profilde her sorgunun amacı yazılmalıdır", "this profile wants a purpose for every query")).
			WithHint(i18n.T("ekleyin: --purpose \"…\" (dosya ya da başvuru numarası, kişisel veri yazmayın)", "add: --purpose \"…\" (a file or application number; no personal data)"))
	}
	if err := s.cfg.Log.BindKey(ctx); err != nil {
		return err
	}
	if _, err := s.cfg.Log.CloseAbandoned(ctx); err != nil {
		return err
	}
	if s.cfg.Journal == nil {
		return nil
	}
	return s.cfg.Journal.Sweep(ctx)
}

// Number asks which certificates a person holds. kimlikNo must have passed its check. An empty list is an explicit
// negative of the service. Fails with the class of the failure; nothing was sent when the class is Store.
func (s *Service) Number(ctx context.Context, kimlikNo string) (Answer, error) {
	return s.number(ctx, question{}, kimlikNo)
}

func (s *Service) number(ctx context.Context, q question, kimlikNo string) (Answer, error) {
	q.request, q.method = s.cfg.Client.NumberRequest(kimlikNo), audit.ByNumber
	reply, err := s.call(ctx, q)
	if err != nil {
		return Answer{KimlikNo: kimlikNo}, err
	}
	for i := range reply.Certificates { // Ek-1's answer holds no number: the question's is attached
		reply.Certificates[i].KimlikNo = kimlikNo
	}
	return Answer{KimlikNo: kimlikNo, Certificates: reply.Certificates, FetchedAt: s.cfg.Now(), Notes: notes(reply)}, nil
}

// Qualifications asks for the catalogue ("Parametre Gönderimi"), which carries no personal data.
func (s *Service) Qualifications(ctx context.Context) ([]myk.Qualification, Notes, error) {
	reply, err := s.call(ctx, question{request: s.cfg.Client.QualificationsRequest(), method: audit.Parameters})
	if err != nil {
		return nil, Notes{}, err
	}
	return reply.Qualifications, notes(reply), nil
}

func notes(r *myk.Reply) Notes {
	return Notes{UnknownFields: r.UnknownFields, ReplacementChars: r.ReplacementChars}
}
