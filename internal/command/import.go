package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"polyglean/harvester"
	"polyglean/harvester/importer"
	"polyglean/indexer"
	"polyglean/internal/record"
)

func importCommand(g *globals) *cobra.Command {
	var (
		opts   importer.Options
		label  string
		format string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "import FILE...",
		Short: "Take in references that were exported elsewhere, with their labels",
		Long: `Import reads references that were exported from a database or a reference manager:
RIS, PubMed (NBIB), BibTeX, CSV or tab-delimited tables, and EndNote XML. The format
and the encoding are found out. The records are classified, indexed, merged and
counted like those of a harvest; a file that is imported again changes nothing.

Labels become full-text decisions of the account import:DATABASE. They are those of
--label for the whole of the files, or else those of a column named included, label or
decision, and of Rayyan's notes.`,
		Example: `  polyglean import scopus.ris --database Scopus
  polyglean import included.nbib --database PubMed --label included
  polyglean import screened.csv --database 'Sociological Abstracts'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if label != "" {
				if opts.Label, err = importer.ParseLabel(label); err != nil {
					return usagef("--label: %w", err)
				}
			}
			if format != "" {
				if opts.Format, err = importer.ParseFormat(format); err != nil {
					return usagef("--format: %w", err)
				}
			}
			files, err := importer.Open(cmd.Context(), args, opts)
			if err != nil {
				return usageError{err}
			}
			p, err := setUp(g)
			if err != nil {
				return err
			}
			defer p.Close()
			return p.importFiles(cmd.Context(), files, opts.Database, asJSON, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&opts.Database, "database", "", "name of the database the files were exported from, as reports are to give it")
	cmd.Flags().StringVar(&label, "label", "", "what was decided on every record: included, excluded or none (default what the files say)")
	cmd.Flags().StringVar(&format, "format", "", "ris, nbib, bibtex, csv or endnote (default found out)")
	cmd.Flags().StringVar(&opts.Encoding, "encoding", "", "encoding of the files, such as gb18030 or windows-1251 (default found out)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}

// importReport is the outcome of an import.
type importReport struct {
	Database string          `json:"database"`
	Files    []importer.File `json:"files"`
	Run      runReport       `json:"run"`
	Labels   labelReport     `json:"labels"`
}

// labelReport says what became of the labels.
type labelReport struct {
	// Account is the one that decides. Decided studies got a decision by this import,
	// Standing ones had the same already.
	Account  string `json:"account"`
	Decided  int    `json:"decided"`
	Standing int    `json:"standing"`
	// Conflicting studies have records with both labels, and no decision. Unplaced
	// records are labelled and not in the index.
	Conflicting []string `json:"conflicting,omitempty"`
	Unplaced    []string `json:"unplaced,omitempty"`
	// Unknown are the words in a column of decisions that are none.
	Unknown map[string]int `json:"unknown,omitempty"`
}

// whole says that every label became a decision.
func (l *labelReport) whole() bool { return len(l.Conflicting)+len(l.Unplaced)+len(l.Unknown) == 0 }

func (p *pipeline) importFiles(ctx context.Context, files *importer.Import, database string, asJSON bool, out, errOut io.Writer) error {
	p.stay()
	if err := p.openAll(ctx); err != nil {
		return err
	}
	opts := harvester.Options{Input: files.Digest(), Log: p.log}
	run, err := p.gather(ctx, []harvester.Source{files}, opts, errOut)
	if err != nil {
		return fmt.Errorf("import: %w (run the same import again to go on from here)", err)
	}
	report := importReport{Database: database, Files: files.Files, Run: reportOf(run)}
	if report.Labels, err = p.decideLabels(ctx, files); err != nil {
		return fmt.Errorf("import: the records are in, their labels are not: %w (run the same import again)", err)
	}
	if asJSON {
		err = writeJSON(out, report)
	} else {
		err = printImport(out, report, run)
	}
	if err == nil && (run.Partial() || !report.Labels.whole()) {
		return errPartial
	}
	return err
}

// decideLabels logs the labels of the files as decisions on the studies that their
// records have become part of. What a study has already is not logged again.
func (p *pipeline) decideLabels(ctx context.Context, files *importer.Import) (labelReport, error) {
	l := labelReport{Account: files.Account(), Unknown: files.UnknownWords()}
	labels := map[string]importer.Label{} // by study
	conflicts := map[string]bool{}
	standing := map[string]record.Verdict{}
	var order []string
	waited := p.alone()
	err := files.EachLabel(ctx, func(id string, label importer.Label) error {
		if !waited {
			// Other processes index what came.
			if err := p.drain(ctx); err != nil {
				return err
			}
			waited = true
		}
		study, err := p.searcher.Study(ctx, record.StudyID(id))
		if errors.Is(err, indexer.ErrNotFound) {
			l.Unplaced = append(l.Unplaced, id)
			return nil
		}
		if err != nil {
			return err
		}
		before, again := labels[study.ID]
		switch {
		case !again:
			labels[study.ID] = label
			order = append(order, study.ID)
			for _, d := range study.Decisions {
				if d.Decision.By == l.Account && d.Decision.Stage == record.StageFullText {
					standing[study.ID] = d.Decision.Verdict
				}
			}
		case before != label:
			conflicts[study.ID] = true
		}
		return nil
	})
	if err != nil {
		return l, err
	}
	l.Conflicting = slices.Sorted(maps.Keys(conflicts))
	for _, study := range order {
		verdict := record.Include
		if labels[study] == importer.Excluded {
			verdict = record.Exclude
		}
		switch {
		case conflicts[study]:
			continue
		case standing[study] == verdict:
			l.Standing++
			continue
		}
		d := record.Decision{
			Review: p.protocol.Name, Study: study, Stage: record.StageFullText, Verdict: verdict,
			Reason: "labelled so in an imported file", By: l.Account, At: time.Now().UTC(),
		}
		if _, err := p.bus.Decide(ctx, d); err != nil {
			return l, err
		}
		l.Decided++
	}
	if l.Decided == 0 {
		return l, nil
	}
	return l, p.rescore(ctx)
}

func printImport(w io.Writer, r importReport, run harvester.Run) error {
	for _, f := range r.Files {
		fmt.Fprintf(w, "%s: %s in %s, %s\n", clean(filepath.Base(f.Path)), f.Format.Name(), f.Encoding, plural(f.Records, "record", "records"))
		if f.Mended > 0 {
			fmt.Fprintf(w, "    %s not %s and had to be replaced\n", plural(f.Mended, "byte is", "bytes are"), f.Encoding)
		}
	}
	fmt.Fprintln(w)
	if err := printRun(w, run); err != nil {
		return err
	}
	if r.Run.Totals.Parked > 0 {
		fmt.Fprintf(w, "\n%s could not be read: polyglean parked gives the line and the reason of each\n", plural(r.Run.Totals.Parked, "record", "records"))
	}
	l := r.Labels
	if l.Decided+l.Standing > 0 {
		fmt.Fprintf(w, "\n%s logged by %s, %s already\n", plural(l.Decided, "decision", "decisions"), clean(l.Account), plural(l.Standing, "was there", "were there"))
	}
	list := func(ids []string, one, many, what string) {
		if len(ids) > 0 {
			fmt.Fprintf(w, "\n%s %s:\n", plural(len(ids), one, many), what)
		}
		for _, id := range ids {
			fmt.Fprintf(w, "    %s\n", clean(id))
		}
	}
	list(l.Conflicting, "study has", "studies have", "records of both labels and got no decision")
	list(l.Unplaced, "labelled record is", "labelled records are", "not in the index (polyglean parked says why)")
	if len(l.Unknown) > 0 {
		fmt.Fprintln(w, "\nWords in the column of decisions that are not known (yes, no, included, excluded, 1, 0 are):")
		for _, line := range countLines(l.Unknown, 84) {
			fmt.Fprintf(w, "    %s\n", clean(line))
		}
	}
	return nil
}
