package console

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/sigv4"
)

// sessions are who is signed in. They are in memory only: who restarts the
// server signs everybody out. The table is by the hash of the browser's token,
// and the credentials are sealed with the token itself, which only the browser
// keeps: what is in memory between two requests opens nothing.
type sessions struct {
	now    func() time.Time
	random io.Reader

	mu    sync.Mutex
	byKey map[sessionKey]*session
}

type sessionKey [sha256.Size]byte

// session is one browser that is signed in.
type session struct {
	sealed      []byte
	csrf        string
	began, seen time.Time
	jobs        map[string]job // by ARN
}

// job is a report that was asked for.
type job struct {
	id    string
	asked time.Time
}

// identity is what a session is sealed for: whose it is and how it signs.
type identity struct {
	Credentials sigv4.Credentials
	Region      string
	Account     string
	ARN         string
}

// visit is a session as one request sees it.
type visit struct {
	identity
	key  sessionKey
	csrf string
}

var errNoSession = errors.New("not signed in")

// tokenBytes is the size of a token before it is written as text.
const tokenBytes = 32

func newToken(random io.Reader) (string, error) {
	raw := make([]byte, tokenBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

func keyOf(token string) sessionKey { return sha256.Sum256([]byte("session " + token)) }

// sealer encrypts with a token. A token seals one text only, so that a nonce of
// zeros is used once.
func sealer(token string) (cipher.AEAD, []byte, error) {
	key := sha256.Sum256([]byte("credentials " + token))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, nil, err
	}
	return aead, make([]byte, aead.NonceSize()), nil
}

// begin makes a session, always with a new token: one that was there before the
// sign-in is never taken over.
func (s *sessions) begin(who identity) (token string, err error) {
	if token, err = newToken(s.random); err != nil {
		return "", err
	}
	csrf, err := newToken(s.random)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(who)
	if err != nil {
		return "", err
	}
	aead, nonce, err := sealer(token)
	if err != nil {
		return "", err
	}
	now := s.now()
	made := &session{sealed: aead.Seal(nil, nonce, text, nil), csrf: csrf, began: now, seen: now, jobs: map[string]job{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom(now)
	s.byKey[keyOf(token)] = made
	return token, nil
}

// makeRoom drops what is over and, when that is not enough, the one that was
// idle the longest.
func (s *sessions) makeRoom(now time.Time) {
	if len(s.byKey) < maxSessions {
		return
	}
	var oldest sessionKey
	var seen time.Time
	for key, one := range s.byKey {
		if one.over(now) {
			delete(s.byKey, key)
		} else if seen.IsZero() || one.seen.Before(seen) {
			oldest, seen = key, one.seen
		}
	}
	if len(s.byKey) >= maxSessions {
		delete(s.byKey, oldest)
	}
}

func (s *session) over(now time.Time) bool {
	return now.Sub(s.seen) >= idleLimit || now.Sub(s.began) >= absoluteLimit
}

// open finds the session of a token, or errNoSession.
func (s *sessions) open(token string) (visit, error) {
	v := visit{key: keyOf(token)}
	sealed, err := s.touch(&v)
	if err != nil {
		return v, err
	}
	aead, nonce, err := sealer(token)
	if err != nil {
		return v, err
	}
	text, err := aead.Open(nil, nonce, sealed, nil)
	if err != nil {
		return v, errNoSession
	}
	return v, json.Unmarshal(text, &v.identity)
}

func (s *sessions) touch(v *visit) (sealed []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.byKey[v.key]
	if one == nil {
		return nil, errNoSession
	}
	now := s.now()
	if one.over(now) {
		delete(s.byKey, v.key)
		return nil, errNoSession
	}
	one.seen, v.csrf = now, one.csrf
	return one.sealed, nil
}

func (s *sessions) end(key sessionKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byKey, key)
}

// job is the report that the session last asked for on something; empty: none,
// or one that is old.
func (s *sessions) job(key sessionKey, arn string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.byKey[key]; one != nil && s.now().Sub(one.jobs[arn].asked) < jobAge {
		return one.jobs[arn].id
	}
	return ""
}

// forgetJobs forgets all reports of the session, which a change of a policy has
// made old.
func (s *sessions) forgetJobs(key sessionKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.byKey[key]; one != nil {
		clear(one.jobs)
	}
}

// remember keeps a report; an empty id forgets it.
func (s *sessions) remember(key sessionKey, arn, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.byKey[key]
	if one == nil {
		return
	}
	if id == "" {
		delete(one.jobs, arn)
		return
	}
	if _, known := one.jobs[arn]; !known && len(one.jobs) >= maxJobs {
		dropOldest(one.jobs)
	}
	one.jobs[arn] = job{id, s.now()}
}

func dropOldest(jobs map[string]job) {
	var oldest string
	for arn, j := range jobs {
		if first := jobs[oldest].asked; first.IsZero() || j.asked.Before(first) {
			oldest = arn
		}
	}
	delete(jobs, oldest)
}
