package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"polyglean/internal/bench"
	"polyglean/internal/demo"
)

// benchmark is one piece of the work, done by this program and the straightforward
// way (package internal/bench), each in a fresh process.
type benchmark struct {
	name string
	// note says for people what each side does.
	note        string
	ours, plain func(context.Context, workload) (measurement, error)
	// plainRecords is the most records that the straightforward way is given, 0 for
	// as many as ours.
	plainRecords int
	figures      []figure
}

// measurement is what one side took.
type measurement struct {
	Records int     `json:"records"`
	Seconds float64 `json:"seconds"`
	// PeakBytes is the most memory resident, 0 where the system does not tell it.
	PeakBytes int64 `json:"peak_bytes"`
	// DiskBytes is what was written, where that is compared.
	DiskBytes int64 `json:"disk_bytes"`
}

// figure is a number that both measurements have.
type figure struct {
	suffix, unit, goal string
	read               func(measurement) float64
	// less says that a smaller number is the better one.
	less bool
}

func speed(goal string) figure {
	return figure{unit: "records/s", goal: goal, read: func(m measurement) float64 { return float64(m.Records) / m.Seconds }}
}

func memory(goal string) figure {
	return figure{suffix: "-memory", unit: "MB", goal: goal, less: true, read: func(m measurement) float64 { return float64(m.PeakBytes) / 1e6 }}
}

func disk(goal string) figure {
	return figure{suffix: "-disk", unit: "MB", goal: goal, less: true, read: func(m measurement) float64 { return float64(m.DiskBytes) / 1e6 }}
}

// plainTerms is how many regular expressions the whole of the straightforward way
// matches.
const plainTerms = 200

var benchmarks = []benchmark{
	{
		name: "language", ours: languageOurs(bench.TitleAndAbstract), plain: languagePlain(bench.TitleAndAbstract), plainRecords: 200,
		note:    "the language of title and abstract as one text, against lingua-go with all 75 languages in memory; loading is not timed; lingua-go is slowest on long texts in Latin letters, as most of the generated ones are, like real abstracts",
		figures: []figure{speed("≥ 100x"), memory("≤ 300 MB")},
	},
	{
		name: "titles", ours: languageOurs(titleOf), plain: languagePlain(titleOf), plainRecords: 200,
		note:    "the language of the title alone, in the same way",
		figures: []figure{speed("≥ 50x")},
	},
	{
		name: "ledger", ours: ledgerOurs, plain: languagePlain(bench.TitleAndAbstract), plainRecords: 200,
		note:    "the whole language ledger of a record, its texts divided where their language changes and hardly a term to look for, against that one call of lingua-go",
		figures: []figure{speed("")},
	},
	{
		name: "match", ours: matchOurs, plain: matchPlain, plainRecords: 5,
		note:    "every place of the strategy and of the lexicon's patterns of all languages, against every place of one regexp of the same patterns, without those that have a gap",
		figures: []figure{speed("≥ 300x")},
	},
	{
		name: "publish", ours: publishOurs, plain: publishPlain, plainRecords: 1000,
		note:    "synced to disk before it is acknowledged: a page of 100 records and the hashes of each in a message, against one record a message",
		figures: []figure{speed("≥ 20x")},
	},
	{
		name: "index", ours: indexOurs, plain: indexPlain,
		note:    "from the log, joined to studies and written with the study itself, against batches of 100 maps of fields into Bleve's default mapping, from memory; what is merged at rest is not timed, and is done before the disk is measured",
		figures: []figure{speed("≥ 2x"), disk("≥ 2x")},
	},
	{
		name: "end-to-end", ours: wholeOurs, plain: wholePlain,
		note:    fmt.Sprintf("a harvest of one source with the same pages, against a message per record, lingua-go, %d regexps and Bleve's default mapping, a goroutine each; it is stopped after %v and its models are loaded before", plainTerms, benchBudget),
		figures: []figure{speed("≥ 50x, ≥ 2,000/s"), memory("≤ 600 MB")},
	},
	{
		name: "end-to-end-careful", ours: wholeOurs, plain: wholeCareful,
		note:    fmt.Sprintf("the same harvest, against those parts after they were measured and tuned: pages of %d in a message, lingua-go with the lexicon's languages on the beginning of a text, its patterns looked up word by word, a static mapping of Bleve in batches of %d, all processors", carefulPage, carefulBatch),
		figures: []figure{speed("≥ 2x")},
	},
}

// benchPages is how many bytes of pages are kept ready, some 20,000 records; of more
// records the rest is made when it is asked for.
const benchPages = 256 << 20

// benchBudget is how long one side is given. The indexes, whose sizes are compared,
// and our own harvest are always done to the end.
const benchBudget = 30 * time.Second

func benchmarkNames() []string {
	names := make([]string, len(benchmarks))
	for i, b := range benchmarks {
		names[i] = b.name
	}
	return names
}

type benchOptions struct {
	records            int
	only               []string
	asJSON, noBaseline bool
}

