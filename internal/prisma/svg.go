package prisma

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The measures of the diagram, in units of the drawing.
const (
	boxWidth   = 370
	column     = boxWidth + 50
	lineHeight = 19
	padding    = 12
	gap        = 34
	band       = 34
	aside      = 14
	// lineColumns is how much of the diagram's type fits into a box, titleColumns how much
	// of the title's fits above them, both in columns.
	lineColumns  = 47
	titleColumns = 88
)

// box is a box of the diagram with the lines in it.
type box struct {
	x, y, h int
	lines   []string
}

func (b *box) bottom() int { return b.y + b.h }
func (b *box) middle() int { return b.y + b.h/2 }

// drawing is a diagram while it is made.
type drawing struct{ bytes.Buffer }

// phase is a part of the flow, with a band at the side that names it.
type phase struct {
	name string
	y, h int
}

// begin begins a phase, which is at least as high as its name is long.
func begin(name string, y int) phase { return phase{name, y, 7*len(name) + 16} }

// bottom is where the phase ends: below all its boxes.
func (p *phase) bottom(boxes ...*box) int {
	for _, b := range boxes {
		p.h = max(p.h, b.bottom()-p.y)
	}
	return p.y + p.h
}

// SVG draws the flow diagram: an image for reports and pages, its text real text, in
// light and dark.
func (f *Flow) SVG(w io.Writer) error {
	d := &drawing{}
	left := band + 20
	if f.Updated {
		left += aside
	}
	right := left + column
	y := d.title(left, f.Review)

	var previous *box
	if f.Updated {
		previous = d.box(left, y, "Studies included in previous version of review", counted("Studies", f.Previous))
		y = previous.bottom() + gap
	}
	identification := begin("Identification", y)
	found := []string{counted("Records identified from databases and registers", Sum(f.Databases))}
	for _, c := range f.Databases {
		found = append(found, "  "+counted(c.Label, c.N))
	}
	if len(f.Others) > 0 {
		found = append(found, counted("Records identified by other methods", Sum(f.Others)))
		for _, c := range f.Others {
			found = append(found, "  "+counted(c.Label, c.N))
		}
	}
	identified := d.box(left, y, found...)
	removed := d.box(right, y, "Records removed before screening",
		"  "+counted("Duplicate records", f.Duplicates),
		"  "+counted("Marked as ineligible by automation", f.Automation),
		"  "+counted("Could not be read", f.Unreadable))
	d.across(identified, removed)
	y = identification.bottom(identified, removed) + gap
	d.phase(identification)

	screening := begin("Screening", y)
	screened := d.box(left, y, counted("Records screened", f.Screened))
	excluded := d.box(right, y, withWaiting(counted("Records excluded", f.Excluded), "awaiting screening", f.Unscreened)...)
	d.down(identified, screened)
	d.across(screened, excluded)
	y = max(screened.bottom(), excluded.bottom()) + gap
	sought := d.box(left, y, counted("Reports sought for retrieval", f.Sought))
	waiting := d.box(right, y, counted("Reports awaiting full text or assessment", f.Unassessed))
	d.down(screened, sought)
	d.across(sought, waiting)
	y = max(sought.bottom(), waiting.bottom()) + gap
	assessed := d.box(left, y, counted("Reports assessed for eligibility", f.Assessed))
	reasons := []string{counted("Reports excluded", Sum(f.Reasons))}
	for _, c := range f.Reasons {
		reasons = append(reasons, "  "+counted(c.Label, c.N))
	}
	out := d.box(right, y, reasons...)
	d.down(sought, assessed)
	d.across(assessed, out)
	y = screening.bottom(assessed, out) + gap
	d.phase(screening)

	inclusion := begin("Included", y)
	included := d.box(left, y, counted("Studies included in review", f.Included), counted("Reports of included studies", f.Reports))
	d.down(assessed, included)
	end := included
	if f.Updated {
		end = d.box(left, included.bottom()+gap, counted("Total studies included in review", f.Total()),
			"  "+counted("of the previous version", f.Previous), "  "+counted("new", f.Included-f.Known))
		d.down(included, end)
		d.around(previous, end)
	}
	bottom := inclusion.bottom(end)
	d.phase(inclusion)
	return d.write(w, f, right+boxWidth+20, bottom+24)
}

