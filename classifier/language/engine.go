package language

import (
	_ "embed"
	"sync"
	"unicode"

	"polyglean/classifier/language/ngram"
)

//go:generate go test ./build -run TestTable -update -timeout 30m

// table is made from the models of lingua-go; see LICENSE-lingua-go.
//
//go:embed table.bin
var table []byte

// Engine names languages. It is safe for concurrent use.
type Engine struct {
	parts [scripts]*part
}

// part is a part of the table with the languages of its columns.
type part struct {
	*ngram.Part
	language []int // places in codes
	prior    []float64
	// symbols are those of the characters below tableRunes, letters large or small.
	symbols [tableRunes]uint16
	sums    shelf
}

// noSymbol is for a mark that counts for nothing.
const noSymbol = 1 << 8

// New returns the engine; all callers share one. It is ready at once: the table is
// read where the program file lies in memory.
var New = sync.OnceValue(func() *Engine {
	tableParts, err := ngram.Read(table)
	if err != nil {
		panic(err) // it is part of the program
	}
	e := new(Engine)
	for _, p := range tableParts {
		s := partScripts[p.Script]
		own := &part{Part: p}
		for _, lang := range p.Languages {
			if lang == "nb" || lang == "nn" {
				lang = "no"
			}
			own.language = append(own.language, indexOf[lang])
			own.prior = append(own.prior, priors[lang])
		}
		own.spell(s)
		e.parts[s] = own
	}
	return e
})

// spell finds the symbols of the characters of a script. All others are borders.
func (p *part) spell(s Script) {
	letters := make(map[rune]uint16)
	for i, r := range p.Letters {
		letters[r] = ngram.Border + 1 + uint16(i)
	}
	for r := range rune(tableRunes) {
		class := classes[r]
		if Script(class&^mark) != s {
			p.symbols[r] = ngram.Border
			continue
		}
		symbol := letters[r]
		if lower := unicode.ToLower(r); symbol == 0 && lower < tableRunes && classes[lower] == class {
			symbol = letters[lower]
		}
		switch {
		case class&mark == 0 || symbol != 0:
		case s == Devanagari: // the models know its letters only, and take its marks for borders
			symbol = ngram.Border
		default:
			symbol = noSymbol
		}
		p.symbols[r] = symbol
	}
}

// begin begins a sum, which is to be put back to sums.
func (p *part) begin() *ngram.Sum {
	sum := p.sums.take(p.Part)
	sum.Start()
	return sum
}

// weigh sets the log probability of each language of a script, in nats, and returns
// the places of the languages in codes and how many letters and borders it is of.
func (e *Engine) weigh(s Script, text string, logp *[ngram.MaxLanguages]float64) (languages []int, symbols int) {
	p := e.parts[s]
	sum := p.begin()
	defer p.sums.put(sum)
	for _, r := range text {
		if r >= tableRunes {
			sum.Add(ngram.Border)
		} else if symbol := p.symbols[r]; symbol != noSymbol {
			sum.Add(byte(symbol))
		}
	}
	sum.Add(ngram.Border)
	costs, symbols := sum.Costs()
	for i, cost := range costs {
		logp[i] = -float64(cost) / ngram.StepsPerNat
	}
	return p.language, symbols
}
