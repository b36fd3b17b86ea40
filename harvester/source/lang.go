package source

import (
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// normalLang returns a declared language as a lower-case BCP 47 tag ("es",
// "zh-hant"), or "" for what declares none or more than one. It reads ISO 639-1,
// 639-2 in both its codes, 639-3, BCP 47 in any case, and the names of languages
// in English, in the language itself, and in the large languages of scholarly
// metadata.
func normalLang(s string) string {
	if langs := normalLangs(s); len(langs) == 1 {
		return langs[0]
	}
	return ""
}

// normalLangs is normalLang for a field that may name several: "eng; fre",
// "Russian, English", "국문/영문". What it does not know is left out.
func normalLangs(s string) []string {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 256 {
		return nil
	}
	if lang, ok := oneLang(s); ok {
		if lang == "" {
			return nil
		}
		return []string{lang}
	}
	var out []string
	for _, part := range langBreak.Split(s, -1) {
		lang, _ := oneLang(part)
		out = appendNew(out, lang)
	}
	return out
}

var (
	langBreak = regexp.MustCompile(`(?i)\s*[;,/|+&\n、،]\s*|\s+(?:and|y|et|e|und|и|ve)\s+|\s{2,}`)
	tagLike   = regexp.MustCompile(`^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$`)
	remark    = regexp.MustCompile(`\s*[(\[（].*$`)
)

// twoLetters are the codes of two letters that stand for themselves, which are nearly
// all that records have.
var twoLetters = sync.OnceValue(func() map[string]bool {
	codes := map[string]bool{}
	for a := 'a'; a <= 'z'; a++ {
		for b := 'a'; b <= 'z'; b++ {
			code := string([]rune{a, b})
			if lang, ok := readLang(code); ok && lang == code {
				codes[code] = true
			}
		}
	}
	return codes
})

// oneLang reads one code or name. ok is false when it is neither; a code that
// says there is no language to name, such as und or mul, is known and empty.
func oneLang(s string) (lang string, ok bool) {
	if len(s) == 2 && twoLetters()[s] {
		return s, true
	}
	return readLang(s)
}

func readLang(s string) (lang string, ok bool) {
	s = strings.Trim(s, " \t\r\n.\"'()[]")
	if s == "" {
		return "", false
	}
	if tagLike.MatchString(s) {
		base, rest := strings.ReplaceAll(strings.ToLower(s), "_", "-"), ""
		if i := strings.IndexByte(base, '-'); i > 0 {
			base, rest = base[:i], base[i:]
		}
		switch base {
		case "und", "mul", "zxx", "mis", "qaa":
			return "", true
		}
		if alias, ok := langAlias[base]; ok {
			base = alias
		}
		if tag, err := language.Parse(base + rest); err == nil {
			return strings.ToLower(tag.String()), true
		}
		if b, err := language.ParseBase(base); err == nil {
			return b.String(), true
		}
	}
	name := strings.ToLower(s)
	names := langNames()
	if lang, ok = names[name]; ok {
		return lang, true
	}
	if lang, ok = names[remark.ReplaceAllString(name, "")]; ok {
		return lang, true
	}
	return "", false
}

// langAlias are the bibliographic codes of ISO 639-2, and country codes that
// stand for a language in repositories where no language has that code.
var langAlias = map[string]string{
	"alb": "sq", "arm": "hy", "baq": "eu", "bur": "my", "chi": "zh", "cze": "cs", "dut": "nl",
	"fre": "fr", "geo": "ka", "ger": "de", "gre": "el", "ice": "is", "mac": "mk", "mao": "mi",
	"may": "ms", "per": "fa", "rum": "ro", "slo": "sk", "tib": "bo", "wel": "cy",
	"scc": "sr", "scr": "hr", "esp": "es", "iri": "ga", "jap": "ja",
	"jp": "ja", "cn": "zh", "cz": "cs", "dk": "da", "gr": "el", "ua": "uk",
}

// langNames maps lower-case names to tags: the names the Unicode CLDR gives in
// the display languages below and in each language itself, and those it lacks.
var langNames = sync.OnceValue(func() map[string]string {
	names := make(map[string]string, 4096)
	add := func(name, tag string) {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, taken := names[name]; name != "" && !taken {
			names[name] = tag
		}
	}
	for tag, list := range extraNames {
		for name := range strings.SplitSeq(list, ",") {
			add(name, tag)
		}
	}
	var namers []display.Namer
	for _, in := range []language.Tag{
		language.English, language.Spanish, language.Portuguese, language.French, language.German,
		language.Italian, language.Russian, language.Turkish, language.Japanese, language.Korean, language.Chinese,
	} {
		namers = append(namers, display.Languages(in))
	}
	for _, tag := range display.Supported.Tags() {
		base, _ := tag.Base()
		plain := language.Make(base.String())
		add(display.Self.Name(plain), base.String())
	}
	for _, tag := range display.Values.Tags() {
		base, confidence := tag.Base()
		if confidence == language.No || tag != language.Make(base.String()) {
			continue
		}
		for _, n := range namers {
			add(n.Name(tag), base.String())
		}
	}
	return names
})

// extraNames are names and labels of the wild, by tag; an empty tag declares no
// language.
var extraNames = map[string]string{
	"":    "multiple languages,multiple,multilingual,other,others,unknown,undetermined,none,n/a,no linguistic content,varios idiomas,plusieurs langues,기타,その他",
	"ko":  "국문,한국어,한글,korean",
	"en":  "영문,영어,inglese,anglais,inglés,ingles,inglês,английский,английский язык,İngilizce,ingilizce,英文,英語,英语,english language",
	"ja":  "일문,일어,일본어,日文,日语,日語,japones",
	"zh":  "중문,중국어,中文,汉语,漢語,chinese,mandarin,simplified chinese,traditional chinese",
	"de":  "독문,독일어",
	"fr":  "불문,불어,프랑스어,francais,frances",
	"ru":  "노문,러시아어,русский язык",
	"es":  "서문,스페인어,castellano,castilian,espanol,español; castellano,spanish; castilian",
	"pt":  "portugues,brazilian portuguese,português (brasil)",
	"tr":  "turkce,türkçe",
	"nl":  "flemish,dutch; flemish",
	"el":  "greek,modern greek,greek; modern",
	"no":  "norwegian",
	"fa":  "farsi,persian",
	"uk":  "украинский язык,українська мова",
	"ro":  "moldavian,romanian; moldavian; moldovan",
	"ca":  "valencian,catalan; valencian",
	"sr":  "serbo-croatian",
	"fil": "filipino,pilipino",
}
