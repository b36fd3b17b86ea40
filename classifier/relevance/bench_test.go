package relevance

import (
	"path/filepath"
	"testing"

	"polyglean/internal/table"
)

// harvest is the records of ten screened reviews, and of the first of them again
// until there are 12,000, with the first 300 included ones labelled as included and
// 1,000 others as excluded.
func harvest(b *testing.B) (records []Record, labels []Labelled) {
	b.Helper()
	files, err := filepath.Glob("../../../shared/data/keyword-miss/*.jsonl.gz")
	if err != nil {
		b.Fatal(err)
	}
	if len(files) == 0 {
		b.Skip("screened reviews not there: put shared/data/keyword-miss beside the repository to measure on them")
	}
	const want = 12_000
	includes, excludes := 0, 0
	for again := ""; len(records) < want; again += "+" {
		for _, file := range files {
			rows, err := table.Read(file, "id", "title", "included")
			if err != nil {
				b.Fatal(err)
			}
			for _, row := range rows {
				r := Record{ID: row.Get("id") + again, Texts: []Text{
					{Text: row.Get("title"), Lang: "en", Title: true},
					{Text: row.Get("abstract"), Lang: "en"},
				}}
				switch {
				case len(records) == want:
				case row.Yes("included") && includes < 300 && again == "":
					includes++
					labels = append(labels, Labelled{r.ID, Include})
				case !row.Yes("included") && excludes < 1000 && again == "":
					excludes++
					labels = append(labels, Labelled{r.ID, Exclude})
				}
				if len(records) < want {
					records = append(records, r)
				}
			}
		}
	}
	return records, labels
}

// BenchmarkRead reads 12,000 records into a space.
func BenchmarkRead(b *testing.B) {
	records, _ := harvest(b)
	for b.Loop() {
		space(b, records)
	}
}

// BenchmarkRetrain trains anew on 12,000 records that were read before, with the
// lines and the curve.
func BenchmarkRetrain(b *testing.B) {
	records, labels := harvest(b)
	s := space(b, records)
	for b.Loop() {
		m := train(b, s, labels)
		if _, err := m.Line(Balanced); err != nil {
			b.Fatal(err)
		}
		m.Probability(0)
	}
}

// BenchmarkScore scores records that were read before, BenchmarkReadAndScore reads
// them first.
func BenchmarkScore(b *testing.B) { benchmarkScore(b, false) }

func BenchmarkReadAndScore(b *testing.B) { benchmarkScore(b, true) }

func benchmarkScore(b *testing.B, read bool) {
	records, labels := harvest(b)
	s := space(b, records)
	m := train(b, s, labels)
	n := 0
	for b.Loop() {
		i := n % len(records)
		n++
		v := s.Row(i)
		if read {
			v = s.Vector(records[i])
		}
		m.Score(v)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
