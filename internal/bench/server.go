package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// server is a running "ebbmark serve".
type server struct {
	cmd      *exec.Cmd
	out      *bufio.Reader
	log      bytes.Buffer
	endpoint string        // http://127.0.0.1:PORT
	ready    time.Duration // from the start of the process to its ready line
}

const readyWord = "listening on "

// serve starts the program on a free port and waits until it says that it is
// ready.
func (b *bench) serve(ctx context.Context, args ...string) (*server, error) {
	s := &server{cmd: exec.CommandContext(ctx, b.program, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)}
	s.cmd.Stderr = &s.log
	pipe, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(pipe)
	start := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			s.cmd.Wait()
			return nil, fmt.Errorf("the server did not start: %s", s.log.String())
		}
		if at, ok := strings.CutPrefix(line, readyWord); ok {
			s.ready, s.endpoint = time.Since(start), strings.TrimSpace(at)
			return s, nil
		}
	}
}

// stop ends the server and returns what it cost from its start on.
func (s *server) stop() (usage, error) {
	peak := peakSoFar(s.cmd.Process.Pid)
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return usage{}, err
	}
	if _, err := io.Copy(io.Discard, s.out); err != nil {
		return usage{}, err
	}
	if err := s.cmd.Wait(); err != nil {
		return usage{}, fmt.Errorf("the server ended badly: %w: %s", err, s.log.String())
	}
	return usage{cpu: s.cmd.ProcessState.UserTime() + s.cmd.ProcessState.SystemTime(), peak: peak}, nil
}
