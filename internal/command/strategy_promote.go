package command

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"polyglean/indexer/diagnosis"
	"polyglean/internal/protocol"
)

// promoteTarget is where the next version of a protocol goes, and who makes it.
type promoteTarget struct {
	path, by string
}

func (t *promoteTarget) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&t.path, "output", "o", "", "file to write (default the protocol's name and its new version, beside the old one)")
	cmd.Flags().StringVar(&t.by, "by", account(), "account that promotes")
}

func promoteCommand(g *globals) *cobra.Command {
	var (
		block, lang string
		to          promoteTarget
		asJSON      bool
	)
	cmd := &cobra.Command{
		Use:   "promote TERM --block BLOCK",
		Short: "Write the next version of the protocol, with a term added",
		Long: `Promote adds a term to a block of the strategy and writes the next version of the
protocol, which says where the term comes from: the records that were missed and hold
it, when and by whom it was added. A term of another language joins the search of that
language, or begins one. The strategy as it was published is kept as the baseline. Put
the new file under "protocol" in the configuration and harvest: the report of the run
says what the term brought.`,
		Example: `  polyglean strategy promote '"human trafficking"' --block 'sex trafficking'
  polyglean strategy promote '"trata con fines de explotación"' --block 'sex trafficking' --lang es`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: g.run((*pipeline).openSearch, func(ctx context.Context, p *pipeline, args []string, out io.Writer) error {
			if !slices.ContainsFunc(p.protocol.Strategy.Blocks, func(b protocol.Block) bool { return b.Name == block }) {
				var names []string
				for _, b := range p.protocol.Strategy.Blocks {
					names = append(names, fmt.Sprintf("%q", b.Name))
				}
				return usagef("--block %q: the strategy's blocks are %s", block, strings.Join(names, " and "))
			}
			s, err := diagnosis.Measure(ctx, p.eachStudy, p.protocol, args[0], cmp.Or(lang, p.protocol.Strategy.Lang), block)
			if err != nil {
				return err
			}
			return p.promote(s, to, asJSON, out)
		}),
	}
	cmd.Flags().StringVar(&block, "block", "", "the block of the strategy whose idea the term expresses")
	cmd.Flags().StringVar(&lang, "lang", "", "language of the term, such as es (default the strategy's)")
	to.register(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// promotion is the outcome of promoting a term.
type promotion struct {
	File    string `json:"file"`
	Lexicon string `json:"lexicon,omitempty"`
	Version string `json:"version"`
	diagnosis.Suggestion
}

// promote writes the next version of the protocol with a term that was measured.
func (p *pipeline) promote(s diagnosis.Suggestion, to promoteTarget, asJSON bool, out io.Writer) error {
	folder, name, text, open, err := p.protocolText()
	if err != nil {
		return err
	}
	next, made, err := protocol.Promote(name, text, open, protocol.Promoted{
		Term: s.Term, Block: s.Block, Lang: s.Lang, Date: time.Now().UTC().Format(time.DateOnly), By: to.by, Records: s.Records,
	})
	if err != nil {
		return usageError{err}
	}
	done := promotion{File: to.path, Version: made.Version, Suggestion: s}
	if done.File == "" {
		done.File = filepath.Join(folder, made.Name+"-"+fileName(made.Version)+".yaml")
	}
	if done.Lexicon, err = p.carryLexicon(done.File, folder); err != nil {
		return err
	}
	if err := writeNew(done.File, next); err != nil {
		return err
	}
	if asJSON {
		return writeJSON(out, done)
	}
	fmt.Fprintf(out, "Wrote %s, version %s: %s in “%s”.\n", done.File, clean(made.Version), clean(s.Term), clean(s.Block))
	if done.Lexicon != "" {
		fmt.Fprintf(out, "Its lexicon is %s.\n", done.Lexicon)
	}
	fmt.Fprintf(out, "In the index as it is, it would add %s: %d known, %d likely.\n", plural(s.Adds, "study", "studies"), s.Gains, s.Likely)
	_, err = fmt.Fprintf(out, "To use it, put this into the configuration and harvest:\n    protocol: %s\n", done.File)
	return err
}

// protocolText is the protocol as its file has it, with its folder and what opens the
// files that it names; the built-in one belongs into the working directory.
func (p *pipeline) protocolText() (folder, name string, text []byte, open func(string) ([]byte, error), err error) {
	path := p.config.Protocol
	if path == "" {
		lexicon, table := protocol.DefaultLexicon()
		return ".", protocol.Default().Name + ".yaml", protocol.DefaultYAML(), func(file string) ([]byte, error) {
			if file != lexicon {
				return nil, fs.ErrNotExist
			}
			return table, nil
		}, nil
	}
	folder = filepath.Dir(path)
	text, err = os.ReadFile(path)
	return folder, path, text, func(file string) ([]byte, error) { return os.ReadFile(filepath.Join(folder, filepath.FromSlash(file))) }, err
}

// carryLexicon makes sure that the lexicon stands where the new file looks for it.
// Where it wrote one it returns its path.
func (p *pipeline) carryLexicon(file, folder string) (string, error) {
	if p.config.Protocol != "" {
		if same, err := sameFolder(filepath.Dir(file), folder); err != nil || same {
			return "", err
		}
		return "", usagef("--output %s: write it into the folder of the protocol, %s, where its lexicon is", file, folder)
	}
	name, table := protocol.DefaultLexicon()
	path := filepath.Join(filepath.Dir(file), name)
	have, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(have, table):
		return "", nil
	case err == nil:
		return "", usagef("%s is there already and is another than the built-in lexicon: choose another folder with --output", path)
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	return path, writeNew(path, table)
}

func sameFolder(a, b string) (bool, error) {
	fa, err := os.Stat(a)
	if err != nil {
		return false, usageError{err}
	}
	fb, err := os.Stat(b)
	return err == nil && os.SameFile(fa, fb), err
}

// fileName makes a version fit for the name of a file.
func fileName(version string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == ':' || r < ' ' {
			return '-'
		}
		return r
	}, version)
}

// writeNew writes a file that is not there yet.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // A protocol is for others to read.
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s exists already; it is left as it is: name another file with --output", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
