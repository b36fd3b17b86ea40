package evaluate

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polyglean/internal/table"
)

// rowsOf reads a table that is written as text.
func rowsOf(t *testing.T, tsv string) []table.Row {
	t.Helper()
	path := filepath.Join(t.TempDir(), "labelled.tsv")
	if err := os.WriteFile(path, []byte(tsv), 0o644); err != nil {
		t.Fatal(err)
	}
	rows, err := table.Read(path, LanguageColumns...)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

const (
	spanishLine = "Los jornaleros rara vez cuentan el dolor de sus manos."
	englishLine = "Farm workers seldom report the pain in their hands."
)

func TestLanguages(t *testing.T) {
	s, err := Languages(rowsOf(t, "lang\ttext\tsegments\n"+
		"es\t"+spanishLine+"\t\n"+
		"fr\t"+spanishLine+"\t\n"+
		"nn\tKvinner på vei ut av prostitusjon og hva som hjelper dem i livet etterpå\t\n"+
		"sh\tHtjeli smo razumjeti kako radnice brinu o vlastitu zdravlju kada imaju malo vremena\t\n"+
		"km\tកម្មករកសិដ្ឋានកម្រនិយាយអំពីការឈឺចាប់\t\n"+
		"mul\t"+spanishLine+" / "+englishLine+"\tes:0-54;en:57-108\n"+
		"mul\t"+spanishLine+"\tes:0-20;en:21-54\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Records != 7 || s.Right != 5 || s.Accuracy != 5.0/7 {
		t.Errorf("%d of %d right, accuracy %v", s.Right, s.Records, s.Accuracy)
	}
	if want := []Confusion{{"fr", "es", 1}, {"mul", "es", 1}}; !slices.Equal(s.Confusions, want) {
		t.Errorf("confusions %+v, want %+v", s.Confusions, want)
	}
	if got := s.PerLanguage["no"]; got.Right != 1 || got.F1 != 1 {
		t.Errorf("Norwegian %+v", got)
	}
	if got := s.PerLanguage["sh"]; got.Right != 1 || got.Precision != 1 {
		t.Errorf("Serbo-Croatian %+v", got)
	}
	// The one answer in Spanish that is right, of three.
	if got := s.PerLanguage["es"]; got.Right != 1 || got.Precision != 1.0/3 || got.F1 != 0.5 {
		t.Errorf("Spanish %+v", got)
	}
	if s.Characters != 54+51+20+33 || s.CharactersRight != 54+51+20 {
		t.Errorf("%d of %d characters right", s.CharactersRight, s.Characters)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"records", "accuracy", "macro_f1", "per_language", "confusions", "records_per_second", "rss_mb"} {
		if !bytes.Contains(raw, []byte(`"`+field+`":`)) {
			t.Errorf("the JSON has no %s: %s", field, raw)
		}
	}
	var out strings.Builder
	s.Print(&out)
	for _, want := range []string{"5 of 7 right", "fr as es 1", "records/s"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}

func TestBadLabels(t *testing.T) {
	for row, want := range map[string]string{
		"\ttext\t":               "line 2 has no language",
		"es\tagua\tes:0-9":       `line 2: segment "es:0-9"`,
		"es\tagua\tes:3-1":       `line 2: segment "es:3-1"`,
		"es\tagua\tes":           `line 2: segment "es"`,
		"mul\taño nuevo\tes:0-2": "inside a character",
	} {
		if _, err := Languages(rowsOf(t, "lang\ttext\tsegments\n"+row+"\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", row, err, want)
		}
	}
}
