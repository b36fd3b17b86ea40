package harvester_test

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"testing"

	"polyglean/harvester"
	"polyglean/harvester/source"
	"polyglean/internal/demo"
	"polyglean/internal/protocol"
	"polyglean/internal/stream"
)

// BenchmarkOAI reads the same sets from the same server on this machine: ours
// through the whole harvester into JetStream, synced before it is acknowledged;
// plain with net/http and encoding/xml, keeping nothing.
func BenchmarkOAI(b *testing.B) {
	const n = 20_000
	server, err := demo.StartGenerated(n, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			bus, err := stream.Open(b.Context(), stream.Config{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			f, err := source.NewFetcher(source.FetchConfig{AllowPrivate: true})
			if err != nil {
				b.Fatal(err)
			}
			s, err := source.New("oai", source.Config{BaseURL: server.URL(demo.OAI), RequestsPerSecond: 1e6}, f)
			if err != nil {
				b.Fatal(err)
			}
			p := &protocol.Protocol{Name: "bench", Digest: "d", Sources: []protocol.SourceUse{{Name: "oai", Sets: []protocol.Set{
				{Name: "north", Spec: "north"}, {Name: "south", Spec: "south"},
			}}}}
			run, err := harvester.New(bus, p, []harvester.Source{s}, harvester.Options{}).Run(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if total := run.Totals(); total.New != n {
				b.Fatalf("%d of %d records", total.New, n)
			}
			bus.Close()
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "records/s")
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			got := 0
			for _, set := range demo.Sets {
				got += readPlainly(b, server.URL(demo.OAI), set)
			}
			if got != n {
				b.Fatalf("%d of %d records", got, n)
			}
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "records/s")
	})
}

// readPlainly is the loop anyone would write.
func readPlainly(b *testing.B, base, set string) int {
	type dc struct {
		Title       []string `xml:"title"`
		Description []string `xml:"description"`
		Creator     []string `xml:"creator"`
		Identifier  []string `xml:"identifier"`
		Date        []string `xml:"date"`
		Language    []string `xml:"language"`
		Subject     []string `xml:"subject"`
	}
	var page struct {
		List struct {
			Records []struct {
				ID string `xml:"header>identifier"`
				DC dc     `xml:"metadata>dc"`
			} `xml:"record"`
			Token string `xml:"resumptionToken"`
		} `xml:"ListRecords"`
	}
	got := 0
	query := "verb=ListRecords&metadataPrefix=oai_dc&set=" + set
	for query != "" {
		resp, err := http.Get(base + "?" + query)
		if err != nil {
			b.Fatal(err)
		}
		page.List.Records, page.List.Token = nil, ""
		err = xml.NewDecoder(resp.Body).Decode(&page)
		resp.Body.Close()
		if err != nil {
			b.Fatal(err)
		}
		got += len(page.List.Records)
		query = ""
		if page.List.Token != "" {
			query = "verb=ListRecords&resumptionToken=" + url.QueryEscape(page.List.Token)
		}
	}
	return got
}
