package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strings"
	"time"

	"polyglean/classifier"
	"polyglean/harvester"
	"polyglean/harvester/source"
	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/internal/bench"
	"polyglean/internal/demo"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
	"polyglean/internal/stream"
)

// workload is what one side of a benchmark is given.
type workload struct {
	// url serves generated records as OpenAlex would.
	url string
	// records is how many of them to take.
	records int
	// dir is an empty folder that is removed afterwards.
	dir string
}

// pipeline is the default pipeline, asked for the generated records once.
func (w workload) pipeline() *pipeline {
	c := builtinConfig()
	c.DataDir, c.NATS.Dir = w.dir, w.dir
	c.Fetch = source.FetchConfig{AllowPrivate: true}
	c.Sources = map[string]*SourceConfig{
		demo.OpenAlex: {Config: source.Config{BaseURL: w.url, RequestsPerSecond: 10_000, BudgetPerDay: 1_000_000}},
	}
	p := *protocol.Default()
	p.Searches = p.Searches[:1]
	p.Sources = []protocol.SourceUse{{Name: demo.OpenAlex}}
	return &pipeline{config: c, protocol: &p, log: slog.New(slog.DiscardHandler)}
}

// pages fetches the records page by page and completes them, as a harvest does.
func (w workload) pages(ctx context.Context) iter.Seq2[[]record.Candidate, error] {
	return func(yield func([]record.Candidate, error) bool) {
		p := w.pipeline()
		sources, err := p.sources(nil)
		if err != nil {
			yield(nil, err)
			return
		}
		queries, err := sources[0].Queries(p.protocol, time.Time{})
		if err != nil {
			yield(nil, err)
			return
		}
		cursor := ""
		for left := w.records; left > 0; {
			page, err := sources[0].Page(ctx, queries[0], cursor)
			if err == nil && len(page.Records) == 0 {
				err = fmt.Errorf("%d of %d records did not come", left, w.records)
			}
			records := page.Records[:min(left, len(page.Records))]
			for i := range records {
				c := &records[i]
				c.Schema, c.Source, c.Route, c.Query = record.Schema, sources[0].Name(), queries[0].Route, queries[0].Name
				c.ID = record.MakeID(c.Source, c.SourceID)
			}
			if !yield(records, err) || err != nil {
				return
			}
			left -= len(records)
			if cursor = page.Next; cursor == "" && left > 0 {
				yield(nil, fmt.Errorf("%d of %d records did not come", left, w.records))
				return
			}
		}
	}
}

// clock times do on every page, the fetching left out, until the budget is spent.
// The first page is done once before the clock starts, so that what is loaded when
// first needed is there.
func (w workload) clock(ctx context.Context, do func([]record.Candidate) error) (measurement, error) {
	var m measurement
	var took time.Duration
	for page, err := range w.pages(ctx) {
		if err == nil && m.Records == 0 {
			err = do(page)
		}
		if err != nil {
			return m, err
		}
		start := time.Now()
		if err := do(page); err != nil {
			return m, err
		}
		took += time.Since(start)
		m.Records += len(page)
		if took > benchBudget {
			break
		}
	}
	m.Seconds = took.Seconds()
	return m, nil
}

// errNothing ends a measurement that measured nothing.
var errNothing = errors.New("nothing was found in any record")

func matchOurs(ctx context.Context, w workload) (measurement, error) {
	p := protocol.Default()
	nodes := []strategy.Node{p.Strategy.Node}
	for _, b := range p.Strategy.Blocks {
		nodes = append(nodes, b.Node)
	}
	matchers := strategy.CompileAll(p.Strategy.Mode, p.Strategy.Lang, nodes...)
	doc, langs := strategy.NewDoc(), p.Lexicon.Languages()
	hits := 0
	m, err := w.clock(ctx, func(page []record.Candidate) error {
		for i := range page {
			r := &page[i]
			doc.Reset()
			for _, part := range []struct {
				field strategy.Field
				texts []record.Text
			}{{strategy.Title, r.Titles}, {strategy.Abstract, r.Abstracts}, {strategy.Keyword, r.Keywords}} {
				for j, t := range part.texts {
					lang := t.Lang
					if len(r.Languages) > 0 {
						lang = r.Languages[0]
					}
					doc.Add(part.field, j, t.Text, lang)
					hits += len(p.Lexicon.Match(t.Text, langs...))
				}
			}
			for _, matcher := range matchers {
				_, spans := matcher.Match(doc)
				hits += len(spans)
			}
		}
		return nil
	})
	if err == nil && hits == 0 {
		err = errNothing
	}
	return m, err
}

