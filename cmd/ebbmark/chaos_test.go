//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	s3api "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/store"
)

const (
	chaosNodes    = 3
	chaosPortions = 7
	chaosGroups   = 9 // of files that are read under one lease
	// settleWithin is how long the nodes may take to read all that is left after
	// a fault: the lease of a dead one, the retries of a fail-over, and some work
	// on a slow machine.
	settleWithin = 4 * time.Minute
)

// chaos is a database with a synchronous standby, a bucket, and nodes of the real
// program, each a process of its own, that read the one into the other.
type chaos struct {
	t                *testing.T
	primary, standby *servers.PostgreSQL
	bucket           string // endpoint
	s3               *s3api.Client
	secret           string // EBBMARK_SECRET_KEY of all nodes
	nodes            []*chaosNode
	portions         [][]string // names of log files
	dir              string     // where they are
	uploaded         int        // files
	store            store.Store
	snapshots        []string
}

// chaosNode is a node, which is killed and started again.
type chaosNode struct {
	c       *chaos
	number  int
	netns   string // empty: the test's own network
	dsn     string
	bucket  string
	listen  string
	clock   time.Duration // how wrong it is
	process *exec.Cmd
	said    *lockedBuffer // of all its lives
	lives   int
}

func newChaos(t *testing.T) *chaos {
	t.Helper()
	c := &chaos{t: t, dir: t.TempDir(), secret: base64.StdEncoding.EncodeToString(make([]byte, 32))}
	c.primary = servers.Postgres(t)
	newDatabase(t, c.primary, "chaos")
	c.standby = c.primary.Standby(t)
	c.bucket = servers.S3(t)
	c.s3 = s3api.New(s3api.Options{Region: servers.Region, BaseEndpoint: &c.bucket, UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider(servers.Key, servers.Secret, "")})
	if _, err := c.s3.CreateBucket(t.Context(), &s3api.CreateBucketInput{Bucket: aws.String("trail")}); err != nil {
		t.Fatal(err)
	}
	c.snapshots, _ = writtenSample(t, c.dir)
	c.cut()

	dsn := c.dsnAt(fmt.Sprintf("127.0.0.1:%d", c.primary.Port()), fmt.Sprintf("127.0.0.1:%d", c.standby.Port()))
	c.run(append([]string{"import", "--init", "--store", dsn, filepath.Join(c.dir, "organization.json")}, c.snapshots...)...)
	c.run("keys", "create", "--store", dsn, "--id", demoKeyID, "--secret", demoSecret, demoPrincipal)
	c.run("accounts", "create", "--store", dsn, chaosHome)
	c.run("keys", "create", "--store", dsn, "--id", chaosHomeKey, "--secret", demoSecret, "arn:aws:iam::"+chaosHome+":root")
	var err error
	if c.store, err = openStore(t.Context(), dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.store.Close() })
	for i := range chaosNodes {
		n := &chaosNode{c: c, number: i, dsn: dsn, bucket: c.bucket, listen: net.JoinHostPort("127.0.0.1", strconv.Itoa(unusedPort(t))), said: new(lockedBuffer)}
		c.nodes = append(c.nodes, n)
		t.Cleanup(func() {
			n.kill()
			if t.Failed() {
				t.Logf("node %d said:\n%s", i, tail(n.said.String(), 60))
			}
		})
	}
	return c
}

// chaosHome is an account that is written while everything breaks.
const (
	chaosHome    = "999988887777"
	chaosHomeKey = "AKIAEBBMARKCHAOS0001"
)

func (c *chaos) dsnAt(hosts ...string) string {
	return "postgres://ebbmark@" + strings.Join(hosts, ",") + "/chaos?sslmode=disable&connect_timeout=5"
}

// cut deals the log files out to portions.
func (c *chaos) cut() {
	c.portions = make([][]string, chaosPortions)
	root := filepath.Join(c.dir, "logs")
	i := 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		c.portions[i%chaosPortions] = append(c.portions[i%chaosPortions], filepath.ToSlash(name))
		i++
		return err
	})
	if err != nil || i < 20*chaosPortions {
		c.t.Fatalf("%d files: %v", i, err)
	}
}

