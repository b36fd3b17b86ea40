package alerts

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"polyglean/internal/secret"
)

// WebhookConfig is what receivers know a webhook by.
type WebhookConfig struct {
	// Secret is the key of the signature.
	Secret secret.Text `yaml:"secret"`
	// Timeout of a request; 0 means 30 s.
	Timeout time.Duration `yaml:"timeout"`
}

// Check says what of the settings is wrong.
func (c *WebhookConfig) Check() error {
	if c.Timeout < 0 {
		return fmt.Errorf("webhook.timeout is %s: it cannot be negative", c.Timeout)
	}
	return nil
}

// The headers of a webhook. A receiver checks that the signature is the HMAC-SHA256, in
// hexadecimal digits behind "v1=", of the timestamp, a full stop and the body, and that the
// timestamp (seconds since 1970) is recent. Requests with one idempotency key say the same.
const (
	headerTimestamp = "Polyglean-Timestamp"
	headerSignature = "Polyglean-Signature"
	headerKey       = "Idempotency-Key"
)

const (
	webhookTimeout = 30 * time.Second
	// answerBytes are read of an answer, for the connection to be used again; no more.
	answerBytes = 64 << 10
)

// sign is the signature of a body sent at a time.
func (c *WebhookConfig) sign(timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(c.Secret.Reveal()))
	mac.Write([]byte(timestamp))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// client follows no redirects: the message was meant for the address that was given.
var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send posts a message to a target.
func (c *WebhookConfig) send(ctx context.Context, m *Message, t Target) error {
	if c.Secret == "" {
		return errors.New("webhook.secret is empty in the configuration: receivers could not tell who sends")
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = webhookTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.Address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "polyglean")
	r.Header.Set(headerTimestamp, timestamp)
	r.Header.Set(headerSignature, c.sign(timestamp, body))
	r.Header.Set(headerKey, m.Digest)
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, answerBytes)
	switch {
	case answer.StatusCode >= 200 && answer.StatusCode < 300:
		return nil
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return fmt.Errorf("the receiver answers %s: redirects are not followed, make the alert anew with the address that it has now", answer.Status)
	}
	return fmt.Errorf("the receiver answers %s", answer.Status)
}
