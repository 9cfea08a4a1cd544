package wire

import (
	"context"
	"strings"
	"testing"
)

type Paging struct {
	MaxItems *int32 `min:"1" max:"1000"`
	Marker   string
}

type Page struct {
	IsTruncated bool
	Marker      string
}

func TestEmbeddedFieldsBelongToTheOuterStruct(t *testing.T) {
	type input struct {
		UserName string `required:"true"`
		Paging
	}
	type output struct {
		Names []string
		Page
	}
	r := NewRouter(allow, toyService(Open("Toy", func(_ context.Context, _ Caller, in *input) (*output, error) {
		return &output{[]string{in.UserName}, Page{*in.MaxItems == 7, in.Marker}}, nil
	})))
	answer := post(t, r, "Action=Toy&Version=2010-05-08&UserName=alice&MaxItems=7&Marker=here")
	if want := "<ToyResult><Names><member>alice</member></Names><IsTruncated>true</IsTruncated><Marker>here</Marker></ToyResult>"; !strings.Contains(string(answer.Body), want) {
		t.Errorf("got %s, want %s", answer.Body, want)
	}
	answer = post(t, r, "Action=Toy&Version=2010-05-08&MaxItems=0")
	want := "2 validation errors detected: Value at &#39;userName&#39; failed to satisfy constraint: Member must not be null; Value at &#39;maxItems&#39; failed to satisfy constraint: Member must have value greater than or equal to 1"
	if !strings.Contains(strings.ReplaceAll(string(answer.Body), "'", "&#39;"), want) {
		t.Errorf("got %s, want %s", answer.Body, want)
	}
}
