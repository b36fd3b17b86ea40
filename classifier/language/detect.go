package language

import (
	"math"
	"slices"

	"polyglean/classifier/language/ngram"
)

const (
	// detectRunes is how much of a text Detect looks at, in characters from its start.
	// More makes abstracts no more certain, and mixes in what follows: keywords,
	// copyright lines, the abstract in another language.
	detectRunes = 500
	// headRunes is how much of it is looked at first, and is enough where the
	// confidence comes out above decided: for most abstracts.
	headRunes = 160
	decided   = 1 - 1e-9
	// minLetters is the least number of letters an alphabet's languages can be told
	// apart by.
	minLetters = 4
	// minConfidence is the least confidence with which a language is named. Below it
	// more names are wrong than right.
	minConfidence = 0.4
	// temperature is by how much the costs exaggerate: the n-grams of a text overlap,
	// and are no independent witnesses. With it, about as many of the names given with
	// confidence c are right as c says.
	temperature = 1.25
	// unfitCost is the cost of a letter or border, in nats, from which on a text is in
	// no language known here. Of 1,489 titles and 1,500 sentences that are, one in a
	// hundred costs more than 2.4, none but a garbled one more than 3; transliterated
	// ones cost 2.7 to 3.8. From doubtfulCost on it is worth asking.
	unfitCost    = 3.0
	doubtfulCost = 2.3
	// syllabicCost is the same for a text that is all Chinese, Japanese or Korean
	// syllables.
	syllabicCost = 2.7
	// readingGain is by how much less a letter must cost when it is read as Cyrillic,
	// in nats: transliterated Russian gains 1 to 2, nothing else as much as 0.3.
	readingGain = 0.6
	// fitLetters is the least number of letters that say so.
	fitLetters = 15
	// declaredWeight is what the declaration of the source adds for its language, in
	// nats.
	declaredWeight = 4.0
)

// priors are log odds of meeting a language in bibliographic records, in round
// figures. Latin and Esperanto are what names of species and formulas look like.
var priors = map[string]float64{"la": -2, "eo": -2, "en": 2.5, "es": 0.7, "pt": 0.7, "fr": 0.7, "de": 0.7, "it": 0.3, "ru": 0.7, "hi": 1.5}

// Detect names the language of a text that is all in one language.
func (e *Engine) Detect(text string, o Options) Result {
	head := FirstRunes(text, headRunes)
	r := e.detect(head, o)
	if len(head) == len(text) || r.How == ByModel && r.Confidence > decided && !serboCroatian.Has(r.Lang) {
		return r
	}
	return e.detect(FirstRunes(text, detectRunes), o)
}

func (e *Engine) detect(text string, o Options) Result {
	var t tally
	t.count(text)
	main := t.main()
	letters := t[main]
	garbled := garbled(text, main)
	switch {
	case main == NoScript:
		return Result{Lang: Undetermined, How: ByScript, Why: NoLetters}
	case main == Han:
		return tellHan(text, o.Declared)
	case garbled*garbledShare >= letters:
		return Result{Lang: Undetermined, How: ByScript, Why: Mojibake}
	case unsupported(text, main, letters):
		return Result{Lang: Undetermined, How: ByScript, Why: Unsupported}
	case soleLanguage[main] != "":
		return Result{Lang: soleLanguage[main], Confidence: 1, How: ByScript}
	}
	r := e.tellApart(text, main, letters, o)
	if garbled >= garbledTwice && r.Why == Known {
		r.Why = Mojibake
	}
	return r
}

// tellApart names the language of a text in a script that several use.
func (e *Engine) tellApart(text string, main Script, letters int, o Options) Result {
	p := e.parts[main]
	declared := -1
	if i, ok := indexOf[o.Declared]; ok && slices.Contains(p.language, i) {
		declared = i
	}
	var logp [ngram.MaxLanguages]float64
	best := -1
	weighed, symbols := e.weigh(main, text, &logp)
	switch main {
	case Latin:
		addFunctionWords(&logp, weighed, text)
	case Devanagari:
		addDevanagari(&logp, weighed, text)
	}
	for i, lang := range weighed {
		logp[i] += p.prior[i]
		if lang == declared {
			logp[i] += declaredWeight
		}
		if !o.Among.Empty() && !o.Among.has(lang) {
			logp[i] = math.Inf(-1)
			continue
		}
		if best < 0 || logp[i] > logp[best] {
			best = i
		}
	}
	if best < 0 {
		return Result{Lang: Undetermined, Why: Ambiguous}
	}
	if romance.has(p.language[best]) && galician(text) {
		return Result{Lang: Undetermined, How: ByScript, Why: Unsupported}
	}
	if main == Latin && letters >= fitLetters {
		if why := e.misfit(text, p.prior[best]-logp[best], symbols); why != Known {
			return Result{Lang: Undetermined, Why: why}
		}
	}
	sum, own := 0.0, 0.0
	for i, lang := range p.language {
		x := math.Exp((logp[i] - logp[best]) / temperature)
		sum += x
		if lang == p.language[best] || serboCroatian.has(lang) && serboCroatian.has(p.language[best]) {
			own += x
		}
	}
	r := Result{Lang: codes[p.language[best]], Confidence: own / sum}
	if main == Latin && serboCroatian.has(p.language[best]) {
		r.Lang = e.tellSerbian(text, r.Lang, -logp[best], letters, o)
	}
	if letters >= minLetters && r.Confidence >= minConfidence {
		return r
	}
	if declared >= 0 {
		return Result{Lang: codes[declared], Confidence: 0.5, How: ByDeclaration}
	}
	if letters < minLetters {
		return Result{Lang: Undetermined, Why: TooShort}
	}
	return Result{Lang: Undetermined, Why: Ambiguous}
}

// serbianMargin and serbianLetterMargin are by how much a Latin text must fit
// Serbian better than Croatian or Bosnian to be named so, in nats, in all and for
// each letter: the models of the two scripts were made from different texts. They
// find three in four Serbian sentences, and one in ten Croatian or Bosnian ones.
const (
	serbianMargin       = 2
	serbianLetterMargin = 0.03
)

// tellSerbian names a Latin text that costs so much in Croatian or Bosnian: as that,
// or as Serbian, which has models for Cyrillic only.
func (e *Engine) tellSerbian(text, lang string, cost float64, letters int, o Options) string {
	if !o.Among.Empty() && !o.Among.Has("sr") {
		return lang
	}
	margin := serbianMargin + serbianLetterMargin*float64(letters)
	switch o.Declared {
	case "sr":
		margin -= declaredWeight
	case "bs", "hr":
		margin += declaredWeight
	}
	if e.serbianCost(text) < cost-margin {
		return "sr"
	}
	return lang
}

// misfit says why a Latin text, which costs so much in the language it fits best, is
// in none.
func (e *Engine) misfit(text string, cost float64, symbols int) Why {
	n := float64(symbols)
	switch {
	case cost < doubtfulCost*n:
		return Known
	case e.cyrillicCost(text) < cost-readingGain*n, cost >= syllabicCost*n && syllabic(text):
		return Romanised
	case cost >= unfitCost*n:
		return Unfit
	}
	return Known
}

var (
	// serboCroatian are one language to statistics of letters.
	serboCroatian = SetOf("bs", "hr", "sr")
	// romance are the languages that Galician is taken for.
	romance = SetOf("es", "pt", "eo")
)

// FirstRunes returns the first n characters of s.
func FirstRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
