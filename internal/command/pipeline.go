package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"polyglean/classifier"
	"polyglean/classifier/trainer"
	"polyglean/harvester"
	"polyglean/harvester/source"
	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/indexer/elasticindex"
	"polyglean/internal/protocol"
	"polyglean/internal/stream"
)

// pipeline is what a command has open. Close releases it.
type pipeline struct {
	config   *Config
	protocol *protocol.Protocol
	log      *slog.Logger
	bus      *stream.Bus
	// index is nil when another process has it open; searcher then asks that process.
	index    indexer.Index
	searcher indexer.Searcher
}

// setUp reads the configuration and the protocol; it opens nothing yet.
func setUp(g *globals) (*pipeline, error) {
	c, err := loadConfig(g.config, os.Environ())
	if err != nil {
		return nil, err
	}
	if g.data != "" {
		c.DataDir = g.data
	}
	c.NATS.Dir = c.DataDir
	p, err := c.loadProtocol()
	if err != nil {
		return nil, err
	}
	return &pipeline{config: c, protocol: p, log: newLog(g)}, nil
}

func newLog(g *globals) *slog.Logger {
	level := slog.LevelWarn
	if g.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	slog.SetDefault(log) // what has no logger of its own says no more than the rest
	return log
}

// stay says that this process will be at work for a while, so that other commands
// may join it.
func (p *pipeline) stay() { p.config.NATS.Stays = true }

// openBus connects to the streams.
func (p *pipeline) openBus(ctx context.Context) error {
	var err error
	p.bus, err = stream.Open(ctx, p.config.NATS)
	return err
}

func (p *pipeline) bleveDir() string { return filepath.Join(p.config.DataDir, "index") }

// openIndex opens the index, or a way to ask for it when another process has it.
func (p *pipeline) openIndex(ctx context.Context) error {
	switch {
	case p.config.Index.Backend == backendElasticsearch:
		index, err := elasticindex.Open(ctx, p.config.Index.Elasticsearch)
		if err != nil {
			return err
		}
		p.setIndex(index)
	case p.bus != nil && p.bus.Attached():
		p.searcher = indexer.NewRemote(p.bus.Conn())
		return nil
	default:
		index, err := bleveindex.Open(p.bleveDir())
		if err != nil {
			return err
		}
		p.setIndex(index)
	}
	return nil
}

// setIndex makes the pipeline's searches those of an index.
func (p *pipeline) setIndex(index indexer.Index) {
	p.index = index
	p.searcher = indexer.NewLibrary(index).WithThesaurus(indexer.NewThesaurus(p.protocol.Lexicon)).WithSources(source.Names())
}

// dropIndex removes the index, so that openIndex makes it anew.
func (p *pipeline) dropIndex(ctx context.Context) error {
	if p.config.Index.Backend == backendElasticsearch {
		return elasticindex.Remove(ctx, p.config.Index.Elasticsearch)
	}
	return os.RemoveAll(p.bleveDir())
}

// newIndex opens an empty index; replace puts it in the place of the one in use.
func (p *pipeline) newIndex(ctx context.Context) (replace func(context.Context) error, err error) {
	if p.config.Index.Backend == backendElasticsearch {
		index, err := elasticindex.Rebuild(ctx, p.config.Index.Elasticsearch)
		if err != nil {
			return nil, err
		}
		p.setIndex(index)
		return index.Replace, nil
	}
	if err := p.dropIndex(ctx); err != nil {
		return nil, err
	}
	return func(context.Context) error { return nil }, p.openIndex(ctx)
}

// openAll opens the streams and the index.
func (p *pipeline) openAll(ctx context.Context) error {
	if err := p.openBus(ctx); err != nil {
		return err
	}
	if !p.answered(ctx) {
		err := p.openIndex(ctx)
		if !errors.Is(err, bleveindex.ErrInUse) || p.config.NATS.URL == "" {
			return err
		}
		// Who has it will answer in a moment.
	}
	p.searcher = indexer.NewRemote(p.bus.Conn())
	return nil
}

// answered says whether a process on the same NATS server has the embedded index and
// answers for it.
func (p *pipeline) answered(ctx context.Context) bool {
	return p.config.NATS.URL != "" && p.config.Index.Backend == backendBleve && indexer.NewRemote(p.bus.Conn()).There(ctx)
}

// openStudies is openAll for a command that reads studies and adds none: an index that was
// removed would tell it that there are none, and one that is half made that there are few.
func (p *pipeline) openStudies(ctx context.Context) error {
	if err := p.openAll(ctx); err != nil || p.index == nil {
		return err
	}
	emptied, err := indexer.Emptied(ctx, p.bus, p.index)
	if err == nil && emptied {
		err = errors.New("the index is empty and the log is not: polyglean reindex builds it anew from the log")
	}
	if err == nil {
		err = p.unfinished(ctx)
	}
	if err != nil || !p.alone() {
		return err
	}
	behind, err := p.behind(ctx)
	if behind > 0 {
		p.log.Warn("the index is behind the log, and what is found may be a part: " + catchUp)
	}
	return err
}

// catchUp says how an index comes to have all that is in the log.
const catchUp = "polyglean harvest, import or serve goes on reading it"

// unfinished is the fault of an embedded index that was being made anew when the program
// was killed. In Elasticsearch the one before is searched until the new one is whole.
func (p *pipeline) unfinished(ctx context.Context) error {
	if p.config.Index.Backend == backendElasticsearch {
		return nil
	}
	is, err := indexer.Rebuilding(ctx, p.bus)
	if err == nil && is {
		err = errors.New("the index holds a part of the studies, for making it anew was cut off: polyglean reindex makes it whole")
	}
	return err
}

