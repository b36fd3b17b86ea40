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
	// symbols are those of the letters below tableRunes, large or small, in the part
	// for their script.
	symbols [tableRunes]byte
}

// part is a part of the table with the languages of its columns.
type part struct {
	*ngram.Part
	language []int // places in codes
	prior    []float64
}

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
		e.parts[s] = own
		for i, r := range p.Letters {
			if r < tableRunes {
				e.symbols[r] = byte(ngram.Border + 1 + i)
			}
		}
	}
	for r := range rune(tableRunes) {
		if lower := unicode.ToLower(r); lower < tableRunes && e.symbols[r] == 0 && classes[r] == classes[lower] {
			e.symbols[r] = e.symbols[lower]
		}
	}
	return e
})

// costs adds up what a text costs in the languages of a script that has a part.
func (e *Engine) costs(sum *ngram.Sum, s Script, text string) []uint32 {
	sum.Start(e.parts[s].Part)
	for _, r := range text {
		if r >= tableRunes {
			sum.Add(ngram.Border)
			continue
		}
		switch class := classes[r]; {
		case Script(class&^mark) != s:
			sum.Add(ngram.Border)
		case class&mark == 0 || e.symbols[r] != 0:
			sum.Add(e.symbols[r])
		case s == Devanagari: // the models know its letters only, and take its marks for borders
			sum.Add(ngram.Border)
		}
	}
	sum.Add(ngram.Border)
	return sum.Costs()
}

// weigh sets the log probability of each language of a script, in nats, and returns
// the places of the languages in codes and how many letters and borders it is of.
func (e *Engine) weigh(s Script, text string, logp *[ngram.MaxLanguages]float64) (languages []int, symbols int) {
	var sum ngram.Sum
	p := e.parts[s]
	for i, cost := range e.costs(&sum, s, text) {
		logp[i] = -float64(cost) / ngram.StepsPerNat
	}
	return p.language, sum.Symbols()
}
