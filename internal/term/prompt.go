package term

import (
	"context"
	"errors"
	"io"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// maxAnswer bounds what one answer may hold, in bytes.
const maxAnswer = 4 << 10

// Prompt writes question to stderr and reads one line from In, without its line end. The answer is echoed by the
// terminal, so it is no way to ask for a secret. Errors: the context's own when it ends first, class Input when the
// line is longer than 4 KiB or cannot be read, class Usage when the input ends without an answer.
//
// Bytes are taken one by one, so nothing beyond the line is lost for a later reader. When the context ends, the read
// that is under way is left behind; the program is about to end then.
func (s *Streams) Prompt(ctx context.Context, question string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if _, err := io.WriteString(s.Err, question+" "); err != nil {
		return "", fault.New(fault.Output, "stderr_write", i18n.Tf("soru yazılamadı: %s", "the question could not be written: %s", fault.Cause(err))).Because(err)
	}
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := readLine(s.In)
		got <- answer{line, err}
	}()
	var a answer
	select {
	case <-ctx.Done():
		a.err = ctx.Err()
	case a = <-got:
	}
	if a.err != nil {
		_, _ = io.WriteString(s.Err, "\n") // what is said of it begins a line of its own
	}
	return a.line, a.err
}

func readLine(r io.Reader) (string, error) {
	var line []byte
	one := make([]byte, 1)
	for {
		n, err := r.Read(one)
		if n == 1 {
			if one[0] == '\n' {
				return strings.TrimSuffix(string(line), "\r"), nil
			}
			if len(line) == maxAnswer {
				return "", fault.New(fault.Input, "prompt_too_long", i18n.T("yanıt 4 KiB'den uzun", "the answer is longer than 4 KiB"))
			}
			line = append(line, one[0])
		}
		switch {
		case errors.Is(err, io.EOF) && len(line) > 0:
			return strings.TrimSuffix(string(line), "\r"), nil
		case errors.Is(err, io.EOF):
			return "", fault.New(fault.Usage, "prompt_no_answer", i18n.T("soruya yanıt verilmedi", "the question was not answered"))
		case err != nil:
			return "", fault.New(fault.Input, "prompt_read", i18n.Tf("yanıt okunamadı: %s", "the answer could not be read: %s", fault.Cause(err))).Because(err)
		}
	}
}
