package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"polyglean/internal/untrusted"
)

//go:embed templates/*.html static/*
var files embed.FS

// english prints numbers for the English of the pages.
var english = message.NewPrinter(language.English)

// parsePages parses the layout once for each page, since every page defines the
// same block, "main", anew.
func parsePages() (map[string]*template.Template, error) {
	layout, err := template.New("").Funcs(template.FuncMap{
		"asset":  asset,
		"number": func(n int) string { return english.Sprintf("%d", n) },
		"plural": plural,
		"day":    func(t time.Time) string { return t.UTC().Format("2 January 2006") },
		"stamp":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"plain":  untrusted.Line,
	}).ParseFS(files, "templates/layout.html")
	if err != nil {
		return nil, err
	}
	pages := make(map[string]*template.Template)
	for _, name := range []string{"search", "study", "error"} {
		page, err := layout.Clone()
		if err != nil {
			return nil, err
		}
		if pages[name], err = page.ParseFS(files, "templates/"+name+".html"); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// plural prints a number with the noun's form that fits it.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return english.Sprintf("%d", n) + " " + many
}

// asset is the address of a static file. The digest in it lets browsers keep the
// file for ever and still see a new one at once.
func asset(name string) (string, error) {
	raw, err := files.ReadFile("static/" + name)
	if err != nil {
		return "", err
	}
	return "/static/" + name + "?v=" + digest(raw), nil
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// contentTypes does not ask the system's table, which an installed program may
// have changed; with nosniff a wrong type would lose the style.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func (s *site) static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	raw, err := files.ReadFile("static/" + name)
	if err != nil {
		s.fail(w, r, http.StatusNotFound, nil)
		return
	}
	w.Header().Set("Content-Type", contentTypes[path.Ext(name)])
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == digest(raw) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(raw)
	}
}