// upload puts the next portion of log files into the bucket.
func (c *chaos) upload() {
	c.t.Helper()
	portion := c.portions[0]
	c.portions = c.portions[1:]
	for i, name := range portion {
		// The keys have no days: those of the sample are long ago, and a bucket that
		// is followed is looked at for new files of recent days only.
		key := fmt.Sprintf("%02d/%s", i%chaosGroups, filepath.Base(name))
		body, err := os.ReadFile(filepath.Join(c.dir, "logs", filepath.FromSlash(name)))
		if err == nil {
			_, err = c.s3.PutObject(c.t.Context(), &s3api.PutObjectInput{Bucket: aws.String("trail"), Key: &key, Body: bytes.NewReader(body)})
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
	c.uploaded += len(portion)
}

// read is how many files the ledger has as done.
func (c *chaos) read() (files int) {
	for row, err := range ingest.Rows(c.t.Context(), c.store, ingest.Filter{}) {
		if err != nil {
			c.t.Fatal(err)
		}
		if row.Status == ingest.Done {
			files++
		}
	}
	return files
}

// await waits until so many files are read, and tells how long that took.
func (c *chaos) await(what string, files int) time.Duration {
	c.t.Helper()
	began := time.Now()
	for n := 0; ; time.Sleep(20 * time.Millisecond) {
		if n = c.read(); n >= files {
			return time.Since(began)
		}
		if time.Since(began) > settleWithin {
			c.t.Fatalf("%s: %d of %d files are read after %s", what, n, files, settleWithin)
		}
	}
}

// settle waits until all that was uploaded is read.
func (c *chaos) settle(what string) {
	c.t.Helper()
	c.t.Logf("%s: all %d files are read %s later", what, c.uploaded, c.await(what, c.uploaded).Round(100*time.Millisecond))
}

// some waits until a part of what was uploaded last is read: work is under way.
func (c *chaos) some(what string) { c.t.Helper(); c.await(what, c.read()+3) }

// program is a process of the program.
func (c *chaos) program(ctx context.Context, netns string, clock time.Duration, args ...string) *exec.Cmd {
	line := []string{os.Args[0]}
	if netns != "" {
		line = []string{"ip", "netns", "exec", netns, os.Args[0]} // which becomes the program
	}
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env = append(os.Environ(), victimJob+"=run", victimArgs+"="+strings.Join(args, " "), victimClock+"="+clock.String(), secretKeyVar+"="+c.secret,
		"AWS_ACCESS_KEY_ID="+servers.Key, "AWS_SECRET_ACCESS_KEY="+servers.Secret, "AWS_REGION="+servers.Region,
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
	return cmd
}

// run runs a command of the program to its end.
func (c *chaos) run(args ...string) {
	c.t.Helper()
	if out, err := c.program(c.t.Context(), "", 0, args...).CombinedOutput(); err != nil {
		c.t.Fatalf("%q: %v\n%s", args[:2], err, out)
	}
}

// start starts the node and waits until it listens.
func (n *chaosNode) start() {
	n.c.t.Helper()
	n.lives++
	// It is ended by kill or stop, not with the context of the test, which is over
	// before what the test cleans up.
	n.process = n.c.program(context.Background(), n.netns, n.clock, "serve", "--store", n.dsn, "--listen", n.listen, "--source", "s3://trail",
		"--source-interval", "1s", "--endpoint-url", n.bucket, "--as-of", proofEnd, "--no-console", "--log-level", "warn")
	n.process.Stderr = n.said
	lines, err := n.process.StdoutPipe()
	if err == nil {
		err = n.process.Start()
	}
	if err != nil {
		n.c.t.Fatal(err)
	}
	text := bufio.NewScanner(lines)
	for text.Scan() {
		if strings.HasPrefix(text.Text(), "listening on ") {
			go io.Copy(io.Discard, lines)
			return
		}
	}
	n.c.t.Fatalf("node %d ended before it listened: %v\n%s", n.number, n.process.Wait(), n.said)
}

// kill ends the node as the loss of its machine would.
func (n *chaosNode) kill() {
	if n.process != nil {
		n.process.Process.Kill()
		_ = n.process.Wait() // "signal: killed"
		n.process = nil
	}
}

// stop asks the node to end, which must end well.
func (n *chaosNode) stop() {
	n.c.t.Helper()
	if err := n.process.Process.Signal(syscall.SIGTERM); err != nil {
		n.c.t.Fatal(err)
	}
	if err := n.process.Wait(); err != nil {
		n.c.t.Errorf("node %d ends with %v", n.number, err)
	}
	n.process = nil
}

func (n *chaosNode) signal(s os.Signal) {
	n.c.t.Helper()
	if err := n.process.Process.Signal(s); err != nil {
		n.c.t.Fatal(err)
	}
}

// calm is a store that one process has filled, which nobody disturbed.
func (c *chaos) calm() (dsn string) {
	c.t.Helper()
	dsn = "sqlite:" + filepath.Join(c.dir, "calm.db")
	mustRun(c.t, append([]string{"import", "--init", "--store", dsn, filepath.Join(c.dir, "organization.json")}, c.snapshots...)...)
	c.run("ingest", "--store", dsn, "--endpoint-url", c.bucket, "s3://trail")
	return dsn
}

// wantCalm wants facts, ledger and reports to be what the logs say, to the byte.
func (c *chaos) wantCalm(dsn string) {
	c.t.Helper()
	calm := c.calm()
	undisturbed, err := openStore(c.t.Context(), calm)
	if err != nil {
		c.t.Fatal(err)
	}
	defer undisturbed.Close()
	want, got := everyFact(c.t, undisturbed), everyFact(c.t, c.store)
	if len(got) != len(want) || len(want) < 400 {
		c.t.Errorf("%d facts, and the logs tell of %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			c.t.Fatalf("a fact is\n%s\nand the logs say\n%s", got[i], want[i])
		}
	}
	wantSum, sum := ledgerWithout(c.t, calm, ""), ledgerWithout(c.t, dsn, "")
	if fmt.Sprint(sum) != fmt.Sprint(wantSum) || sum.Records < 4000 {
		c.t.Errorf("the ledger sums up to %v, want %v", sum, wantSum)
	}
	sameReports(c.t, c.snapshots, calm, dsn)
}

// everyFact is all facts of a store as text, in order.
func everyFact(t *testing.T, s store.Store) (lines []string) {
	t.Helper()
	for _, kept := range []bool{false, true} {
		for f, err := range s.AllFacts(t.Context(), kept) {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%v %+v %v", kept, f.Key, []any{f.First, f.Last, slices.Collect(f.Days.All())}))
		}
	}
	slices.Sort(lines)
	return lines
}

// gateway leads connections that a node in a network of its own makes to an address
// here.
func gateway(t *testing.T, host, to string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				out, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer out.Close()
				over := make(chan struct{}, 2)
				for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
					go func() { io.Copy(way[0], way[1]); over <- struct{}{} }()
				}
				<-over
			}()
		}
	}()
	return l.Addr().String()
}

