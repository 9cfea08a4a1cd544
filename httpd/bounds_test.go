package httpd

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const getBob = "GET /?Action=GetUser&Version=2010-05-08&UserName=bob HTTP/1.1\r\nHost: x\r\nAuthorization: alice iam\r\n\r\n"

func TestBodyWithoutAnnouncedLength(t *testing.T) {
	config, _ := toyConfig()
	config.Limits.Body = 100
	addr, _ := start(t, config)
	for name, c := range map[string]struct{ body, want string }{
		"within the limit":   {"Action=GetUser&Version=2010-05-08&UserName=bob", "200 OK"},
		"one byte over":      {strings.Repeat("x", 101), "413 Request Entity Too Large"},
		"far over the limit": {strings.Repeat("x", 1<<20), "413 Request Entity Too Large"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+"/", io.MultiReader(strings.NewReader(c.body)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "alice iam")
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if response.Status != c.want {
				t.Errorf("got %s, want %s", response.Status, c.want)
			}
		})
	}
}

func TestSlowClients(t *testing.T) {
	config, _ := toyConfig()
	config.Limits.ReadHeader = 30 * time.Millisecond
	config.Limits.Read = 60 * time.Millisecond
	config.Limits.Idle = 30 * time.Millisecond
	addr, _ := start(t, config)
	for name, c := range map[string]struct{ sent, want string }{
		"nothing":                     {"", ""},
		"half a head":                 {"GET / HTTP/1.1\r\nHost: ", ""},
		"half a body":                 {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nAct", "<Code>IncompleteBody</Code>"},
		"a request, and then nothing": {getBob, "<UserName>bob</UserName>"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, addr)
			io.WriteString(conn, c.sent)
			got, err := io.ReadAll(conn) // ends when the server hangs up
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(got), c.want) || c.want == "" && len(got) > 0 {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestHeadTooLarge(t *testing.T) {
	config, _ := toyConfig()
	addr, _ := start(t, config)
	conn := dial(t, addr)
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", maxHeader+4096)+"\r\n\r\n")
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || line != "HTTP/1.1 431 Request Header Fields Too Large\r\n" {
		t.Errorf("got %q, %v", line, err)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	config, _ := toyConfig()
	config.Limits.Connections = 1
	addr, _ := start(t, config)
	first := dial(t, addr)
	io.WriteString(first, getBob)
	if _, err := http.ReadResponse(bufio.NewReader(first), nil); err != nil {
		t.Fatal(err)
	}
	second := dial(t, addr)
	io.WriteString(second, getBob)
	second.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := second.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Error("the second connection was served while the first was open")
	}
	first.Close()
	second.SetReadDeadline(time.Time{})
	response, err := http.ReadResponse(bufio.NewReader(second), nil)
	if err != nil || response.StatusCode != 200 {
		t.Errorf("after the first was closed: %v, %v", response, err)
	}
}

func TestRequestsWaitForTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		config, _ := toyConfig()
		config.Services = toyServices(func(context.Context, string) (string, error) {
			<-release
			return "bob", nil
		})
		config.Limits.Requests = 1
		config.Limits.Request = time.Minute
		server := New(config)
		var answers [3]*httptest.ResponseRecorder
		ask := func(i int) {
			answers[i] = httptest.NewRecorder()
			r := httptest.NewRequest("GET", "/?Action=GetUser&Version=2010-05-08", nil)
			r.Header.Set("Authorization", "alice iam")
			server.ServeHTTP(answers[i], r)
		}
		go ask(0)
		synctest.Wait() // the first is worked on
		go ask(1)
		time.Sleep(time.Minute) // in the time of this bubble
		synctest.Wait()
		if answers[1].Code != 503 || !strings.Contains(answers[1].Body.String(), "<Code>ServiceUnavailable</Code>") {
			t.Errorf("the one that waited too long: %d %s", answers[1].Code, answers[1].Body)
		}
		go ask(2)
		synctest.Wait()
		close(release)
		synctest.Wait()
		if answers[0].Code != 200 || answers[2].Code != 200 {
			t.Errorf("the first %d, the one that waited its turn %d", answers[0].Code, answers[2].Code)
		}
	})
}

func TestOperationsHaveADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config, _ := toyConfig()
		config.Services = toyServices(func(ctx context.Context, _ string) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		})
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/?Action=GetUser&Version=2010-05-08", nil)
		r.Header.Set("Authorization", "alice iam")
		New(config).ServeHTTP(w, r)
		if w.Code != 503 {
			t.Errorf("got %d", w.Code)
		}
	})
}

func TestStopLetsRequestsEnd(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	config, _ := toyConfig()
	config.Services = toyServices(func(context.Context, string) (string, error) {
		close(entered)
		<-release
		return "late", nil
	})
	addr, stop := start(t, config)
	conn := dial(t, addr)
	io.WriteString(conn, getBob)
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	for refused := false; !refused; { // until the listener is closed
		other, err := net.Dial("tcp", addr)
		if refused = err != nil; !refused {
			other.Close()
		}
	}
	close(release)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || response.StatusCode != 200 {
		t.Errorf("the request in progress: %v, %v", response, err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestStopDoesNotWaitForever(t *testing.T) {
	entered := make(chan struct{})
	config, log := toyConfig()
	config.Limits.Drain = 10 * time.Millisecond
	config.Services = toyServices(func(ctx context.Context, _ string) (string, error) {
		close(entered)
		<-ctx.Done() // the connection is cut
		return "", ctx.Err()
	})
	addr, stop := start(t, config)
	io.WriteString(dial(t, addr), getBob)
	<-entered
	if err := stop(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "requests were cut off") {
		t.Errorf("log says %s", log)
	}
}
