package language

import "polyglean/classifier/language/ngram"

const (
	// foreignCost is what a letter costs in a language that does not have its script,
	// in nats, and soleCost in one that has the script to itself.
	foreignCost = 12.0
	soleCost    = 2.5
)

// Scores are how well a text fits each language, in the order of Codes: natural
// logarithms of the probability of its letters. Those of a text are about the sum of
// those of its sentences. Each letter that is not of a language's script costs the same
// fixed amount.
type Scores [len(codes)]float64

// Of is the score of a language, false when it is not known here.
func (s *Scores) Of(lang string) (score float64, ok bool) {
	i, ok := indexOf[lang]
	if !ok {
		return 0, false
	}
	return s[i], true
}

// Score sets the scores of a text. It looks at the whole text and allocates nothing.
func (e *Engine) Score(text string, scores *Scores) {
	var t tally
	t.count(text)
	all := float64(t.letters())
	for i := range scores {
		scores[i] = -foreignCost * all
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
			scores[indexOf["zh"]] = foreign + chinese
			scores[indexOf["ja"]] = foreign + japanese
		case soleLanguage[s] != "":
			scores[indexOf[soleLanguage[s]]] = foreign - soleCost*float64(t[s])
		case e.parts[s] != nil:
			var own [ngram.MaxLanguages]float64
			languages, _ := e.weigh(s, text, &own)
			for i, lang := range languages {
				scores[lang] = max(scores[lang], foreign+own[i])
			}
		}
	}
}

// scoreHan is the log probability of the letters in Chinese and in Japanese.
func scoreHan(n hanLetters) (chinese, japanese float64) {
	common := -5 * float64(n.han)
	chinese = common - foreignCost*float64(n.kana) - 3*float64(n.japanese)
	japanese = common - 3*float64(n.kana) - 3*float64(n.simplified) - 0.2*float64(n.han)
	return chinese, japanese
}
