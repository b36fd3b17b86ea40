package prisma

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The measures of the diagram, in units of the drawing.
const (
	boxWidth   = 370
	column     = boxWidth + 50
	lineHeight = 19
	padding    = 12
	gap        = 34
	band       = 34
	// lineRunes is how many characters of the diagram's type fit into a box.
	lineRunes = 48
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

// SVG draws the flow diagram: an image for reports and pages, its text real text, in
// light and dark.
func (f *Flow) SVG(w io.Writer) error {
	d := &drawing{}
	left, right := band+20, band+20+column
	y := 56

	if f.Updated {
		previous := d.box(left, y, "Studies included in previous version of review", counted("Studies", f.Previous))
		y = previous.bottom() + gap
	}
	identification := y
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
	y = max(identified.bottom(), removed.bottom()) + gap
	d.phase("Identification", identification, y-gap)

	screening := y
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
	y = max(assessed.bottom(), out.bottom()) + gap
	d.phase("Screening", screening, y-gap)

	included := d.box(left, y, counted("Studies included in review", f.Included), counted("Reports of included studies", f.Reports))
	d.down(assessed, included)
	end := included
	if f.Updated {
		end = d.box(left, included.bottom()+gap, counted("Total studies included in review", f.Total()),
			"  "+counted("of the previous version", f.Previous), "  "+counted("new", f.Included-f.Known))
		d.down(included, end)
	}
	d.phase("Included", y, end.bottom())
	return d.write(w, f, right+boxWidth+20, end.bottom()+24)
}

func counted(label string, n int) string { return label + " (n = " + group(n) + ")" }

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
		b.lines = append(b.lines, wrap(l)...)
	}
	b.h = 2*padding + lineHeight*len(b.lines) - 5
	fmt.Fprintf(d, `<rect class="b" x="%d" y="%d" width="%d" height="%d" rx="4"/>`+"\n", x, y, boxWidth, b.h)
	for i, l := range b.lines {
		text := strings.TrimLeft(l, " ")
		fmt.Fprintf(d, `<text x="%d" y="%d">%s</text>`+"\n", x+padding+6*(len(l)-len(text)), y+padding+lineHeight*i+11, escape(text))
	}
	return b
}

// wrap breaks a line at blanks into lines that fit a box, the later ones indented.
func wrap(s string) []string {
	indent := s[:len(s)-len(strings.TrimLeft(s, " "))]
	var out []string
	line := indent
	for word := range strings.FieldsSeq(s) {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > lineRunes && strings.TrimSpace(line) != "" {
			out = append(out, line)
			line = indent + "  "
		}
		if strings.TrimSpace(line) != "" {
			line += " "
		}
		line += word
	}
	return append(out, line)
}

func (d *drawing) down(from, to *box) {
	x := from.x + boxWidth/2
	fmt.Fprintf(d, `<path class="a" d="M%d %dV%d" marker-end="url(#arrow)"/>`+"\n", x, from.bottom(), to.y-2)
}

func (d *drawing) across(from, to *box) {
	y := min(from.middle(), to.middle())
	fmt.Fprintf(d, `<path class="a" d="M%d %dH%d" marker-end="url(#arrow)"/>`+"\n", from.x+boxWidth, y, to.x-2)
}

// phase draws the band at the side that names a phase.
func (d *drawing) phase(name string, from, to int) {
	fmt.Fprintf(d, `<rect class="p" x="10" y="%d" width="%d" height="%d" rx="4"/>`+"\n", from, band, to-from)
	y := (from + to) / 2
	if to-from < 100 {
		name = name[:min(len(name), 8)]
	}
	fmt.Fprintf(d, `<text class="t" x="0" y="0" transform="translate(%d %d) rotate(-90)" text-anchor="middle">%s</text>`+"\n", 10+band/2+5, y, name)
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
<text class="h" x="%d" y="32">%s</text>
%s</svg>
`, width, height, width, height, title, escape(f.words()), style, band+20, escape(shorten(f.Review, 90)), d.String())
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

func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
