package classifier

import (
	"testing"

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

func BenchmarkClassify(b *testing.B) {
	c := newClassifier(b)
	r := englishRecord()
	b.ReportAllocs()
	b.SetBytes(int64(len(englishAbstract)))
	for b.Loop() {
		c.Classify(r)
	}
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
