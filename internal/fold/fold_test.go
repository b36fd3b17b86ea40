package fold

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"case", "Sex TRAFFICKING", "sex trafficking"},
		{"hyphen and apostrophe part words", "anti-trafficking women's d’êtres", "anti trafficking women s d etres"},
		{"apostrophes encoded as letters", "сімʼї", "сім і"},
		{"Latin accents, composed", "trata y tráfico; Überfälle", "trata y trafico uberfalle"},
		{"Latin accents, decomposed", norm.NFD.String("tráfico Überfälle"), "trafico uberfalle"},
		{"letters", "Straße STRAẞE æsops œuvre þing ıtır đ ð łódź øre", "strasse strasse aesops oeuvre thing itir d d lodz ore"},
		{"Turkish capital", "İNSAN Işık", "insan isik"},
		{"Cyrillic", "Ещё Йод", "еще иод"},
		{"Greek, final sigma", "Εκμετάλλευσης ΓΥΝΑΙΚΑΣ", "εκμεταλλευσησ γυναικασ"},
		{"Hebrew points", "סַחַר", "סחר"},
		{"Arabic alefs, yeh, kaf, heh", "الإتجار أطفال ٱلى كتاب مقاومة", "الاتجار اطفال الی کتاب مقاومه"},
		{"Arabic vowel signs and tatweel", "الاتِّجَار بـــشر", "الاتجار بشر"},
		{"Arabic presentation forms", "ﻻ", "لا"},
		{"Persian non-joiner is a space", "بهره\u200cکشی", "بهره کشی"},
		{"non-joiner elsewhere vanishes", "Auf\u200clage", "auflage"},
		{"Devanagari keeps its signs", "मानव तस्करी", "मानव तस्करी"},
		{"Devanagari nukta, both ways", "क़ क़", "क़ क़"},
		{"Bengali vowel of two parts", "ক\u09c7\u09be", "কো"},
		{"Thai keeps its marks", "ค้ามนุษย์", "ค้ามนุษย์"},
		{"Han and kana", "人口贩运、ポルノ・グラフィー", "人口贩运 ポルノグラフィー"},
		{"half-width kana with voicing", "ﾎﾟﾙﾉ", "ポルノ"},
		{"full-width Latin", "ＰＴＳＤ", "ptsd"},
		{"Hangul, composed and not", "성매매 " + norm.NFD.String("성매매"), "성매매 성매매"},
		{"Latin beside Han", "在DV受害者", "在dv受害者"},
		{"ligatures", "traﬃcking", "trafficking"},
		{"footnote marks part words", "trafficking² survivors¹and", "trafficking survivors and"},
		{"soft hyphen, zero-width space, joiner, bidi", "traf\u00adfick\u200bing\u200d \u202esex\u202c", "trafficking sex"},
		{"byte order mark", "\ufeffexit", "exit"},
		{"emoji and variation selector", "exit ❤️ sex", "exit sex"},
		{"NUL and bad bytes part words", "a\x00b\xffc\xc3", "a b c"},
		{"a mark without a letter", "\u0301 x\u0301\u0301", "x"},
		{"fractions", "½", "1 2"},
		{"nothing", " \t—…", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Fold(c.in); got != c.want {
				t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestSpansAreOfTheOriginal(t *testing.T) {
	text := "«Ｅｘｉｔ» — " + norm.NFD.String("tráfico") + "\u0301 d’une traﬃc\u00adking 人口 بهره\u200cکشی\xff!"
	got := NewText(text)
	want := []string{
		"Ｅｘｉｔ", norm.NFD.String("tráfico") + "\u0301", "d", "une", "traﬃc\u00adking",
		"人", "口", "بهره", "کشی",
	}
	// The second accent stands on the last letter, not after the word.
	if got.Len() != len(want) {
		t.Fatalf("%d words in %q, want %d", got.Len(), got, len(want))
	}
	for i, w := range want {
		if got.Raw(i) != w {
			t.Errorf("word %d is %q, want %q", i, got.Raw(i), w)
		}
	}
	if start, end := got.Span(5, 6); text[start:end] != "人口" {
		t.Errorf("span of two words is %q", text[start:end])
	}
}

func TestResetForgets(t *testing.T) {
	text := NewText("one two three")
	text.Reset("vier")
	if text.Len() != 1 || string(text.Word(0)) != "vier" || text.String() != "vier" {
		t.Errorf("after Reset: %q", text)
	}
}

func TestOneWordOfAMegabyte(t *testing.T) {
	for _, unit := range []string{"a", "é", "人", "ﷺ", "e\u0301", "क\u094d", "\u0301", "가"} {
		s := strings.Repeat(unit, 1<<20/len(unit))
		text := NewText(s)
		checkText(t, s, text)
		if want := unit == "\u0301"; (text.Len() == 0) != want {
			t.Errorf("%d words of many %q", text.Len(), unit)
		}
	}
}

// checkText fails the test unless the words of text lie in s as promised.
func checkText(t *testing.T, s string, text *Text) {
	t.Helper()
	valid, last := utf8.ValidString(s), 0
	for i := range text.Len() {
		start, end := text.Span(i, i)
		switch {
		case start < last, end <= start, end > len(s):
			t.Fatalf("word %d of %q spans %d to %d, the one before started at %d", i, s, start, end, last)
		case !utf8.RuneStart(s[start]) || end < len(s) && valid && !utf8.RuneStart(s[end]):
			t.Fatalf("word %d of %q spans %d to %d, not rune borders", i, s, start, end)
		case !utf8.ValidString(s[start:end]):
			t.Fatalf("word %d of %q is %q", i, s, s[start:end])
		case len(text.Word(i)) == 0 || !utf8.Valid(text.Word(i)):
			t.Fatalf("word %d of %q folds to %q", i, s, text.Word(i))
		}
		last = start
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"Survivors of Sex-Trafficking", "traﬃcking²", "الاتِّجَار بـــشر", "بهره\u200cکشی", "人口贩运 ポルノ・", "ค้ามนุษย์",
		"e\u0301\u0301\xff\x00", "ﷺ½", norm.NFD.String("성매매"), "\u202eabc\u202c", "क\u200d\u094d",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := NewText(s)
		checkText(t, s, text)
		// Letters that an invisible one kept apart may grow together the next time.
		if folded := text.String(); !strings.ContainsFunc(s, ignorable) && Fold(folded) != folded {
			t.Errorf("Fold(%q) = %q, folded again %q", s, folded, Fold(folded))
		}
		if !utf8.ValidString(s) {
			return
		}
		if nfc, nfd := Fold(norm.NFC.String(s)), Fold(norm.NFD.String(s)); nfc != nfd {
			t.Errorf("%q folds to %q composed and to %q decomposed", s, nfc, nfd)
		}
	})
}

func BenchmarkReset(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"English", strings.Repeat("Survivors of sex trafficking describe the exit from exploitation, and their recovery. ", 18)},
		{"Russian", strings.Repeat("Жертвы торговли людьми описывают выход из проституции и реабилитацию. ", 12)},
		{"Arabic", strings.Repeat("الاتجار بالبشر والاستغلال الجنسي للنساء والأطفال في المنطقة. ", 14)},
		{"Hindi", strings.Repeat("मानव तस्करी की शिकार महिलाओं का पुनर्वास और सामाजिक समर्थन। ", 9)},
		{"Chinese", strings.Repeat("性贩运幸存者描述了她们脱离卖淫的过程以及康复的经历。", 20)},
	} {
		b.Run(c.name, func(b *testing.B) {
			var t Text
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				t.Reset(c.text)
			}
		})
	}
}
