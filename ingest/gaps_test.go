package ingest

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store/mem"
)

func TestGaps(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 5, n, 3, 0, 0, 0, time.UTC) }
	for sentence, tt := range map[string]struct {
		covered map[string][]int // days of May by Region
		want    string           // of the 10th to the 20th
	}{
		"no log at all":                      {nil, "[ 10-20]"},
		"logs of other days only":            {map[string][]int{"eu-west-1": {1, 2, 25}}, "[ 10-20]"},
		"all days":                           {map[string][]int{"eu-west-1": {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}}, "[]"},
		"the middle and both ends":           {map[string][]int{"eu-west-1": {11, 12, 15, 16, 17, 18, 19}}, "[eu-west-1 10-10 eu-west-1 13-14 eu-west-1 20-20]"},
		"two Regions, one of them long gone": {map[string][]int{"us-east-1": {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, "eu-west-1": {3}}, "[eu-west-1 10-20]"},
		"a Region that came after":           {map[string][]int{"us-east-1": {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, "eu-west-1": {22}}, "[]"},
		"records without a Region":           {map[string][]int{"": {12}}, "[ 10-20]"},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := mem.New()
			for region, days := range tt.covered {
				for _, d := range days {
					merge(t, s, activity.Attempt(coverageKey("111122223333", region), day(d), "e"))
				}
			}
			gaps, err := Gaps(t.Context(), s, "111122223333", activity.DayOf(day(10)), activity.DayOf(day(20)))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, g := range gaps {
				got = append(got, fmt.Sprintf("%s %d-%d", g.Region, g.From.Start().Day(), g.To.Start().Day()))
			}
			if fmt.Sprint(got) != tt.want {
				t.Fatalf("got %v, want %s", got, tt.want)
			}
		})
	}
}

func TestATableBesideLogsIsNoMistake(t *testing.T) {
	s := mem.New()
	table := []byte("name,price\napple,3\npear,4\n")
	sum := run(t, s, memory{{"a.json", []byte(call(1, "ListBuckets"))}, {"prices.csv", table}, {"prices.csv.gz", zipped(t, string(table))}})
	if sum.Files != (Files{Done: 1, Skipped: 2}) || sum.Skipped["table that is no CloudTrail log"] != 2 || !sum.OK() {
		t.Fatalf("%+v", sum)
	}
	if sum := run(t, mem.New(), asked{memory{{"prices.csv", table}}}); sum.Files != (Files{Failed: 1}) {
		t.Fatalf("a table that was asked for: %+v", sum)
	}
	if sum := run(t, mem.New(), memory{{"prices.json", table}}); sum.Files != (Files{Failed: 1}) {
		t.Fatalf("another file: %+v", sum)
	}
}

// flows is a table of Security Lake's that is not of CloudTrail: it has some
// columns that records have too.
func flows(t *testing.T) []byte {
	t.Helper()
	type row struct {
		Class    int32  `parquet:"class_uid"`
		Time     int64  `parquet:"time"`
		Activity string `parquet:"activity_name"`
		Cloud    struct {
			Region string `parquet:"region"`
		} `parquet:"cloud"`
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, []row{{Class: 4001, Time: 1780136130000, Activity: "Traffic"}, {Class: 4001, Time: 1780136131000}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// prices is a table of nothing of ours.
func prices(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := parquet.Write(&b, []struct{ Name string }{{"apple"}, {"pear"}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAParquetTableBesideLogsIsNoMistake(t *testing.T) {
	s := mem.New()
	sum := run(t, s, memory{{"a.parquet", parquetOf(t, 3)}, {"prices.parquet", prices(t)}, {"flows.PARQUET", flows(t)}, {"prices.parquet.gz", zipped(t, string(prices(t)))}})
	if sum.Files != (Files{Done: 1, Skipped: 3}) || sum.Skipped["table that is no CloudTrail log"] != 3 || !sum.OK() || sum.Records != 3 || sum.AllRefused() != 0 {
		t.Fatalf("%+v", sum)
	}
	for sentence, source := range map[string]Source{
		"a table that was asked for": asked{memory{{"prices.parquet", prices(t)}}},
		"flows that were asked for":  asked{memory{{"flows.parquet", flows(t)}}},
		"a table by another name":    memory{{"prices.json", prices(t)}},
	} {
		sum := run(t, mem.New(), source)
		if sum.Files != (Files{Failed: 1}) || len(sum.Problems) != 1 || sum.Problems[0].Reason != "parquet: it has none of the columns of CloudTrail records or of Security Lake's events" {
			t.Fatalf("%s: %+v", sentence, sum)
		}
	}
}

// asked is a source whose objects were named.
type asked struct{ memory }

func (a asked) Objects(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for o, err := range a.memory.Objects(ctx) {
			o.Asked = true
			if !yield(o, err) {
				return
			}
		}
	}
}
