package importer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// combining are the marks that LaTeX's accent commands put on a letter.
var combining = map[string]string{
	"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
	"\"": "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
	"b": "\u0331", "h": "\u0309", "t": "\u0361", "G": "\u030f", "U": "\u030e",
}

// symbols are the commands that stand for a character or for nothing.
var symbols = map[string]string{
	"ss": "ß", "SS": "ẞ", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å",
	"l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ", "TH": "Þ",
	"ng": "ŋ", "NG": "Ŋ", "ldots": "…", "dots": "…", "textellipsis": "…", "textendash": "–", "textemdash": "—",
	"textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“", "textquotedblright": "”",
	"textquotesingle": "'", "textquotedbl": "\"", "guillemotleft": "«", "guillemotright": "»",
	"guillemetleft": "«", "guillemetright": "»", "quotedblbase": "„", "quotesinglbase": "‚",
	"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_", "textbar": "|",
	"textless": "<", "textgreater": ">", "textdegree": "°", "textregistered": "®", "texttrademark": "™",
	"textcopyright": "©", "copyright": "©", "pounds": "£", "textsterling": "£", "euro": "€", "texteuro": "€",
	"S": "§", "P": "¶", "dag": "†", "ddag": "‡", "textexclamdown": "¡", "textquestiondown": "¿",
	"textordfeminine": "ª", "textordmasculine": "º", "textperiodcentered": "·", "textbullet": "•", "slash": "/",
	"times": "×", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈",
	"sim": "∼", "cdot": "·", "infty": "∞", "rightarrow": "→", "to": "→", "leftarrow": "←", "lt": "<", "gt": ">",
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
	"eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
	"rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
	"Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
	"Psi": "Ψ", "Omega": "Ω", "LaTeX": "LaTeX", "TeX": "TeX", "quad": " ", "qquad": " ", "space": " ", "newline": "\n",
	"par": "\n\n", "noopsort": "",
	// Commands of form alone.
	"emph": "", "textit": "", "textbf": "", "textsc": "", "textrm": "", "textsf": "", "texttt": "", "textup": "",
	"textsl": "", "textmd": "", "textnormal": "", "text": "", "mbox": "", "hbox": "", "mathrm": "", "mathit": "",
	"mathbf": "", "mathsf": "", "mathcal": "", "ensuremath": "", "textsuperscript": "", "textsubscript": "",
	"underline": "", "uppercase": "", "lowercase": "", "url": "", "it": "", "bf": "", "em": "", "rm": "", "sc": "",
	"sf": "", "tt": "", "sl": "", "itshape": "", "bfseries": "", "scshape": "", "upshape": "", "small": "",
	"normalsize": "", "large": "", "relax": "", "protect": "", "nobreak": "", "selectlanguage": "", "sp": "", "sb": "",
}

// maxFormula is the longest formula between dollar signs, in bytes.
const maxFormula = 200

// formulas takes the dollar signs off formulas: one word, or something with a command
// or an index in it. An escaped dollar sign begins none.
func formulas(s string) string {
	if strings.Count(s, "$") < 2 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			b.WriteString(s[i : i+2])
			i++
			continue
		}
		if s[i] == '$' {
			inside, _, ok := strings.Cut(s[i+1:min(len(s), i+2+maxFormula)], "$")
			if ok && inside != "" && !strings.HasSuffix(inside, "\\") && (strings.ContainsAny(inside, "\\^_") || !strings.ContainsAny(inside, " \n\t")) {
				b.WriteString(inside)
				i += len(inside) + 1
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// latexText makes text of LaTeX as it stands in bibliographies: accents and the
// commands for letters become characters, commands of form vanish, and of a command
// that is not known the name stays. Mathematics loses its dollar signs, prices keep
// theirs.
func latexText(s string) string {
	if !strings.ContainsAny(s, "\\{}$~`'-") {
		return s
	}
	s = formulas(s)
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\\':
			i = latexCommand(&b, s, i+1)
		case c == '{' || c == '}':
			i++
		case c == '~' && i > 0 && s[i-1] != ' ': // elsewhere it means "about"
			b.WriteByte(' ')
			i++
		case strings.HasPrefix(s[i:], "---"):
			b.WriteString("—")
			i += 3
		case strings.HasPrefix(s[i:], "--"):
			b.WriteString("–")
			i += 2
		case strings.HasPrefix(s[i:], "``"):
			b.WriteString("“")
			i += 2
		case strings.HasPrefix(s[i:], "''"):
			b.WriteString("”")
			i += 2
		default:
			b.WriteByte(c)
			i++
		}
	}
	return norm.NFC.String(b.String())
}

// latexCommand writes what the command at i, behind its backslash, stands for, and
// returns where the text goes on.
func latexCommand(b *strings.Builder, s string, i int) int {
	if i == len(s) {
		b.WriteByte('\\')
		return i
	}
	end := i
	for end < len(s) && (s[end] >= 'a' && s[end] <= 'z' || s[end] >= 'A' && s[end] <= 'Z') {
		end++
	}
	if end == i {
		_, size := utf8.DecodeRuneInString(s[i:])
		end = i + size
	}
	name := s[i:end]
	if mark, ok := combining[name]; ok {
		if next, ok := accented(b, s, end, mark, startsLetter(name)); ok {
			return next
		}
	}
	if text, ok := symbols[name]; ok {
		b.WriteString(text)
		return afterCommand(s, end)
	}
	switch name {
	case "&", "%", "$", "#", "_", "{", "}", "~", "^":
		b.WriteString(name)
		return end
	case "\\":
		b.WriteByte('\n')
		return end
	case " ", "\n", ",", ";", ":":
		b.WriteByte(' ')
		return end
	case "-", "/", "!", "@", "(", ")", "[", "]", "*":
		return end
	}
	b.WriteString(name)
	return end
}

// accented writes the letter that follows with the mark on it; false when no letter
// follows. A command named with a letter needs a blank or brace before its own.
func accented(b *strings.Builder, s string, i int, mark string, word bool) (int, bool) {
	from := i
	for i < len(s) && (s[i] == ' ' || s[i] == '{') {
		i++
	}
	if i == len(s) || word && i == from {
		return i, false
	}
	rest := s[i:]
	letter, size := "", 0
	switch {
	case strings.HasPrefix(rest, "\\i") && !startsLetter(rest[2:]):
		letter, size = "i", 2
	case strings.HasPrefix(rest, "\\j") && !startsLetter(rest[2:]):
		letter, size = "j", 2
	case len(rest) > 2 && rest[0] == '\\' && combining[rest[1:2]] != "" && !startsLetter(rest[1:]):
		// An accent on an accent, as in Vietnamese.
		next, ok := accented(b, s, i+2, combining[rest[1:2]], false)
		if ok {
			b.WriteString(mark)
		}
		return next, ok
	default:
		r, n := utf8.DecodeRuneInString(rest)
		if !unicode.IsLetter(r) {
			return i, false
		}
		letter, size = rest[:n], n
	}
	b.WriteString(letter)
	b.WriteString(mark)
	return i + size, true
}

// afterCommand passes over what ends a command that is named with letters: "{}", or
// blanks.
func afterCommand(s string, i int) int {
	if strings.HasPrefix(s[i:], "{}") {
		return i + 2
	}
	for i < len(s) && s[i] == ' ' {
		i++
	}
	return i
}

func startsLetter(s string) bool {
	return s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z')
}
