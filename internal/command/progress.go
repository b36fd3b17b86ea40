package command

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"polyglean/harvester"
)

// painter shows how far the stages are: bars on a terminal, a plain line every few
// seconds elsewhere.
type painter struct {
	stop    chan struct{}
	stopped chan struct{}
}

// plainEvery is the pause between plain lines.
const plainEvery = 10 * time.Second

// newPainter begins to show the progress of h, and of the stages unless s is nil.
func newPainter(w io.Writer, h *harvester.Harvester, s *stages) *painter {
	p := &painter{stop: make(chan struct{}), stopped: make(chan struct{})}
	show := p.plain
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		show = p.bars
	}
	go func() {
		defer close(p.stopped)
		show(w, h, s)
	}()
	return p
}

// finish shows the last state and returns when the terminal is free again.
func (p *painter) finish() {
	close(p.stop)
	<-p.stopped
}

// gauge is one stage: what it has done of what is known to come.
type gauge struct {
	name string
	read func() (done, total int64)
}

func gauges(h *harvester.Harvester, s *stages) []gauge {
	g := []gauge{{"harvested", func() (int64, int64) {
		return h.Progress.Received.Load(), h.Progress.Announced.Load()
	}}}
	if s == nil {
		return g
	}
	return append(
		g,
		gauge{"classified", func() (int64, int64) {
			done := s.classify.Classified.Load() + s.classify.Parked.Load()
			return done, max(done, h.Progress.Published.Load())
		}},
		gauge{"indexed", func() (int64, int64) {
			done := s.index.Indexed.Load()
			return done, max(done, s.classify.Classified.Load())
		}},
	)
}

func (p *painter) bars(w io.Writer, h *harvester.Harvester, s *stages) {
	progress := mpb.New(mpb.WithOutput(w), mpb.WithWidth(48))
	all := gauges(h, s)
	bars := make([]*mpb.Bar, len(all))
	for i, g := range all {
		bars[i] = progress.New(0, mpb.BarStyle().Rbound("▏").Lbound("▕").Filler("█").Tip("█").Padding(" "),
			mpb.PrependDecorators(decor.Name(g.name, decor.WC{W: 11, C: decor.DindentRight})),
			mpb.AppendDecorators(decor.CountersNoUnit("%d of %d")))
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for running := true; running; {
		select {
		case <-tick.C:
		case <-p.stop:
			running = false
		}
		for i, g := range all {
			done, total := g.read()
			bars[i].SetTotal(max(total, done, 1), false)
			bars[i].SetCurrent(done)
		}
	}
	for _, b := range bars {
		b.SetTotal(-1, true) // full at what it has
	}
	progress.Wait()
}

func (p *painter) plain(w io.Writer, h *harvester.Harvester, s *stages) {
	all := gauges(h, s)
	line := func() {
		for i, g := range all {
			if i > 0 {
				fmt.Fprint(w, ", ")
			}
			done, total := g.read()
			fmt.Fprintf(w, "%s %d of %d", g.name, done, max(done, total))
		}
		fmt.Fprintln(w)
	}
	tick := time.NewTicker(plainEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			line()
		case <-p.stop:
			line()
			return
		}
	}
}
