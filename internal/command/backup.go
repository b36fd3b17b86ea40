package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"polyglean/internal/backup"
	"polyglean/internal/stream"
)

func backupCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy everything that cannot be made again into one file",
		Long: `Backup copies the log of candidates and what became of them, decisions, cursors, the
run ledger, what is parked, and the alerts with their addresses and what they told into
one file, while polyglean serve or a harvest may go on. The index is not in it: a restore makes it anew. FILE is a tar archive; it appears
under its name when it is whole and on disk, and replaces nothing.`,
		Args: cobra.ExactArgs(1),
		RunE: g.run((*pipeline).openBus, func(ctx context.Context, p *pipeline, args []string, out io.Writer) error {
			path := args[0]
			if err := p.somethingLogged(ctx); err != nil {
				return err
			}
			m, err := backup.Save(ctx, path, p.bus, "polyglean "+version())
			if errors.Is(err, fs.ErrExist) {
				return usageError{err}
			}
			if err != nil {
				return err
			}
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "Wrote %s, %s kB: %s.\n", path, thousands(int(info.Size()+999)/1000), messages(m))
			return nil
		}),
	}
}

// somethingLogged is an error where there is nothing to back up: most likely the
// directory is not the one that was meant.
func (p *pipeline) somethingLogged(ctx context.Context) error {
	sizes, err := p.bus.Sizes(ctx)
	if err != nil {
		return err
	}
	for _, s := range sizes {
		if s.Messages > 0 {
			return nil
		}
	}
	return usagef("there is nothing to back up (stream %s): say where it is with --data or --config", p.streamPlace())
}

func restoreCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Write a backup into an empty data directory or cluster, and index it",
		Long: `Restore compares every byte of the file with its digests, writes it into streams that
hold nothing yet, embedded or on a server, wherever it was made, and builds the index.
A restore that was interrupted is begun anew by calling it again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := setUp(g)
			if err != nil {
				return err
			}
			defer p.Close()
			return p.restore(cmd.Context(), args[0], cmd.OutOrStdout())
		},
	}
}

func (p *pipeline) restore(ctx context.Context, path string, out io.Writer) error {
	f, err := backup.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Fprintf(out, "%s is whole: %s, made %s by %s.\n",
		path, messages(f.Manifest), f.Head.Created.Format("2006-01-02 15:04 MST"), clean(f.Head.Program))
	// An index that is there belongs to another log.
	if err := f.Restore(ctx, p.config.NATS, p.dropIndex); err != nil {
		return err
	}
	fmt.Fprintln(out, "Restored the log.")
	if err := p.openBus(ctx); err != nil {
		return err
	}
	n, err := p.reindex(ctx)
	if err != nil {
		return fmt.Errorf("%w (the log is restored, and the index is not built: run polyglean reindex)", err)
	}
	fmt.Fprintf(out, "Built the index: %s. polyglean verify compares it with the log.\n", plural(n, "study", "studies"))
	return nil
}

// messages tells what a backup has.
func messages(m backup.Manifest) string {
	n := map[string]int{}
	for _, s := range m.Streams {
		n[s.Name] = s.Messages
	}
	return fmt.Sprintf("%s of candidates and %s classified, %s, %s parked",
		plural(n[stream.Candidates], "envelope", "envelopes"), thousands(n[stream.Classified]),
		plural(n[stream.Decisions], "decision", "decisions"), plural(n[stream.Parked], "item", "items"))
}
