package language

import (
	"unicode"
)

// japaneseHan are everyday Han letters in the form only Japanese gives them,
// neither simplified nor traditional: they tell a title without kana. They are letters
// of level 1 of JIS X 0208 that GB 2312 lacks, and so does Big5 but for those that its
// Hong Kong supplement adds; without forms that are common in Hong Kong.
const japaneseHan = "応関実戦変検権観単囲圧広総続絵継経済剤齢歳毎児働込畑峠黒歩気帰仏払沢択釈訳駅拠労営厳桜栄楽薬渋塩拡県顕蔵臓増徳聴庁転伝読悪亜円焼証譲髪発浜売対図団鉄銭" +
	"価覚観帯滞焼択摂稲戸査様渓渇竜" +
	"唖穐鯵壱隠焔縁鴬鴎穏壊撹殻噛苅勧歓潅陥巌犠挙尭暁倶駆駈粂勲薫掲繋蛍軽頚鶏撃倹剣圏険験鹸呉娯鉱砿麹狛砕斎雑桟産鴫宍雫舎収繍従獣縦粛処奨渉乗剰壌" +
	"嬢浄畳穣醸粋酔髄専繊賎挿掻巣痩荘騒騨凧弾値遅徴壷逓兎梼闘涜呑凪弐嚢悩脳廃拝蝿硲溌抜晩箆舗穂侭満麺黙戻鑓揺謡頼猟塁涙隷霊暦篭蝋"

// simplifiedHan and traditionalHan are common letters that the one way of writing
// Chinese has and the other has not; each is one that the other writes with the
// letter at the same place.
const (
	simplifiedHan  = "这们来为个国说时会对发经学关问实现开长见业义门点级传华东车过还进动样应机无与书电员气团场认识议论语让记设计证评试诗话该请读课调谈谢农边达运远连选适权术条构标树检归当录总点历厅压厂广庆库庙废张弹强"
	traditionalHan = "這們來為個國說時會對發經學關問實現開長見業義門點級傳華東車過還進動樣應機無與書電員氣團場認識議論語讓記設計證評試詩話該請讀課調談謝農邊達運遠連選適權術條構標樹檢歸當錄總點歷廳壓廠廣慶庫廟廢張彈強"
)

// hanLetters counts the kinds of letters of Chinese and Japanese.
type hanLetters struct{ han, kana, japanese, simplified, traditional int }

func countHan(text string) (n hanLetters) {
	for _, r := range text {
		switch {
		case r < 0x3040:
		case r <= 0x30ff || 0xff66 <= r && r <= 0xff9f:
			if r != '・' && r != 'ー' && unicode.IsLetter(r) {
				n.kana++
			}
		case unicode.Is(unicode.Han, r):
			n.han++
			switch hanKind[r] {
			case 'j':
				n.japanese++
			case 's':
				n.simplified++
			case 't':
				n.traditional++
			}
		}
	}
	return n
}

// hanKind is j, s or t for the letters that only one way of writing has.
var hanKind = func() map[rune]byte {
	kind := make(map[rune]byte)
	for _, r := range simplifiedHan {
		kind[r] = 's'
	}
	for _, r := range traditionalHan {
		if kind[r] == 's' {
			delete(kind, r) // both have it
			continue
		}
		kind[r] = 't'
	}
	for _, r := range japaneseHan {
		if kind[r] == 0 {
			kind[r] = 'j'
		}
	}
	return kind
}()

// tellHan names Chinese or Japanese.
func tellHan(text, declared string) Result {
	n := countHan(text)
	switch {
	// A Chinese text may quote a Japanese name; a Japanese one has particles.
	case n.kana > 0 && n.kana*12 >= n.han, n.kana > 0 && n.japanese > 0:
		return Result{Lang: "ja", Confidence: 1, How: ByScript}
	case n.japanese > n.simplified:
		return Result{Lang: "ja", Confidence: 0.9, How: ByScript}
	case n.han < 30 && n.simplified == 0: // a short title may do without kana
		if declared == "ja" {
			return Result{Lang: "ja", Confidence: 0.7, How: ByDeclaration}
		}
		return Result{Lang: "zh", Confidence: 0.9, How: ByScript}
	}
	return Result{Lang: "zh", Confidence: 1, How: ByScript}
}

// Tag is a language tag with the script a text is written in, where the language
// has two: zh-Hans or zh-Hant, sr-Latn or sr-Cyrl. Other languages, and Chinese
// too short to show it, are returned as they are.
func Tag(lang, text string) string {
	switch lang {
	case "zh":
		n := countHan(text)
		switch {
		case n.simplified > n.traditional:
			return "zh-Hans"
		case n.traditional > n.simplified:
			return "zh-Hant"
		}
	case "sr":
		switch s, _ := MainScript(text); s {
		case Latin:
			return "sr-Latn"
		case Cyrillic:
			return "sr-Cyrl"
		}
	}
	return lang
}
