package protocol

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed default
var embedded embed.FS

const (
	defaultFolder = "default/"
	defaultFile   = "exit-sex-trafficking.yaml"
)

// maxFile bounds a protocol file, in bytes; the default has about 16,000.
const maxFile = 1 << 20

// Default is the protocol compiled into the program. It is parsed once and
// shared: treat it as read-only.
var Default = sync.OnceValue(func() *Protocol {
	p, err := Parse(defaultFile, DefaultYAML(), func(file string) ([]byte, error) {
		return embedded.ReadFile(defaultFolder + file)
	})
	if err != nil {
		panic("the protocol compiled into the program is broken: " + err.Error())
	}
	return p
})

// DefaultYAML is the file Default is read from, to print or to start one's own
// protocol with.
func DefaultYAML() []byte {
	raw, err := embedded.ReadFile(defaultFolder + defaultFile)
	if err != nil {
		panic(err) // the file is compiled in
	}
	return raw
}

// DefaultLexicon is the lexicon table of the default protocol, and the file name
// it goes by there.
func DefaultLexicon() (name string, table []byte) {
	const file = "trafficking.tsv"
	raw, err := embedded.ReadFile(defaultFolder + file)
	if err != nil {
		panic(err) // the file is compiled in
	}
	return file, raw
}

// Load reads a protocol file. Its lexicon is looked for in the same folder and
// below, nowhere else, so that a protocol from elsewhere cannot name the files of
// this machine.
func Load(path string) (*Protocol, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("protocol: %w: give the path of a protocol file, or none for the built-in one", err)
	}
	folder, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	defer folder.Close()
	return Parse(path, raw, func(file string) ([]byte, error) {
		return folder.ReadFile(filepath.FromSlash(file))
	})
}

// Parse reads a protocol from the text of its YAML file; open returns the bytes of
// the files it names. All faults found are reported together: the error joins one
// *Error for each, in order of line.
func Parse(name string, text []byte, open func(file string) ([]byte, error)) (*Protocol, error) {
	r := &reader{file: name, open: open}
	root, err := r.document(text)
	if err != nil {
		return nil, err
	}
	p := r.protocol(root)
	if err := r.err(); err != nil {
		return nil, err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%d\n", len(text)) // keeps the two apart
	sum.Write(text)
	sum.Write(r.lexiconBytes)
	p.Digest = hex.EncodeToString(sum.Sum(nil))[:16]
	return p, nil
}

// document parses the YAML and returns its top level.
func (r *reader) document(text []byte) (*yaml.Node, error) {
	if len(text) > maxFile {
		return nil, &Error{File: r.file, Line: 1, Problem: "the file is larger than 1 MiB", Hint: "keep word lists in the lexicon's table"}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, &Error{File: r.file, Line: 1, Problem: "the file is empty", Hint: "start from a copy of the built-in protocol"}
	case err != nil:
		return nil, yamlError(r.file, err)
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		return nil, &Error{File: r.file, Line: second.Line, Problem: "a second document begins here", Hint: "keep one protocol in a file, without a line of ---"}
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlError(r.file, err)
	}
	return document.Content[0], nil
}

// yamlError gives a fault of YAML itself the form of ours. The parser's message
// reads "yaml: line 3: did not find …".
func yamlError(file string, err error) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if n, scanErr := fmt.Sscanf(message, "line %d: ", &line); n == 1 && scanErr == nil {
		_, message, _ = strings.Cut(message, ": ")
	}
	return &Error{
		File: file, Line: line,
		Problem: "this is not YAML: " + message,
		Hint:    "look at the indentation, and put text with a colon, quotation mark or # in double quotes",
	}
}

// Error is a fault in a protocol file and the way out of it.
type Error struct {
	File string
	// Line counts from 1.
	Line    int
	Problem string
	Hint    string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, e.Problem, e.Hint)
}
