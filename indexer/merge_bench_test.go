package indexer_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/internal/record"
)

// BenchmarkMergeCurve merges synthetic records into the embedded index as they come,
// 1,000 at a time, every third one a copy of an earlier one, and prints the anonymous
// memory of the process at 10,000, 100,000 and 1,000,000 records. What merging knows
// lies in the index, so that the curve is that of the index.
//
//	go test ./indexer -run XXX -bench MergeCurve -benchtime 1x -timeout 3h
//
// MERGE_RECORDS sets how many records there are; 100,000 unless it is given.
func BenchmarkMergeCurve(b *testing.B) {
	total := 100_000
	if s := os.Getenv("MERGE_RECORDS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatalf("MERGE_RECORDS: %v", err)
		}
		total = n
	}
	const batch = 1000
	for b.Loop() {
		index, err := bleveindex.Open(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		began, peak := time.Now(), 0
		for from := 0; from < total; from += batch {
			members := make([]indexer.Member, batch)
			for i := range members {
				members[i] = strewn(from + i)
			}
			if _, err := indexer.Merge(b.Context(), index, members, nil); err != nil {
				b.Fatal(err)
			}
			peak = max(peak, anonymous(b))
			if n := from + batch; n == 10_000 || n == 100_000 || n == 1_000_000 {
				b.Logf("%d records: %d MB anonymous, %d MB at most, %.0f records/s", n, anonymous(b), peak, float64(n)/time.Since(began).Seconds())
			}
		}
		studies, err := index.Count(b.Context())
		if err != nil || studies != total-total/3 {
			b.Fatalf("%d studies of %d records, error %v; want %d", studies, total, err, total-total/3)
		}
		b.ReportMetric(float64(total)/time.Since(began).Seconds(), "records/s")
		b.ReportMetric(float64(peak), "RssAnon-MB")
		if err := index.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// strewn is synthetic record n: a work of its own, or with every third n the copy of
// a work from the first half, as another source writes it.
func strewn(n int) indexer.Member {
	work, source := n, "first"
	if n%3 == 2 {
		// The works of all n that are no copies, each third one copied once.
		work, source = n/3/2*3, "second"
		if n/3%2 == 1 {
			work++
		}
	}
	words := strings.Fields("exit shelter debt fear trust police family work housing shame hope return port border city health school faith court money")
	rng := rand.New(rand.NewPCG(uint64(work), 1))
	pick := func() string { return words[rng.IntN(len(words))] }
	letters := func() string {
		name := make([]byte, 7)
		for i := range name {
			name[i] = byte('a' + rng.IntN(26))
		}
		return string(name)
	}
	titled := fmt.Sprintf("%s and %s in %s: a synthetic study of %s, %s and %s %s", pick(), pick(), pick(), pick(), pick(), letters(), letters())
	c := record.Candidate{
		Schema: record.Schema, ID: record.MakeID(source, strconv.Itoa(n)), Source: source, SourceID: strconv.Itoa(n), Version: 1,
		Titles:    []record.Text{{Text: titled, Lang: "en"}},
		Abstracts: []record.Text{{Text: strings.Repeat(titled+". ", 8), Lang: "en"}},
		Authors:   []record.Author{{Name: letters() + ", Ada"}, {Name: letters() + ", Bo"}},
		Year:      1980 + rng.IntN(45), Container: "Journal of " + pick(), Volume: strconv.Itoa(1 + rng.IntN(60)),
	}
	from := rng.IntN(900)
	c.Pages = fmt.Sprintf("%d-%d", from, from+3+rng.IntN(20))
	if source == "first" && n%2 == 0 {
		c.IDs.DOI = fmt.Sprintf("10.5555/strewn.%d", work)
	}
	if source == "second" {
		c.Titles[0].Text = strings.ToUpper(titled) + "."
		c.Abstracts = nil
	}
	return indexer.Member{Seq: uint64(n + 1), Record: record.Classified{
		Candidate: c, Language: record.LanguageLedger{Languages: []string{"en"}}, Selection: record.Selected,
	}}
}

// anonymous is the anonymous memory of the process in 10^6 bytes (RssAnon).
func anonymous(tb testing.TB) int {
	tb.Helper()
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		tb.Skipf("this system does not tell how much memory a process has: %v", err)
	}
	_, rest, _ := strings.Cut(string(raw), "RssAnon:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		tb.Skip("this system does not tell anonymous memory")
	}
	kilobytes, err := strconv.Atoi(fields[0])
	if err != nil {
		tb.Fatal(err)
	}
	return kilobytes << 10 / 1_000_000
}
