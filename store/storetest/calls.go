package storetest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// factsLastCalls holds for those backends that tell last calls at all.
func factsLastCalls(t *testing.T, b Backend) {
	s := b.New(t)
	calls, ok := s.(store.LastCalls)
	if !ok {
		return
	}
	arn := "arn:aws:iam::111122223333:role/x"
	fact := func(principal, region string, class activity.Class, at time.Time) activity.Fact {
		k := listBuckets(principal)
		k.Region, k.Class = region, class
		return activity.Attempt(k, at, event1)
	}
	other := fact(alice, "eu-west-1", activity.Management, friday)
	other.Account = "444455556666"
	merge(t, s, other,
		fact(alice, "us-east-1", activity.Management, monday), fact(alice, "us-east-1", activity.Data, tuesday),
		fact(alice, "us-east-1", activity.SignIn, friday), fact(alice, "", activity.Management, monday),
		fact(arn, "us-east-1", activity.Management, monday), fact(arn, "eu-west-1", activity.Management, monday),
		fact(bob, "us-east-1", activity.Management, friday))
	for _, c := range []struct {
		principals []string
		want       []store.RegionCalls
	}{
		{nil, nil},
		{[]string{"nobody"}, nil},
		{[]string{"nobody", bob}, []store.RegionCalls{{Region: "us-east-1", Last: friday}}},
		{[]string{alice}, []store.RegionCalls{{Region: "", Last: monday}, {Region: "us-east-1", Last: tuesday}}},
		{[]string{alice, arn}, []store.RegionCalls{{Region: "", Last: monday}, {Region: "eu-west-1", Last: monday}, {Region: "us-east-1", Last: tuesday}}},
	} {
		got, err := calls.LastCalls(t.Context(), account, c.principals)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(got, func(a, b store.RegionCalls) int { return cmp.Compare(a.Region, b.Region) })
		if !slices.Equal(got, c.want) {
			t.Errorf("last calls of %q: %v, want %v", c.principals, got, c.want)
		}
	}
	if got, err := calls.LastCalls(t.Context(), "999999999999", []string{alice}); err != nil || len(got) != 0 {
		t.Errorf("last calls in an unknown account: %v, %v", got, err)
	}
}
