package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestCheckAddr(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:8080", "localhost:0", "[::1]:8080", "127.0.0.2:1"} {
		if err := CheckAddr(addr); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
	}
	for addr, want := range map[string]string{
		":8080":            "no accounts",
		"0.0.0.0:8080":     "--addr 127.0.0.1:8080",
		"192.168.0.4:8080": "no accounts",
		"[::]:8080":        "no accounts",
		"example.org:8080": "no accounts",
		"8080":             "HOST:PORT",
		"localhost":        "HOST:PORT",
		"localhost:http":   "not a number",
		"localhost:70000":  "0 to 65535",
		"localhost:-1":     "not a number",
		"":                 "HOST:PORT",
	} {
		if err := CheckAddr(addr); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), addr) {
			t.Errorf("%q: %v, want %q", addr, err, want)
		}
	}
}

func TestListenOnATakenPort(t *testing.T) {
	first, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	port := fmt.Sprint(first.Addr().(*net.TCPAddr).Port)
	_, err = Listen(t.Context(), "127.0.0.1:"+port)
	if err == nil || !strings.Contains(err.Error(), "port "+port+" is in use") || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("second listener: %v", err)
	}
	if _, err := Listen(t.Context(), "0.0.0.0:0"); err == nil {
		t.Error("listened on every address")
	}
}

// A request under way is finished when the server is told to stop, and the address
// is free afterwards.
func TestServeFinishesWhatItBegan(t *testing.T) {
	ln, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	entered, release := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		fmt.Fprint(w, "done")
	})
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, ln, h) }()

	type answer struct {
		body string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		res, err := http.Get("http://" + ln.Addr().String())
		if err != nil {
			answers <- answer{err: err}
			return
		}
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		answers <- answer{string(raw), err}
	}()
	<-entered
	stop()
	close(release)
	if a := <-answers; a.err != nil || a.body != "done" {
		t.Errorf("the request under way got %q, %v", a.body, a.err)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	// The port itself may be another's by now.
	_ = ln.(*net.TCPListener).SetDeadline(time.Now())
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the address still answers: %v", err)
	}
}

// The whole way through a real server: the port of the listener is the one the Host
// header must carry.
func TestServeChecksTheHostAgainstItsPort(t *testing.T) {
	ln, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	h := newSite(t, shelf())
	go func() { served <- Serve(ctx, ln, h) }()
	for host, want := range map[string]int{
		ln.Addr().String(): http.StatusOK, "localhost:1": http.StatusForbidden, "rebound.example": http.StatusForbidden,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ln.Addr().String()+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("host %s: %d, want %d", host, res.StatusCode, want)
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
