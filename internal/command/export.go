package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"polyglean/indexer"
	"polyglean/indexer/export"
	"polyglean/internal/record"
)

func exportCommand(g *globals) *cobra.Command {
	var (
		wanted    queryFlags
		job       exportJob
		format    string
		abstracts string
		asJSON    bool
	)
	cmd := &cobra.Command{
		Use:   "export [QUERY]",
		Short: "Write studies for reference managers, screening tools and spreadsheets",
		Long: `Export writes the studies that a query and its filters find, as polyglean search
lists them: RIS, NBIB, BibTeX, CSL-JSON and EndNote XML for reference managers and
screening tools, CSV and XLSX with one row a study, JSONL for programs. Without a query
it writes all studies.

What goes to screening tools is split at 15,000 references and 50 MB, which is what they
take in one file. An abstract whose record reserves the rights to it is withheld, and
the reference says so.`,
		Example: `  polyglean export --flag keyword-miss -o candidates.ris
  polyglean export 'exit* AND brothel' --decision include -o included.xlsx
  polyglean export --by source -o found.ris
  polyglean export --format csv > studies.csv`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := wanted.query(args)
			if err != nil {
				return err
			}
			if err := job.settle(format, abstracts); err != nil {
				return err
			}
			return g.run((*pipeline).openSearch, func(ctx context.Context, p *pipeline, _ []string, out io.Writer) error {
				job.opts.Names, job.opts.Attributes = p.protocol.Names, p.protocol.Attributes
				return job.run(ctx, p.searcher, withIDs(q, p.protocol), asJSON, out)
			})(cmd, args)
		},
	}
	f := cmd.Flags()
	wanted.register(f)
	f.StringVarP(&job.path, "output", "o", "", "file to write, its ending names the format (default the standard output)")
	f.StringVar(&format, "format", "", "ris, nbib, bibtex, csl-json, endnote, csv, xlsx or jsonl (default by the file's ending)")
	f.StringVar(&job.by, "by", "", "source: a file for each source and each imported database, which keeps PRISMA counts apart")
	f.IntVar(&job.split, "split", -1, "most references in a file, 0 for no limit (default 15,000 for reference managers, none for tables)")
	f.StringVar(&abstracts, "abstracts", "shareable", "shareable (not those whose rights are reserved), all or none")
	f.BoolVar(&job.opts.Raw, "raw", false, "leave cells that begin like a formula as they are")
	f.BoolVar(&asJSON, "json", false, "print the list of files as JSON")
	return cmd
}

// exportJob is where studies go, and in which form.
type exportJob struct {
	path   string
	by     string
	split  int
	format export.Format
	opts   export.Options
}

// settle checks the flags against each other.
func (j *exportJob) settle(format, abstracts string) error {
	var err error
	switch {
	case format != "":
		j.format, err = export.ParseFormat(format)
	case j.path == "":
		return usagef("--format is missing: say in which form to write to the standard output, such as --format csv")
	default:
		if j.format, err = export.ParseFormat(filepath.Ext(j.path)); err != nil {
			return usagef("%s: the ending names no format: add --format", j.path)
		}
	}
	if err != nil {
		return usagef("--format: %w", err)
	}
	if j.opts.Abstracts, err = export.ParseAbstracts(abstracts); err != nil {
		return usagef("--%w", err)
	}
	switch {
	case j.by != "" && j.by != "source":
		return usagef("--by %q: want source", j.by)
	case j.by != "" && j.path == "":
		return usagef("--by source writes several files: name the first with --output")
	}
	return nil
}

// limits are those of one file.
func (j *exportJob) limits() (references int, bytes int64) {
	switch {
	case j.split >= 0:
		return j.split, 0
	case slices.Contains([]export.Format{export.CSV, export.XLSX, export.JSONL}, j.format):
		return 0, 0
	}
	return export.MaxReferences, export.MaxBytes
}

func (j *exportJob) run(ctx context.Context, s indexer.Searcher, q indexer.Query, asJSON bool, out io.Writer) error {
	if j.path == "" {
		w, err := export.NewWriter(j.format, out, j.opts)
		if err != nil {
			return err
		}
		_, err = indexer.EachFound(ctx, s, q, func(study *indexer.Study) error {
			r := export.Of(study, j.opts)
			return w.Write(&r)
		})
		return errors.Join(err, w.Close())
	}
	files, err := j.toFiles(ctx, s, q)
	if err != nil {
		return fmt.Errorf("export to %s: %w", j.path, err)
	}
	if asJSON {
		return writeJSON(out, map[string]any{"format": j.format, "files": files})
	}
	for _, f := range files {
		fmt.Fprintf(out, "%s  %s, %s\n", f.Path, plural(f.References, "study", "studies"), megabytes(f.Bytes))
	}
	return nil
}

// toFiles writes the files and lists them. One that is not complete is taken away.
func (j *exportJob) toFiles(ctx context.Context, s indexer.Searcher, q indexer.Query) (files []export.File, err error) {
	splits := map[string]*export.Split{}
	defer func() {
		if err != nil {
			for _, sp := range splits {
				sp.Abandon()
			}
		}
	}()
	to := func(name, path string) *export.Split {
		if splits[name] == nil {
			references, bytes := j.limits()
			splits[name] = export.NewSplit(path, j.format, j.opts, references, bytes)
		}
		return splits[name]
	}
	if j.by == "" {
		to("", j.path) // also when nothing is found
	}
	_, err = indexer.EachFound(ctx, s, q, func(study *indexer.Study) error {
		r := export.Of(study, j.opts)
		if j.by == "" {
			return to("", j.path).Write(&r)
		}
		written := map[*export.Split]bool{}
		for i := range study.Members {
			source := fileSource(&study.Members[i].Record.Candidate)
			ext := filepath.Ext(j.path)
			file := to(source, strings.TrimSuffix(j.path, ext)+"-"+source+ext)
			if written[file] {
				continue
			}
			written[file] = true
			if err := file.Write(&r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(splits)) {
		done, err := splits[name].Close()
		if err != nil {
			return nil, err
		}
		files = append(files, done...)
	}
	return files, nil
}

// fileSource names the file of --by source that a record belongs in: that of its source,
// or of the database it was imported from.
func fileSource(c *record.Candidate) string {
	if c.Route == record.RouteImport {
		return c.Source + "-" + indexer.ImportSlug(c.SourceID)
	}
	return c.Source
}

// megabytes writes a size for people.
func megabytes(n int64) string {
	if n < 1e5 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
