package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ebbmark/ebbmark/store"
)

// webhookID is the document of kind store.KindServer that is there while events
// of a store go to a webhook. Every process that changes findings keeps events
// then, so that the server with the webhook can send them.
const webhookID = "webhook"

// webhookInUse reports whether events of the store go to a webhook.
func webhookInUse(ctx context.Context, docs store.Docs) (bool, error) {
	_, _, err := docs.GetDoc(ctx, store.KindServer, webhookID)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read whether there is a webhook: %w", err)
	}
	return true, nil
}

// markWebhook notes that events go to a webhook from now on, or no more.
func markWebhook(ctx context.Context, docs store.Docs, use bool) error {
	err := setWebhookMark(ctx, docs, use)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) { // somebody did the same
		err = nil
	}
	if err != nil {
		return fmt.Errorf("note that there is a webhook: %w", err)
	}
	return nil
}

func setWebhookMark(ctx context.Context, docs store.Docs, use bool) error {
	if use {
		_, err := docs.PutDoc(ctx, store.KindServer, webhookID, []byte(`{"format":1}`), 0)
		return err
	}
	_, version, err := docs.GetDoc(ctx, store.KindServer, webhookID)
	if err != nil {
		return err
	}
	return docs.DeleteDoc(ctx, store.KindServer, webhookID, version)
}
