// Package secret holds keys and passwords so that none is printed by mistake.
package secret

import "log/slog"

// Text is a key or password. It prints as "[secret]" wherever it is formatted,
// logged or written as JSON or YAML; Reveal gives it to the request that needs it.
type Text string

// String implements fmt.Stringer.
func (t Text) String() string {
	if t == "" {
		return ""
	}
	return "[secret]"
}

// GoString implements fmt.GoStringer, for %#v.
func (t Text) GoString() string { return `"` + t.String() + `"` }

// LogValue implements slog.LogValuer.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText implements encoding.TextMarshaler.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Reveal returns the secret itself.
func (t Text) Reveal() string { return string(t) }
