// Package arn parses and formats Amazon Resource Names.
//
// Source: AWS General Reference, "Identify AWS resources with ARNs"; the IAM
// forms are rule IAM-12 of docs/spec/iam-entities.md.
package arn

import (
	"errors"
	"strings"
)

// ErrSyntax reports a string that is no ARN: it does not begin with "arn:" or
// has fewer than six fields.
var ErrSyntax = errors.New("not an ARN")

// ARN is one parsed name: arn:Partition:Service:Region:Account:Resource.
// Resource keeps every later colon and slash.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// Parse splits s. It checks the form only: any field may be empty.
func Parse(s string) (ARN, error) {
	f := strings.SplitN(s, ":", 6)
	if len(f) != 6 || f[0] != "arn" {
		return ARN{}, ErrSyntax
	}
	return ARN{f[1], f[2], f[3], f[4], f[5]}, nil
}

func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// Kind is the part of Resource before the first slash ("user" of
// "user/dev/bob"), or all of it when there is none ("root").
func (a ARN) Kind() string {
	kind, _, _ := strings.Cut(a.Resource, "/")
	return kind
}

// Path is the IAM path of Resource with both slashes: "/dev/" of
// "user/dev/bob", "/" of "user/alice", "" when Resource has no slash.
func (a ARN) Path() string {
	first, last := strings.IndexByte(a.Resource, '/'), strings.LastIndexByte(a.Resource, '/')
	if first < 0 {
		return ""
	}
	return a.Resource[first : last+1]
}

// Name is the part of Resource after the last slash.
func (a ARN) Name() string {
	return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
}
