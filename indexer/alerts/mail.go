package alerts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	netmail "net/mail"
	"os"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"polyglean/internal/secret"
)

// MailConfig is the server that mail is handed to.
type MailConfig struct {
	// Host is empty where no mail is sent.
	Host string `yaml:"host"`
	// Port 0 means 587, 465 with TLS from the first byte, 25 without any.
	Port int `yaml:"port"`
	// TLS is "starttls" (the default), "tls" from the first byte, or "none".
	TLS      string      `yaml:"tls"`
	Username string      `yaml:"username"`
	Password secret.Text `yaml:"password"`
	// CAFile holds certificates to trust besides those of the machine, in PEM.
	CAFile string `yaml:"ca_file"`
	// From is the sender, with a name or without.
	From string `yaml:"from"`
	// Timeout of each step with the server; 0 means 30 s.
	Timeout time.Duration `yaml:"timeout"`
}

// Check says what of the settings is wrong; nothing where there are none.
func (c *MailConfig) Check() error {
	if c.Host == "" && c.From == "" && c.Username == "" && c.Password == "" {
		return nil
	}
	switch {
	case c.Host == "":
		return errors.New("mail.host is empty: name the server that takes mail")
	case c.Port < 0 || c.Port > 65535:
		return fmt.Errorf("mail.port is %d: want 1 to 65535, or 0 for the usual one", c.Port)
	case c.Timeout < 0:
		return fmt.Errorf("mail.timeout is %s: it cannot be negative", c.Timeout)
	case (c.Username == "") != (c.Password == ""):
		return errors.New("mail.username and mail.password go together: set both or none")
	}
	if _, err := netmail.ParseAddress(c.From); err != nil {
		return fmt.Errorf("mail.from is %q: want an address, as Review <review@example.org>", c.From)
	}
	_, err := c.policy()
	return err
}

// policy is how the connection is encrypted.
func (c *MailConfig) policy() ([]mail.Option, error) {
	port := func(usual int) mail.Option {
		if c.Port != 0 {
			usual = c.Port
		}
		return mail.WithPort(usual)
	}
	switch c.TLS {
	case "", "starttls":
		return []mail.Option{mail.WithTLSPolicy(mail.TLSMandatory), port(587)}, nil
	case "tls":
		return []mail.Option{mail.WithSSL(), port(465)}, nil
	case "none":
		return []mail.Option{mail.WithTLSPolicy(mail.NoTLS), port(25)}, nil
	}
	return nil, fmt.Errorf("mail.tls is %q: it can be starttls, tls or none", c.TLS)
}

// mailTimeout is how long each step with a mail server may take.
const mailTimeout = 30 * time.Second

// send hands a message to the server. The same digest to the same target is the same
// message, byte for byte but for how the server is greeted.
func (c *MailConfig) send(ctx context.Context, m *Message, t Target) error {
	if c.Host == "" {
		return errors.New("mail.host is empty in the configuration")
	}
	msg, err := c.compose(m, t)
	if err != nil {
		return err
	}
	opts, err := c.policy()
	if err != nil {
		return err
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = mailTimeout
	}
	trusted, err := c.trusted()
	if err != nil {
		return err
	}
	opts = append(opts, mail.WithTimeout(timeout), mail.WithTLSConfig(trusted))
	if c.Username != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.Username), mail.WithPassword(c.Password.Reveal()))
	}
	client, err := mail.NewClient(c.Host, opts...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, msg)
}

// trusted is what is asked of the server's certificate.
func (c *MailConfig) trusted() (*tls.Config, error) {
	config := &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12}
	if c.CAFile == "" {
		return config, nil
	}
	raw, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("mail.ca_file: %w", err)
	}
	if config.RootCAs, err = x509.SystemCertPool(); err != nil {
		return nil, fmt.Errorf("mail.ca_file: %w", err)
	}
	if !config.RootCAs.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("mail.ca_file: %s holds no certificate in PEM", c.CAFile)
	}
	return config, nil
}

// compose writes the message for a target.
func (c *MailConfig) compose(m *Message, t Target) (*mail.Msg, error) {
	from, err := netmail.ParseAddress(c.From)
	if err != nil {
		return nil, fmt.Errorf("mail.from is %q: want an address", c.From)
	}
	at, err := time.Parse(time.RFC3339, m.At)
	if err != nil {
		return nil, err
	}
	plainText, err := m.Text()
	if err != nil {
		return nil, err
	}
	page, err := m.HTML()
	if err != nil {
		return nil, err
	}
	id := m.Digest + "." + t.ID
	msg := mail.NewMsg(mail.WithBoundary("polyglean-" + id))
	if from.Name == "" {
		from.Name = "Polyglean"
	}
	if err := msg.FromFormat(from.Name, from.Address); err != nil {
		return nil, err
	}
	if err := msg.To(t.Address); err != nil {
		return nil, err
	}
	msg.Subject(shorten(m.Title, 120) + ": " + m.Summary())
	msg.SetMessageIDWithValue(id + "@" + domainOf(from.Address))
	msg.SetDateWithValue(at)
	msg.SetUserAgent("Polyglean")
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody is to answer
	msg.SetBodyString(mail.TypeTextPlain, plainText)
	msg.AddAlternativeString(mail.TypeTextHTML, page)
	return msg, nil
}

func domainOf(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}
