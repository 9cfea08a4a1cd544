package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestIngestOnAFullDisk needs the right to mount a small disk. Without it,
// store/sqlite has a test with a file that may not grow.
func TestIngestOnAFullDisk(t *testing.T) {
	dir, disk := t.TempDir(), t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); errors.Is(err, syscall.EPERM) {
		t.Log("not permitted to mount a small disk")
		return
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, syscall.MNT_DETACH) })
	var list []string
	for i := range 20_000 {
		list = append(list, call(i, aMonday.Add(time.Duration(i)*time.Second), i/100, fmt.Sprintf("Describe%d", i%100)))
	}
	log := writeFile(t, filepath.Join(dir, "a.json"), []byte(`{"Records":[`+strings.Join(list, ",")+`]}`))
	calm, path := filepath.Join(dir, "calm.db"), filepath.Join(disk, "x.db")
	if got := runIngest(t, nil, "--store", "sqlite:"+calm, "--init", log); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	got := runIngest(t, nil, "--store", "sqlite:"+path, "--init", log)
	if got.code != 1 || !strings.Contains(got.stderr, "the disk is full: make room and repeat") || !strings.Contains(got.stderr, "run the same command again") {
		t.Fatalf("%+v", got)
	}
	if facts := factsOf(t, path); facts != "" {
		t.Fatalf("a part of the facts is in the store: %.300s", facts)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	if got := runIngest(t, nil, "--store", "sqlite:"+path, log); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	if factsOf(t, path) != factsOf(t, calm) {
		t.Fatal("other facts than on a disk with room")
	}
}
