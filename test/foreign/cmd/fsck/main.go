// Command fsck has Tessera check an export: `go run ./cmd/fsck EXPORT/data`. It prints size and root, and ends with 1 when
// anything is not in order. Unlike the fsck command of Tessera v1.0.4 it says so by its exit code.
package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"iskurctl/test/foreign"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: fsck EXPORT/data")
		os.Exit(2)
	}
	dir := os.Args[1]
	vkey, err := os.ReadFile(filepath.Join(dir, "vkey"))
	if err == nil {
		c, ferr := foreign.Fsck(context.Background(), dir, strings.TrimSpace(string(vkey)), 5*time.Minute)
		if err = ferr; err == nil {
			fmt.Println(c.Size, base64.StdEncoding.EncodeToString(c.Hash))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fsck:", err)
		os.Exit(1)
	}
}
