package source

import "testing"

// An answer that iAHx gives in the place of a page is an error.
func TestLILACSRefuses(t *testing.T) {
	for name, body := range map[string]string{
		"no server": `{"diaServerResponse":[]}`, "no response": `{"diaServerResponse":[{"error":{"msg":"no"}}]}`,
		"no number": `{"diaServerResponse":[{"response":{"docs":[]}}]}`, "no docs": `{"diaServerResponse":[{"response":{"numFound":3}}]}`,
	} {
		if page, err := decodeLILACS([]byte(body)); err == nil {
			t.Errorf("%s: taken for a page of %d records", name, len(page.Records))
		}
	}
}

func TestLILACSDialect(t *testing.T) {
	for text, want := range map[string]string{
		"(trata de personas OR traffick*) AND exit": `(tw:("trata de personas" OR traffick*)) AND tw:(exit)`,
		"ab:(salida OR retorno)":                    "ab:(salida OR retorno)",
		"kw:adolescentes AND exit NOT ratas":        "mh:(adolescentes) AND tw:(exit) NOT tw:(ratas)",
	} {
		if got := lilacsDialect.compile(mustParse(t, text)); got != want {
			t.Errorf("%s\n became %s\n   want %s", text, got, want)
		}
	}
}

func TestLILACSDate(t *testing.T) {
	for text, want := range map[string]string{
		"202007": "2020-07", "20190000": "2019", "20190230": "2019-02", "2018": "2018", "jul. 2017": "2017-07", "s.d.": "", "": "",
	} {
		if got, _ := lilacsDate(text); got != want {
			t.Errorf("lilacsDate(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzDecodeLILACS(f *testing.F) { fuzzPage(f, "lilacs", decodeLILACS) }
