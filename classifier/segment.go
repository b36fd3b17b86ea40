package classifier

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a stretch of a text in bytes, end exclusive.
type span struct{ start, end int }

// sectionLabels begin an abstract in another language within the same field. They
// are looked for at the start of a line or sentence; a wrong find does no harm,
// because neighbours in one language are joined again.
var sectionLabels = regexp.MustCompile(`(?:^|[\n\r.;!?¤|=/—–。)\]»”"]\s*)(` + strings.Join([]string{
	`Abstract`, `ABSTRACT`, `Summary`, `SUMMARY`, `English [Aa]bstract`,
	`Resumen`, `RESUMEN`, `Resumo`, `RESUMO`, `Résumé`, `RÉSUMÉ`, `Resume`, `Riassunto`, `RIASSUNTO`, `Abstrakt`, `ABSTRAKT`, `Abstrak`, `ABSTRAK`,
	`Zusammenfassung`, `ZUSAMMENFASSUNG`, `Kurzfassung`, `Samenvatting`, `SAMENVATTING`, `Sammanfattning`, `SAMMANFATTNING`, `Sammendrag`, `Tiivistelmä`, `TIIVISTELMÄ`,
	`Streszczenie`, `STRESZCZENIE`, `Souhrn`, `Súhrn`, `Sažetak`, `SAŽETAK`, `Povzetek`, `Rezumat`, `REZUMAT`, `Összefoglalás`, `Összefoglaló`, `Resum`, `Özet`, `ÖZET`, `Öz`, `ÖZ`, `Tóm tắt`, `TÓM TẮT`,
	`Аннотация`, `АННОТАЦИЯ`, `Резюме`, `РЕЗЮМЕ`, `Реферат`, `Анотація`, `АНОТАЦІЯ`, `Сажетак`, `Περίληψη`,
	`الملخص`, `ملخص`, `المستخلص`, `چکیده`, `सारांश`, `সারাংশ`, `บทคัดย่อ`, `摘要`, `内容提要`, `要旨`, `抄録`, `要約`, `초록`, `요약`, `국문초록`,
}, "|") + `)(?:\s*[:.：】\]\-–—])?[\s:：]*`)

// limits say how much text of another script or language makes a segment of its
// own, in letters. A title in two languages is short; an abstract quotes names and
// terms in another script.
type limits struct{ letters, ideographs int }

var (
	titleLimits    = limits{letters: 15, ideographs: 4}
	abstractLimits = limits{letters: 80, ideographs: 20}
)

func (l limits) reached(s script, count int) bool {
	if s == hanScript || s == hangulScript {
		return count >= l.ideographs
	}
	return count >= l.letters
}

// scriptRuns cuts a text where it changes to another script for good.
func scriptRuns(text string, l limits) []span {
	var out []span
	current := noScript
	start := 0
	// The run of letters in another script that may become the next segment, and
	// how many of the current script have interrupted it.
	other, otherStart, otherCount, interruption := noScript, 0, 0, 0
	for i, r := range text {
		s := scriptOf(r)
		switch {
		case s == noScript:
			continue
		case current == noScript:
			current = s
			continue
		case s == current:
			interruption++
			if interruption > 3 {
				other, otherCount = noScript, 0
			}
			continue
		case s != other:
			other, otherStart, otherCount = s, i, 0
		}
		otherCount++
		interruption = 0
		if l.reached(other, otherCount) {
			if hasText(text[start:otherStart], l) {
				out = append(out, span{start, otherStart})
				start = otherStart
			}
			current, other, otherCount = other, noScript, 0
		}
	}
	return append(out, span{start, len(text)})
}

// hasText says whether a text has enough letters to stand for itself.
func hasText(text string, l limits) bool {
	main, letters := mainScript(text)
	return main != noScript && l.reached(main, letters)
}

// minPiece is the least length of a text before a label, in bytes: a label right
// behind another is part of one heading.
const minPiece = 60

// labelled cuts a text before each section label.
func labelled(text string) []span {
	var out []span
	start := 0
	for _, m := range sectionLabels.FindAllStringSubmatchIndex(text, -1) {
		if at := m[2]; at-start >= minPiece {
			out = append(out, span{start, at})
			start = at
		}
	}
	return append(out, span{start, len(text)})
}

// sentenceEnds returns the places where a new sentence begins, in order.
func sentenceEnds(text string) []int {
	var ends []int
	previous := rune(0)
	for i, r := range text {
		if i > 0 && (unicode.IsSpace(r) && strings.ContainsRune(".!?;:¤|", previous) || r == '\n' || strings.ContainsRune("。！？।", previous)) {
			ends = append(ends, i)
		}
		previous = r
	}
	return ends
}

// lastRunes returns the last n characters of s.
func lastRunes(s string, n int) string {
	at := len(s)
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return s[at:]
}
