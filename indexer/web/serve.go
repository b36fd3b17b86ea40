package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// CheckAddr says whether the site may listen on addr. Everybody who reaches the
// site may read it, so that only loopback addresses will do.
func CheckAddr(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %q: want HOST:PORT, such as 127.0.0.1:8080", addr)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("address %q: the port %q is not a number from 0 to 65535", addr, port)
	}
	if !loopbackName(host) {
		return fmt.Errorf("address %q can be reached from other machines, and the site has no accounts to keep "+
			"strangers out: use --addr 127.0.0.1:%s, and an SSH tunnel to read it from elsewhere (ssh -L %s:127.0.0.1:%s HOST)",
			addr, port, port, port)
	}
	return nil
}

// Listen opens addr after CheckAddr.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	if err := CheckAddr(addr); err != nil {
		return nil, err
	}
	var config net.ListenConfig
	ln, err := config.Listen(ctx, "tcp", addr)
	host, port, _ := net.SplitHostPort(addr)
	switch {
	case err == nil:
		return ln, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %s is in use by another program: stop it, or choose another port with --addr %s:0 "+
			"(0 takes any free one): %w", port, host, err)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("port %s is reserved for administrators: choose one above 1023 with --addr: %w", port, err)
	default:
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
}

// Limits of the server: a slow or silent client may not hold a connection, nor a
// large header the memory.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	shutdownTimeout   = requestTimeout + time.Second
	maxHeaderBytes    = 64 << 10
)

// Serve answers on ln until ctx ends, then lets requests under way finish and
// returns nil. It closes ln.
func Serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()

	select {
	case err := <-failed:
		return fmt.Errorf("web server: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := srv.Shutdown(stop)
	if err != nil {
		_ = srv.Close()
		err = fmt.Errorf("web server: requests still under way were cut off: %w", err)
	}
	<-failed
	return err
}
