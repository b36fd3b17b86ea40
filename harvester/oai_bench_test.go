package harvester_test

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/harvester/source"
	"polyglean/internal/bench"
	"polyglean/internal/protocol"
	"polyglean/internal/stream"
)

// oaiBenchRecords is how many records each contender reads.
const oaiBenchRecords = 100_000

// BenchmarkOAIHarvest reads the same list from the same server on this machine: ours
// through the whole harvester into JetStream, synced before it is acknowledged;
// plain with net/http and encoding/xml, keeping nothing; and sickle, the harvester
// of PyPI, keeping nothing. Each is a process of its own, so that its memory is its
// own: MB is the peak of its anonymous memory above what it held before it began, and
// idle-MB what that was. On a machine that is busy with other things cpu-µs/record is
// what holds still.
// Ours is measured last and says how many times as fast as the others it was.
//
// Sickle takes part where a Python that has it is to be found: python3, or the one
// that POLYGLEAN_SICKLE_PYTHON names. To make one:
//
//	python3 -m venv /tmp/sickle && /tmp/sickle/bin/pip install sickle
//	POLYGLEAN_SICKLE_PYTHON=/tmp/sickle/bin/python go test -run '^$' -bench OAIHarvest -benchtime 3x ./harvester
func BenchmarkOAIHarvest(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for _, page := range []int{100, 1000} {
		b.Run(strconv.Itoa(page), func(b *testing.B) {
			server := startOAIRepository(b, oaiBenchRecords, page)
			rates := map[string]float64{}
			for _, name := range []string{"plain", "sickle", "ours"} {
				command := []string{self, "-test.run", "^TestOAIContender$"}
				if name == "sickle" {
					command = []string{bench.Python(b.Context(), "POLYGLEAN_SICKLE_PYTHON", "sickle"), filepath.Join("testdata", "read_with_sickle.py"), server.URL}
				}
				b.Run(name, func(b *testing.B) {
					if command[0] == "" {
						b.Skip("no Python with sickle is to be found: name one in POLYGLEAN_SICKLE_PYTHON to measure it as well")
					}
					var took, busy time.Duration
					var peak, idle float64
					for b.Loop() {
						m := contend(b, command, contenderKey+"="+name+" "+server.URL)
						took, busy = took+m.took, busy+m.busy
						peak, idle = max(peak, m.peak-m.idle), m.idle
					}
					rates[name] = oaiBenchRecords * float64(b.N) / took.Seconds()
					b.ReportMetric(rates[name], "records/s")
					b.ReportMetric(peak, "MB")
					b.ReportMetric(idle, "idle-MB")
					b.ReportMetric(float64(busy.Microseconds())/float64(oaiBenchRecords*b.N), "cpu-µs/record")
					b.ReportMetric(0, "ns/op")
					if name != "ours" {
						return
					}
					for other, rate := range rates {
						if other != name {
							b.ReportMetric(rates[name]/rate, "x-"+other)
						}
					}
				})
			}
		})
	}
}

// contest is how one contender did: how long it took, on how much time of processors,
// with how much memory in MB.
type contest struct {
	took, busy time.Duration
	idle, peak float64
}

