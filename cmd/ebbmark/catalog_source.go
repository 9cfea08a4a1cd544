package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/store"
)

// overlayID is the document of kind store.KindCatalog that holds the overlay:
// the text of a catalog.Overlay, compressed by gzip. One document, so that one
// write replaces it as a whole.
const overlayID = "current"

// catalogSource gives the catalogue that a store asks for: the embedded one,
// overlaid by what the store holds. Safe for concurrent use.
type catalogSource struct {
	docs   store.Docs
	config catalog.Config // what the operator adds

	mu      sync.Mutex
	base    *catalog.Catalog // the embedded one with config, once it was needed
	current *catalog.Catalog
	version store.Version // of the overlay in current; zero: none
}

// loadCatalog is the catalogue of a store, for commands that need it once.
func loadCatalog(ctx context.Context, docs store.Docs) (*catalog.Catalog, error) {
	return (&catalogSource{docs: docs}).Current(ctx)
}

// Current is the catalogue as of now. It reads the overlay's document and takes
// in what another process has imported; while its version stays, the catalogue
// is the one of the call before.
func (s *catalogSource) Current(ctx context.Context) (*catalog.Catalog, error) {
	body, version, err := s.docs.GetDoc(ctx, store.KindCatalog, overlayID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("read the stored catalogue: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.version == version {
		return s.current, nil
	}
	c, err := s.load(body, version)
	if err != nil {
		return nil, err
	}
	s.current, s.version = c, version
	return c, nil
}

// load lays the stored overlay over the embedded catalogue; version zero: there
// is none.
func (s *catalogSource) load(body []byte, version store.Version) (*catalog.Catalog, error) {
	if s.base == nil {
		c, err := catalog.Load()
		if err != nil {
			return nil, err
		}
		if s.base, err = c.With(s.config); err != nil {
			return nil, err
		}
	}
	if version == 0 {
		return s.base, nil
	}
	o, err := decodeOverlay(body)
	if err != nil {
		return nil, err
	}
	c, _, err := s.base.Overlay(o)
	return c, err
}

// encodeOverlay makes the document of an overlay. It refuses what could not be
// read back: a broken document would stop every report.
func encodeOverlay(o *catalog.Overlay) ([]byte, error) {
	text := o.Text()
	if _, err := catalog.ParseOverlay(string(text)); err != nil {
		return nil, fmt.Errorf("the Service Reference cannot be stored: %w", err)
	}
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if body.Len() > store.MaxDoc {
		return nil, fmt.Errorf("the Service Reference cannot be stored: %d bytes, at most %d fit into a document", body.Len(), store.MaxDoc)
	}
	return body.Bytes(), nil
}

// decodeOverlay reads the document of an overlay.
func decodeOverlay(body []byte) (*catalog.Overlay, error) {
	text, err := gunzip(body, catalog.MaxOverlay)
	if err == nil {
		var o *catalog.Overlay
		if o, err = catalog.ParseOverlay(string(text)); err == nil {
			return o, nil
		}
	}
	if errors.Is(err, catalog.ErrNewer) {
		return nil, fmt.Errorf("read the stored catalogue: %w", err)
	}
	return nil, fmt.Errorf("read the stored catalogue: %w; remove it (ebbmark catalog reset) and import it again", err)
}

func gunzip(body []byte, limit int) ([]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(zip, int64(limit)+1))
	if err == nil && len(text) > limit {
		err = fmt.Errorf("more than %d bytes unpacked", limit)
	}
	return text, err
}

// putTries is how often an import starts again because another one was faster.
const putTries = 5

// storeOverlay lays an overlay over the stored one and returns what that changed
// in the catalogue. The store is untouched unless all of it worked.
func storeOverlay(ctx context.Context, docs store.Docs, o *catalog.Overlay) (*catalog.Catalog, catalog.Change, error) {
	for range putTries {
		c, change, err := tryStoreOverlay(ctx, docs, o)
		if !errors.Is(err, store.ErrConflict) {
			return c, change, err
		}
	}
	return nil, catalog.Change{}, errors.New("the stored catalogue keeps changing: another import or refresh is running; try again later")
}

func tryStoreOverlay(ctx context.Context, docs store.Docs, o *catalog.Overlay) (*catalog.Catalog, catalog.Change, error) {
	none := catalog.Change{}
	body, version, err := docs.GetDoc(ctx, store.KindCatalog, overlayID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, none, fmt.Errorf("read the stored catalogue: %w", err)
	}
	c, err := catalog.Load()
	if err != nil {
		return nil, none, err
	}
	all := o
	if version != 0 {
		old, err := decodeOverlay(body)
		if err != nil {
			return nil, none, err
		}
		if c, _, err = c.Overlay(old); err != nil {
			return nil, none, err
		}
		all = old.Merge(o)
	}
	c, change, err := c.Overlay(o)
	if err != nil {
		return nil, none, err
	}
	if body, err = encodeOverlay(all); err != nil {
		return nil, none, err
	}
	if _, err := docs.PutDoc(ctx, store.KindCatalog, overlayID, body, version); err != nil {
		return nil, none, fmt.Errorf("store the catalogue: %w", err)
	}
	return c, change, nil
}

// dropOverlay removes the stored overlay and reports whether there was one.
func dropOverlay(ctx context.Context, docs store.Docs) (bool, error) {
	for range putTries {
		_, version, err := docs.GetDoc(ctx, store.KindCatalog, overlayID)
		if err == nil {
			err = docs.DeleteDoc(ctx, store.KindCatalog, overlayID, version)
		}
		switch {
		case errors.Is(err, store.ErrNotFound):
			return false, nil
		case errors.Is(err, store.ErrConflict):
			continue
		case err != nil:
			return false, fmt.Errorf("remove the stored catalogue: %w", err)
		}
		return true, nil
	}
	return false, errors.New("the stored catalogue keeps changing: an import or refresh is running; try again later")
}
