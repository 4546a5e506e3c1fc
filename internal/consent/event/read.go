package event

import (
	"bufio"
	"bytes"
	"io"
	"iter"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Read gives the events of an input that is NDJSON or CSV: NDJSON when the first character behind a byte order mark and
// blanks is {. An input without anything has no events. Errors are those of ReadNDJSON and ReadCSV, and class Input,
// input_format, for a JSON array.
func Read(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		in := bufio.NewReaderSize(&sticky{r: r}, 64<<10)
		first, err := firstByte(in)
		rows := ReadCSV
		switch {
		case err == io.EOF: //nolint:errorlint // only io.EOF itself is the end
			return
		case err != nil:
			yield(Row{}, faultRead(err))
			return
		case first == '[':
			yield(Row{}, fault.New(fault.Input, "input_format", i18n.T("dosya bir JSON dizisi; CSV ya da NDJSON olmalı", "the file is a JSON array; it must be CSV or NDJSON")).
				WithHint(i18n.T("dizideki her nesneyi ayrı bir satıra yazın: jq -c '.[]' DOSYA", "write each object of the array in a line of its own: jq -c '.[]' FILE")))
			return
		case first == '{':
			rows = ReadNDJSON
		}
		rows(in)(yield)
	}
}

// blankLimit is how many bytes of blanks are looked through for the first character.
const blankLimit = 4 << 10

// marks are the byte order marks.
var marks = [][]byte{[]byte("\xef\xbb\xbf"), []byte("\xff\xfe"), []byte("\xfe\xff")}

// firstByte gives the first byte of the text and consumes nothing. It waits for no more of the input than it needs. A
// zero is passed over: in UTF-16 it is one half of a blank or of the character itself. Of an input that begins with
// blanks over blankLimit it gives a blank. Errors: io.EOF when there is none, and those of the input.
func firstByte(in *bufio.Reader) (byte, error) {
	for n := 1; ; n = in.Buffered() + 1 {
		_, err := in.Peek(n)
		text, _ := in.Peek(in.Buffered())
		partial := false
		for _, mark := range marks {
			partial = partial || len(text) < len(mark) && bytes.HasPrefix(mark, text)
			text = bytes.TrimPrefix(text, mark)
		}
		if text = bytes.TrimLeft(text, "\x00\t\r\n "); len(text) > 0 && (!partial || err != nil) {
			return text[0], nil
		}
		if err != nil {
			return 0, err
		}
		if in.Buffered() >= blankLimit {
			return ' ', nil
		}
	}
}
