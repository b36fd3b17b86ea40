// Package command is polyglean's command line: it reads the configuration, wires the
// stages, and prints what people see. It alone, on behalf of main, imports all
// stages; what they do is theirs.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"polyglean/indexer"
	"polyglean/internal/heap"
	"polyglean/internal/strategy"
)

// The exit codes.
const (
	exitComplete = 0
	exitError    = 1
	exitUsage    = 2
	exitPartial  = 3
)

// errPartial ends a command whose work is done as far as it could be: the reasons
// have been printed.
var errPartial = errors.New("partial")

// errReported ends a command that has said itself what is wrong.
var errReported = errors.New("reported")

// usageError is a mistake in what the user wrote.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// Run runs the command that the process was started with and returns its exit code:
// 0 complete, 1 error, 2 a mistake in the command or a file, 3 partial.
func Run() int {
	// The first signal asks every stage to finish what it has in hand; a second one
	// ends the process.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	heap.Tune()
	root := newRoot()
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitComplete
	case errors.Is(err, errPartial):
		return exitPartial
	case errors.Is(err, errReported):
		return exitError
	}
	fmt.Fprintln(os.Stderr, "polyglean:", err)
	var syntax *strategy.SyntaxError
	if errors.As(err, &syntax) {
		fmt.Fprintln(os.Stderr, syntax.Pointer())
		if syntax.Fix != "" {
			fmt.Fprintln(os.Stderr, "Try:", clean(syntax.Fix))
		}
		return exitUsage
	}
	var usage usageError
	var query *indexer.QueryError
	if errors.As(err, &usage) || errors.As(err, &query) || errors.Is(err, indexer.ErrPage) {
		return exitUsage
	}
	if ctx.Err() != nil {
		return exitPartial
	}
	return exitError
}

// globals are the flags that every command has.
type globals struct {
	config  string
	data    string
	verbose bool
}

// run is what most commands do: set the pipeline up, open what they need of it, work,
// and close it again.
func (g *globals) run(
	open func(*pipeline, context.Context) error,
	work func(ctx context.Context, p *pipeline, args []string, out io.Writer) error,
) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		p, err := setUp(g)
		if err != nil {
			return err
		}
		defer p.Close()
		if err := open(p, cmd.Context()); err != nil {
			return err
		}
		return work(cmd.Context(), p, args, cmd.OutOrStdout())
	}
}

func newRoot() *cobra.Command {
	g := &globals{}
	root := &cobra.Command{
		Use:           "polyglean",
		Short:         "Find the studies that a systematic review's keyword search would miss",
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v (polyglean %s --help lists the flags)", err, cmd.Name())
	})
	flags := root.PersistentFlags()
	flags.StringVar(&g.config, "config", os.Getenv(envPrefix+"CONFIG"), "configuration file (default ./"+configFile+" if there is one)")
	flags.StringVar(&g.data, "data", "", "data directory (default data_dir of the configuration)")
	flags.BoolVarP(&g.verbose, "verbose", "v", false, "say on standard error what is being done")
	// In the order in which a newcomer meets them.
	cobra.EnableCommandSorting = false
	root.AddCommand(
		demoCommand(g), initCommand(), harvestCommand(g), importCommand(g), snowballCommand(g), serveCommand(g),
		searchCommand(g), exportCommand(g), prismaCommand(g), strategyCommand(g), decideCommand(g), studiesCommand(g), alertsCommand(g), runsCommand(g), parkedCommand(g),
		verifyCommand(g), reindexCommand(g), backupCommand(g), restoreCommand(g), doctorCommand(g), evaluateCommand(g), benchCommand(g), versionCommand(),
	)
	root.Args = usageArgs(cobra.NoArgs)
	for _, c := range root.Commands() {
		c.Args = usageArgs(c.Args)
	}
	return root
}

// usageArgs makes a wrong number of arguments a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check == nil {
			check = cobra.NoArgs
		}
		if err := check(cmd, args); err != nil {
			return usagef("%v (polyglean %s --help)", err, cmd.Name())
		}
		return nil
	}
}
