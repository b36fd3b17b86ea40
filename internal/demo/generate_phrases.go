package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

//go:embed phrases/*.yaml
var phraseFiles embed.FS

// phrasebook is what the texts of one language are made of. In titles, sentences,
// tails and lists {t} stands for a term, {n}, {d}, {pc} and {y} for a number, a digit, a
// percentage and a year, {x} for an abbreviation, {name} for a made-up place, and
// anything else for an entry of the list of that name.
type phrasebook struct {
	lang string
	// median is the number of characters that half of the abstracts exceed.
	median int
	// joint is what stands between two sentences.
	joint string
	// term joins a modifier {m} and a head {h}.
	term                               frame
	journals, titles, sentences, tails []frame
	lists                              map[string][]frame
	// Any of first before any of last is a learned word of the language, by which terms
	// are modified too, and so it is with one of second between them: of such is the long
	// tail of a scientific vocabulary.
	first, second, last []string
	// Of the demonstration corpus: titles and sentences of works on topic, and sentences of
	// others.
	topicTitles, topic, off []frame
}

// seconds is how many of the beginnings come second in a word as well: as many as make
// the vocabulary of a million English words about as large as that of real abstracts.
const seconds = 10

// phraseFile is a file of folder phrases.
type phraseFile struct {
	Lang     string
	Term     string
	Median   int
	Unspaced bool
	Journals []string
	Lists    map[string][]string
	Learned  struct{ First, Last []string }
	Titles   []string
	// Sentences end in their full stop; Tails go before it.
	Sentences, Tails []string
	// Topic are sentences on the topic of the default protocol, where the demonstration
	// corpus has few.
	Topic []string
}

// phrasebooks reads the phrasebooks of all languages, once. They are part of the
// program: that they can be read is for tests to show.
var phrasebooks = sync.OnceValue(func() map[string]*phrasebook {
	books, err := readPhrasebooks()
	if err != nil {
		panic(err)
	}
	return books
})

func readPhrasebooks() (map[string]*phrasebook, error) {
	names, err := fs.Glob(phraseFiles, "phrases/*.yaml")
	if err != nil {
		return nil, err
	}
	books := make(map[string]*phrasebook, len(names))
	for _, name := range names {
		b, err := readPhrasebook(name)
		if err != nil {
			return nil, fmt.Errorf("phrases, %s: %w", path.Base(name), err)
		}
		books[b.lang] = b
	}
	corpus, err := Load()
	if err != nil {
		return nil, err
	}
	for _, r := range corpus.Records {
		if r.Seed > 0 {
			continue // a real study's, not to be taken apart
		}
		books[r.meta()].take(r.Theme, r.Title, r.Abstract)
		if r.meta() != "en" {
			books["en"].take(r.Theme, r.TitleEN, r.AbstractEN)
		}
	}
	return books, nil
}

func readPhrasebook(name string) (*phrasebook, error) {
	raw, err := phraseFiles.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var f phraseFile
	d := yaml.NewDecoder(strings.NewReader(string(raw)))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	b := &phrasebook{
		lang: f.Lang, median: f.Median, joint: " ", term: parseFrame(f.Term),
		journals: parseFrames(f.Journals), titles: parseFrames(f.Titles),
		sentences: parseFrames(f.Sentences), tails: parseFrames(f.Tails), topic: parseFrames(f.Topic),
		lists: make(map[string][]frame, len(f.Lists)), first: f.Learned.First,
	}
	// Within a word there are no capitals, which German nouns have. Modifiers end learned
	// words as well as what was made to.
	for _, s := range f.Learned.First[:min(seconds, len(f.Learned.First))] {
		b.second = append(b.second, strings.ToLower(s))
	}
	for _, s := range slices.Concat(f.Learned.Last, f.Lists["m"]) {
		if !strings.Contains(s, " ") {
			b.last = append(b.last, strings.ToLower(s))
		}
	}
	if f.Unspaced {
		b.joint = ""
	}
	for list, entries := range f.Lists {
		b.lists[list] = parseFrames(entries)
	}
	return b, b.check()
}

// check says what the phrasebook has too little of to write with.
func (b *phrasebook) check() error {
	for name, frames := range map[string][]frame{
		"journals": b.journals, "titles": b.titles, "sentences": b.sentences,
		"lists.m": b.lists["m"], "lists.h": b.lists["h"],
	} {
		if len(frames) == 0 {
			return fmt.Errorf("%s is empty", name)
		}
	}
	if b.median < 1 {
		return fmt.Errorf("median %d: want a number of characters", b.median)
	}
	for _, frames := range [][]frame{{b.term}, b.journals, b.titles, b.sentences, b.tails, b.lists["p"], b.lists["g"]} {
		for _, f := range frames {
			for _, p := range f {
				if p.slot != "" && !written[p.slot] && len(b.lists[p.slot]) == 0 {
					return fmt.Errorf("{%s} is no list, and nothing that is made up", p.slot)
				}
			}
		}
	}
	return nil
}

// take adds the texts of a work of the demonstration corpus. Languages without a
// phrasebook (a nil one) are passed over.
func (b *phrasebook) take(theme Theme, title, abstract string) {
	if b == nil {
		return
	}
	onTopic := theme == Topic || theme == Near
	if onTopic && title != "" {
		b.topicTitles = append(b.topicTitles, literal(title))
	}
	for _, part := range sections(abstract) {
		for _, s := range splitSentences(part.text) {
			if onTopic {
				b.topic = append(b.topic, literal(s))
			} else {
				b.off = append(b.off, literal(s))
			}
		}
	}
}

// fullStops end a sentence in the languages of the corpus.
const fullStops = ".。।؟?!"

// splitSentences cuts a text after its full stops. What is too short to be a sentence,
// such as what an abbreviation leaves, stays with what follows it.
func splitSentences(text string) []string {
	const short = 12 // characters
	var out []string
	start := 0
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		if !strings.ContainsRune(fullStops, r) || utf8.RuneCountInString(text[start:end]) < short {
			continue
		}
		if r != '。' && end < len(text) && text[end] != ' ' {
			continue // 1.5, or a quotation that goes on
		}
		out = append(out, strings.TrimSpace(text[start:end]))
		start = end
	}
	if rest := strings.TrimSpace(text[start:]); rest != "" {
		out = append(out, rest)
	}
	return out
}

// frame is a text with places to fill.
type frame []piece

// piece is a text, or the name of what takes its place.
type piece struct{ text, slot string }

func literal(text string) frame { return frame{{text: text}} }

func parseFrames(texts []string) []frame {
	out := make([]frame, len(texts))
	for i, t := range texts {
		out[i] = parseFrame(t)
	}
	return out
}

func parseFrame(s string) frame {
	var f frame
	for s != "" {
		text, rest, found := strings.Cut(s, "{")
		if text != "" {
			f = append(f, piece{text: text})
		}
		if !found {
			break
		}
		slot, rest, _ := strings.Cut(rest, "}")
		f = append(f, piece{slot: slot})
		s = rest
	}
	return f
}
