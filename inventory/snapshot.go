package inventory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Snapshot gathers the pages of get-account-authorization-details, of any
// number of accounts, from any number of files (IAM-20, IAM-21). Make one with
// NewSnapshot, Read every file, then take the Accounts.
type Snapshot struct {
	pages []*page
	docs  documents
}

// NewSnapshot makes an empty one.
func NewSnapshot() *Snapshot { return &Snapshot{docs: documents{}} }

// page is one page, or the whole output of the CLI, which has the same form.
type page struct {
	owner
	file     string // for errors
	open     bool   // says that another page follows
	users    []*User
	groups   []*Group
	roles    []*Role
	policies []*Policy
	profiles []*InstanceProfile
	counts   map[string]int // AttachmentCount by policy ARN

	// of the other two forms that AWS managed policies come in: see joinVersions
	managed *policyDetail
	version *versionDetail
}

// FileError is a problem with one file of a snapshot.
type FileError struct {
	File string
	Err  error
}

func (e *FileError) Error() string { return e.File + ": " + e.Err.Error() }

func (e *FileError) Unwrap() error { return e.Err }

// Read takes the pages of one file, decompressed: one JSON object, several of
// them, or a list of them. The name is for errors. When it fails, with a
// *FileError, nothing of the file is kept. It stops at the first problem and
// says where it is.
func (s *Snapshot) Read(name string, r io.Reader) error {
	f := newFile(name, r, s.docs)
	pages, err := f.read()
	if err != nil {
		return &FileError{name, err}
	}
	s.pages = append(s.pages, pages...)
	return nil
}

// Pages is how many pages have been read.
func (s *Snapshot) Pages() int { return len(s.pages) }

// file reads the pages of one file.
type file struct {
	name  string
	in    *meter
	dec   *json.Decoder
	docs  documents
	pages []*page
}

func newFile(name string, r io.Reader, docs documents) *file {
	in := &meter{r: r}
	return &file{name: name, in: in, dec: json.NewDecoder(in), docs: docs}
}

func (f *file) read() ([]*page, error) {
	if err := f.in.start(); err != nil {
		return nil, err
	}
	for {
		t, err := f.first()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := f.top(t); err != nil {
			return nil, err
		}
	}
	if len(f.pages) == 0 {
		return nil, errors.New("an empty list of pages")
	}
	if err := f.joinVersions(); err != nil {
		return nil, err
	}
	f.inherit()
	return f.pages, nil
}

// top reads a page or a list of pages, whose first token was t.
func (f *file) top(t json.Token) error {
	switch t {
	case json.Delim('{'):
		return f.page()
	case json.Delim('['):
		for f.more() {
			t, err := f.token()
			if err != nil {
				return err
			}
			if t != json.Delim('{') {
				return fmt.Errorf("not an IAM snapshot: a list of %s; %s", typeName(t), takeSnapshot)
			}
			if err := f.page(); err != nil {
				return err
			}
		}
		_, err := f.token()
		return err
	}
	return fmt.Errorf("not an IAM snapshot: a JSON %s; %s", typeName(t), takeSnapshot)
}

// inherit gives pages that name no account (AWS managed policies only, or
// nothing) the account of a page of the same file: the one before, else after.
func (f *file) inherit() {
	from := func(pages func(func(int, *page) bool)) {
		last := owner{}
		for _, p := range pages {
			if p.account == "" && (p.partition == "" || p.partition == last.partition) && last.account != "" {
				p.owner = last
			}
			last = p.owner
		}
	}
	from(slices.All(f.pages))
	from(slices.Backward(f.pages))
}

// page reads the members of an object whose brace has been read.
func (f *file) page() error {
	if len(f.pages) == maxPages {
		return fmt.Errorf("more than %d pages", maxPages)
	}
	p := &page{file: f.name}
	known, others := false, []string(nil)
	for f.more() {
		t, err := f.token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		is, err := f.member(p, key)
		if err == nil && !is && !known {
			others = append(others, clip(key))
			err = isForeign(key)
		}
		if err == nil && !is {
			err = f.mark(p, key)
		}
		if err != nil {
			return err
		}
		known = known || is
	}
	if _, err := f.token(); err != nil {
		return err
	}
	if !known {
		return noLists(others)
	}
	f.pages = append(f.pages, p)
	return nil
}

// member reads one of a snapshot's lists; false: the key is another one.
func (f *file) member(p *page, key string) (bool, error) {
	switch key {
	case "UserDetailList":
		return true, list(f, key, p.user)
	case "GroupDetailList":
		return true, list(f, key, p.group)
	case "RoleDetailList":
		return true, list(f, key, p.role)
	case "Policies":
		return true, list(f, key, p.policy)
	case "Policy":
		d, err := value[policyDetail](f, key)
		p.managed = &d
		return true, err
	case "PolicyVersion":
		v, err := value[versionDetail](f, key)
		p.version = &v
		return true, err
	}
	return false, nil
}

// mark reads what says that another page follows (IsTruncated of the API,
// NextToken of the CLI), and skips any other member.
func (f *file) mark(p *page, key string) error {
	switch key {
	case "IsTruncated":
		more, err := value[bool](f, key)
		p.open = p.open || more
		return err
	case "NextToken":
		token, err := value[string](f, key)
		p.open = p.open || token != ""
		return err
	}
	return f.skip()
}

// list reads a list of details and gives each to add.
func list[D any](f *file, key string, add func(*D, documents) (label string, err error)) error {
	t, err := f.token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('[') {
		return fmt.Errorf("%s: a JSON %s, not a list", key, typeName(t))
	}
	for i := 0; f.more(); i++ {
		raw, err := f.raw()
		if err != nil {
			return fmt.Errorf("%s[%d]: %w", key, i, err)
		}
		var d D
		err = decode(raw, &d)
		label, err1 := add(&d, f.docs)
		if err = cmp.Or(err, err1); err != nil {
			return fmt.Errorf("%s: %w", label, err)
		}
	}
	_, err = f.token()
	return err
}

func (p *page) user(d *userDetail, docs documents) (string, error) {
	u, err := d.entity(&p.owner, docs)
	p.users = append(p.users, u)
	return label("user", d.Arn, d.UserName), err
}

func (p *page) group(d *groupDetail, docs documents) (string, error) {
	g, err := d.entity(&p.owner, docs)
	p.groups = append(p.groups, g)
	return label("group", d.Arn, d.GroupName), err
}

func (p *page) role(d *roleDetail, docs documents) (string, error) {
	r, err := d.entity(&p.owner, docs)
	profiles, err1 := d.profiles(&p.owner)
	p.roles, p.profiles = append(p.roles, r), append(p.profiles, profiles...)
	return label("role", d.Arn, d.RoleName), cmp.Or(err, err1)
}

func (p *page) policy(d *policyDetail, docs documents) (string, error) {
	m, err := d.entity(&p.owner, docs)
	p.policies = append(p.policies, m)
	if d.AttachmentCount != nil {
		if p.counts == nil {
			p.counts = map[string]int{}
		}
		p.counts[d.Arn] = *d.AttachmentCount
	}
	return label("policy", d.Arn, d.PolicyName), err
}
