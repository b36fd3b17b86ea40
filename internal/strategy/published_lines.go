package strategy

import (
	"regexp"
	"strconv"
	"strings"
)

// line is one numbered line of a published strategy: text[from:to].
type line struct {
	number   int
	from, to int
	// part is what it reads as.
	part
	// size is how many nodes it has, with those of the lines it draws on.
	size int
	used bool
}

// maxLines bounds the lines of a strategy; those published have under two hundred.
const maxLines = 1000

var (
	// lineNumber is the number a line is given in front: "12", "12.", "#12", "S12".
	lineNumber = regexp.MustCompile(`^\s*[#Ss]?(\d{1,4})[.:)]?\s+`)
	// startsWithOperator is what shows that a number in front is no line number: "1 or
	// 2". A slash makes it one again: "3 or/1-2".
	startsWithOperator = regexp.MustCompile(`(?i)^(?:and|or|not)(?:\s|\(|$)`)
	// combination is a line of references and operators alone.
	combination = regexp.MustCompile(`(?i)^[\s(]*(?:not\s+)?[#s]?\d+[\s)]*(?:(?:and\s+not|and|or|not)[\s(]*[#s]?\d+[\s)]*)+$`)
	// lineReference shows that the lines of a text refer to each other.
	lineReference = regexp.MustCompile(`(?im)(?:^|[\s(])#\d+|(?:^|[\s(])S\d+\s+(?:and|or|not)\s|\b(?:and|or)/\d|^\s*(?:\d+[.:)]?\s+)?limit \d+ to`)
	// preamble ends what stands before the search in a file.
	preamble = regexp.MustCompile(`(?im)^[ \t]*(?:search |search strategy|strategy|query|search query)[ \t]*:[ \t]*$`)
	// hitCount is a count of results that was copied with the search.
	hitCount = regexp.MustCompile(`(?i)\s*\(?(?:total\s+)?(?:references|results|records|hits|citations)\s*[=:]\s*[\d,. ]+\)?\s*$`)
	// lineCount is the number of results behind a line of a copied search history:
	// never behind an operator, where it is a line.
	lineCount = regexp.MustCompile(`[./\])]\s+\d{1,3}(?:,?\d{3})*$|[./\])\d]\s+\(\d{1,3}(?:,?\d{3})*\)$`)
	// historyPrefix begins the lines of PubMed's search history.
	historyPrefix = regexp.MustCompile(`^(?i:search):?\s+`)
	// headingLine is a line that says what the lines after it are about.
	headingLine = regexp.MustCompile(`^[^"“”„()\[\]*$?/=#]*:[^"“”„()\[\]*$?/=#]*$`)
	plainLine   = regexp.MustCompile(`^[\pL\s-]+$`)
	// operator is one in capitals: small letters are words of a heading.
	operator = regexp.MustCompile(`\b(?:AND|OR|NOT)\b`)
)

// split cuts the text into numbered lines. A text whose lines do not refer to each
// other is one line that was broken.
func (p *publishedParser) split() error {
	start := 0
	if at := preamble.FindStringIndex(p.text); at != nil {
		start = at[1]
		p.note(Remark, 0, at[1], "not part of the search")
	}
	rows := p.rows(start)
	if len(rows) == 0 {
		return p.fail(0, "the strategy is empty", "write a word to look for")
	}
	if last := &rows[len(rows)-1]; last.to > last.from {
		if at := hitCount.FindStringIndex(p.text[last.from:last.to]); at != nil && at[0] > 0 {
			p.note(Remark, last.from+at[0], last.to, "not part of the search")
			last.to = last.from + at[0]
		}
	}
	if numbers := p.numbers(rows); numbers != nil {
		p.join(rows, numbers)
	} else if p.refers(rows) {
		for i := range rows {
			rows[i].number = i + 1
		}
		p.lines = rows
	} else {
		p.lines = []line{{number: 1, from: rows[0].from, to: rows[len(rows)-1].to}}
	}
	p.trim()
	if len(p.lines) > maxLines {
		return p.fail(p.lines[maxLines].from, "more than "+strconv.Itoa(maxLines)+" lines", "leave some out, or split the strategy")
	}
	for i := range p.lines {
		p.byNumber[p.lines[i].number] = i
	}
	return nil
}

