package reconcile

// offsets finds the median of the differences between the clocks, exactly and in bounded memory: each lies within an
// hour, so they are counted by the millisecond, a page of seconds at a time. At worst that is 29 MB.
type offsets struct {
	n     int64
	pages [2*uniqueReach/pageMS + 1]*[pageMS]uint32
}

const pageMS = 2000

func (o *offsets) add(ms int64) {
	i := ms + uniqueReach
	page := &o.pages[i/pageMS]
	if *page == nil {
		*page = new([pageMS]uint32)
	}
	(*page)[i%pageMS]++
	o.n++
}

// median gives the middle one, the lower of two; nil when there is none.
func (o *offsets) median() *int64 {
	before := int64(0)
	for p, page := range o.pages {
		if page == nil {
			continue
		}
		for i, n := range page {
			if before += int64(n); before > (o.n-1)/2 {
				ms := int64(p*pageMS+i) - uniqueReach
				return &ms
			}
		}
	}
	return nil
}