func benchCommand(*globals) *cobra.Command {
	var o benchOptions
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure this program against the straightforward way, on this machine",
		Long: `Bench does the parts of the work, and then the whole, with this program and with
well-known parts as they come: lingua-go with all its languages, a regular
expression per term, a message per record, Bleve's default mapping. The whole is
also compared with a careful assembly of them, each told to do no more than is
needed. Both sides get the same generated records, each in a process of its own:
long and short as real ones are, two thirds in English, one in five on topic.
The times depend on the machine and on what else it is doing; compare the ratios.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runBench(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().IntVar(&o.records, "records", 10_000, "how many records to generate")
	cmd.Flags().StringSliceVar(&o.only, "only", nil, "measure only these: "+strings.Join(benchmarkNames(), ", "))
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&o.noBaseline, "no-baseline", false, "leave the straightforward way out")
	cmd.AddCommand(measureCommand())
	return cmd
}

// measureCommand is what runBench starts to measure one side of one benchmark.
func measureCommand() *cobra.Command {
	var w workload
	cmd := &cobra.Command{
		Use:    "measure NAME ours|plain",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			i := slices.Index(benchmarkNames(), args[0])
			if i < 0 {
				return usagef("%q is not measured: known are %s", args[0], strings.Join(benchmarkNames(), ", "))
			}
			measure := benchmarks[i].ours
			switch args[1] {
			case "ours":
			case "plain":
				measure = benchmarks[i].plain
			default:
				return usagef("%q is no side of a benchmark: want ours or plain", args[1])
			}
			m, err := measure(cmd.Context(), w)
			if err != nil {
				return err
			}
			// The row says when the system does not tell.
			m.PeakBytes, _ = bench.PeakMemory()
			return json.NewEncoder(cmd.OutOrStdout()).Encode(m)
		},
	}
	cmd.Flags().StringVar(&w.url, "url", "", "where the records are served")
	cmd.Flags().IntVar(&w.records, "records", 0, "how many to take")
	cmd.Flags().StringVar(&w.dir, "dir", "", "an empty folder")
	return cmd
}

func runBench(ctx context.Context, o benchOptions, out, errOut io.Writer) error {
	if o.records < 1 {
		return usagef("--records %d: want at least one", o.records)
	}
	for _, name := range o.only {
		if !slices.Contains(benchmarkNames(), name) {
			return usagef("--only %q: it can be %s", name, strings.Join(benchmarkNames(), ", "))
		}
	}
	// Served from here, the records' making and memory are not measured.
	server, err := demo.StartGenerated(o.records, 0)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer server.Close()
	// Nor is the making of its pages: each is asked for once before.
	server.Keep(benchPages)
	for _, err := range (workload{url: server.URL(demo.OpenAlex), records: o.records}).pages(ctx) {
		if err != nil {
			return fmt.Errorf("bench: %w", err)
		}
	}

	report := newBenchReport(server.Corpus())
	complete := true
	for _, b := range benchmarks {
		if len(o.only) > 0 && !slices.Contains(o.only, b.name) {
			continue
		}
		measure := func(side string, records int) result {
			m, err := runMeasure(ctx, b.name, side, server.URL(demo.OpenAlex), records)
			switch {
			case ctx.Err() != nil: // stopped, which is said once
			case err != nil:
				complete = false
				fmt.Fprintf(errOut, "%s, %s: not measured: %v\n", b.name, side, err)
			default:
				fmt.Fprintf(errOut, "%s, %s: %s in %.1f s\n", b.name, side, plural(m.Records, "record", "records"), m.Seconds)
			}
			return result{measurement: m, err: err}
		}
		ours := measure("ours", o.records)
		plain := result{err: errLeftOut}
		if !o.noBaseline {
			n := o.records
			if b.plainRecords > 0 {
				n = min(n, b.plainRecords)
			}
			plain = measure("plain", n)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		report.add(b, ours, plain)
	}
	if o.asJSON {
		err = writeJSON(out, report)
	} else {
		printBench(out, report)
	}
	if err == nil && !complete {
		return errPartial
	}
	return err
}

// runMeasure measures one side in a process of its own, in a folder that is removed
// when it has ended.
func runMeasure(ctx context.Context, name, side, url string, records int) (m measurement, err error) {
	program, err := os.Executable()
	if err != nil {
		return m, err
	}
	dir, err := os.MkdirTemp("", "polyglean-bench-")
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cmd := exec.CommandContext(ctx, program, "bench", "measure", name, side,
		"--url", url, "--records", fmt.Sprint(records), "--dir", dir)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		said := strings.Split(strings.TrimSpace(errOut.String()), "\n")
		if last := strings.TrimPrefix(said[len(said)-1], "polyglean: "); last != "" {
			return m, errors.New(last)
		}
		return m, err
	}
	if err := json.Unmarshal(out.Bytes(), &m); err != nil {
		return m, fmt.Errorf("the measuring process printed %q: %w", out.String(), err)
	}
	return m, nil
}
