// Command bareclient asks the certificates of every number of a file and does nothing else: no log, no checks, no
// output. It is the yardstick for the lookup batch: what Go's own HTTP client reaches against the same server with the
// same bodies and the same concurrency.
//
//	bareclient URL FILE CONCURRENCY
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("usage: bareclient URL FILE CONCURRENCY")
	}
	concurrency, err := strconv.Atoi(args[2])
	if err != nil || concurrency < 1 {
		return fmt.Errorf("bad concurrency %q", args[2])
	}
	file, err := os.Open(args[1])
	if err != nil {
		return err
	}
	defer file.Close()

	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		MaxIdleConns: concurrency, MaxIdleConnsPerHost: concurrency, MaxConnsPerHost: concurrency, DisableCompression: true,
	}}
	url := args[0] + "/TCKimlikNoIleBelgeSorgulama"
	numbers := make(chan string)
	var (
		workers sync.WaitGroup
		once    sync.Once
		failure error
	)
	for range concurrency {
		workers.Go(func() {
			for n := range numbers {
				if err := ask(client, url, n); err != nil {
					once.Do(func() { failure = err })
				}
			}
		})
	}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		numbers <- lines.Text()
	}
	close(numbers)
	workers.Wait()
	if failure != nil {
		return failure
	}
	return lines.Err()
}

func ask(client *http.Client, url, number string) error {
	resp, err := client.Post(url, "application/json; charset=utf-8", strings.NewReader(`{"KIMLIK_NO":"`+number+`"}`))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
