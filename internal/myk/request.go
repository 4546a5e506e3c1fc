package myk

import "github.com/go-json-experiment/json/jsontext"

// The operations of the service by the names of Ek-1 and Madde 8(1); wire.operations may rename them on the wire,
// log rows and requests keep these.
const (
	ByNumber   = "TCKimlikNoIleBelgeSorgulama"
	ByRange    = "TarihAraligiIleBelgeSorgulama"
	Parameters = "ParametreGonderimi"
)

// Param is one parameter as it stands on the wire.
type Param struct{ Name, Value string }

// Request is one call. It is made by the Client's own functions, since the names of the parameters are configuration.
type Request struct {
	Method   string  // one of the operations above
	Params   []Param // what stands on the wire, in its order
	KimlikNo string  // the number asked for; "" for the other operations
	From, To Date    // both ends included; zero for the other operations
	Cursor   string  // SAYFA; "" for the first page
}

// NumberRequest asks for the certificates of one person. kimlikNo is a checked number.
func (c *Client) NumberRequest(kimlikNo string) Request {
	return Request{Method: ByNumber, KimlikNo: kimlikNo,
		Params: []Param{{c.wire.params[paramKimlikNo], kimlikNo}}}
}

// RangeRequest asks for one page of the certificates issued from `from` to `to`, both included; cursor is the Next of
// the page before, "" for the first.
func (c *Client) RangeRequest(from, to Date, cursor string) Request {
	return Request{Method: ByRange, From: from, To: to, Cursor: cursor, Params: []Param{
		{c.wire.params[paramFrom], from.Wire()},
		{c.wire.params[paramTo], to.Wire()},
		{c.wire.params[paramCursor], cursor},
	}}
}

// QualificationsRequest asks for the list of qualifications.
func (c *Client) QualificationsRequest() Request { return Request{Method: Parameters} }

// appendBody writes the parameters as one JSON object.
func appendBody(b []byte, params []Param) ([]byte, error) {
	b = append(b, '{')
	for i, p := range params {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = jsontext.AppendQuote(b, p.Name); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = jsontext.AppendQuote(b, p.Value); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}
