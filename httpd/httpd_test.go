package httpd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ebbmark/ebbmark/wire"
)

// A toy API: authentication believes what the Authorization header says
// ("NAME SERVICE"), and GetUser does what the name asks for.

type toyInput struct{ UserName string }

type toyOutput struct{ UserName string }

func toyServices(getUser func(context.Context, string) (string, error)) []wire.Service {
	operation := func(ctx context.Context, _ wire.Caller, in *toyInput) (*toyOutput, error) {
		name, err := getUser(ctx, in.UserName)
		return &toyOutput{name}, err
	}
	return []wire.Service{
		{Name: "iam", Version: "2010-05-08", Namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
			Operations: []wire.Operation{wire.Op("GetUser", nil, operation)}},
		{Name: "sts", Version: "2011-06-15", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/"},
	}
}

func getUser(_ context.Context, name string) (string, error) {
	switch name {
	case "panic":
		panic("in an operation")
	case "broken":
		return "", errors.New("disk broke")
	}
	return name, nil
}

func believe(_ context.Context, r *http.Request, _ []byte) (wire.Caller, string, error) {
	name, service, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok {
		return wire.Caller{}, "", wire.Errorf(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	if name == "mallory" {
		return wire.Caller{}, service, wire.Errorf(403, "SignatureDoesNotMatch", "no")
	}
	return wire.Caller{ARN: "arn:aws:iam::111122223333:user/" + name}, service, nil
}

func allow(context.Context, wire.Caller, string, string) error { return nil }

// toyConfig is a server whose request ids are all REQ-1 and whose log is kept.
func toyConfig() (Config, *safeBuffer) {
	log := new(safeBuffer)
	return Config{
		Services: toyServices(getUser), Guard: allow, Authenticate: believe,
		Log:   slog.New(slog.NewJSONHandler(log, nil)),
		NewID: func() string { return "REQ-1" },
		Routes: []Route{{Path: "/console/", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "page "+r.URL.Path)
		})}},
	}, log
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// start serves on a port of its own until the test ends, and returns the
// address, and a function that stops the server and waits for its end.
func start(t *testing.T, config Config) (addr string, stop func() error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- New(config).Serve(ctx, listener, nil) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-served
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String(), stop
}

// TestExchanges sends the literal requests of testdata over a connection and
// compares what comes back, byte by byte but for the headers that net/http
// dates.
func TestExchanges(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d exchanges, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil || len(archive.Files) != 2 {
				t.Fatalf("%v: want a request and a response", err)
			}
			config, _ := toyConfig()
			addr, _ := start(t, config)
			method, _, _ := strings.Cut(string(archive.Files[0].Data), " ")
			got := roundTrip(t, addr, method, onTheWire(archive.Files[0].Data))
			if want := string(archive.Files[1].Data); strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// onTheWire gives the head of a request CRLF line ends, and cuts the line end
// that a text file has behind the body.
func onTheWire(text []byte) string {
	head, body, _ := strings.Cut(string(text), "\n\n")
	return strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + strings.TrimSuffix(body, "\n")
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func roundTrip(t *testing.T, addr, method, request string) string {
	t.Helper()
	conn := dial(t, addr)
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(response.Proto + " " + response.Status + "\n")
	for _, name := range []string{"Allow", "Connection", "Content-Type", "X-Amzn-Requestid"} {
		if value := response.Header.Get(name); value != "" {
			b.WriteString(name + ": " + value + "\n")
		} else if name == "Connection" && response.Close {
			b.WriteString("Connection: close\n")
		}
	}
	return b.String() + "\n" + string(body)
}
