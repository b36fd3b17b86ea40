package command

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/internal/record"
)

// followedOf is what the sources need to know of a study.
func followedOf(st *indexer.Study) harvester.Followed {
	f := harvester.Followed{Study: st.ID}
	seen := map[string]bool{}
	for i := range st.Members {
		c := &st.Members[i].Record.Candidate
		f.Records = append(f.Records, c.ID)
		f.IDs = append(f.IDs, c.IDs)
		for _, r := range c.References {
			if !seen[r] {
				seen[r] = true
				f.References = append(f.References, r)
			}
		}
	}
	return f
}

// snowballStart finds the studies to begin with, in order of ID.
func (p *pipeline) snowballStart(ctx context.Context, from []string) ([]indexer.Study, error) {
	var all []indexer.Study
	if slices.Contains(from, fromSeeds) {
		var numbers []string
		for _, seed := range p.protocol.Seeds {
			numbers = append(numbers, strconv.Itoa(seed.Number))
		}
		seeds, err := p.studiesWith(ctx, indexer.FacetSeed, numbers)
		if err != nil {
			return nil, err
		}
		all = seeds
	}
	if slices.Contains(from, fromIncludes) {
		includes, err := p.studiesWith(ctx, indexer.FacetDecision, []string{string(record.Include)})
		if err != nil {
			return nil, err
		}
		all = append(all, includes...)
	}
	return distinctStudies(all), nil
}

// snowballFinds are the studies that the given ones led to.
func (p *pipeline) snowballFinds(ctx context.Context, studies []indexer.Study) ([]indexer.Study, error) {
	var queries []string
	for _, st := range studies {
		// The study may have had another ID when it was followed.
		for _, id := range st.Aliases {
			for _, how := range record.Citations {
				queries = append(queries, how.Query(id))
			}
		}
	}
	finds, err := p.studiesWith(ctx, indexer.FacetQuery, queries)
	return distinctStudies(finds), err
}

func distinctStudies(all []indexer.Study) []indexer.Study {
	slices.SortFunc(all, func(a, b indexer.Study) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(all, func(a, b indexer.Study) bool { return a.ID == b.ID })
}

// studiesWith finds the studies with one of the values in a facet.
func (p *pipeline) studiesWith(ctx context.Context, facet string, values []string) ([]indexer.Study, error) {
	// Backends bound how many values a query may have.
	const most = 200
	var out []indexer.Study
	for some := range slices.Chunk(values, most) {
		q := indexer.Query{Filters: map[string][]string{facet: some}, SetAside: true, Order: indexer.Newest}
		_, err := indexer.EachFound(ctx, p.searcher, q, func(s *indexer.Study) error {
			out = append(out, *s)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// relevant says that the strategy matches the study, or would have missed it.
func relevant(st *indexer.Study) bool {
	return slices.Contains(st.Flags(), record.FlagKeywordMiss) ||
		slices.ContainsFunc(st.Members, func(m indexer.Member) bool { return m.Record.Strategy.Matched })
}

// addedSince says that all records of the study came at that time or later.
func addedSince(st *indexer.Study, t time.Time) bool {
	return !slices.ContainsFunc(st.Members, func(m indexer.Member) bool { return m.Record.Candidate.Harvested.Before(t) })
}
