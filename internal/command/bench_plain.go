package command

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/nats-io/nats.go/jetstream"

	"polyglean/internal/bench"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// The straightforward way's side of each benchmark. It gets the same records from
// the same pages, and syncs to disk where ours does.

func matchPlain(ctx context.Context, w workload) (m measurement, err error) {
	lexicon := protocol.Default().Lexicon
	terms, err := bench.Terms(lexicon, len(lexicon.Patterns()))
	if err != nil {
		return m, err
	}
	alternatives := make([]string, len(terms))
	for i, term := range terms {
		alternatives[i] = term.String()
	}
	all, err := regexp.Compile(strings.Join(alternatives, "|"))
	if err != nil {
		return m, err
	}
	hits := 0
	m, err = w.clock(ctx, func(page []record.Candidate) error {
		for i := range page {
			hits += len(all.FindAllStringIndex(bench.Text(&page[i]), -1))
		}
		return nil
	})
	if err == nil && hits == 0 {
		err = errNothing
	}
	return m, err
}

func publishPlain(ctx context.Context, w workload) (m measurement, err error) {
	bus, err := stream.Open(ctx, stream.Config{Dir: w.dir})
	if err != nil {
		return m, err
	}
	defer bus.Close()
	js, err := jetstream.New(bus.Conn())
	if err != nil {
		return m, err
	}
	return w.clock(ctx, func(page []record.Candidate) error {
		for i := range page {
			if err := bench.Publish(ctx, js, "candidate.plain", &page[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func indexPlain(ctx context.Context, w workload) (m measurement, err error) {
	dir := filepath.Join(w.dir, "index")
	index, err := bench.NewIndex(dir)
	if err != nil {
		return m, err
	}
	defer func() {
		if index != nil {
			_ = index.Close()
		}
	}()
	var took time.Duration
	for page, err := range w.classified(ctx) {
		if err != nil {
			return m, err
		}
		start := time.Now()
		batch := index.NewBatch()
		for i := range page {
			var found []string
			for _, hit := range page[i].Concepts {
				found = append(found, hit.Concept)
			}
			c := &page[i].Candidate
			if err := batch.Index(c.ID, bench.Document(c, page[i].Language.Languages, found)); err != nil {
				return m, err
			}
		}
		if err := index.Batch(batch); err != nil {
			return m, err
		}
		took += time.Since(start)
		m.Records += len(page)
	}
	m.Seconds = took.Seconds()
	err = index.Close()
	index = nil
	if err != nil {
		return m, err
	}
	again, err := bleve.Open(dir)
	if err != nil {
		return m, err
	}
	m.DiskBytes, err = bench.SettledSize(ctx, dir)
	return m, errors.Join(err, again.Close())
}

// wholePlain joins the parts: one goroutine each to fetch and publish, to judge and
// publish again, and to index. Records go from one to the next in memory, which
// spares this way the reading back that a pipeline over a stream has.
func wholePlain(ctx context.Context, w workload) (m measurement, err error) {
	detector := bench.Languages()
	terms, err := bench.Terms(protocol.Default().Lexicon, plainTerms)
	if err != nil {
		return m, err
	}
	bus, err := stream.Open(ctx, stream.Config{Dir: w.dir})
	if err != nil {
		return m, err
	}
	defer bus.Close()
	js, err := jetstream.New(bus.Conn())
	if err != nil {
		return m, err
	}
	index, err := bench.NewIndex(filepath.Join(w.dir, "index"))
	if err != nil {
		return m, err
	}
	defer func() { _ = index.Close() }()

	type document struct {
		id     string
		fields map[string]any
	}
	fetched, judged := make(chan record.Candidate), make(chan document)
	start := time.Now()
	fetch := func(ctx context.Context) error {
		defer close(fetched)
		for page, err := range w.pages(ctx) {
			if err != nil {
				return err
			}
			for _, c := range page {
				if time.Since(start) > benchBudget {
					return nil
				}
				if err := bench.Publish(ctx, js, "candidate.plain", &c); err != nil {
					return err
				}
				if err := handOn(ctx, fetched, c); err != nil {
					return err
				}
			}
		}
		return nil
	}
	judge := func(ctx context.Context) error {
		defer close(judged)
		for c := range fetched {
			language := "unknown"
			if l, ok := detector.DetectLanguageOf(bench.TitleAndAbstract(&c)); ok {
				language = l.IsoCode639_1().String()
			}
			d := document{c.ID, bench.Document(&c, []string{language}, bench.Find(terms, bench.Text(&c)))}
			if err := bench.Publish(ctx, js, "classified.plain", d.fields); err != nil {
				return err
			}
			if err := handOn(ctx, judged, d); err != nil {
				return err
			}
		}
		return nil
	}
	store := func(context.Context) error {
		for d := range judged {
			if err := index.Index(d.id, d.fields); err != nil {
				return err
			}
			m.Records++
		}
		return nil
	}
	err = runAll(ctx, fetch, judge, store)
	m.Seconds = time.Since(start).Seconds()
	return m, err
}

// handOn sends v on unless ctx ends first, whose error it then returns.
func handOn[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
