package export

import (
	"bufio"
	"encoding/json"
	"io"
)

// jsonl writes a Reference a line.
type jsonl struct {
	out *bufio.Writer
	enc *json.Encoder
}

func newJSONL(w io.Writer, _ Options) (Writer, error) {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return &jsonl{out, enc}, nil
}

// Write implements Writer.
func (w *jsonl) Write(r *Reference) error { return w.enc.Encode(r) }

// Close implements Writer.
func (w *jsonl) Close() error { return w.out.Flush() }