func publishOurs(ctx context.Context, w workload) (m measurement, err error) {
	bus, err := stream.Open(ctx, stream.Config{Dir: w.dir})
	if err != nil {
		return m, err
	}
	defer bus.Close()
	o := stream.Origin{Run: "bench", Source: demo.OpenAlex, Query: "bench"}
	return w.clock(ctx, func(page []record.Candidate) error {
		items := make([]stream.Item, len(page))
		for i := range page {
			var err error
			if items[i], err = bus.Encode(&page[i]); err != nil {
				return err
			}
		}
		return bus.PublishCandidates(ctx, o, items, func(int, uint64) {})
	})
}

// indexOurs times the indexer on a log that is full when it starts.
func indexOurs(ctx context.Context, w workload) (m measurement, err error) {
	p := w.pipeline()
	defer p.Close()
	if err := p.openAll(ctx); err != nil {
		return m, err
	}
	seq := uint64(0)
	for page, err := range w.classified(ctx) {
		if err != nil {
			return m, err
		}
		seq++
		o := stream.Origin{Run: "bench", Source: demo.OpenAlex, Query: "bench"}
		if err := p.bus.PublishClassified(ctx, o, seq, "bench", page); err != nil {
			return m, err
		}
	}
	s, err := p.newStages(indexer.Stage)
	if err != nil {
		return m, err
	}
	start := time.Now()
	err = s.with(ctx, func(ctx context.Context) error {
		for s.index.Indexed.Load()+s.index.Parked.Load() < int64(w.records) {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Millisecond):
			}
		}
		m.Seconds = time.Since(start).Seconds()
		return nil
	})
	if err != nil {
		return m, err
	}
	if m.Records, err = p.index.Count(ctx); err != nil {
		return m, err
	}
	if m.Records != w.records {
		return m, fmt.Errorf("%d of %d records were indexed", m.Records, w.records)
	}
	p.Close()
	index, err := bleveindex.Open(p.bleveDir())
	if err != nil {
		return m, err
	}
	// What waits for rest is merged.
	if err = index.Compact(ctx); err == nil {
		m.DiskBytes, err = bench.SettledSize(ctx, p.bleveDir())
	}
	return m, errors.Join(err, index.Close())
}

// classified are the records as the classifier hands them on.
func (w workload) classified(ctx context.Context) iter.Seq2[[]record.Classified, error] {
	return func(yield func([]record.Classified, error) bool) {
		c, err := classifier.New(protocol.Default(), classifier.Options{})
		if err != nil {
			yield(nil, err)
			return
		}
		for page, err := range w.pages(ctx) {
			records := make([]record.Classified, len(page))
			for i, r := range page {
				records[i] = c.Classify(r)
			}
			if !yield(records, err) {
				return
			}
		}
	}
}

// wholeOurs is `polyglean harvest` on a new data directory, models not yet loaded,
// without the report at its end.
func wholeOurs(ctx context.Context, w workload) (m measurement, err error) {
	p := w.pipeline()
	defer p.Close()
	start := time.Now()
	run, err := p.takeIn(ctx, nil, harvester.Options{Log: p.log}, io.Discard)
	if err != nil {
		return m, err
	}
	if run.Partial() {
		var said bytes.Buffer
		err := printRun(&said, run)
		return m, errors.Join(errPartial, err, errors.New(strings.TrimSpace(said.String())))
	}
	m.Seconds = time.Since(start).Seconds()
	if m.Records, err = p.index.Count(ctx); err != nil {
		return m, err
	}
	if m.Records != w.records {
		return m, fmt.Errorf("%d of %d records were indexed", m.Records, w.records)
	}
	return m, nil
}
