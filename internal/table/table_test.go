package table

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		content = b.String()
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadForms(t *testing.T) {
	for name, content := range map[string]string{
		"a.tsv":      "\ufeffID\ttitle\tincluded\r\n1\tThe \"red light\" district\tyes\r\n\r\n2\tСело\n",
		"a.csv":      "\ufeffid,title,included\n1,\"The \"\"red light\"\" district\",1\n2,Село,\n",
		"excel.csv":  "\ufeffID;Title;Included\r\n1;\"The \"\"red light\"\" district\";1\r\n2;Село;\r\n",
		"a.jsonl":    "{\"id\":1,\"title\":\"The \\\"red light\\\" district\",\"included\":true}\n{\"id\":\"2\",\"title\":\"Село\",\"included\":null}\n",
		"a.jsonl.gz": "{\"id\":1,\"title\":\"The \\\"red light\\\" district\",\"included\":true}\n{\"id\":\"2\",\"title\":\"Село\",\"included\":null}",
	} {
		rows, err := Read(write(t, name, content), "id", "title")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(rows) != 2 {
			t.Errorf("%s: %d rows, want 2", name, len(rows))
			continue
		}
		if got := rows[0].Get("title"); got != `The "red light" district` || !rows[0].Yes("included") {
			t.Errorf("%s: first row reads %q, included %v", name, got, rows[0].Yes("included"))
		}
		if rows[1].Get("id") != "2" || rows[1].Get("title") != "Село" || rows[1].Yes("included") {
			t.Errorf("%s: second row reads %v", name, rows[1])
		}
	}
}

func TestReadErrorsNameThePlace(t *testing.T) {
	for _, tt := range []struct{ name, content, want string }{
		{"a.tsv", "id\ttitle\n1\ttwo\tthree\n", "line 2 has 3 cells"},
		{"a.tsv", "id\n1\n", `no column "title"`},
		{"a.jsonl", "{\"id\":1,\"title\":\"x\"}\n{\"id\":2}\n", `line 2: there is no "title"`},
		{"a.tsv", "id\ttitle\n", "no records"},
		{"a.tsv", "id\tid\n", "twice"},
		{"a.tsv", "id\ttitle\n1\t\xff\n", "not UTF-8"},
		{"a.csv", "id;title\n1;\"a\nb\"\n2;Stra\xdfe\n", "line 4 is not UTF-8"},
		{"a.jsonl", "{\"id\":1,\"title\":\"x\"}\n{\"id\":", "line 2"},
		{"a.csv", "id,title\n1,\"open\n", "quote"},
		{"a.xls", "", "want .tsv, .csv or .jsonl"},
		{"a.tsv.gz", "", "no records"},
	} {
		_, err := Read(write(t, tt.name, tt.content), "id", "title")
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.name) {
			t.Errorf("%s %q: error %v, want the file's name and %q", tt.name, tt.content, err, tt.want)
		}
	}
}
