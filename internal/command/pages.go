package command

import (
	"context"
	"errors"
	"net/http"

	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/indexer/alerts"
	"polyglean/indexer/web"
	"polyglean/internal/prisma"
)

// pages makes the reviewers' pages over the open index. Ready is nil, or says why the
// indexer in this process has to wait.
func (p *pipeline) pages(ready func() error) (http.Handler, error) {
	opts := web.Options{
		Review:     p.protocol.Title,
		Names:      p.protocol.Names,
		Attributes: p.protocol.Attributes,
		Counts:     p.counts,
		Ready:      ready,
		Log:        p.log,
		Screening: func(ctx context.Context) string {
			s, err := p.relevance(ctx)
			if err != nil {
				p.log.Warn("state of the relevance model", "error", err)
				return ""
			}
			return s.Promise()
		},
	}
	service, err := p.alerts()
	if err != nil {
		return nil, err
	}
	opts.Atom = func(ctx context.Context, name, base string) ([]byte, bool, error) {
		feed, err := service.Atom(ctx, name, base)
		if errors.Is(err, alerts.ErrNoAlert) {
			return nil, false, nil
		}
		return feed, true, err
	}
	if p.index != nil { // it is another process's where it is asked through the bus
		opts.Flow = func(ctx context.Context, updated bool) (prisma.Flow, error) {
			f, _, err := p.flow(ctx, updated)
			return f, err
		}
	}
	return web.New(p.searcher, opts)
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
	c.Updated, err = harvester.NewLedger(p.bus).LastEnded(ctx)
	return c, err
}
