package seal

// Values under the master key, or the data key, 00 01 … 1f.
const (
	goldenTag      = "e9e8204c8a5b8adca58003eef7ad9756cdcf797280f90f698ce04bc9e6133d8e"
	goldenEnvelope = "018fee0fb2a079d668000000000000000000000000e70926e50d84a089c6b19d44cf2afccdfda4c69430"

	// Data key 258, log "audit", entry 772; made by another implementation of AES-GCM.
	goldenDisclosure = "6e6f6e63652d6e6f6e63652dc332b9ef2a515c7404b0e351889e2042354a36de0a"
)