// behind counts the envelopes of records that are yet to come into the index.
func (p *pipeline) behind(ctx context.Context) (int, error) {
	classify, err := p.bus.Lag(ctx, stream.Candidates, classifier.Stage)
	if err != nil {
		return 0, err
	}
	index, err := p.bus.Lag(ctx, stream.Classified, indexer.Stage)
	return classify + index, err
}

// Close releases what is open, the index before the streams it is made from.
func (p *pipeline) Close() {
	if p.index != nil {
		if err := p.index.Close(); err != nil {
			p.log.Error("close the index", "error", err)
		}
		p.index = nil
	}
	if p.bus != nil {
		p.bus.Close()
		p.bus = nil
	}
}

// count counts every record, here or in the process that has the index.
func (p *pipeline) count(ctx context.Context) (indexer.Verification, error) {
	if remote, ok := p.searcher.(*indexer.Remote); ok {
		return remote.Count(ctx)
	}
	return indexer.Count(ctx, p.bus, p.index)
}

// verify compares every record with the logs, here or in the process that has the index.
func (p *pipeline) verify(ctx context.Context) (indexer.Verification, error) {
	if remote, ok := p.searcher.(*indexer.Remote); ok {
		return remote.Verify(ctx)
	}
	return indexer.Verify(ctx, p.bus, p.index)
}

// sources makes the sources of the protocol that are enabled, or those named.
func (p *pipeline) sources(names []string) ([]harvester.Source, error) {
	fetcher, err := source.NewFetcher(p.config.Fetch)
	if err != nil {
		return nil, err
	}
	return p.sourcesOver(fetcher, names)
}

// sourcesOver is sources with a fetcher of its own.
func (p *pipeline) sourcesOver(fetcher *source.Fetcher, names []string) ([]harvester.Source, error) {
	var uses []string
	for _, use := range p.protocol.Sources {
		uses = append(uses, use.Name)
	}
	for _, name := range names {
		if !slices.Contains(uses, name) {
			return nil, usagef("source %q is not in the protocol: it has %s", name, strings.Join(uses, ", "))
		}
	}
	var sources []harvester.Source
	for _, name := range uses {
		c, enabled := p.config.source(name)
		if len(names) > 0 && !slices.Contains(names, name) || len(names) == 0 && !enabled {
			continue
		}
		s, err := source.New(name, c, fetcher)
		if err != nil {
			return nil, usageError{err}
		}
		sources = append(sources, s)
	}
	if len(sources) == 0 {
		return nil, usagef("no source is enabled: set sources.NAME.enabled in the configuration")
	}
	return sources, nil
}

// stages are the running parts of a pipeline.
type stages struct {
	// schedule is nil when nothing is scheduled.
	schedule *harvester.Scheduler
	classify *classifier.Runner
	// train is part of the classifier's role; harvests settle scores at their end instead.
	train *trainer.Runner
	index *indexer.Runner
	run   []func(context.Context) error
}

// processName tells this process from others that may want its turn.
func processName() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s-%d", host, os.Getpid())
}

// newStages makes the runners of the roles asked for.
func (p *pipeline) newStages(roles ...string) (*stages, error) {
	s := &stages{}
	owner := processName()
	if slices.Contains(roles, roleHarvester) {
		var err error
		if s.schedule, err = p.newScheduler(owner); err != nil {
			return nil, err
		}
		if s.schedule != nil {
			s.run = append(s.run, s.schedule.Run)
		}
	}
	if slices.Contains(roles, classifier.Stage) {
		c, err := classifier.New(p.protocol, classifier.Options{})
		if err != nil {
			return nil, err
		}
		s.classify = classifier.NewRunner(p.bus, c, p.log)
		s.run = append(s.run, s.classify.Run)
		s.train = p.newTrainer(owner)
	}
	if slices.Contains(roles, indexer.Stage) {
		s.index = indexer.NewRunner(p.bus, p.index, owner, p.log)
		s.run = append(s.run, s.index.Run, func(ctx context.Context) error {
			return indexer.Answer(ctx, p.bus.Conn(), p.searcher, p.count, p.verify)
		})
	}
	return s, nil
}

// runAll runs fns side by side until all have ended. The first error ends the
// others and is returned.
func runAll(ctx context.Context, fns ...func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wait sync.WaitGroup
	for _, fn := range fns {
		wait.Go(func() {
			if err := fn(ctx); err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// with runs the stages while work runs, and stops them when it ends.
func (s *stages) with(ctx context.Context, work func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	return runAll(ctx, append(slices.Clone(s.run), func(ctx context.Context) error {
		defer stop()
		return work(ctx)
	})...)
}

// reader is a stage as the reader of a log.
type reader struct{ log, stage string }

// drain waits until every log has been read to its end.
func (p *pipeline) drain(ctx context.Context) error {
	return p.drainLogs(
		ctx,
		reader{stream.Candidates, classifier.Stage}, reader{stream.Classified, indexer.Stage}, reader{stream.Decisions, indexer.Stage},
		reader{stream.Scores, indexer.Stage},
	)
}

// drainLogs waits until each log has been read to its end. The logs are in the order
// in which records pass them.
func (p *pipeline) drainLogs(ctx context.Context, readers ...reader) error {
	for {
		behind := false
		for _, r := range readers {
			lag, err := p.bus.Lag(ctx, r.log, r.stage)
			if err != nil {
				return err
			}
			if behind = lag > 0; behind {
				// A later log may look finished only because this one is not.
				break
			}
		}
		if !behind {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
