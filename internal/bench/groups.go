package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

// storedGroups reads what an ingest left: for each group of facts that differ
// only in class, outcome, target or suffix of the name, its latest time, in
// lines as duck.mjs writes them; and the number of records in the ledger.
func storedGroups(ctx context.Context, path, sample string) (lines map[string]bool, records int, err error) {
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	snapshots, err := filepath.Glob(filepath.Join(sample, "iam", "*.json"))
	if err != nil {
		return nil, 0, err
	}
	latest := map[string]int64{}
	for _, snapshot := range snapshots {
		account := strings.TrimSuffix(filepath.Base(snapshot), ".json")
		for f, err := range s.Facts(ctx, activity.Prefix{Account: account}) {
			if err != nil {
				return nil, 0, err
			}
			if f.Class == activity.Management || f.Class == activity.Data {
				name, _, _ := strings.Cut(f.Name, "#")
				group := strings.Join([]string{f.Account, f.Principal, f.Source, name, f.Region}, "\t")
				latest[group] = max(latest[group], f.Last.At)
			}
		}
	}
	lines = map[string]bool{}
	for group, at := range latest {
		lines[group+"\t"+time.UnixMilli(at).UTC().Format(time.RFC3339)] = true
	}
	records, err = ledgerRecords(ctx, s)
	return lines, records, err
}

func ledgerRecords(ctx context.Context, s store.Docs) (records int, err error) {
	for id, err := range s.ListDocs(ctx, store.KindLedger, "", 0) {
		if err != nil {
			return 0, err
		}
		body, _, err := s.GetDoc(ctx, store.KindLedger, id)
		if err != nil {
			return 0, err
		}
		var row ingest.Row
		if err := json.Unmarshal(body, &row); err != nil {
			return 0, fmt.Errorf("ledger row %s: %w", id, err)
		}
		records += int(row.Records)
	}
	return records, nil
}
