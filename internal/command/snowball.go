package command

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"polyglean/harvester"
	"polyglean/indexer"
)

// What a snowballing can begin with.
const (
	fromSeeds    = "seeds"
	fromIncludes = "includes"
)

// staleSnowballing is how long a snowballing that could not be brought to its end is
// gone on with: a source that never answers must not hide what was cited since.
const staleSnowballing = 30 * 24 * time.Hour

// snowballOptions are the flags of the command.
type snowballOptions struct {
	from    []string
	rounds  int
	sources []string
	again   bool
	dryRun  bool
	asJSON  bool
}

func snowballCommand(g *globals) *cobra.Command {
	var opts snowballOptions
	cmd := &cobra.Command{
		Use:   "snowball",
		Short: "Follow the references and citations of seeds and included studies",
		Long: `Snowball asks the sources that know of citations for the works that cite the seeds and
the included studies, and for those they cite. What comes is classified, indexed,
merged and counted like the records of a harvest; each record says which study led to
it, and how.

A further round follows what the round before found, as far as the strategy matches it
or it is flagged as a keyword miss. A round that leads nowhere is the last.

A snowballing that was cut short, or that has spent a source's budget for the day,
goes on where it stopped when it is called again. One that is through is begun anew,
for works are cited at any time; what is known already is counted, not stored again.`,
		Example: `  polyglean snowball
  polyglean snowball --from includes --rounds 2 --source openalex
  polyglean snowball --dry-run`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, from := range opts.from {
				if from != fromSeeds && from != fromIncludes {
					return usagef("--from %q: want %s, %s or both", from, fromSeeds, fromIncludes)
				}
			}
			if len(opts.from) == 0 {
				return usagef("--from is empty: want %s, %s or both", fromSeeds, fromIncludes)
			}
			if opts.rounds < 1 {
				return usagef("--rounds %d: want 1 or more", opts.rounds)
			}
			slices.Sort(opts.from)
			opts.from = slices.Compact(opts.from)
			p, err := setUp(g)
			if err != nil {
				return err
			}
			defer p.Close()
			return p.snowball(cmd.Context(), opts, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringSliceVar(&opts.from, "from", []string{fromSeeds, fromIncludes}, "what to begin with: seeds, includes")
	cmd.Flags().IntVar(&opts.rounds, "rounds", 1, "how many rounds at most")
	cmd.Flags().StringSliceVar(&opts.sources, "source", nil, "ask only these sources (default all that are enabled)")
	cmd.Flags().BoolVar(&opts.again, "again", false, "ask everything again, even if a snowballing could be gone on with")
	cmd.Flags().BoolVar(&opts.dryRun, "dry-run", false, "ask for the numbers of the first round alone, and say what it would take")
	cmd.Flags().BoolVar(&opts.asJSON, "json", false, "print the report as JSON")
	return cmd
}

func (p *pipeline) snowball(ctx context.Context, opts snowballOptions, out, errOut io.Writer) error {
	sources, err := p.sources(opts.sources)
	if err != nil {
		return err
	}
	var followers []harvester.Follower
	report := snowballReport{From: opts.from}
	for _, s := range sources {
		if f, ok := s.(harvester.Follower); ok {
			followers = append(followers, f)
			report.Sources = append(report.Sources, s.Name())
		} else {
			report.NotFollowing = append(report.NotFollowing, s.Name())
		}
	}
	if len(followers) == 0 {
		return usagef("no source that is asked knows of citations: enable openalex, crossref or europepmc")
	}
	p.stay()
	if err := p.openAll(ctx); err != nil {
		return err
	}
	studies, err := p.snowballStart(ctx, opts.from)
	if err != nil {
		return err
	}
	if len(studies) == 0 {
		return usagef("there is nothing to follow: no study in the index is one of %s (polyglean harvest finds seeds, polyglean decide includes studies)", strings.Join(opts.from, ", "))
	}
	s, err := p.beginSnowballing(ctx, strings.Join(opts.from, ","), opts.again)
	if err != nil {
		return err
	}
	report.Started = s.Started
	if opts.dryRun {
		asked, _, err := p.snowballSources(ctx, followers, studies, s.Started)
		if err != nil {
			return err
		}
		return p.planOf(ctx, asked, harvester.Options{Log: p.log}, "polyglean snowball", opts.asJSON, out)
	}
	if err := p.snowballRounds(ctx, s, followers, studies, opts.rounds, &report, errOut); err != nil {
		return fmt.Errorf("snowball: %w (run polyglean snowball again to go on from here)", err)
	}
	if opts.asJSON {
		err = writeJSON(out, report)
	} else {
		err = printSnowball(out, report)
	}
	if err == nil && report.partial() {
		return errPartial
	}
	return err
}

// beginSnowballing goes on with what was left unfinished, or begins anew.
func (p *pipeline) beginSnowballing(ctx context.Context, from string, again bool) (harvester.Snowballing, error) {
	now := time.Now().UTC()
	s, found, err := harvester.NewLedger(p.bus).Snowballing(ctx, p.protocol.Name, from)
	if err != nil || found && !again && s.Ended.IsZero() && now.Sub(s.Started) < staleSnowballing {
		return s, err
	}
	return harvester.Snowballing{From: from, Started: now}, nil
}

// snowballRounds does round after round and fills the report.
func (p *pipeline) snowballRounds(ctx context.Context, s harvester.Snowballing, followers []harvester.Follower, studies []indexer.Study, rounds int, report *snowballReport, errOut io.Writer) error {
	ledger := harvester.NewLedger(p.bus)
	if err := ledger.SaveSnowballing(ctx, p.protocol.Name, s); err != nil {
		return err
	}
	followed := map[string]bool{}
	for n := 1; n <= rounds && len(studies) > 0; n++ {
		for _, st := range studies {
			for _, id := range st.Aliases {
				followed[id] = true
			}
		}
		round, err := p.snowballRound(ctx, s, n, followers, studies, errOut)
		if err != nil {
			return err
		}
		finds, err := p.snowballFinds(ctx, studies)
		if err != nil {
			return err
		}
		studies = nil
		for _, st := range finds {
			if round.Run != nil && addedSince(&st, round.Run.Started) {
				round.add(&st)
			}
			if relevant(&st) && !followed[st.ID] {
				studies = append(studies, st)
			}
		}
		report.Rounds = append(report.Rounds, round)
	}
	if report.partial() {
		return nil
	}
	s.Ended = time.Now().UTC()
	return ledger.SaveSnowballing(ctx, p.protocol.Name, s)
}

// snowballRound asks the sources who cites the studies and whom they cite.
func (p *pipeline) snowballRound(ctx context.Context, s harvester.Snowballing, n int, followers []harvester.Follower, studies []indexer.Study, errOut io.Writer) (snowballRound, error) {
	round := snowballRound{Round: n, Followed: len(studies), Relevant: []snowballFind{}}
	sources, lost, err := p.snowballSources(ctx, followers, studies, s.Started)
	if round.Lost = lost; err != nil || len(sources) == 0 {
		return round, err
	}
	opts := harvester.Options{
		// A call goes on with the run of the same round alone.
		Input: fmt.Sprintf("snowball from %s, %s, round %d", s.From, s.Started.Format(time.RFC3339Nano), n),
		Round: n,
		Log:   p.log,
	}
	run, err := p.gather(ctx, sources, opts, errOut)
	if err != nil {
		return round, err
	}
	if !p.alone() {
		// Other processes index what came.
		if err := p.drain(ctx); err != nil {
			return round, err
		}
	}
	report := reportOf(run)
	round.Run = &report
	return round, nil
}

// snowballSources are the sources with what is left to ask them for the studies since
// the given time, nil when that is nothing, and the studies that none of them can be
// asked for.
func (p *pipeline) snowballSources(ctx context.Context, followers []harvester.Follower, studies []indexer.Study, since time.Time) (sources []harvester.Source, lost []string, err error) {
	list := make([]harvester.Followed, len(studies))
	known := map[string]bool{}
	for i := range studies {
		list[i] = followedOf(&studies[i])
	}
	ledger := harvester.NewLedger(p.bus)
	left := 0
	for _, f := range followers {
		queries := f.Follow(list)
		for _, q := range queries {
			known[q.Follow.Study] = true
		}
		if queries, err = ledger.Unasked(ctx, f.Name(), queries, since); err != nil {
			return nil, nil, err
		}
		// A source that is through stays in the run, which else would be another one.
		sources = append(sources, harvester.Snowball(f, queries))
		left += len(queries)
	}
	for _, f := range list {
		if !known[f.Study] {
			lost = append(lost, f.Study)
		}
	}
	if left == 0 {
		sources = nil
	}
	return sources, lost, nil
}
