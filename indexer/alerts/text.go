package alerts

import (
	"bytes"
	"embed"
	"fmt"
	html "html/template"
	"strings"
	text "text/template"
)

// templates are what people read. What stands in them was written by strangers: it is made
// one plain line each when the news are written, and escaped here.
//
//go:embed templates
var templates embed.FS

var (
	textForm = text.Must(text.New("mail.txt").Funcs(text.FuncMap{"add": func(a, b int) int { return a + b }, "upper": strings.ToUpper}).
			ParseFS(templates, "templates/mail.txt"))
	htmlForm = html.Must(html.New("mail.html").Funcs(html.FuncMap{"add": func(a, b int) int { return a + b }}).
			ParseFS(templates, "templates/mail.html", "templates/news.html"))
)

// Text is the message as plain text.
func (m *Message) Text() (string, error) {
	var b bytes.Buffer
	if err := textForm.Execute(&b, m); err != nil {
		return "", fmt.Errorf("message %s: %w", m.Digest, err)
	}
	return b.String(), nil
}

// HTML is the message as a page.
func (m *Message) HTML() (string, error) { return execute("mail.html", m) }

// html is what a feed has of a study.
func (n News) html() (string, error) { return execute("news.html", n) }

func execute(name string, data any) (string, error) {
	var b bytes.Buffer
	if err := htmlForm.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return b.String(), nil
}
