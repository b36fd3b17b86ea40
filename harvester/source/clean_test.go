package source

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"polyglean/internal/cputime"
)

func TestPlainText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Leaving the life", "Leaving the life"},
		{"less than", "rates fell (p < 0.05) and rose (p<0.01)", "rates fell (p < 0.05) and rose (p<0.01)"},
		{"less than, in the place of a tag", "a<b[c[0]]>d <3 ]]> and x <= .5", "a<b[c[0]]>d <3 ]]> and x <= .5"},
		{"less than, and paragraphs", "It fell (p <.05).\n\nIt rose again\nand < 3", "It fell (p <.05).\n\nIt rose again and < 3"},
		{"escaped less than", "p &lt; 0.05 &amp;lt; 0.1", "p < 0.05 < 0.1"},
		{"inequality that looks like a tag", "a <b and c> d, n<m and k>l", "a <b and c> d, n<m and k>l"},
		{"ends in a tag's beginning", "the case x<y", "the case x<y"},
		{"inline", "H<sub>2</sub>O, <i>E. coli</i>", "H2O, E. coli"},
		{"jats", "<jats:title>Abstract</jats:title>\n  <jats:p>One\n  line.</jats:p><jats:p>Two.</jats:p>", "Abstract: One line.\n\nTwo."},
		{"sections", "<jats:sec><jats:title>Methods:</jats:title><jats:p>We asked.</jats:p></jats:sec><jats:sec><jats:title/><jats:p>They said.</jats:p></jats:sec>", "Methods: We asked.\n\nThey said."},
		{"list", "<ul><li>one</li><li>two</li></ul>", "one\n\ntwo"},
		{"cells", "<table><tr><td>a</td><td>b</td></tr></table>", "a b"},
		{"escaped markup", "&lt;p&gt;Una &lt;b&gt;mujer&lt;/b&gt;&lt;/p&gt;", "Una mujer"},
		{"escaped twice", "&amp;lt;p&amp;gt;R&amp;amp;D&amp;lt;/p&amp;gt;", "R&D"},
		{"entities", "caf&eacute; &#x4e2d;&#22269; &nbsp;A&B &lang=es &unknown;", "café 中国 A&B &lang=es &unknown;"},
		{"attributes", `see <a href="https://example.org/?a=1&b=2" rel=nofollow>here</a>`, "see here"},
		{"mathml", `<mml:math><mml:msub><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msub><mml:annotation encoding="application/x-tex">x_2</mml:annotation></mml:math>`, "x2"},
		{"formula in two forms", `<jats:alternatives><jats:tex-math>$x^2$</jats:tex-math><mml:math><mml:mi>x</mml:mi></mml:math></jats:alternatives>`, "x"},
		{"formula in TeX only", `<jats:tex-math>$x^2$</jats:tex-math>`, "$x^2$"},
		{"script", "before<script>alert('x')</script> after", "before after"},
		{"unclosed script", "before<script>all the rest", "beforeall the rest"},
		{"comment", "a<!-- note -->b <!-- unclosed", "ab <!-- unclosed"},
		{"cdata", "<![CDATA[trata de <i>personas</i>]]>", "trata de personas"},
		{"controls", "a\x00b\u200bc\u202ed\u2066e\ufeff\u00adf", "abcdef"},
		{"joiners stay", "می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"},
		{"invalid", "a\xffb\xed\xa0\x80c", "a\uFFFDb\uFFFDc"},
		{"nfc", "e\u0301 e&#769;", "é é"},
		{"space", " \t a \u00a0\u2003 b\r\n", "a b"},
		{"paragraphs", "one.\n\ntwo\nthree.\nfour", "one.\n\ntwo three.\n\nfour"},
		{"hard wrapped", "sex traf-\n  ficking and\n  exit", "sex traf- ficking and exit"},
		{"greek question mark", "&lt\u037e", "<"},
		{"unknown element", "<speak>said</speak>", "<speak>said</speak>"},
		{"empty", " <p></p> ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := plainText(c.in); got != c.want {
				t.Errorf("plainText(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
	if got := plainLine("<p>Salir</p><p>de la trata</p>"); got != "Salir de la trata" {
		t.Errorf("plainLine: %q", got)
	}
}

// A megabyte built to be slow must not hold up a harvest.
func TestPlainTextBounded(t *testing.T) {
	for _, unit := range []string{"<", "<a \"", "&", "&amp;", "&#38;#38;", "<p>", "<!--", "</", "x<b ", "a\u0301\u0301", "&a&#109;p;", "<![CDATA[", "<b a=1 "} {
		s := strings.Repeat(unit, (1<<20)/len(unit))
		start := cputime.Used()
		got := plainText(s)
		if d := cputime.Used() - start; d > 20*time.Second {
			t.Errorf("1 MB of %q took %v", unit, d)
		}
		if len(got) > 2*len(s) {
			t.Errorf("1 MB of %q became %d bytes", unit, len(got))
		}
	}
}

func FuzzPlainText(f *testing.F) {
	for _, s := range []string{"", "<jats:p>a</jats:p>", "&amp;lt;b&amp;gt;", "&&#97;mp;lt;i&gt;", "a <b and c> d", "\xff<", "&lt\u037e", "<![CDATA[<p>]]>", "<title>a</title>:b", "x.\ny"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := plainText(s)
		if !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) {
			t.Fatalf("plainText(%q) = %q is not valid text in NFC", s, got)
		}
		if again := plainText(got); again != got {
			t.Fatalf("plainText(%q) = %q, and of that %q", s, got, again)
		}
		if strings.TrimSpace(got) != got || strings.Contains(got, "  ") || strings.ContainsRune(got, 0) {
			t.Fatalf("plainText(%q) = %q has stray space", s, got)
		}
	})
}

// The short way must give what the long way gives.
func TestAlreadyPlainIsPlain(t *testing.T) {
	for text, want := range map[string]bool{
		"Leaving the sex trade: 12 women": true, "Торговля людьми и выход": true, "性的搾取からの離脱": true,
		"विद्यालय": true, "می\u200cرود": true, "": false, " a": false, "a ": false, "a  b": false, "a\nb": false, "p < 0.05 or n<=5 or <.1": true, "p <": false, "x < y": false, "x </5": false, "p < 0.05 <i>": false,
		"a&amp;b": false, "cafe\u0301": false, "a\u202eb": false, "a\u00a0b": false, "a\xffb": false, "a\x00b": false,
	} {
		if got := alreadyPlain(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
		if want && plainRound(plainRound(text, true), false) != text {
			t.Errorf("%q is changed by the long way to %q", text, plainRound(text, true))
		}
	}
}
