package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// studiesCommand holds what a reviewer can do when records were joined that are not
// copies, or copies were not joined. What is ruled is logged like a decision: it
// outlives the next harvest and a rebuild of the index, and can be taken back by
// ruling the other way.
func studiesCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "studies",
		Short: "Join records into one study, or split them",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, c := range []*cobra.Command{splitCommand(g), joinCommand(g)} {
		c.Args = usageArgs(c.Args)
		cmd.AddCommand(c)
	}
	return cmd
}

func splitCommand(g *globals) *cobra.Command {
	var reason, by string
	cmd := &cobra.Command{
		Use:   "split STUDY RECORD...",
		Short: "Take records out of a study: they are not copies of its other records",
		Long: `Take records out of a study: they are not copies of its other records. RECORD is the ID
of a record, as the page of the study and polyglean search --json show it. Records that
are taken out together stay together when they are copies of each other.`,
		Args: cobra.MinimumNArgs(2),
		RunE: g.run((*pipeline).openStudies, func(ctx context.Context, p *pipeline, args []string, out io.Writer) error {
			study, err := p.study(ctx, args[0])
			if err != nil {
				return err
			}
			d := record.Decision{Study: study.ID, Verdict: record.Split, Reason: reason, By: by, Records: args[1:]}
			for _, m := range study.Members {
				if id := m.Record.Candidate.ID; !slices.Contains(d.Records, id) {
					d.Others = append(d.Others, id)
				}
			}
			for _, id := range d.Records {
				if !slices.ContainsFunc(study.Members, func(m indexer.Member) bool { return m.Record.Candidate.ID == id }) {
					return usagef("study %s has no record %q: it has %s", study.ID, id, memberList(study))
				}
			}
			if len(d.Others) == 0 {
				return usagef("these are all records of study %s: name those that are to leave it", study.ID)
			}
			return p.rule(ctx, d, out)
		}),
	}
	rulingFlags(cmd, &reason, &by)
	return cmd
}

func joinCommand(g *globals) *cobra.Command {
	var reason, by string
	cmd := &cobra.Command{
		Use:   "join STUDY OTHER",
		Short: "Make two studies one: their records are copies of each other",
		Args:  cobra.ExactArgs(2),
		RunE: g.run((*pipeline).openStudies, func(ctx context.Context, p *pipeline, args []string, out io.Writer) error {
			study, err := p.study(ctx, args[0])
			if err != nil {
				return err
			}
			other, err := p.study(ctx, args[1])
			if err != nil {
				return err
			}
			if study.ID == other.ID {
				return usagef("%s and %s are one study already", args[0], args[1])
			}
			return p.rule(ctx, record.Decision{
				Study: study.ID, Verdict: record.Join, Reason: reason, By: by, Records: memberIDs(study), Others: memberIDs(other),
			}, out)
		}),
	}
	rulingFlags(cmd, &reason, &by)
	return cmd
}

func rulingFlags(cmd *cobra.Command, reason, by *string) {
	cmd.Flags().StringVar(reason, "reason", "", "why, in a few words")
	cmd.Flags().StringVar(by, "by", account(), "account that rules")
}

// study finds a study by any of its IDs.
func (p *pipeline) study(ctx context.Context, id string) (indexer.Study, error) {
	study, err := p.searcher.Study(ctx, id)
	if errors.Is(err, indexer.ErrNotFound) {
		return study, usagef("there is no study %s: polyglean search prints the IDs", id)
	}
	return study, err
}

// rule logs a ruling and says what the studies are now.
func (p *pipeline) rule(ctx context.Context, d record.Decision, out io.Writer) error {
	d.Review, d.At = p.protocol.Name, time.Now().UTC()
	if _, err := p.bus.Decide(ctx, d); err != nil {
		return err
	}
	if err := p.indexDecisions(ctx); err != nil {
		return err
	}
	if !p.alone() {
		fmt.Fprintln(out, "logged: the running polyglean brings it into the index")
		return nil
	}
	seen := map[string]bool{}
	for _, id := range slices.Concat(d.Records, d.Others) {
		study, err := p.searcher.Study(ctx, record.StudyID(id))
		if err != nil {
			return err
		}
		if !seen[study.ID] {
			seen[study.ID] = true
			fmt.Fprintf(out, "%s  %s\n  %s\n", study.ID, clean(study.Title().Value.Text), memberList(study))
		}
	}
	return nil
}

func memberIDs(s indexer.Study) []string {
	ids := make([]string, len(s.Members))
	for i, m := range s.Members {
		ids[i] = m.Record.Candidate.ID
	}
	return ids
}

func memberList(s indexer.Study) string {
	list := ""
	for i, id := range memberIDs(s) {
		if i > 0 {
			list += ", "
		}
		list += clean(id)
	}
	return list
}
