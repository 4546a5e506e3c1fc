// Package fault is the one kind of error that reaches a person or a script: a class (the exit code), a stable machine
// code, and a text in two languages with a hint that says what to do next. Everyone may import it.
package fault

import (
	"errors"
	"time"

	"iskurctl/internal/i18n"
)

// Class is the kind of an error; its number is the exit code of the program. Scripts must treat a number they do not
// know as a failure.
type Class int

// The classes, as `iskurctl help exit-codes` prints them.
const (
	OK           Class = 0
	Internal     Class = 1
	Usage        Class = 2
	Negative     Class = 3
	Refused      Class = 4
	Unavailable  Class = 5
	Integrity    Class = 6
	Unverifiable Class = 7
	Partial      Class = 8
	Store        Class = 9
	Protocol     Class = 10
	Input        Class = 11
	Output       Class = 12
	SignalHUP    Class = 129
	SignalINT    Class = 130
	SignalPIPE   Class = 141
	SignalTERM   Class = 143
)

// Error is an error with everything a person and a script need to know about it. Message and Hint never hold
// personal data or secrets; Err is the cause for errors.Is and is never shown as it is.
type Error struct {
	Class   Class
	Code    string // stable, snake_case, never translated
	Message i18n.Text
	Hint    i18n.Text // what to type or to do next; may be empty
	RetryAt time.Time // when a retry makes sense; zero when not known
	Err     error
}

// New makes an error of class c with a stable code and its message.
func New(c Class, code string, message i18n.Text) *Error {
	return &Error{Class: c, Code: code, Message: message}
}

// WithHint adds what the person can do about it.
func (e *Error) WithHint(hint i18n.Text) *Error { e.Hint = hint; return e }

// Because adds the cause.
func (e *Error) Because(err error) *Error { e.Err = err; return e }

// Error gives the code and the English message: for logs of tests and for wrapping, not for people.
func (e *Error) Error() string { return e.Code + ": " + e.Message.EN }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// From finds the Error in err's chain. An error that is none of ours is a bug and becomes class Internal, whose
// message does not repeat the original text, since nobody checked it for personal data.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return New(Internal, "internal", i18n.T("beklenmeyen bir iç hata oluştu", "an unexpected internal error occurred")).
		WithHint(i18n.T("aynı komut yeniden hata verirse komutu ve sürümü (iskurctl version) geliştiriciye iletin",
			"if the same command fails again, report the command and the version (iskurctl version)")).
		Because(err)
}

// ClassOf gives the class of err; nil is OK.
func ClassOf(err error) Class {
	if err == nil {
		return OK
	}
	return From(err).Class
}
