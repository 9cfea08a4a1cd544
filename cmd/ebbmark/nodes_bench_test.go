//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/internal/sample"
	"github.com/ebbmark/ebbmark/internal/servers"
)

// The figures of several nodes: `go test -run '^$' -bench BenchmarkNodes -benchtime 1x
// ./cmd/ebbmark`, which `make bench` does.
const (
	benchEvents  = 4_000_000
	benchFolders = 8
	benchFacts   = 200_000
	benchReports = 400
	// halfACore is what a worker gets in each period of its CPU group, in µs.
	halfACore, period = 50_000, 100_000
)

// BenchmarkNodesIngest lets 1, 2 and 4 processes, each held to half a core, read the
// same logs into one database.
func BenchmarkNodesIngest(b *testing.B) {
	of := newBenchSample(b)
	for _, workers := range []int{1, 2, 4} {
		b.Run(strconv.Itoa(workers), func(b *testing.B) {
			server := servers.Postgres(b)
			for i := range b.N {
				dsn := of.store(b, server, fmt.Sprintf("nodes%d_%d", workers, i))
				began := time.Now()
				var all sync.WaitGroup
				for n := range workers {
					all.Go(func() { benchIngest(b, cpuGroup(b, n), dsn, of.logs()) })
				}
				all.Wait()
				took := time.Since(began)
				b.ReportMetric(float64(benchRecords(b, dsn))/took.Seconds(), "events/s")
			}
		})
	}
}

// BenchmarkNodesStore merges facts, all of them new and then all again, into each
// store, and tells what a fact takes there.
func BenchmarkNodesStore(b *testing.B) {
	server := servers.Postgres(b)
	for _, backend := range []string{"sqlite", "postgres"} {
		b.Run(backend, func(b *testing.B) {
			for i := range b.N {
				path := filepath.Join(b.TempDir(), "facts.db")
				dsn := "sqlite:" + path
				if backend == "postgres" {
					dsn = newDatabase(b, server, fmt.Sprintf("facts%d", i))
				}
				s, err := openOrCreateStore(b.Context(), dsn, true)
				if err != nil {
					b.Fatal(err)
				}
				began := time.Now()
				for part := range slices.Chunk(manyFacts(), 20_000) {
					if err := s.MergeFacts(b.Context(), part); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(benchFacts/time.Since(began).Seconds(), "facts/s")
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(sizeOf(b, dsn, path))/benchFacts, "bytes/fact")
			}
		})
	}
}