// trim takes off what a database prints around the lines of a search history.
func (p *publishedParser) trim() {
	for i := range p.lines {
		l := &p.lines[i]
		if at := lineCount.FindStringIndex(p.row(*l)); at != nil && len(p.lines) > 1 {
			p.note(Remark, l.from+at[0]+1, l.to, "read as the number of results")
			l.to = l.from + at[0] + 1
		}
		if p.grammar.dialect != PubMed {
			continue
		}
		if prefix := historyPrefix.FindString(p.row(*l)); prefix != "" && !startsWithOperator.MatchString(p.row(*l)[len(prefix):]) {
			p.note(Remark, l.from, l.from+len(prefix), "not part of the search")
			l.from += len(prefix)
		}
	}
}

// rows are the lines of the text that are not empty.
func (p *publishedParser) rows(start int) []line {
	var rows []line
	for from := start; from < len(p.text); {
		to := len(p.text)
		if n := strings.IndexAny(p.text[from:], "\r\n"); n >= 0 {
			to = from + n
		}
		if trimmed := strings.TrimSpace(p.text[from:to]); trimmed != "" {
			at := from + strings.Index(p.text[from:to], trimmed)
			rows = append(rows, line{from: at, to: at + len(trimmed)})
		}
		from = to + 1
	}
	return rows
}

func (p *publishedParser) row(l line) string { return p.text[l.from:l.to] }

// refers reports whether any of several rows draws on others.
func (p *publishedParser) refers(rows []line) bool {
	if len(rows) < 2 {
		return false
	}
	for _, l := range rows {
		if s := p.row(l); combination.MatchString(s) || lineReference.MatchString(s) {
			return true
		}
	}
	return false
}

// numbers returns the number written in front of each row, 0 where there is none;
// nil if the rows are not numbered: numbers begin with 1 and rise.
func (p *publishedParser) numbers(rows []line) []int {
	numbers := make([]int, len(rows))
	last := 0
	for i, l := range rows {
		m := lineNumber.FindStringSubmatchIndex(p.row(l))
		if m == nil || startsWithOperator.MatchString(p.row(l)[m[1]:]) {
			continue
		}
		n, _ := strconv.Atoi(p.row(l)[m[2]:m[3]])
		if n == last+1 || last > 0 && n > last && n <= last+5 { // a line may be left out
			numbers[i], last = n, n
		}
	}
	if numbers[0] != 1 || last < 2 {
		return nil
	}
	return numbers
}

// join makes lines of numbered rows and of those without a number, which go on with
// the line before. Headings of lines are left out.
func (p *publishedParser) join(rows []line, numbers []int) {
	for i, row := range rows {
		combines := combination.MatchString(p.row(row))
		switch n := numbers[i]; {
		case n > 0:
			row.number = n
			row.from += lineNumber.FindStringIndex(p.row(row))[1]
			goesOn := i+1 < len(rows) && numbers[i+1] == 0 && !combination.MatchString(p.row(rows[i+1]))
			if s := p.row(row); goesOn && headingLine.MatchString(s) && !operator.MatchString(s) {
				p.note(Remark, row.from, row.to, "read as a heading of what follows")
				row.from = row.to
			}
			p.lines = append(p.lines, row)
		case combines:
			row.number = p.lines[len(p.lines)-1].number + 1
			p.lines = append(p.lines, row)
		case i+1 < len(rows) && numbers[i+1] == 0 && combination.MatchString(p.row(rows[i+1])) &&
			plainLine.MatchString(p.row(row)) && !operator.MatchString(p.row(row)):
			p.note(Remark, row.from, row.to, "read as a heading of what follows")
		default:
			p.lines[len(p.lines)-1].to = row.to
		}
	}
}
