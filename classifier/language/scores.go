package language

import "polyglean/classifier/language/ngram"

const (
	// foreignCost is what a letter costs in a language that does not have its script,
	// in nats, and soleCost in one that has the script to itself.
	foreignCost = 12.0
	soleCost    = 2.5
)

// Scores appends to dst how well the text fits each language among those given,
// all for the empty set, in the order of Codes. It looks at the whole text and
// allocates nothing when dst has room.
func (e *Engine) Scores(text string, among Set, dst []Score) []Score {
	var t tally
	t.count(text)
	var logp [len(codes)]float64
	all := float64(t.letters())
	for i := range logp {
		logp[i] = -foreignCost * all
	}
	for s := NoScript + 1; s < scripts; s++ {
		if t[s] == 0 {
			continue
		}
		foreign := -foreignCost * (all - float64(t[s]))
		switch {
		case s == Han:
			n := countHan(text)
			chinese, japanese := scoreHan(n)
			logp[indexOf["zh"]] = foreign + chinese
			logp[indexOf["ja"]] = foreign + japanese
		case soleLanguage[s] != "":
			logp[indexOf[soleLanguage[s]]] = foreign - soleCost*float64(t[s])
		case e.parts[s] != nil:
			var own [ngram.MaxLanguages]float64
			languages, _ := e.weigh(s, text, &own)
			for i, lang := range languages {
				logp[lang] = max(logp[lang], foreign+own[i])
			}
		}
	}
	for i, lang := range codes {
		if among.Empty() || among.has(i) {
			dst = append(dst, Score{lang, logp[i]})
		}
	}
	return dst
}

// scoreHan is the log probability of the letters in Chinese and in Japanese.
func scoreHan(n hanLetters) (chinese, japanese float64) {
	common := -5 * float64(n.han)
	chinese = common - foreignCost*float64(n.kana) - 3*float64(n.japanese)
	japanese = common - 3*float64(n.kana) - 3*float64(n.simplified) - 0.2*float64(n.han)
	return chinese, japanese
}
