package classifier

import (
	"fmt"
	"strings"
	"testing"

	"polyglean/internal/demo"
	"polyglean/internal/record"
)

// The benchmark texts are synthetic.
const (
	englishAbstract = "Background. Women who leave commercial sexual exploitation seldom do so in one step. This study asks which relations and services help them, and which hold them back. " +
		"Methods. We held semi-structured interviews with 24 adult survivors of sex trafficking in two cities, and coded them by theme. " +
		"Results. A trusted person, safe housing and paid work came before the decision to exit; debts, stigma, fear of the trafficker and lack of papers delayed it. " +
		"Many returned once or more before they left for good, and spoke of recovery as a path rather than an event. " +
		"Conclusions. Programmes should stay with women through relapse, and offer housing without conditions. Keywords: exit, recovery, trafficking, qualitative research."
	spanishAbstract = "Antecedentes. Las mujeres que salen de la explotación sexual comercial rara vez lo hacen de una vez. Este estudio pregunta qué relaciones y qué servicios las ayudan y cuáles las retienen. " +
		"Métodos. Entrevistamos a 24 sobrevivientes adultas de trata de personas en dos ciudades. Resultados. Una persona de confianza, una vivienda segura y un trabajo pagado precedieron a la decisión de salir. " +
		"Conclusiones. Los programas deberían acompañar a las mujeres durante las recaídas."
)

func englishRecord() record.Candidate {
	return record.Candidate{
		ID: "bench:1", Titles: []record.Text{{Text: "Leaving for good: paths out of sex trafficking as survivors tell them", Lang: "en"}},
		Abstracts: []record.Text{{Text: englishAbstract}}, Year: 2020, Route: record.RouteSearch,
	}
}

// generatedRecords are as long and in as many languages as those of a harvest.
func generatedRecords(n int) []record.Candidate {
	out := make([]record.Candidate, 0, n)
	for _, g := range demo.Generate(n, 1).Records {
		r := record.Candidate{
			ID: fmt.Sprintf("bench:%d", g.N), Route: record.RouteHarvest, Year: g.Year, Container: g.Container,
			Languages: []string{g.Lang}, Titles: []record.Text{{Text: g.Title}},
		}
		if g.Abstract != "" {
			r.Abstracts = []record.Text{{Text: strings.TrimSpace(g.Abstract + "\n" + g.AbstractEN)}}
		}
		for _, k := range g.Keywords {
			r.Keywords = append(r.Keywords, record.Text{Text: k})
		}
		out = append(out, r)
	}
	return out
}

func BenchmarkClassify(b *testing.B) {
	c := newClassifier(b)
	for _, bench := range []struct {
		name    string
		records []record.Candidate
	}{
		{"english", []record.Candidate{englishRecord()}},
		{"generated", generatedRecords(2000)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range bench.records {
					c.Classify(r)
				}
			}
			perRecord(b, bench.records)
		})
	}
}

func BenchmarkLanguages(b *testing.B) {
	records := generatedRecords(2000)
	for b.Loop() {
		for i := range records {
			Languages(&records[i])
		}
	}
	perRecord(b, records)
}

// perRecord reports the time that one of the records takes.
func perRecord(b *testing.B, records []record.Candidate) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(records)), "ns/record")
}

func BenchmarkLanguage(b *testing.B) {
	for _, bench := range []struct{ name, text string }{
		{"title", "Leaving for good: paths out of sex trafficking"},
		{"english", englishAbstract},
		{"spanish", spanishAbstract},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				segmentsOf(bench.text, "", abstractLimits)
			}
		})
	}
}