// contend runs a contender: it says "idle", is told to go, and says how many records
// it read in how many seconds.
func contend(b *testing.B, command []string, env string) (c contest) {
	b.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env)
	in, out, err := bench.StartContender(cmd)
	if err != nil {
		b.Fatal(err)
	}
	// It ends by itself once it has nobody to talk to, and clears up what it wrote.
	defer func() {
		_ = in.Close()
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			b.Errorf("%s: %v", command, err)
		}
		c.busy = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}()
	lines := bufio.NewScanner(out)
	c.idle = anonymousMB(cmd.Process.Pid)
	done := make(chan struct{})
	watched := make(chan float64)
	go func() {
		peak := 0.0
		for {
			peak = max(peak, anonymousMB(cmd.Process.Pid))
			select {
			case <-done:
				watched <- peak
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	fmt.Fprintln(in, "go")
	records, seconds, said := 0, 0.0, ""
	for lines.Scan() {
		if n, _ := fmt.Sscan(lines.Text(), &records, &seconds); n == 2 {
			break
		}
		said += lines.Text() + "\n"
	}
	close(done)
	c.peak = <-watched
	if records != oaiBenchRecords {
		b.Fatalf("%s read %d of %d records: %s", command, records, oaiBenchRecords, said)
	}
	c.took = time.Duration(seconds * float64(time.Second))
	return c
}

// anonymousMB is the memory of a process that no file stands behind; 0 where the
// system does not tell.
func anonymousMB(pid int) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(raw), "RssAnon:")
	kb := 0
	_, _ = fmt.Sscan(rest, &kb)
	return float64(kb) / 1024
}

const contenderKey = "POLYGLEAN_OAI_CONTENDER"

// TestOAIContender is a contender of BenchmarkOAIHarvest, which starts it with a name
// and an address in the environment; by itself it has nothing to do.
func TestOAIContender(t *testing.T) {
	name, address, ok := strings.Cut(os.Getenv(contenderKey), " ")
	if !ok {
		return // it is the benchmark's own process, not a test
	}
	read := readPlainly
	if name == "ours" {
		read = openOurs(t)
	}
	fmt.Println("idle")
	fmt.Scanln()
	start := time.Now()
	records := read(t, address)
	fmt.Println(records, time.Since(start).Seconds())
}

// openOurs makes everything ready for a harvest and returns it.
func openOurs(t *testing.T) func(t *testing.T, address string) int {
	t.Helper()
	bus, err := stream.Open(t.Context(), stream.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bus.Close)
	f, err := source.NewFetcher(source.FetchConfig{AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T, address string) int {
		t.Helper()
		s, err := source.New("oai", source.Config{BaseURL: address, RequestsPerSecond: 1e6}, f)
		if err != nil {
			t.Fatal(err)
		}
		p := &protocol.Protocol{Name: "bench", Digest: "d", Sources: []protocol.SourceUse{{Name: "oai", Sets: []protocol.Set{{Name: "all"}}}}}
		run, err := harvester.New(bus, p, []harvester.Source{s}, harvester.Options{}).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if run.Partial() {
			t.Fatalf("the harvest is not complete: %+v", run.Queries)
		}
		return run.Totals().New
	}
}

// readPlainly is the loop anyone would write.
func readPlainly(t *testing.T, base string) int {
	t.Helper()
	type dc struct {
		Title       []string `xml:"title"`
		Creator     []string `xml:"creator"`
		Subject     []string `xml:"subject"`
		Description []string `xml:"description"`
		Publisher   []string `xml:"publisher"`
		Date        []string `xml:"date"`
		Type        []string `xml:"type"`
		Identifier  []string `xml:"identifier"`
		Source      []string `xml:"source"`
		Language    []string `xml:"language"`
		Rights      []string `xml:"rights"`
	}
	var page struct {
		List struct {
			Records []struct {
				ID    string `xml:"header>identifier"`
				Stamp string `xml:"header>datestamp"`
				DC    dc     `xml:"metadata>dc"`
			} `xml:"record"`
			Token string `xml:"resumptionToken"`
		} `xml:"ListRecords"`
	}
	got := 0
	query := "verb=ListRecords&metadataPrefix=oai_dc"
	for query != "" {
		resp, err := http.Get(base + "?" + query)
		if err != nil {
			t.Fatal(err)
		}
		page.List.Records, page.List.Token = nil, ""
		err = xml.NewDecoder(resp.Body).Decode(&page)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		got += len(page.List.Records)
		query = ""
		if page.List.Token != "" {
			query = "verb=ListRecords&resumptionToken=" + url.QueryEscape(page.List.Token)
		}
	}
	return got
}
