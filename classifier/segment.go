package classifier

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"polyglean/classifier/language"
	"polyglean/internal/record"
)

// How a text in several languages is divided: cut makes it pieces, sentences as a
// rule; each is scored in every language; and the cheapest way through all pieces
// is found (Viterbi, 1967), where to go over to another language costs what the
// border between two pieces says. So one odd sentence, a name or a quotation makes
// no part of its own, and two abstracts in a row come apart between two sentences,
// heading or not.

const (
	// letterEvidence and pieceEvidence bound what one piece says against a language,
	// in natural logarithms: so much for each letter, and no more than that in all.
	letterEvidence = 0.6
	pieceEvidence  = 30
	// labelEvidence is what a heading says for its languages.
	labelEvidence = 3
	// siblingBorder is what it costs besides to go over between languages that texts
	// hardly tell apart.
	siblingBorder = 20
	// unsupportedLogP is the log probability of a letter, in nats, down to which a text
	// is in no language that has a model: a letter of another script costs more.
	unsupportedLogP = -11.5
	// seldomCost is what it costs a piece to be in a language that abstracts seldom are
	// in, in nats.
	seldomCost = 20
	// scoredRunes is how much of a piece is scored, in characters.
	scoredRunes = 300
	// maxCandidates is how many languages one text is divided between.
	maxCandidates = 8
	// minPart is the confidence of a part that only its neighbours tell.
	minPart = 0.6
)

// seldom are languages that names of people and species, terms and formulas look
// like, and that abstracts are seldom in.
var seldom = language.SetOf("la", "eo", "af", "cy", "ga", "mi", "tl", "so", "sn", "st", "tn", "ts", "xh", "zu", "lg", "yo", "sq", "is")

// seldomCosts are what it costs to be in each language, in the order of its codes.
var seldomCosts = func() (costs language.Scores) {
	for i, code := range codes {
		if seldom.Has(code) {
			costs[i] = seldomCost
		}
	}
	return costs
}()

// siblings are languages that single sentences hardly tell apart, by a name for
// their group.
var siblings = map[string]string{
	"id": "malay", "ms": "malay", "no": "norse", "da": "norse", "cs": "czech", "sk": "czech", "hi": "hindi", "mr": "hindi",
	"bs": "serbo-croatian", "hr": "serbo-croatian", "sr": "serbo-croatian",
}

// part is a stretch of a text in one language.
type part struct {
	span
	lang string
	// border is what it begins with.
	border border
}

// segmentsOf names the language of each part of a text that is in one language. The
// parts follow each other and cover the text.
func segmentsOf(text, declared string, lim limits) []record.Detection {
	parts := divide(text, lim)
	found := make([]record.Detection, 0, len(parts))
	for _, p := range parts {
		hint := declared
		if len(parts) > 1 && !sameLanguage(p.lang, declared) {
			hint = ""
		}
		words := prose(text[p.start:p.end], minProse)
		r := language.New().Detect(words, language.Options{Declared: hint})
		if len(parts) > 1 && overruled(r, p.lang) {
			r = language.Result{Lang: p.lang, Confidence: minPart, How: r.How}
		}
		det := record.Detection{
			Start: p.start, End: p.end, Lang: r.Lang, How: r.How.String(), Why: r.Why.String(),
			Confidence: math.Floor(r.Confidence*1000) / 1000, // never 1 for what is not certain
		}
		if tag := language.Tag(r.Lang, words); tag != r.Lang {
			det.Tag = tag
		}
		if n := len(found); n > 0 && found[n-1].Lang == det.Lang {
			found[n-1].End = det.End
			found[n-1].Confidence = max(found[n-1].Confidence, det.Confidence)
			continue
		}
		found = append(found, det)
	}
	return found
}

// overruled says whether the language of a part is that which its place among the
// others gave it, and not what it alone looks like.
func overruled(alone language.Result, lang string) bool {
	switch {
	case lang == record.Undetermined, sameLanguage(alone.Lang, lang):
		return false
	case alone.Lang == record.Undetermined:
		return alone.Why == language.Ambiguous || alone.Why == language.TooShort
	}
	return true
}

// divide cuts a text where its language changes.
func divide(text string, lim limits) []part {
	whole := []part{{span: span{0, len(text)}}}
	e := evidences.Get().(*evidence)
	defer evidences.Put(e)
	pieces := cut(e.pieces[:0], text, lim)
	e.reset(pieces)
	if len(pieces) < 2 {
		return whole
	}
	letters := 0 // a sentence of an abstract that is all quotation says nothing
	if lim.title {
		letters = minProse
	}
	for i, p := range pieces {
		if !p.silent {
			e.add(i, prose(language.FirstRunes(text[p.start:p.end], scoredRunes), letters))
		}
	}
	langs := e.candidates()
	if len(langs) < 2 {
		return whole
	}
	found := parts(pieces, e.cheapest(langs))
	refine(text, pieces, found)
	return joinIslands(joinShort(text, found, lim))
}

// codes are the languages that texts are divided between, and undetermined is the
// place behind them.
var (
	codes        = language.Codes()
	undetermined = len(codes)
)

// evidence is what the pieces of a text say of languages. It is made for reuse.
type evidence struct {
	pieces []piece
	// of is what each piece says.
	of []testimonies
	// scores and room are lent to add: one piece's scores, and what is kept of them.
	scores language.Scores
	room   []score
	// weights are lent to candidates.
	weights []int
}

// testimonies are what one piece says.
type testimonies struct {
	// against is what it says against each language it was scored in: 0 for the best,
	// less for the others.
	against []score
	// floor is what it says against all others, 0 when it says nothing.
	floor float64
}

// score is what is said against a language, by its place in codes.
type score struct {
	lang int
	logP float64
}

