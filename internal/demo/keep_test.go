package demo

import (
	"net/http"
	"net/url"
	"testing"
)

func TestKeep(t *testing.T) {
	s, err := StartGenerated(30, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	type page struct {
		status     int
		kind, body string
	}
	ask := func(p url.Values) page {
		t.Helper()
		status, body, head := get(t, s, OpenAlex, p)
		return page{status, head.Get("Content-Type"), string(body)}
	}
	asked := []url.Values{
		{"per_page": {"10"}, "cursor": {"*"}}, {"per_page": {"10"}, "page": {"2"}}, {"per_page": {"many"}}, {"per_page": {"10"}, "page": {"3"}},
	}
	made := make([]page, len(asked))
	for i, p := range asked {
		made[i] = ask(p)
	}
	if made[2].status == http.StatusOK {
		t.Fatal("a page of many is made")
	}
	s.Keep(len(made[0].body) + len(made[1].body))
	for range 2 { // made and kept, then given again
		for i, p := range asked {
			if again := ask(p); again != made[i] {
				t.Errorf("%v is answered by %d, %s and %d bytes, at first by %d, %s and %d", p,
					again.status, again.kind, len(again.body), made[i].status, made[i].kind, len(made[i].body))
			}
		}
	}
	if n := len(s.kept); n != 2 {
		t.Errorf("%d answers are kept where there is room for two", n)
	}
}
