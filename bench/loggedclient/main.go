// Command loggedclient is bareclient with the query log: it asks the certificates of every number of a file, each query
// durable before its call and its outcome after it, by the same log and in the same group commits as the program's. It
// checks no reply and prints nothing. So it is the bound for the lookup batch: whatever the program does beside calling
// and logging, it cannot be faster than this.
//
//	loggedclient URL FILE CONCURRENCY DIR
//
// DIR must not exist; the store and its keys are made there.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "loggedclient:", err)
		os.Exit(1)
	}
}

// caller asks and logs. slots bounds the calls under way, as the program's batch does: a slot is held from the row in the
// log to the end of the reply, and outcomes are written by others than those who call.
type caller struct {
	client *http.Client
	url    string
	log    *audit.Log
	slots  chan struct{}
}

func run(ctx context.Context, args []string) (err error) {
	debug.SetGCPercent(400) // as the program
	if len(args) != 4 {
		return errors.New("usage: loggedclient URL FILE CONCURRENCY DIR")
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
	log, closeAll, err := open(ctx, args[3])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()

	c := &caller{url: args[0] + "/TCKimlikNoIleBelgeSorgulama", log: log, slots: make(chan struct{}, concurrency)}
	c.client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		MaxIdleConns: concurrency, MaxIdleConnsPerHost: concurrency, MaxConnsPerHost: concurrency, DisableCompression: true,
	}}
	numbers := make(chan string)
	var (
		workers sync.WaitGroup
		once    sync.Once
		failure error
	)
	for range 2 * concurrency {
		workers.Go(func() {
			for n := range numbers {
				if err := c.ask(ctx, n); err != nil {
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
	return errors.Join(failure, lines.Err())
}

// ask makes one logged call.
func (c *caller) ask(ctx context.Context, number string) error {
	c.slots <- struct{}{}
	seq, err := c.log.Begin(ctx, audit.Query{User: "user01", Host: "pc-1", Method: audit.ByNumber,
		Params: []audit.Param{{Name: "KIMLIK_NO", Value: number}}, Attempt: 1, KimlikNo: number})
	begin, records := time.Now(), 0
	if err == nil {
		records, err = c.call(ctx, number)
	}
	<-c.slots
	if err != nil {
		return err
	}
	outcome := audit.Outcome{Code: audit.None, Duration: time.Since(begin)}
	if records > 0 {
		outcome.Code, outcome.Records = audit.OK, records
	}
	return c.log.End(ctx, seq, outcome)
}

// call gives how many certificates the reply seems to hold; nobody parses it.
func (c *caller) call(ctx context.Context, number string) (records int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, strings.NewReader(`{"KIMLIK_NO":"`+number+`"}`))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := c.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("status %d", resp.StatusCode)
	}
	return bytes.Count(body, []byte(`"BELGENO"`)), nil
}

// open makes a store, its key store and the log over them.
func open(ctx context.Context, dir string) (log *audit.Log, closeAll func() error, err error) {
	text, err := seal.GenerateMaster(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	master, err := seal.ParseMaster(text)
	if err != nil {
		return nil, nil, err
	}
	keys, err := seal.Derive(master)
	if err != nil {
		return nil, nil, err
	}
	st, err := store.Create(ctx, store.Options{Path: filepath.Join(dir, "store.db"), Migrations: audit.Migrations})
	if err != nil {
		return nil, nil, err
	}
	keyStore, err := store.Create(ctx, store.Options{Path: filepath.Join(dir, "keys", "store.db"), Migrations: ring.Migrations})
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	closeAll = func() error { return errors.Join(keyStore.Close(), st.Close()) }
	r := ring.Open(keyStore, keys, rand.Reader)
	log = audit.New(audit.Config{Store: st, Keys: keys, Ring: func() (ledger.Keys, error) { return r, nil },
		Installation: "bench.example", Now: time.Now, Rand: rand.Reader})
	if err := log.BindKey(ctx); err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	return log, closeAll, nil
}
