package importer

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

// fuzzFormat reads any bytes as the format: it ends, line numbers lie in the file and
// do not fall, and a record that could be read has text that is clean.
func fuzzFormat(f *testing.F, format Format, seeds ...string) {
	for _, s := range append(seeds, sample, nbibRecord, "\ufeff", "\r\r\n", "\x00\xff\xfe") {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text := charset{mend: true}.text(bytes.NewReader(data))
		whole, err := io.ReadAll(text)
		if err != nil || !utf8.Valid(whole) || bytes.ContainsRune(whole, '\r') {
			t.Fatalf("text %q, %v", whole, err)
		}
		r, err := format.read(bytes.NewReader(whole))
		if err != nil {
			return
		}
		ids := identities{database: "test", seen: map[uint64][]uint64{}}
		ends := bytes.Count(whole, []byte("\n")) + 1
		last, size := 0, 0
		for {
			it, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if it.line < max(last, 1) || it.line > ends {
				t.Fatalf("line %d after %d, of %d", it.line, last, ends)
			}
			last = it.line
			size += len(it.raw)
			if it.raw == "" {
				t.Fatalf("line %d: a record of no text", it.line)
			}
			if it.reason != "" {
				continue
			}
			c, err := it.draft.candidate()
			if err != nil {
				continue
			}
			ids.give(&c, it.draft.study, it.draft.accession)
			if strings.TrimPrefix(c.SourceID, "test:") == "" || !utf8.ValidString(c.SourceID) {
				t.Fatalf("ID %q", c.SourceID)
			}
			for _, text := range append(c.Titles, c.Abstracts...) {
				if strings.TrimSpace(text.Text) == "" || !utf8.ValidString(text.Text) || strings.ContainsAny(text.Text, "\x00\u202e\r") {
					t.Fatalf("text %q", text.Text)
				}
			}
		}
		// No byte is in two records.
		if size > len(whole) {
			t.Fatalf("records of %d bytes in a file of %d", size, len(whole))
		}
	})
}

func FuzzRIS(f *testing.F) {
	fuzzFormat(f, RIS, "TY - JOUR\nTI - x\nER -\nTI  - y\nM3  - 10.5555/x\nPY  - 2000/13/99/x\n")
}

func FuzzNBIB(f *testing.F) {
	fuzzFormat(f, NBIB, "\n\nPMID- 1\nTI  - [x].\nLA  - fre\n\nTI  - y\nDP  - 0000\n")
}

func FuzzBibTeX(f *testing.F) {
	fuzzFormat(f, BibTeX, "@string{a={b}}@article{x,title=a#\"{\\'e}\"#{\\~{\\^e}},author={a and {B C}}}", "@a{,b=", "@comment(")
}

func FuzzCSV(f *testing.F) {
	fuzzFormat(f, CSV, "Title,Year\n\"a\nb\",2000\n\"c,1\n", "sep=;\nTitle;DOI;Included\nx;10.5555/x;yes\n", "ti\tau\tpy\n")
}

func FuzzEndNote(f *testing.F) {
	fuzzFormat(f, EndNote, "<records>"+endnoteRecord1+"<record><record></records>", "<record>", "<record a='>'></record>")
}

func FuzzLaTeX(f *testing.F) {
	for _, s := range []string{`\'e`, `\c`, `{\"\i}`, `$x^2$`, `\~{\^e}`, "\\\xff", `\t{oo}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := latexText(s); utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("%q became %q", s, got)
		}
		for _, a := range bibAuthors(s) {
			if utf8.ValidString(s) && !utf8.ValidString(a.Name) {
				t.Fatalf("%q became %q", s, a.Name)
			}
		}
	})
}

func FuzzDetect(f *testing.F) {
	f.Add([]byte("TY  - JOUR"), "")
	f.Add([]byte("\xff\xfeT\x00Y\x00"), "")
	f.Add([]byte("Title,Year"), "gb18030")
	f.Fuzz(func(t *testing.T, data []byte, encoding string) {
		s, err := look(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if s.refuse() != nil {
			return
		}
		c, err := charsetOf(&s, encoding)
		if err != nil {
			return
		}
		text, err := io.ReadAll(c.text(bytes.NewReader(data)))
		if err != nil || !utf8.Valid(text) {
			t.Fatalf("%s: %q, %v", c.name, text, err)
		}
		if format, err := detect(text); err == nil {
			if _, err := format.read(bytes.NewReader(text)); err != nil {
				t.Fatalf("told as %s and not read: %v", format, err)
			}
		}
	})
}
