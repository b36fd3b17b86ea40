package command

import (
	"context"
	"fmt"
	"io"

	"polyglean/classifier/trainer"
	"polyglean/indexer"
	"polyglean/internal/stream"
)

// newTrainer makes what keeps the scores of the relevance model up to date.
func (p *pipeline) newTrainer(owner string) *trainer.Runner {
	return trainer.New(p.bus, trainer.Options{
		Review: p.protocol.Name, Threshold: p.protocol.Threshold, Owner: owner, Log: p.log,
	})
}

// settle waits until every log has been read to its end, brings the scores up to date
// and waits until those are indexed too. It is for a process that is alone, while its
// classifier and indexer run.
func (p *pipeline) settle(ctx context.Context) error {
	// A training does not read the index, but both together need more memory than one
	// after the other.
	if err := p.drain(ctx); err != nil {
		return err
	}
	if err := p.newTrainer("").Settle(ctx); err != nil {
		return err
	}
	return p.drainLogs(ctx, reader{stream.Scores, indexer.Stage})
}

// rescore trains on decisions that were just logged, where no other process will.
func (p *pipeline) rescore(ctx context.Context) error {
	if !p.alone() {
		return nil
	}
	s, err := p.newStages(indexer.Stage)
	if err != nil {
		return err
	}
	return s.with(ctx, p.settle)
}

// relevance is the state of the relevance model.
func (p *pipeline) relevance(ctx context.Context) (trainer.State, error) {
	return trainer.Load(ctx, p.bus)
}

// tellRelevance says what the order of screening promises, and what of the labels could
// not be learnt from. A search of Elasticsearch has not opened the streams.
func (p *pipeline) tellRelevance(ctx context.Context, w io.Writer) error {
	if p.bus == nil {
		if err := p.openBus(ctx); err != nil {
			return err
		}
	}
	s, err := p.relevance(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s\n", s.Promise())
	for _, line := range s.Unlearnt {
		fmt.Fprintf(w, "    %s\n", clean(line))
	}
	return nil
}
