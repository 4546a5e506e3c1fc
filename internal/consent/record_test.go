package consent

import (
	"context"
	"testing"

	"iskurctl/internal/consent/event"
)

func TestWhatIsRecordedIsReadAgainAsItWas(t *testing.T) {
	b := newBed(t).texts(t)
	var want []event.Event
	for _, e := range acts(0) {
		r := got(b.Record(context.Background(), e))(t)
		e.ID, e.Received, e.Language = r.ID, e.Time, "tr"
		want = append(want, e)
	}
	all := collect(t, b.List(context.Background(), Filter{}))
	if len(all) != 3 {
		t.Fatalf("%d entries", len(all))
	}
	for i, e := range all {
		if string(event.AppendNDJSON(nil, &e.Event)) != string(event.AppendNDJSON(nil, &want[i])) || e.Seq != int64(4+i) || len(e.Erased) > 0 {
			t.Errorf("entry %d: got\n%s want\n%s", e.Seq, event.AppendNDJSON(nil, &e.Event), event.AppendNDJSON(nil, &want[i]))
		}
	}
	if all[2].Notice != all[1].Seq || all[2].Prev != -1 {
		t.Errorf("the consent rests on %d, ends %d", all[2].Notice, all[2].Prev)
	}
}
