package command

import (
	"context"
	"net/http"
	"slices"

	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/indexer/web"
)

// pages makes the reviewers' pages over the open index.
func (p *pipeline) pages() (http.Handler, error) {
	return web.New(p.searcher, web.Options{
		Review: p.protocol.Title,
		Counts: p.counts,
		Log:    p.log,
	})
}

// counts are the figures in the header of every page.
func (p *pipeline) counts(ctx context.Context) (web.Counts, error) {
	var c web.Counts
	r, err := p.searcher.Search(ctx, indexer.Query{Size: 1, SetAside: true})
	if err != nil {
		return c, err
	}
	c.Studies = r.Total
	if c.Parked, err = p.bus.CountParked(ctx); err != nil {
		return c, err
	}
	runs, err := harvester.NewLedger(p.bus).Runs(ctx)
	for _, run := range slices.Backward(runs) {
		if !run.Ended.IsZero() {
			c.Updated = run.Ended
			break
		}
	}
	return c, err
}
