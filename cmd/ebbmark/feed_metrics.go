package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ebbmark/ebbmark/ingest"
)

// feedMetrics count what a server's sources came to, since the process began.
// Their labels are the sources as the operator named them and fixed words of the
// program, never text from logs: nobody who writes logs can make new series.
type feedMetrics struct {
	files   *prometheus.CounterVec
	records *prometheus.CounterVec
	bytes   *prometheus.CounterVec
	passes  *prometheus.CounterVec
	success *prometheus.GaugeVec
}

// Kinds of records, as metrics name them.
const (
	recordAttempt    = "attempt"
	recordNotAttempt = "not_attempt"
	recordRefused    = "refused"
)

func newFeedMetrics(registry *prometheus.Registry) *feedMetrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ebbmark_source_" + name, Help: help}, append([]string{"source"}, labels...))
		registry.MustRegister(c)
		return c
	}
	m := &feedMetrics{
		files:   counter("files_total", "Files of a source by what became of them: done, skipped or failed.", "result"),
		records: counter("records_total", "Records of a source: attempts, sound records that are none, and refused ones, the latter two by reason.", "kind", "reason"),
		bytes:   counter("bytes_total", "Bytes of the files read, as stored."),
		passes:  counter("passes_total", "Looks at a source by how they ended: ok or error.", "result"),
		success: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "ebbmark_source_last_success_timestamp_seconds",
			Help: "When a look at the source last ended well, with what it read in the store; 0: not yet."}, []string{"source"}),
	}
	registry.MustRegister(m.success)
	return m
}

// begin makes the series of a source, so that it shows before its first look has
// ended.
func (m *feedMetrics) begin(source string) {
	for _, result := range []string{"done", "skipped", "failed"} {
		m.files.WithLabelValues(source, result)
	}
	for _, result := range []string{"ok", "error"} {
		m.passes.WithLabelValues(source, result)
	}
	m.records.WithLabelValues(source, recordAttempt, "")
	m.bytes.WithLabelValues(source)
	m.success.WithLabelValues(source)
}

// count adds what a look came to. What was read before an error is in the store,
// and counts.
func (m *feedMetrics) count(source string, sum ingest.Summary, err error, ended time.Time) {
	m.files.WithLabelValues(source, "done").Add(float64(sum.Files.Done))
	m.files.WithLabelValues(source, "skipped").Add(float64(sum.Files.Skipped))
	m.files.WithLabelValues(source, "failed").Add(float64(sum.Files.Failed))
	m.records.WithLabelValues(source, recordAttempt, "").Add(float64(sum.Attempts))
	for reason, n := range sum.NotAttempts {
		m.records.WithLabelValues(source, recordNotAttempt, reason).Add(float64(n))
	}
	for reason, n := range sum.Refused {
		m.records.WithLabelValues(source, recordRefused, reason).Add(float64(n))
	}
	m.bytes.WithLabelValues(source).Add(float64(sum.Bytes))
	if err != nil {
		m.passes.WithLabelValues(source, "error").Inc()
		return
	}
	m.passes.WithLabelValues(source, "ok").Inc()
	m.success.WithLabelValues(source).Set(float64(ended.UnixMilli()) / 1e3)
}
