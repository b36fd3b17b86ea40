package command

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"
	"unicode/utf8"

	"polyglean/internal/demo"
)

// errLeftOut stands for a measurement nobody asked for.
var errLeftOut = errors.New("left out (--no-baseline)")

// result is a measurement, or why there is none.
type result struct {
	measurement
	err error
}

// figure returns a figure of the result; nil, and why, when it was not measured.
func (r result) figure(f figure) (*float64, string) {
	if r.err != nil {
		return nil, r.err.Error()
	}
	v := f.read(r.measurement)
	if v == 0 {
		return nil, "this system does not tell it"
	}
	return &v, ""
}

// benchReport is what bench prints.
type benchReport struct {
	Machine machine    `json:"machine"`
	Texts   texts      `json:"texts"`
	Rows    []benchRow `json:"rows"`
}

// texts are what the figures were measured with. Most costs grow with the length of
// the texts, and by more the straightforward way than ours.
type texts struct {
	Records int `json:"records"`
	// Characters is the mean of title and abstract together.
	Characters int `json:"characters"`
}

// machine is what the figures were measured on.
type machine struct {
	Go   string `json:"go"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
	// CPUs is how many this program uses at once.
	CPUs int `json:"cpus"`
}

// benchRow is a figure of both sides. What was not measured is absent, and the note
// says why.
type benchRow struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
	// Ours and Plain, the straightforward way's, are in Unit.
	Ours  *float64 `json:"ours,omitempty"`
	Plain *float64 `json:"plain,omitempty"`
	// Ratio is how many times better ours is: faster, or smaller.
	Ratio *float64 `json:"ratio,omitempty"`
	Goal  string   `json:"goal"`
	Note  string   `json:"note"`
	// Records and PlainRecords are how many each side was measured with.
	Records      int `json:"records"`
	PlainRecords int `json:"plain_records,omitempty"`
}

func newBenchReport(corpus *demo.Corpus) *benchReport {
	t := texts{Records: len(corpus.Records)}
	for _, r := range corpus.Records {
		t.Characters += utf8.RuneCountInString(r.Title) + utf8.RuneCountInString(r.Abstract)
	}
	t.Characters /= max(t.Records, 1)
	return &benchReport{
		Texts:   t,
		Machine: machine{Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.GOMAXPROCS(0)},
		Rows:    []benchRow{},
	}
}

// add makes a row of each figure of a benchmark.
func (r *benchReport) add(b benchmark, ours, plain result) {
	for _, f := range b.figures {
		row := benchRow{
			Name: b.name + f.suffix, Unit: f.unit, Goal: f.goal, Note: b.note,
			Records: ours.Records, PlainRecords: plain.Records,
		}
		for _, side := range []struct {
			name  string
			value **float64
			result
		}{{"ours", &row.Ours, ours}, {"plain", &row.Plain, plain}} {
			var why string
			if *side.value, why = side.figure(f); why != "" {
				row.Note += fmt.Sprintf("; %s not measured: %s", side.name, why)
			}
		}
		if row.Ours != nil && row.Plain != nil {
			ratio := *row.Ours / *row.Plain
			if f.less {
				ratio = 1 / ratio
			}
			row.Ratio = &ratio
		}
		r.Rows = append(r.Rows, row)
	}
}

func printBench(w io.Writer, r *benchReport) {
	st := stylesFor(w)
	m := r.Machine
	fmt.Fprintf(w, "%s on %s/%s, %s; %s of %s characters on average\n\n", m.Go, m.OS, m.Arch,
		plural(m.CPUs, "processor", "processors"), plural(r.Texts.Records, "generated record", "generated records"), thousands(r.Texts.Characters))
	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "\tours\tplain\tunit\ttimes better\tgoal\t")
	number := func(v *float64, unit string) string {
		switch {
		case v == nil:
			return "–"
		case *v < 100:
			return fmt.Sprintf("%.1f%s", *v, unit)
		}
		return thousands(int(*v+0.5)) + unit
	}
	for _, row := range r.Rows {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t\n", row.Name, number(row.Ours, ""), number(row.Plain, ""), row.Unit, number(row.Ratio, "x"), row.Goal)
	}
	_ = tw.Flush()
	fmt.Fprintln(w)
	for i, row := range r.Rows {
		if i > 0 && row.Note == r.Rows[i-1].Note {
			continue // figures of one measurement
		}
		counts := thousands(row.Records)
		if row.PlainRecords > 0 {
			counts += " and " + thousands(row.PlainRecords)
		}
		fmt.Fprintf(w, "%s: %s%s; %s records%s\n", row.Name, st.dim, clean(row.Note), counts, st.reset)
	}
}
