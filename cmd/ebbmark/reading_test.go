package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestReading(t *testing.T) {
	r := reading{days: 500, sources: map[string]string{"example": "ec2"}, regions: map[string]string{"eu-north-9": "2026-01-02"}}
	span, err := r.span()
	if err != nil || span != 12000*time.Hour {
		t.Errorf("span %v, %v", span, err)
	}
	config, err := r.config()
	if err != nil || !config.Regions["eu-north-9"].Equal(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)) || config.Aliases["example"] != "ec2" {
		t.Errorf("config %v, %v", config, err)
	}
}

// TestReadingsThatAreRefused: before the server listens.
func TestReadingsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ flag, value, want string }{
		"fewer days than AWS looks back": {"--days", "399", "want 400 to 36500"},
		"a day that is none":             {"--region", "eu-north-9=soon", "want NAME=YYYY-MM-DD"},
		"a region without a day":         {"--region", "eu-north-9", "must be formatted as key=value"},
		"an unknown namespace":           {"--event-source", "example=nosuch", `namespace "nosuch" is not in the catalogue`},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
			s, err := createStore(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
			code, stderr := runToEnd(t, testEnv(), "serve", "--listen", "127.0.0.1:0", "--store", dsn, c.flag, c.value)
			if code == 0 || !strings.Contains(stderr, c.want) {
				t.Errorf("serve: code %d, %s", code, stderr)
			}
			code, stderr = runToEnd(t, testEnv(), "report", aliceARN, "--store", reportStore(t), c.flag, c.value)
			if code == 0 || !strings.Contains(stderr, c.want) {
				t.Errorf("report: code %d, %s", code, stderr)
			}
		})
	}
}