var evidences = sync.Pool{New: func() any { return &evidence{weights: make([]int, undetermined+1)} }}

// reset begins with pieces that say nothing yet.
func (e *evidence) reset(pieces []piece) {
	e.pieces = pieces
	e.of = slices.Grow(e.of[:0], len(pieces))[:len(pieces)]
	clear(e.of)
	e.room = e.room[:0]
}

// add takes up what a piece says.
func (e *evidence) add(i int, text string) {
	main, letters := language.MainScript(text)
	if main == language.NoScript {
		return
	}
	floor := -min(pieceEvidence, letterEvidence*float64(letters))
	if main == language.Han || main == language.Hangul {
		floor = -min(pieceEvidence, 3*letterEvidence*float64(letters))
	}
	language.New().Score(text, &e.scores)
	top := math.Inf(-1)
	for j, cost := range seldomCosts {
		e.scores[j] -= cost
		top = max(top, e.scores[j])
	}
	// What a piece says all it can against needs no place of its own.
	kept := len(e.room)
	if top <= unsupportedLogP*float64(letters) {
		e.room = append(e.room, score{lang: undetermined})
	} else {
		for j := range e.scores {
			if logP := e.scores[j] - top; logP > floor {
				e.room = append(e.room, score{j, logP})
			}
		}
	}
	e.of[i] = testimonies{e.room[kept:len(e.room):len(e.room)], floor}
}

// candidates are the languages that fit some piece about best, those that fit most
// letters first.
func (e *evidence) candidates() []int {
	weight := e.weights
	clear(weight)
	for i := range e.of {
		for _, s := range e.of[i].against {
			if s.logP > -1 {
				weight[s.lang] += 1 - int(10*e.of[i].floor)
			}
		}
	}
	var langs []int
	for lang, w := range weight {
		if w > 0 {
			langs = append(langs, lang)
		}
	}
	slices.SortFunc(langs, func(a, b int) int {
		return cmp.Or(cmp.Compare(weight[b], weight[a]), strings.Compare(codeOf(a), codeOf(b)))
	})
	return langs[:min(len(langs), maxCandidates)]
}

// codeOf is the code of the language at a place.
func codeOf(lang int) string {
	if lang == undetermined {
		return record.Undetermined
	}
	return codes[lang]
}

// cheapest names the language of each piece on the cheapest way through all.
func (e *evidence) cheapest(langs []int) []string {
	k := len(langs)
	names, place := make([]string, k), make([]int, undetermined+1)
	for l, lang := range langs {
		names[l], place[lang] = codeOf(lang), 1+l
	}
	alike := make([]bool, k*k)
	for l := range langs {
		for m := range langs {
			alike[l*k+m] = siblings[names[l]] != "" && siblings[names[l]] == siblings[names[m]]
		}
	}
	cost, next, says := make([]float64, k), make([]float64, k), make([]float64, k)
	from := make([]uint8, len(e.pieces)*k)
	for i, p := range e.pieces {
		for l := range says {
			says[l] = e.of[i].floor
		}
		for _, s := range e.of[i].against {
			if l := place[s.lang]; l > 0 {
				says[l-1] = s.logP
			}
		}
		for l := range langs {
			best, by := math.Inf(1), 0
			for m, c := range cost {
				if i > 0 && m != l {
					c += float64(p.border)
					if alike[l*k+m] {
						c += siblingBorder
					}
				}
				if c < best {
					best, by = c, m
				}
			}
			next[l] = best - says[l]
			if slices.Contains(p.label.langs, names[l]) {
				next[l] -= labelEvidence
			}
			from[i*k+l] = uint8(by)
		}
		cost, next = next, cost
	}
	at := 0
	for l := range langs {
		if cost[l] < cost[at] {
			at = l
		}
	}
	out := make([]string, len(e.pieces))
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = names[at]
		at = int(from[i*k+at])
	}
	return out
}

// parts joins neighbours in one language.
func parts(pieces []piece, langs []string) []part {
	var out []part
	for i, p := range pieces {
		if n := len(out); n > 0 && out[n-1].lang == langs[i] {
			out[n-1].end = p.end
			continue
		}
		out = append(out, part{p.span, langs[i], p.border})
	}
	return out
}

// joinShort gives parts too short to judge to the neighbour before, or at the start
// to the one behind.
func joinShort(text string, all []part, lim limits) []part {
	out := all[:0]
	for i, p := range all {
		short := len(all) > 1 && !hasText(text[p.start:p.end], lim)
		switch {
		case len(out) > 0 && (short || out[len(out)-1].lang == p.lang):
			out[len(out)-1].end = p.end
		case short && i+1 < len(all):
			all[i+1].start = p.start
		default:
			out = append(out, p)
		}
	}
	return out
}

// islandBytes is the length up to which a part between two in one language is taken
// for no text of its own, in bytes.
const islandBytes = 300

// joinIslands gives what stands in the midst of a text in another language to that
// text, where no heading or line sets it apart: a name, a list of search terms.
func joinIslands(all []part) []part {
	out := all[:0]
	for i, p := range all {
		n := len(out)
		if n > 0 && out[n-1].lang == p.lang {
			out[n-1].end = p.end
			continue
		}
		if n > 0 && i+1 < len(all) && all[i+1].lang == out[n-1].lang && p.end-p.start <= islandBytes &&
			p.border > lineBorder && all[i+1].border > lineBorder {
			out[n-1].end = p.end
			continue
		}
		out = append(out, p)
	}
	return out
}

// hasText says whether a text has enough letters to stand for itself.
func hasText(text string, l limits) bool {
	main, letters := language.MainScript(text)
	return main != language.NoScript && l.reached(main, letters)
}
