package command

import (
	"context"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"polyglean/internal/bench"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// carefulPage is how many records the careful way puts into a message, carefulBatch how
// many into a batch of the index.
const (
	carefulPage  = 100
	carefulBatch = 1000
)

// wholeCareful joins the parts as wholePlain does, with pages instead of records and
// judging on all processors.
func wholeCareful(ctx context.Context, w workload) (m measurement, err error) {
	lexicon := protocol.Default().Lexicon
	detector, phrases := bench.LanguagesOf(lexicon), bench.NewPhrases(lexicon)
	bus, err := stream.Open(ctx, stream.Config{Dir: w.dir})
	if err != nil {
		return m, err
	}
	defer bus.Close()
	js, err := jetstream.New(bus.Conn())
	if err != nil {
		return m, err
	}
	index, err := bench.NewTunedIndex(filepath.Join(w.dir, "index"))
	if err != nil {
		return m, err
	}
	defer func() { _ = index.Close() }()

	type document struct {
		ID     string         `json:"id"`
		Fields map[string]any `json:"fields"`
	}
	fetched, judged := make(chan []record.Candidate, 2), make(chan []document, 2)
	start := time.Now()
	fetch := func(ctx context.Context) error {
		defer close(fetched)
		for page, err := range w.pages(ctx) {
			if err != nil {
				return err
			}
			for part := range slices.Chunk(page, carefulPage) {
				if time.Since(start) > benchBudget {
					return nil
				}
				if err := bench.Publish(ctx, js, "candidate.plain", part); err != nil {
					return err
				}
				if err := handOn(ctx, fetched, part); err != nil {
					return err
				}
			}
		}
		return nil
	}
	judgePart := func(ctx context.Context, part []record.Candidate) error {
		documents := make([]document, len(part))
		for i := range part {
			c := &part[i]
			language := "unknown"
			if l, ok := detector.DetectLanguageOf(bench.Sample(bench.TitleAndAbstract(c))); ok {
				language = l.IsoCode639_1().String()
			}
			fields, err := bench.TunedDocument(c, []string{language}, phrases.Find(bench.Text(c)))
			if err != nil {
				return err
			}
			documents[i] = document{c.ID, fields}
		}
		if err := bench.Publish(ctx, js, "classified.plain", documents); err != nil {
			return err
		}
		return handOn(ctx, judged, documents)
	}
	var judging sync.WaitGroup
	judging.Add(runtime.GOMAXPROCS(0))
	judge := func(ctx context.Context) error {
		defer judging.Done()
		for part := range fetched {
			if err := judgePart(ctx, part); err != nil {
				return err
			}
		}
		return nil
	}
	store := func(context.Context) error {
		batch := index.NewBatch()
		write := func() error {
			err := index.Batch(batch)
			m.Records += batch.Size()
			batch = index.NewBatch()
			return err
		}
		for documents := range judged {
			for _, d := range documents {
				if err := batch.Index(d.ID, d.Fields); err != nil {
					return err
				}
			}
			if batch.Size() >= carefulBatch {
				if err := write(); err != nil {
					return err
				}
			}
		}
		return write()
	}
	work := []func(context.Context) error{fetch, store, func(context.Context) error {
		judging.Wait()
		close(judged)
		return nil
	}}
	for range runtime.GOMAXPROCS(0) {
		work = append(work, judge)
	}
	err = runAll(ctx, work...)
	m.Seconds = time.Since(start).Seconds()
	return m, err
}