// solid stands for a blank at which no line ends.
const solid = "\u00a0"

func counted(label string, n int) string {
	return label + " (n" + solid + "=" + solid + group(n) + ")"
}

func withWaiting(first, what string, n int) []string {
	if n == 0 {
		return []string{first}
	}
	return []string{first, "  " + counted(what, n)}
}

// group writes thousands apart: 12,345.
func group(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// box draws a box; a line that does not fit goes on in the next.
func (d *drawing) box(x, y int, lines ...string) *box {
	b := &box{x: x, y: y}
	for _, l := range lines {
		b.lines = append(b.lines, wrap(l, lineColumns)...)
	}
	b.h = 2*padding + lineHeight*len(b.lines) - 5
	fmt.Fprintf(d, `<rect class="b" x="%d" y="%d" width="%d" height="%d" rx="4"/>`+"\n", x, y, boxWidth, b.h)
	for i, l := range b.lines {
		text := strings.TrimLeft(l, " ")
		fmt.Fprintf(d, `<text x="%d" y="%d">%s</text>`+"\n", x+padding+6*(len(l)-len(text)), y+padding+lineHeight*i+11, escape(strings.ReplaceAll(text, solid, " ")))
	}
	return b
}

// title writes the review's title, whole, and returns where the boxes may begin.
func (d *drawing) title(x int, review string) int {
	y := 32
	for _, l := range wrap(review, titleColumns) {
		fmt.Fprintf(d, `<text class="h" x="%d" y="%d">%s</text>`+"\n", x, y, escape(strings.TrimSpace(l)))
		y += 21
	}
	return y + 3
}

func (d *drawing) down(from, to *box) {
	x := from.x + boxWidth/2
	fmt.Fprintf(d, `<path class="a" d="M%d %dV%d" marker-end="url(#arrow)"/>`+"\n", x, from.bottom(), to.y-2)
}

func (d *drawing) across(from, to *box) {
	y := min(from.middle(), to.middle())
	fmt.Fprintf(d, `<path class="a" d="M%d %dH%d" marker-end="url(#arrow)"/>`+"\n", from.x+boxWidth, y, to.x-2)
}

// around leads past what lies between two boxes, on their left.
func (d *drawing) around(from, to *box) {
	fmt.Fprintf(d, `<path class="a" d="M%d %dH%dV%dH%d" marker-end="url(#arrow)"/>`+"\n", from.x, from.middle(), from.x-aside, to.middle(), to.x-2)
}

// phase draws the band at the side that names a phase.
func (d *drawing) phase(p phase) {
	fmt.Fprintf(d, `<rect class="p" x="10" y="%d" width="%d" height="%d" rx="4"/>`+"\n", p.y, band, p.h)
	fmt.Fprintf(d, `<text class="t" x="0" y="0" transform="translate(%d %d) rotate(-90)" text-anchor="middle">%s</text>`+"\n", 10+band/2+5, p.y+p.h/2, p.name)
}

const style = `<style>
svg { background: #fff; font: 14px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
text { fill: #111; } .t { font-weight: 600; } .h { font-weight: 600; font-size: 16px; }
.b { fill: #fff; stroke: #444; } .p { fill: #dbe7f5; } .a { stroke: #444; fill: none; } .m { fill: #444; }
@media (prefers-color-scheme: dark) {
svg { background: #16191d; } text { fill: #eee; } .b { fill: #20252b; stroke: #aab; } .p { fill: #2b3c52; } .a { stroke: #aab; } .m { fill: #aab; }
}
</style>
`

// write puts the head before what was drawn.
func (d *drawing) write(w io.Writer, f *Flow, width, height int) error {
	title := "PRISMA 2020 flow diagram, " + f.Date
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="prisma-title prisma-desc">
<title id="prisma-title">%s</title>
<desc id="prisma-desc">%s</desc>
%s<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="m" d="M0 0L8 4L0 8z"/></marker></defs>
%s</svg>
`, width, height, width, height, title, escape(f.words()), style, d.String())
	return err
}

// words say the diagram for those who do not see it.
func (f *Flow) words() string {
	var parts []string
	for _, row := range f.rows() {
		parts = append(parts, row[1]+": "+row[2])
	}
	return strings.Join(parts, "; ") + "."
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
