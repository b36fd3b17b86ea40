package demo

import (
	"maps"
	"slices"
)

// Expect is what a complete harvest of a corpus must come to.
type Expect struct {
	// Records counts the records of each source, bad and deleted ones included.
	Records map[string]int
	// Parked are records that cannot be read; Deleted those that the source has
	// withdrawn; Retracted those that it flags as retracted.
	Parked, Deleted, Retracted int
	// Studies counts the works left after records that share a DOI or a PMID are
	// joined. Parked and deleted records are not in it: nothing of them is known.
	Studies int
	// Languages of the papers, ISO 639-1, sorted.
	Languages []string
}

// Expect works the counts out from the data, source by source as a reader of
// the sources would see it.
func (c *Corpus) Expect() Expect {
	e := Expect{Records: map[string]int{}}
	languages := map[string]bool{}
	var sets joiner
	for _, source := range Sources {
		e.Records[source] = len(c.copies[source])
		for _, cp := range c.copies[source] {
			switch {
			case cp.poisoned():
				e.Parked++
				continue
			case cp.gone():
				e.Deleted++
				continue
			case cp.Retracted && source != OAI: // oai_dc has no place to say so
				e.Retracted++
			}
			languages[cp.Lang] = true
			sets.add(cp.identifiers())
		}
	}
	e.Studies = sets.count()
	e.Languages = slices.Sorted(maps.Keys(languages))
	return e
}

// poisoned says whether this copy cannot be read, gone whether it is withdrawn.
func (cp *Copy) poisoned() bool { return cp.Poison && cp.Source == OpenAlex }
func (cp *Copy) gone() bool     { return cp.Deleted && cp.Source == OAI }

// identifiers are the persistent identifiers this copy shows.
func (cp *Copy) identifiers() []string {
	var out []string
	if doi := cp.doi(); doi != "" {
		out = append(out, "doi:"+doi)
	}
	if pmid := cp.pmid(); pmid != "" && cp.Source != Crossref && cp.Source != OAI {
		out = append(out, "pmid:"+pmid)
	}
	return out
}

// joiner is a union-find over identifiers.
type joiner struct {
	parent map[string]string
	alone  int
}

func (j *joiner) find(id string) string {
	p, ok := j.parent[id]
	if !ok || p == id {
		return id
	}
	root := j.find(p)
	j.parent[id] = root
	return root
}

func (j *joiner) add(ids []string) {
	if len(ids) == 0 {
		j.alone++
		return
	}
	if j.parent == nil {
		j.parent = map[string]string{}
	}
	for _, id := range ids {
		j.parent[j.find(id)] = j.find(ids[0])
	}
}

func (j *joiner) count() int {
	n := j.alone
	for id := range j.parent {
		if j.find(id) == id {
			n++
		}
	}
	return n
}

// IDs are the records that can be read, as "source:sourceid", of the named
// sources or of all.
func (c *Corpus) IDs(sources ...string) []string {
	return c.list(sources, func(cp *Copy) bool { return !cp.poisoned() })
}

// PoisonIDs are the records that must end parked, as IDs has the others.
func (c *Corpus) PoisonIDs(sources ...string) []string {
	return c.list(sources, (*Copy).poisoned)
}

func (c *Corpus) list(sources []string, want func(*Copy) bool) []string {
	if len(sources) == 0 {
		sources = Sources
	}
	var out []string
	for _, source := range sources {
		for _, cp := range c.copies[source] {
			if want(cp) {
				out = append(out, source+":"+cp.SourceID)
			}
		}
	}
	return out
}
