package command

import (
	"context"
	"io"
	"time"

	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/indexer/diagnosis"
)

// eachStudy calls fn with every study, those set aside too: of the open index, or of
// the process that has it.
func (p *pipeline) eachStudy(ctx context.Context, fn func(*indexer.Study) error) error {
	if p.index != nil {
		return indexer.EachStudy(ctx, p.index, fn)
	}
	_, err := indexer.EachFound(ctx, p.searcher, indexer.Query{SetAside: true, Order: indexer.Newest}, fn)
	return err
}

// diagnose says how well the searches found what is known to belong to the review, as
// the index stands now, by what had been asked when the run began, or with the zero
// Run by all that was ever asked.
func (p *pipeline) diagnose(ctx context.Context, run harvester.Run) (*diagnosis.Diagnosed, error) {
	runs, err := harvester.NewLedger(p.bus).Runs(ctx)
	if err != nil {
		return nil, err
	}
	return diagnosis.Diagnose(ctx, p.eachStudy, p.protocol, askedUntil(runs, run.Started))
}

// askedUntil is how each query ended last, in the runs begun by a time; the zero time
// means all. A query of all dates is told apart from the same one of some.
func askedUntil(runs []harvester.Run, last time.Time) []diagnosis.Asked {
	type key struct {
		source, query, window string
		since                 bool
	}
	var out []diagnosis.Asked
	at := map[key]int{}
	for _, run := range runs { // the oldest first
		if !last.IsZero() && run.Started.After(last) {
			break
		}
		for _, q := range run.Queries {
			k := key{q.Source, q.Query, q.Window, !q.From.IsZero()}
			i, known := at[k]
			if !known {
				i = len(out)
				at[k] = i
				out = append(out, diagnosis.Asked{})
			}
			out[i] = diagnosis.Asked{
				Source: q.Source, Query: q.Query, Route: q.Route, Complete: q.State == harvester.StateComplete,
				State: string(q.State), Reason: q.Reason, From: q.From, Until: q.Until,
			}
		}
	}
	return out
}

// showRun shows a run, and what of the known studies had been found by it, as the index
// has them now.
func (p *pipeline) showRun(ctx context.Context, run harvester.Run, asJSON bool, out io.Writer) error {
	if !asJSON {
		if err := printRun(out, run); err != nil {
			return err
		}
	}
	if err := p.openIndex(ctx); err != nil {
		return err
	}
	d, err := p.diagnose(ctx, run)
	if err != nil {
		return err
	}
	if asJSON {
		report := reportOf(run)
		report.Recall = d
		return writeJSON(out, report)
	}
	printRecall(out, p.protocol.Names, d, true)
	return nil
}
