// Package durability holds the acceptance tests of one promise: no log row, no call. Whatever happens to the processes
// or to the power, every request that the service has seen stands in the query log afterwards (Madde 8(14)). The tests
// run the real program as processes of its own and compare two witnesses, what a synthetic service received and what
// `audit list` shows; they know no table. There is no code here, and nobody imports it.
//
// A killed process proves nothing about the disk, since what it wrote survives in the kernel's memory: that loop would
// pass without a single sync. So the power is cut too (on ext4 in a file), and each of those runs has a control that
// must lose rows, with the same program whose syncs do nothing.
//
// They take about a minute; -short makes them shorter. For a night these variables make them longer:
//
//	ISKURCTL_CALLS=10000     calls whose order is watched (normally 240, once by one and once by four at a time)
//	ISKURCTL_KILLS=10000     processes killed (normally 60)
//	ISKURCTL_CUTS=1000       power cuts (normally 25)
//	ISKURCTL_CONTENTION=60s  how long 16 processes write at once (normally 10s); the longest wait is then judged too
package durability
