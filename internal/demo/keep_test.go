package demo

import (
	"io"
	"net/http"
	"testing"
)

func TestKeep(t *testing.T) {
	s, err := StartGenerated(30, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	get := func(query string) (string, string) {
		t.Helper()
		resp, err := http.Get(s.URL(OpenAlex) + query)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.Status + " " + resp.Header.Get("Content-Type"), string(body)
	}
	type page struct{ head, body string }
	made := map[string]page{}
	for _, query := range []string{"?per_page=10&cursor=*", "?per_page=10&page=2", "?per_page=many", "?per_page=10&page=3"} {
		head, body := get(query)
		made[query] = page{head, body}
	}
	s.Keep(len(made["?per_page=10&cursor=*"].body) + len(made["?per_page=10&page=2"].body))
	for range 2 { // made and kept, then given again
		for query, want := range made {
			if head, body := get(query); head != want.head || body != want.body {
				t.Errorf("%s is answered by %s and %d bytes, at first by %s and %d", query, head, len(body), want.head, len(want.body))
			}
		}
	}
	if n := len(s.kept); n == 0 || n > 2 {
		t.Errorf("%d answers are kept where there is room for two", n)
	}
}
