package elasticindex

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/elastic/go-elasticsearch/v8"
	"github.com/elastic/go-elasticsearch/v8/esapi"

	"polyglean/indexer"
)

// Index is an indexer.Index in Elasticsearch. It may be used from several
// goroutines.
type Index struct {
	client    *elasticsearch.BaseClient
	transport *http.Transport
	// where names the nodes in messages.
	where string
	// alias names the index of a review, name is the index behind it.
	alias, name string
	// beside says that the index is being filled beside the one that is in use.
	beside  atomic.Bool
	writing patience
	reading patience
	// timeout is how long one answer may take.
	timeout time.Duration
	// bulkBytes is how long the body of a bulk request may be. A server that takes
	// less lowers it.
	bulkBytes atomic.Int64
	closed    atomic.Bool
}

var _ indexer.Index = (*Index)(nil)

// target is what is read and written: the alias, or the index itself while it is being
// filled.
func (x *Index) target() string {
	if x.beside.Load() {
		return x.name
	}
	return x.alias
}

// Open connects to Elasticsearch, creates the index where there is none, and
// checks the one it finds. The error wraps indexer.ErrUnavailable when
// Elasticsearch is not there, and is an *indexer.VersionError when the index was made for
// another version of the mapping.
func Open(ctx context.Context, cfg Config) (*Index, error) {
	return open(ctx, cfg, writing, reading)
}

func open(ctx context.Context, cfg Config, writing, reading patience) (*Index, error) {
	x, err := connect(ctx, cfg, writing, reading)
	if err != nil {
		return nil, err
	}
	if err := x.ensure(ctx, cfg.Replicas); err != nil {
		x.Close()
		return nil, err
	}
	return x, nil
}

// Remove deletes the index and its template, whatever version of the mapping it was
// made for, so that Open creates an empty one. It is not an error when there is none.
func Remove(ctx context.Context, cfg Config) error {
	x, err := connect(ctx, cfg, writing, reading)
	if err != nil {
		return err
	}
	defer x.Close()
	found, err := x.versions(ctx)
	if err != nil {
		return err
	}
	if err := x.remove(ctx, slices.Collect(maps.Keys(found))); err != nil {
		return err
	}
	err = x.call(ctx, x.writing, "delete the template of index "+x.alias, func() esapi.Request {
		return esapi.IndicesDeleteIndexTemplateRequest{Name: baseName(x.alias)}
	}, nil)
	if e, ok := errors.AsType[*refusal](err); ok && e.status == http.StatusNotFound {
		return nil
	}
	return err
}

func (x *Index) remove(ctx context.Context, names []string) error {
	for _, name := range names {
		err := x.call(ctx, x.writing, "delete index "+name, func() esapi.Request {
			return esapi.IndicesDeleteRequest{Index: []string{name}, IgnoreUnavailable: ptr(true)}
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// connect makes sure that Elasticsearch 8 is there.
func connect(ctx context.Context, cfg Config, writing, reading patience) (*Index, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	client, transport, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	x := &Index{
		client: client, transport: transport, where: cfg.where(),
		alias: cfg.Index, name: baseName(cfg.Index),
		writing: writing, reading: reading, timeout: requestTimeout,
	}
	x.bulkBytes.Store(maxBulkBytes)
	if err := x.checkServer(ctx); err != nil {
		x.Close()
		return nil, err
	}
	return x, nil
}

// serverVersion is the major version of Elasticsearch the mapping, the queries and
// the client are made for.
const serverVersion = "8"

func (x *Index) checkServer(ctx context.Context) error {
	var info struct {
		Version struct {
			Number       string `json:"number"`
			Distribution string `json:"distribution"`
		} `json:"version"`
	}
	err := x.call(ctx, x.reading, "ask for its version", func() esapi.Request { return esapi.InfoRequest{} }, &info)
	if err != nil {
		return err
	}
	if major, _, _ := strings.Cut(info.Version.Number, "."); major != serverVersion {
		return fmt.Errorf("elasticsearch at %s: found version %q, want %s: upgrade or downgrade the server, name another address, or use the embedded index",
			x.where, info.Version.Number, serverVersion)
	}
	return nil
}

// Close releases the connections. What Apply has accepted is on disk already.
func (x *Index) Close() error {
	x.closed.Store(true)
	x.transport.CloseIdleConnections()
	return nil
}

func ptr[T any](v T) *T { return &v }
