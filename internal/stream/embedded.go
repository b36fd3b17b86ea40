package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"polyglean/internal/record"
)

// maxPayload is the largest message the embedded server takes, in bytes. An
// envelope aims at EnvelopeBytes; only a single large record comes near this.
const maxPayload = 8 << 20

// embedded is a NATS server inside this process. Other processes of the same
// user reach it through a socket in the data directory, never through a port.
type embedded struct {
	server *server.Server
	lock   *flock.Flock
	socket net.Listener
	path   string // of the socket
	stop   func()
}

func (b *Bus) openDir(ctx context.Context, c Config) error {
	if c.Dir == "" {
		return errors.New("no data directory: set data_dir in the configuration or --data")
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	lock := flock.New(filepath.Join(c.Dir, "lock"))
	// A process that is passing through, or just ending, holds the lock for a moment.
	const tries = 150
	for try := 1; ; try++ {
		held, err := lock.TryLock()
		if err != nil {
			return fmt.Errorf("data directory %s: lock: %w", c.Dir, err)
		}
		if held {
			break
		}
		err = errors.New("a short command")
		if ownerStays(c.Dir) {
			var nc *nats.Conn
			if nc, err = attach(c.Dir); err == nil {
				b.nc, b.attached = nc, true
				return nil
			}
		}
		if try == tries {
			return fmt.Errorf("data directory %s is in use by another process, which cannot be joined (%w): wait for it, stop it, or choose another directory with --data", c.Dir, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	if err := setOwner(c.Dir, c.Stays); err != nil {
		return errors.Join(err, lock.Unlock())
	}
	e, err := startEmbedded(ctx, c.Dir, lock)
	if err != nil {
		return errors.Join(err, lock.Unlock())
	}
	// The library's own 2 s end a start on a machine that is short of breath.
	nc, err := nats.Connect("", append(connectOptions(), nats.InProcessServer(e.server), nats.Timeout(patience))...)
	if err != nil {
		e.stop()
		return fmt.Errorf("embedded NATS: %w", err)
	}
	b.nc, b.embedded = nc, e
	return nil
}

// The file "owner" says whether the process that holds the lock stays.
const stays = "stays"

func ownerPath(dir string) string { return filepath.Join(dir, "owner") }

func ownerStays(dir string) bool {
	raw, err := os.ReadFile(ownerPath(dir))
	return err == nil && string(raw) == stays
}

func setOwner(dir string, staying bool) error {
	text := "passes"
	if staying {
		text = stays
	}
	if err := os.WriteFile(ownerPath(dir), []byte(text), 0o600); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}

func startEmbedded(ctx context.Context, dir string, lock *flock.Flock) (*embedded, error) {
	store := filepath.Join(dir, "stream")
	if err := mendStore(store); err != nil {
		return nil, err
	}
	s, err := server.NewServer(&server.Options{
		ServerName: "polyglean",
		DontListen: true,
		JetStream:  true,
		StoreDir:   store,
		// The default acknowledges up to two minutes before it syncs.
		SyncAlways: true,
		MaxPayload: maxPayload,
		// The server's own ceiling would be three quarters of the free disk at start;
		// each stream has a limit of its own instead.
		JetStreamMaxStore: 1 << 50,
		NoSigs:            true,
		NoLog:             true,
	})
	if err != nil {
		return nil, fmt.Errorf("embedded NATS in %s: %w", dir, err)
	}
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		s.Shutdown()
		return nil, fmt.Errorf("embedded NATS in %s did not start within 30 s: is the disk full or read-only?", dir)
	}
	if !s.JetStreamEnabled() {
		s.Shutdown()
		return nil, fmt.Errorf("embedded NATS in %s could not open its store: is the disk full or read-only?", dir)
	}
	e := &embedded{server: s, lock: lock}
	if err := e.listen(ctx, dir); err != nil {
		s.Shutdown()
		return nil, err
	}
	e.stop = sync.OnceFunc(func() {
		_ = e.socket.Close()
		_ = os.Remove(e.path)
		down := make(chan struct{})
		go func() {
			s.Shutdown()
			s.WaitForShutdown()
			_ = lock.Unlock()
			close(down)
		}()
		select {
		case <-down:
		case <-time.After(patience): // see Bus.Close
		}
	})
	return e, nil
}

func (e *embedded) healthy() error {
	if h := e.server.Healthz(&server.HealthzOptions{}); h.Error != "" {
		return fmt.Errorf("embedded NATS: %s", h.Error)
	}
	return nil
}

// listen opens the socket: the owner's alone by its mode and its directory's.
func (e *embedded) listen(ctx context.Context, dir string) error {
	e.path = socketPath(dir)
	_ = os.Remove(e.path) // left behind by a killed process; the lock says that it is gone
	l, err := new(net.ListenConfig).Listen(ctx, "unix", e.path)
	if err != nil {
		return fmt.Errorf("socket for other polyglean commands: %w", err)
	}
	if err := os.Chmod(e.path, 0o600); err != nil {
		_ = l.Close()
		return fmt.Errorf("socket for other polyglean commands: %w", err)
	}
	e.socket = l
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go e.relay(conn)
		}
	}()
	return nil
}

// relay joins a socket connection to the in-process server.
func (e *embedded) relay(conn net.Conn) {
	defer conn.Close()
	inner, err := e.server.InProcessConn()
	if err != nil {
		return
	}
	defer inner.Close()
	done := make(chan struct{}, 2)
	pipe := func(dst, src net.Conn) {
		_, _ = io.Copy(dst, src)
		done <- struct{}{}
	}
	go pipe(inner, conn)
	go pipe(conn, inner)
	<-done
}

// socketPath is in the data directory, or in the temporary directory when that
// would be longer than the 104 bytes a socket's path may have.
func socketPath(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		abs = dir
	}
	if path := filepath.Join(abs, "socket"); len(path) < 100 {
		return path
	}
	return filepath.Join(os.TempDir(), "polyglean-"+record.StudyID(abs)+".socket")
}

type socketDialer string

func (d socketDialer) Dial(_, _ string) (net.Conn, error) {
	// The interface has no context; the timeout bounds the wait.
	dialer := net.Dialer{Timeout: 2 * time.Second}
	return dialer.DialContext(context.Background(), "unix", string(d))
}

// SkipTLSHandshake implements nats.SkipTLSDialer.
func (socketDialer) SkipTLSHandshake() bool { return true }

func attach(dir string) (*nats.Conn, error) {
	return nats.Connect("nats://polyglean", append(connectOptions(), nats.SetCustomDialer(socketDialer(socketPath(dir))))...)
}

// redactURL hides user and password in a list of server URLs.
func redactURL(list string) string {
	parts := strings.Split(list, ",")
	for i, p := range parts {
		if u, err := url.Parse(strings.TrimSpace(p)); err == nil {
			parts[i] = u.Redacted()
		}
	}
	return strings.Join(parts, ",")
}
