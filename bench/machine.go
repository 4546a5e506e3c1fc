package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// machine prints what the figures were measured on, with the rate of durable writes, on which a logged query depends.
func machine(dir string) {
	fmt.Printf("machine: %s, %d cores, %s of memory, Linux %s, %s/%s, %s\n", field("/proc/cpuinfo", "model name"), runtime.NumCPU(),
		field("/proc/meminfo", "MemTotal"), text("/proc/sys/kernel/osrelease"), runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Printf("4 KiB write + fsync in the folder of the stores: %.0f a second; load before: %s\n", syncRate(dir), text("/proc/loadavg"))
}

func field(file, name string) string {
	for line := range strings.SplitSeq(text(file), "\n") {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "?"
}

func text(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return "?"
	}
	return strings.TrimSpace(string(b))
}

func syncRate(dir string) float64 {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0
	}
	defer f.Close()
	const times = 500
	block := make([]byte, 4096)
	begin := time.Now()
	for range times {
		if _, err := f.Write(block); err != nil {
			return 0
		}
		if err := f.Sync(); err != nil {
			return 0
		}
	}
	return times / time.Since(begin).Seconds()
}
