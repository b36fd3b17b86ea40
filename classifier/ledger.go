package classifier

import (
	"slices"
	"sort"
	"unicode/utf8"

	"polyglean/internal/record"
)

// tailRunes is how much of the end of a text is compared with its beginning, in
// characters, to see whether it goes over to another language.
const tailRunes = 200

// maxPieces bounds the work for one text; an abstract in four languages, each with
// a heading and a copyright line, has fewer.
const maxPieces = 16

// ledger writes down what is known about the languages of a record.
func (d *detector) ledger(c *record.Candidate) record.LanguageLedger {
	var l record.LanguageLedger
	for _, t := range c.Titles {
		l.Declared = appendNew(l.Declared, normalLanguage(t.Lang))
	}
	for _, t := range c.Abstracts {
		l.Declared = appendNew(l.Declared, normalLanguage(t.Lang))
	}
	var work []string
	for _, tag := range c.Languages {
		work = appendNew(work, normalLanguage(tag))
	}
	for _, lang := range work {
		l.Declared = appendNew(l.Declared, lang)
	}

	size := make(map[string]int)
	read := func(field record.Field, texts []record.Text, lim limits) {
		for i, t := range texts {
			declared := normalLanguage(t.Lang)
			hint := declared
			if hint == "" && len(work) == 1 {
				hint = work[0]
			}
			agreed, contradicted := false, false
			for _, det := range d.segments(t.Text, hint, lim) {
				det.Field, det.Index = field, i
				l.Detected = append(l.Detected, det)
				if det.Lang != record.Undetermined {
					// In bytes: a Han letter says about as much as three Latin ones.
					size[det.Lang] += det.End - det.Start
				}
				agreed = agreed || sameLanguage(det.Lang, declared)
				contradicted = contradicted || det.Lang != record.Undetermined && det.Confidence >= sure
			}
			if declared != "" && contradicted && !agreed {
				l.Conflict = true
			}
		}
	}
	read(record.FieldTitle, c.Titles, titleLimits)
	read(record.FieldAbstract, c.Abstracts, abstractLimits)

	l.Languages = mostFirst(size)
	if len(l.Languages) == 0 {
		l.Languages = []string{record.Undetermined}
	}
	l.Work = workLanguage(work, l.Languages)
	if len(work) > 0 && l.Work == "" && confident(l.Detected) && !anySame(work, l.Languages) {
		l.Conflict = true
	}
	return l
}

// workLanguage is the language of the paper, where its source declares one and the
// texts bear it out: one of them is in it, or all are in English, as the metadata
// of papers in other languages often are. Declared English that no text is in is a
// default somebody forgot to change.
func workLanguage(work, texts []string) string {
	if len(work) != 1 {
		return ""
	}
	if anySame(work, texts) || texts[0] == record.Undetermined || len(texts) == 1 && texts[0] == "en" {
		return work[0]
	}
	return ""
}

func confident(detections []record.Detection) bool {
	return slices.ContainsFunc(detections, func(d record.Detection) bool {
		return d.Lang != record.Undetermined && d.Confidence >= sure
	})
}

func anySame(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool {
		return slices.ContainsFunc(b, func(y string) bool { return sameLanguage(x, y) })
	})
}

// sameLanguage compares languages as far as texts can tell them apart.
func sameLanguage(a, b string) bool {
	return a == b || a == "sh" && serboCroatian[b] || b == "sh" && serboCroatian[a] || serboCroatian[a] && serboCroatian[b]
}

// segments names the language of each part of a text that is in one language.
func (d *detector) segments(text, declared string, lim limits) []record.Detection {
	var pieces []span
	cuts := []span{{0, len(text)}}
	if lim == abstractLimits {
		cuts = labelled(text)
	}
	for _, cut := range cuts {
		for _, run := range scriptRuns(text[cut.start:cut.end], lim) {
			pieces = append(pieces, span{cut.start + run.start, cut.start + run.end})
		}
	}
	if len(pieces) > maxPieces {
		pieces = pieces[:maxPieces]
		pieces[maxPieces-1].end = len(text)
	}
	var found []record.Detection
	add := func(p span, g guess) {
		if n := len(found); n > 0 && found[n-1].Lang == g.lang {
			found[n-1].End = p.end
			found[n-1].Confidence = max(found[n-1].Confidence, g.confidence)
			return
		}
		found = append(found, record.Detection{Start: p.start, End: p.end, Lang: g.lang, Confidence: g.confidence, How: g.how})
	}
	for _, p := range pieces {
		head := d.detect(text[p.start:p.end], declared)
		at, tail := d.turn(text[p.start:p.end], head)
		if at == 0 {
			add(p, head)
			continue
		}
		add(span{p.start, p.start + at}, head)
		add(span{p.start + at, p.end}, tail)
	}
	return joinShort(text, found, lim)
}

// turn finds the place where a text that begins in head goes over to another
// language, 0 when it does not. Sources put a second abstract behind the first
// without a label more often than with one.
func (d *detector) turn(text string, head guess) (int, guess) {
	if head.lang == record.Undetermined || utf8.RuneCountInString(text) < 2*tailRunes {
		return 0, guess{}
	}
	end := lastRunes(text, tailRunes)
	if lang, lead := mostWords(end); lang == head.lang && lead >= 3 {
		return 0, guess{} // the usual case, without asking the model again
	}
	tail := d.detect(end, "")
	if tail.lang == record.Undetermined || tail.confidence < sure || sameLanguage(tail.lang, head.lang) {
		return 0, guess{}
	}
	ends := sentenceEnds(text)
	// The first sentence whose following text is in the language of the tail: all
	// before it are in the head's.
	i := sort.Search(len(ends), func(i int) bool {
		g := d.detect(firstRunes(text[ends[i]:], tailRunes), "")
		return sameLanguage(g.lang, tail.lang)
	})
	if i == len(ends) {
		return 0, guess{}
	}
	return ends[i], tail
}

// joinShort gives segments too short to judge, such as a label or a name, to the
// neighbour before, or at the start to the one behind.
func joinShort(text string, found []record.Detection, lim limits) []record.Detection {
	out := found[:0]
	for i, f := range found {
		short := f.Lang == record.Undetermined || !hasText(text[f.Start:f.End], limits{min(lim.letters, 40), min(lim.ideographs, 10)})
		switch {
		case !short || len(found) == 1:
			if n := len(out); n > 0 && out[n-1].Lang == f.Lang {
				out[n-1].End = f.End
				continue
			}
			out = append(out, f)
		case len(out) > 0:
			out[len(out)-1].End = f.End
		case i+1 < len(found):
			found[i+1].Start = f.Start
		default:
			out = append(out, f)
		}
	}
	return out
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// mostFirst returns the keys, that of the largest count first.
func mostFirst(counts map[string]int) []string {
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		if a < b {
			return -1
		}
		return 1
	})
	return keys
}
