package record

import (
	"encoding/json"
	"math"
	"strconv"
)

// Append appends the wire form of c to dst. It is made as that of a candidate is, and
// for the same reason; see Candidate.Encode. An error means that Unknown holds what is
// no JSON, or that a number or time has no form in it; dst is then returned as it was.
func (c *Classified) Append(dst []byte) ([]byte, error) {
	b, _, err := c.Candidate.append(append(dst, `{"candidate":`...))
	if err != nil {
		return dst, err
	}
	if b, err = c.Language.append(append(b, `,"language":`...)); err != nil {
		return dst, err
	}
	b = appendBool(append(b, `,"strategy":{"matched":`...), c.Strategy.Matched)
	b = appendString(append(b, `,"mode":`...), c.Strategy.Mode)
	b = append(appendList(b, `,"blocks":`, c.Strategy.Blocks, appendBlock), '}')
	b = appendList(b, `,"concepts":`, c.Concepts, appendConcept)
	b = appendList(b, `,"findings":`, c.Findings, appendFinding)
	b = appendString(append(b, `,"selection":`...), string(c.Selection))
	if c.Seed != 0 {
		b = appendInt(append(b, `,"seed":`...), c.Seed)
	}
	b = appendString(append(b, `,"versions":{"protocol":`...), c.Versions.Protocol)
	b = appendString(append(b, `,"lexicon":`...), c.Versions.Lexicon)
	b = append(appendString(append(b, `,"classifier":`...), c.Versions.Classifier), '}')
	if b, err = appendUnknown(b, c.Unknown); err != nil {
		return dst, err
	}
	return append(b, '}'), nil
}

func (l *LanguageLedger) append(b []byte) ([]byte, error) {
	b = append(b, '{')
	if len(l.Declared) > 0 {
		b = append(appendList(b, `"declared":`, l.Declared, appendString), ',')
	}
	for i := range l.Detected {
		if i == 0 {
			b = append(b, `"detected":[`...)
		} else {
			b = append(b, ',')
		}
		var err error
		if b, err = appendDetection(b, &l.Detected[i]); err != nil {
			return b, err
		}
	}
	if len(l.Detected) > 0 {
		b = append(b, `],`...)
	}
	b = appendWhole(b, `"languages":`, l.Languages, appendString)
	b = appendField(b, `,"work":`, l.Work)
	b = appendField(b, `,"work_from":`, string(l.WorkFrom))
	b = appendField(b, `,"class":`, string(l.Class))
	if l.Conflict {
		b = append(b, `,"conflict":true`...)
	}
	return append(b, '}'), nil
}

func appendDetection(b []byte, d *Detection) ([]byte, error) {
	b = appendPlace(b, d.Field, d.Index, d.Start, d.End)
	b = appendString(append(b, `,"lang":`...), d.Lang)
	b = appendField(b, `,"tag":`, d.Tag)
	b = append(b, `,"confidence":`...)
	if d.Confidence == 0 || math.Abs(d.Confidence) >= 1e-6 && math.Abs(d.Confidence) <= 1 {
		b = strconv.AppendFloat(b, d.Confidence, 'f', -1, 64)
	} else {
		// Very large and very small numbers have a form of their own in JSON.
		raw, err := json.Marshal(d.Confidence)
		if err != nil {
			return b, err
		}
		b = append(b, raw...)
	}
	b = appendString(append(b, `,"how":`...), d.How)
	return append(appendField(b, `,"why":`, d.Why), '}'), nil
}

// appendPlace begins an object with the place in a record that it is about.
func appendPlace(b []byte, field Field, index, start, end int) []byte {
	b = appendString(append(b, `{"field":`...), string(field))
	b = appendInt(append(b, `,"index":`...), index)
	b = appendInt(append(b, `,"start":`...), start)
	return appendInt(append(b, `,"end":`...), end)
}

func appendEvidence(b []byte, e Evidence) []byte {
	b = appendPlace(b, e.Field, e.Index, e.Start, e.End)
	b = appendString(append(b, `,"words":`...), e.Words)
	b = appendField(b, `,"concept":`, e.Concept)
	return append(appendField(b, `,"lang":`, e.Lang), '}')
}

func appendBlock(b []byte, m BlockMatch) []byte {
	b = appendString(append(b, `{"block":`...), m.Block)
	b = appendBool(append(b, `,"matched":`...), m.Matched)
	return append(appendList(b, `,"evidence":`, m.Evidence, appendEvidence), '}')
}

func appendConcept(b []byte, h ConceptHit) []byte {
	b = appendString(append(b, `{"concept":`...), h.Concept)
	b = appendString(append(b, `,"facet":`...), h.Facet)
	b = appendBool(append(b, `,"strong":`...), h.Strong)
	return append(appendWhole(b, `,"evidence":`, h.Evidence, appendEvidence), '}')
}

func appendFinding(b []byte, f Finding) []byte {
	b = appendString(append(b, `{"flag":`...), string(f.Flag))
	b = appendField(b, `,"reason":`, string(f.Reason))
	b = appendString(append(b, `,"detail":`...), f.Detail)
	b = appendList(b, `,"evidence":`, f.Evidence, appendEvidence)
	return append(appendField(b, `,"study":`, f.Study), '}')
}

// appendWhole is appendList for a list that is written when it is empty, too.
func appendWhole[T any](b []byte, name string, list []T, one func([]byte, T) []byte) []byte {
	switch {
	case list == nil:
		return append(append(b, name...), "null"...)
	case len(list) == 0:
		return append(append(b, name...), "[]"...)
	}
	return appendList(b, name, list, one)
}

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

func appendBool(b []byte, is bool) []byte { return strconv.AppendBool(b, is) }
