package finding

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func ordered(list []*Finding, generation int64) Findings {
	return Findings{Generation: generation, In: func(o Order) []*Finding {
		list := slices.Clone(list)
		slices.SortFunc(list, o.Compare)
		return list
	}}
}

func many(n int) (list []*Finding) {
	for i := range n {
		f := &Finding{ID: fmt.Sprintf("F%02d", i), Resource: fmt.Sprint("r", i*7%n), Status: Active, Type: UnusedIAMRole,
			UpdatedAt: time.UnixMilli(int64(i/3) * 1000), Moved: 1}
		list = append(list, f)
	}
	return list
}

func TestListsWithoutAnOrder(t *testing.T) {
	p, err := ordered(many(7), 1).Page(Query{Max: 10})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range p.Findings {
		ids = append(ids, f.ID)
	}
	if got := strings.Join(ids, " "); got != "F06 F03 F04 F05 F00 F01 F02" || p.Next != "" {
		t.Error(got, p.Next)
	}
}

// TestPagesWhileFindingsChange pages through a list of which some change at
// every page: nobody who was there all along is missed, and whoever did not
// change comes once.
func TestPagesWhileFindingsChange(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for round := range 200 {
		order := []Order{{}, {"resource", false}, {"id", true}, {"status", false}}[round%4]
		list, generation := many(25), int64(1)
		changed, times := map[string]bool{}, map[string]int{}
		q := Query{Order: order, Max: 1 + random.IntN(6)}
		for pages := 0; ; pages++ {
			p, err := ordered(list, generation).Page(q)
			if err != nil || len(p.Findings) > q.Max || pages > 200 {
				t.Fatalf("page %d: %+v, %v", pages, p, err)
			}
			for _, f := range p.Findings {
				times[f.ID]++
			}
			if q.Token = p.Next; q.Token == "" {
				break
			}
			if pages > 20 {
				continue
			}
			i := random.IntN(len(list))
			generation++
			f := *list[i]
			f.Status, f.UpdatedAt, f.Moved = Archived, time.UnixMilli(random.Int64N(9000)), generation
			list[i] = &f
			changed[f.ID] = true
		}
		for i := range 25 {
			id := fmt.Sprintf("F%02d", i)
			if n := times[id]; n == 0 || n > 1 && !changed[id] {
				t.Fatalf("round %d: %s came %d times, changed: %t", round, id, n, changed[id])
			}
		}
	}
}

func TestTokensOfOtherLists(t *testing.T) {
	all := ordered(many(9), 1)
	p, err := all.Page(Query{Max: 2, Salt: "a"})
	if err != nil || p.Next == "" {
		t.Fatal(p, err)
	}
	for name, q := range map[string]Query{
		"another analyzer": {Max: 2, Salt: "b", Token: p.Next},
		"another filter":   {Max: 2, Salt: "a", Token: p.Next, Filter: Filter{"status": {Eq: []string{"ACTIVE"}}}},
		"another order":    {Max: 2, Salt: "a", Token: p.Next, Order: Order{"id", false}},
		"no token":         {Max: 2, Salt: "a", Token: "nonsense"},
		"a cut one":        {Max: 2, Salt: "a", Token: p.Next[:len(p.Next)-4]},
	} {
		if _, err := all.Page(q); !errors.Is(err, ErrToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzPageToken(f *testing.F) {
	p, err := ordered(many(9), 1).Page(Query{Max: 2})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.Next)
	f.Add("e30")
	all := ordered(many(9), 3)
	f.Fuzz(func(t *testing.T, token string) {
		p, err := all.Page(Query{Max: 3, Token: token})
		if err != nil && !errors.Is(err, ErrToken) || err == nil && len(p.Findings) > 3 {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func TestStatistics(t *testing.T) {
	s := Count([]*Finding{
		{Owner: "1", Type: UnusedIAMRole, Status: Active}, {Owner: "2", Type: UnusedIAMRole, Status: Active},
		{Owner: "2", Type: UnusedPermission, Status: Active}, {Owner: "2", Status: Archived}, {Owner: "3", Status: Resolved},
	})
	if got, want := fmt.Sprintf("%+v", s), "{Active:3 Archived:1 Resolved:1 Types:[{Type:UnusedIAMRole Total:2} {Type:UnusedPermission Total:1}] "+
		"Accounts:[{Account:2 Active:2 Types:[{Type:UnusedIAMRole Total:1} {Type:UnusedPermission Total:1}]} {Account:1 Active:1 Types:[{Type:UnusedIAMRole Total:1}]}]}"; got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
}
