package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const (
	defaultHealthTime = 5 * time.Second
	maxHealthAnswer   = 1 << 10 // bytes of an answer that are shown
)

type healthFlags struct {
	ca     string
	within time.Duration
}

func (p *program) healthCommand() *cobra.Command {
	var f healthFlags
	cmd := &cobra.Command{
		Use:   "health [URL]",
		Short: "Ask a server whether it is ready",
		Long: `Asks a server whether it is ready for requests, at /readyz, and exits with 0 when it
is and with 1 when it is not, cannot be reached or does not answer in time. That
is what a health check of a container needs; a load balancer asks /readyz itself.

URL is where the server is, http://` + defaultListen + ` unless told otherwise.`,
		Example: "  ebbmark health\n  ebbmark health https://ebbmark.example.com --ca ca.pem",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			at := "http://" + defaultListen
			if len(args) > 0 {
				at = args[0]
			}
			return p.health(cmd.Context(), at, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.ca, "ca", "", "file with certificates (PEM) to trust, instead of the system's")
	flags.DurationVar(&f.within, "timeout", defaultHealthTime, "how long the answer may take")
	return cmd
}

func (p *program) health(ctx context.Context, at string, f healthFlags) error {
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return usageError("URL %q: want http://HOST:PORT or https://HOST:PORT", at)
	}
	if f.within <= 0 {
		return usageError("--timeout must be positive")
	}
	transport := &http.Transport{DisableKeepAlives: true}
	if f.ca != "" {
		pem, err := os.ReadFile(f.ca)
		if err != nil {
			return fmt.Errorf("--ca: %w", err)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("--ca %s holds no certificate in PEM", f.ca)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, f.within)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.JoinPath("readyz").String(), nil)
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxHealthAnswer))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", u, answer.Status, strings.TrimSpace(string(text)))
	}
	fmt.Fprintln(p.stdout, strings.TrimSpace(string(text)))
	return nil
}
