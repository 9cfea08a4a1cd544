package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// prepared keeps the statements that nearly every request runs: compiling one
// costs more than running it. There are a few dozen texts at most, so that none
// is let go.
type prepared struct {
	mu   sync.RWMutex
	made map[string]*sql.Stmt // by text
}

// reading is the prepared statement of a text. Package sql prepares it again for
// each connection that it runs on.
func (db *DB) reading(ctx context.Context, text string) (*sql.Stmt, error) {
	p := &db.prepared
	p.mu.RLock()
	s := p.made[text]
	p.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.made[text]; s != nil {
		return s, nil
	}
	s, err := db.read.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if p.made == nil {
		p.made = map[string]*sql.Stmt{}
	}
	p.made[text] = s
	return s, nil
}

// query runs a prepared statement and hands each row to each.
func (db *DB) query(ctx context.Context, each func(*sql.Rows) error, text string, args ...any) error {
	s, err := db.reading(ctx, text)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(ctx, args...)
	return scan(rows, err, each)
}

func (p *prepared) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []error
	for _, s := range p.made {
		all = append(all, s.Close())
	}
	p.made = nil
	return errors.Join(all...)
}