// cable is a network of its own with one cable to this one.
type cable struct {
	t                 *testing.T
	netns, here       string // names of the network, and of this end of the cable
	hostHere, hostEnd string
}

// newCable makes one. It needs root; without, the test is skipped, in CI it fails.
func newCable(t *testing.T) *cable {
	t.Helper()
	ip := servers.Installed(t, "ip")
	if os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("network namespaces need root")
		}
		t.Skip("network namespaces need root")
	}
	id := strconv.Itoa(os.Getpid() % 100_000)
	// 198.18.0.0/15 is for tests of networks (RFC 2544).
	subnet := fmt.Sprintf("198.18.%d.", os.Getpid()%250)
	k := &cable{t: t, netns: "ebbmark-" + id, here: "eb" + id + "a", hostHere: subnet + "1", hostEnd: subnet + "2"}
	end := "eb" + id + "b"
	do := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(ip, args...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	do("netns", "add", k.netns)
	t.Cleanup(func() { do("netns", "del", k.netns) }) // and with it the cable
	do("link", "add", k.here, "type", "veth", "peer", "name", end, "netns", k.netns)
	do("addr", "add", k.hostHere+"/30", "dev", k.here)
	do("link", "set", k.here, "up")
	do("-n", k.netns, "addr", "add", k.hostEnd+"/30", "dev", end)
	do("-n", k.netns, "link", "set", end, "up")
	do("-n", k.netns, "link", "set", "lo", "up")
	return k
}

// plug connects the two ends, or cuts the cable.
func (k *cable) plug(connected bool) {
	k.t.Helper()
	if out, err := exec.Command("ip", "link", "set", k.here, map[bool]string{true: "up", false: "down"}[connected]).CombinedOutput(); err != nil {
		k.t.Fatalf("%v\n%s", err, out)
	}
}

// hostOf is host and port of a URL.
func hostOf(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// unusedPort is one that nobody listened on a moment ago.
func unusedPort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// tail is the last lines of a text.
func tail(text string, lines int) string {
	all := strings.Split(text, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