// BenchmarkNodesReport asks one node that is left alone, and four nodes that read
// logs meanwhile, for reports: made, and read when they are done.
func BenchmarkNodesReport(b *testing.B) {
	of := newBenchSample(b)
	for _, nodes := range []int{1, 4} {
		b.Run(strconv.Itoa(nodes), func(b *testing.B) {
			server := servers.Postgres(b)
			for i := range b.N {
				dsn := of.store(b, server, fmt.Sprintf("reports%d_%d", nodes, i))
				var all []*iam.Client
				for _, n := range benchServe(b, nodes, dsn) {
					all = append(all, iam.New(iam.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://" + n.listen), Credentials: credentials.NewStaticCredentialsProvider(demoKeyID, demoSecret, "")}))
				}
				ctx, stop := context.WithCancel(b.Context())
				var reading sync.WaitGroup
				if nodes > 1 {
					reading.Go(func() { _ = benchProcess(ctx, "", "ingest", "--store", dsn, "--workers", "1", of.logs()).Run() })
				}
				var times []time.Duration
				for n := range benchReports {
					times = append(times, benchReport(b, all[n%nodes]))
				}
				stop()
				reading.Wait()
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
			}
		})
	}
}

// benchSample is a folder with the sample organization and its logs.
type benchSample string

func (dir benchSample) logs() string { return filepath.Join(string(dir), "logs") }

func newBenchSample(b *testing.B) benchSample {
	b.Helper()
	dir := b.TempDir()
	end, err := time.Parse(time.RFC3339, proofEnd)
	// Folders are what processes share, so there are more of the same size than
	// processes.
	for seed := range uint64(benchFolders) {
		create := createIn(dir)
		if seed > 0 { // only its logs
			in := createIn(filepath.Join(dir, "logs", strconv.FormatUint(seed, 10)))
			create = func(name string) (io.WriteCloser, error) {
				if !strings.HasPrefix(name, "logs/") {
					return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
				}
				return in(name)
			}
		}
		if err == nil {
			_, err = sample.Write(sample.Config{End: end, Events: benchEvents / benchFolders, Seed: seed}, create, nil)
		}
	}
	if err != nil {
		b.Fatal(err)
	}
	return benchSample(dir)
}

// store makes a database with a store that has the sample's inventories.
func (dir benchSample) store(b *testing.B, server *servers.PostgreSQL, name string) (dsn string) {
	b.Helper()
	dsn = newDatabase(b, server, name)
	snapshots, err := filepath.Glob(filepath.Join(string(dir), "iam", "*.json"))
	if err != nil {
		b.Fatal(err)
	}
	for _, args := range [][]string{
		append([]string{"import", "--init", "--store", dsn, filepath.Join(string(dir), "organization.json")}, snapshots...),
		{"keys", "create", "--store", dsn, "--id", demoKeyID, "--secret", demoSecret, demoPrincipal},
	} {
		if out, err := benchProcess(b.Context(), "", args...).CombinedOutput(); err != nil {
			b.Fatalf("%q: %v\n%s", args[:2], err, out)
		}
	}
	return dsn
}

// benchProcess is a process of the program, in a CPU group if there is one.
func benchProcess(ctx context.Context, group string, args ...string) *exec.Cmd {
	line := []string{os.Args[0]}
	if group != "" {
		line = []string{"sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$1"`, group, os.Args[0]}
	}
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env = append(os.Environ(), victimJob+"=run", victimArgs+"="+strings.Join(args, " "), secretKeyVar+"=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	return cmd
}

func benchIngest(b *testing.B, group, dsn, logs string) {
	if out, err := benchProcess(b.Context(), group, "ingest", "--store", dsn, "--workers", "1", logs).CombinedOutput(); err != nil {
		b.Errorf("ingest: %v\n%s", err, out)
	}
}

// cpuGroup makes a group of processes that has half a core; it needs the cpu
// controller of cgroups, version 1, and the right to make groups.
func cpuGroup(b *testing.B, n int) string {
	group := fmt.Sprintf("/sys/fs/cgroup/cpu/ebbmark-bench-%d-%d", os.Getpid(), n)
	err := os.MkdirAll(group, 0o755)
	err = errors.Join(err, os.WriteFile(filepath.Join(group, "cpu.cfs_period_us"), []byte(strconv.Itoa(period)), 0o644),
		os.WriteFile(filepath.Join(group, "cpu.cfs_quota_us"), []byte(strconv.Itoa(halfACore)), 0o644))
	if err != nil {
		b.Errorf("hold a process to half a core: %v", err)
	}
	b.Cleanup(func() { os.Remove(group) })
	return group
}

func benchRecords(b *testing.B, dsn string) (records int64) {
	b.Helper()
	s, err := openStore(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	sum, err := ingest.Ledger(b.Context(), s)
	if err != nil || sum.Records < benchEvents*9/10 {
		b.Fatalf("%+v, %v", sum, err)
	}
	return sum.Records
}

// manyFacts is one fact for each key, as an organization would have them: 100
// operations of each of 2,000 principals, in no order.
func manyFacts() []activity.Fact {
	facts := make([]activity.Fact, benchFacts)
	for i := range facts {
		facts[i] = activity.Attempt(activity.Key{
			Account: fmt.Sprintf("1111%08d", i/20_000), Principal: fmt.Sprintf("AROAEXAMPLE%010d", i/100),
			Source: fmt.Sprintf("service%02d.amazonaws.com", i%10), Name: fmt.Sprintf("DescribeSomething%02d", i%100),
			Region: "eu-central-1", Class: activity.Management, Outcome: activity.Succeeded,
		}, aMonday, fmt.Sprintf("0a1b2c3d-0000-4000-8000-%012x", i))
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
	return facts
}

// sizeOf is how many bytes the facts take, with their indexes and rollups.
func sizeOf(b *testing.B, dsn, path string) (bytes int64) {
	b.Helper()
	if dsn == "sqlite:"+path {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		return info.Size()
	}
	conn, err := pgx.Connect(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(b.Context())
	if err := conn.QueryRow(b.Context(), "select pg_total_relation_size('ebbmark.facts') + pg_total_relation_size('ebbmark.rollups')").Scan(&bytes); err != nil {
		b.Fatal(err)
	}
	return bytes
}

// benchServe starts nodes.
func benchServe(b *testing.B, count int, dsn string) (nodes []*chaosNode) {
	b.Helper()
	for range count {
		n := &chaosNode{listen: fmt.Sprintf("127.0.0.1:%d", unusedPort(b)), said: new(lockedBuffer)}
		n.process = benchProcess(context.Background(), "", "serve", "--store", dsn, "--listen", n.listen, "--as-of", proofEnd, "--log-level", "error")
		n.process.Stderr = n.said
		if err := n.process.Start(); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(n.kill)
		for deadline := time.Now().Add(pollWithin); ; time.Sleep(20 * time.Millisecond) {
			if answer, err := http.Get("http://" + n.listen + "/readyz"); err == nil {
				answer.Body.Close()
				break
			}
			if time.Now().After(deadline) {
				b.Fatalf("a node does not start: %s", n.said)
			}
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// benchReport has a report made and reads it, and tells how long both took.
func benchReport(b *testing.B, client *iam.Client) time.Duration {
	b.Helper()
	began := time.Now()
	job, err := client.GenerateServiceLastAccessedDetails(b.Context(), &iam.GenerateServiceLastAccessedDetailsInput{Arn: &chaosRoles[0], Granularity: "ACTION_LEVEL"})
	if err != nil {
		b.Fatal(err)
	}
	for {
		out, err := client.GetServiceLastAccessedDetails(b.Context(), &iam.GetServiceLastAccessedDetailsInput{JobId: job.JobId})
		if err != nil {
			b.Fatalf("after %s: %v", time.Since(began), err)
		}
		if out.JobStatus == "COMPLETED" {
			return time.Since(began)
		}
	}
}
