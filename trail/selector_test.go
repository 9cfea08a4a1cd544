package trail

import (
	"encoding/json"
	"fmt"
	"testing"
)

const (
	s3Object = "AWS::S3::Object"
	arn1     = "arn:aws:cloudtrail:us-east-1:111122223333:trail/all"
)

// read reads selectors as get-event-selectors prints them.
func read(t testing.TB, members string) *Selectors {
	t.Helper()
	_, s, err := ReadSelectors(json.RawMessage(`{"TrailARN":"` + arn1 + `",` + members + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func advanced(fields string) string {
	return `"AdvancedEventSelectors":[{"Name":"n","FieldSelectors":[` + fields + `]}]`
}

// TestWhatIsDeliveredWhole: literal selectors, what of S3 objects and Lambda
// functions they deliver whole, whether any event of S3 objects may come, and what
// narrows them.
func TestWhatIsDeliveredWhole(t *testing.T) {
	const data, object = `{"Field":"eventCategory","Equals":["Data"]}`, `{"Field":"resources.type","Equals":["AWS::S3::Object"]}`
	const also = `,{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}`
	for name, c := range map[string]struct {
		selectors  string
		s3, lambda Events
		may        bool
		narrowed   string
	}{
		"no selectors":       {`"EventSelectors":[]`, 0, 0, false, ""},
		"management only":    {`"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}]`, 0, 0, false, ""},
		"all of S3":          {`"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]`, All, 0, true, ""},
		"all buckets":        {`"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::one/","arn:aws:s3:::"]}]}]`, All, 0, true, ""},
		"a bucket":           {`"EventSelectors":[{"ReadWriteType":"All","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::one/"]}]}]`, 0, 0, true, "Values of DataResources"},
		"a prefix":           {`"EventSelectors":[{"ReadWriteType":"All","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::one/logs"]}]}]`, 0, 0, true, "Values of DataResources"},
		"nearly all buckets": {`"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::a"]}]}]`, 0, 0, true, "Values of DataResources"},
		"another partition":  {`"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws-cn:s3"]}]}]`, 0, 0, true, "Values of DataResources"},
		"another type's ARN": {`"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:lambda"]}]}]`, 0, 0, true, "Values of DataResources"},
		"reads":              {`"EventSelectors":[{"ReadWriteType":"ReadOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]`, Reads, 0, true, "ReadWriteType ReadOnly"},
		"writes":             {`"EventSelectors":[{"ReadWriteType":"WriteOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]`, Writes, 0, true, "ReadWriteType WriteOnly"},
		"some new way":       {`"EventSelectors":[{"ReadWriteType":"Sampled","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]`, 0, 0, true, "ReadWriteType Sampled"},
		"reads, and writes in another selector": {`"EventSelectors":[{"ReadWriteType":"ReadOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]},
			{"ReadWriteType":"WriteOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::"]},{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]`, All, Writes, true, "ReadWriteType ReadOnly"},
		"a function":                              {`"EventSelectors":[{"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda:us-east-1:111122223333:function:f"]}]}]`, 0, 0, false, ""},
		"a member that is not known":              {`"EventSelectors":[{"Sample":5,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]`, 0, 0, true, "Sample"},
		"a member of a resource that is likewise": {`"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"],"Except":["x"]}]}]`, 0, 0, true, "Except"},

		"advanced":                        {advanced(data + "," + object), All, 0, true, ""},
		"advanced, and management":        {`"AdvancedEventSelectors":[{"FieldSelectors":[` + data + "," + object + `]}` + also + `]`, All, 0, true, ""},
		"advanced reads":                  {advanced(data + "," + object + `,{"Field":"readOnly","Equals":["true"]}`), Reads, 0, true, "field readOnly"},
		"advanced writes":                 {advanced(data + "," + object + `,{"Field":"readOnly","Equals":["false"]}`), Writes, 0, true, "field readOnly"},
		"advanced, readOnly of both":      {advanced(data + "," + object + `,{"Field":"readOnly","Equals":["false","true"]}`), All, 0, true, ""},
		"readOnly twice":                  {advanced(data + "," + object + `,{"Field":"readOnly","Equals":["false"]},{"Field":"readOnly","Equals":["true"]}`), 0, 0, true, "field readOnly"},
		"by name":                         {advanced(data + "," + object + `,{"Field":"eventName","Equals":["GetObject","PutObject"]}`), 0, 0, true, "field eventName"},
		"by a name that is kept out":      {advanced(data + "," + object + `,{"Field":"eventName","NotEquals":["DeleteObject"]}`), 0, 0, true, "field eventName"},
		"by ARN":                          {advanced(data + "," + object + `,{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::one/"]}`), 0, 0, true, "field resources.ARN"},
		"but for the bucket of the trail": {advanced(data + "," + object + `,{"Field":"resources.ARN","NotStartsWith":["arn:aws:s3:::trail/"]}`), 0, 0, true, "field resources.ARN"},
		"by an ARN that all have":         {advanced(data + "," + object + `,{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::"]}`), 0, 0, true, "field resources.ARN"},
		"by caller":                       {advanced(data + "," + object + `,{"Field":"userIdentity.arn","NotEquals":["arn:aws:iam::111122223333:role/noisy"]}`), 0, 0, true, "field userIdentity.arn"},
		"an operator that is not known":   {advanced(data + `,{"Field":"resources.type","Equals":["AWS::S3::Object"],"Like":["x"]}`), 0, 0, true, "its fields"},
		"a type that is kept out":         {advanced(data + `,{"Field":"resources.type","NotEquals":["AWS::S3::Object"]}`), 0, 0, false, ""},
		"a type by its beginning":         {advanced(data + `,{"Field":"resources.type","StartsWith":["AWS::S3::"]}`), 0, 0, true, "its fields"},
		"two types":                       {advanced(data + `,{"Field":"resources.type","Equals":["AWS::S3::Object","AWS::Lambda::Function"]}`), All, All, true, ""},
		"two types at once":               {advanced(data + "," + object + `,{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}`), 0, 0, false, ""},
		"another type":                    {advanced(data + `,{"Field":"resources.type","Equals":["AWS::S3::AccessPoint"]}`), 0, 0, false, ""},
		"no category":                     {advanced(object), 0, 0, true, "its fields"},
		"no type":                         {advanced(data), 0, 0, true, "its fields"},
		"network activity":                {advanced(`{"Field":"eventCategory","Equals":["NetworkActivity"]},` + object), 0, 0, false, ""},
		"a selector's own new member":     {`"AdvancedEventSelectors":[{"Sampling":{"Rate":1},"FieldSelectors":[` + data + "," + object + `]}]`, 0, 0, true, "Sampling"},
		"a bucket, and in another selector all": {`"AdvancedEventSelectors":[{"FieldSelectors":[` + data + "," + object + `,{"Field":"resources.ARN","EndsWith":["x"]}]},
			{"FieldSelectors":[` + data + "," + object + `]}]`, All, 0, true, "field resources.ARN"},
	} {
		s := read(t, c.selectors)
		if got := s.Whole(s3Object, "aws"); got != c.s3 {
			t.Errorf("%s: of S3 objects %s, want %s", name, got, c.s3)
		}
		if got := s.Whole("AWS::Lambda::Function", "aws"); got != c.lambda {
			t.Errorf("%s: of functions %s, want %s", name, got, c.lambda)
		}
		if got := s.May(s3Object); got != c.may {
			t.Errorf("%s: may deliver: %v", name, got)
		}
		if got := s.Narrowed(s3Object, "aws"); got != c.narrowed {
			t.Errorf("%s: narrowed by %q, want %q", name, got, c.narrowed)
		}
	}
}

func TestManagementEventsThatMayCome(t *testing.T) {
	const management = `{"Field":"eventCategory","Equals":["Management"]}`
	for name, c := range map[string]struct {
		selectors          string
		any, kms, dataAPIs Events
	}{
		"the default":             {`"EventSelectors":[]`, All, All, All},
		"basic":                   {`"EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true}]`, Writes, Writes, Writes},
		"not said":                {`"EventSelectors":[{"ReadWriteType":"All"}]`, All, All, All},
		"none":                    {`"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":false}]`, 0, 0, 0},
		"without KMS":             {`"EventSelectors":[{"IncludeManagementEvents":true,"ExcludeManagementEventSources":["kms.amazonaws.com"]}]`, All, 0, All},
		"reads, and writes":       {`"EventSelectors":[{"ReadWriteType":"ReadOnly"},{"ReadWriteType":"WriteOnly","ExcludeManagementEventSources":["kms.amazonaws.com"]}]`, All, Reads, All},
		"advanced":                {advanced(management), All, All, All},
		"advanced without both":   {advanced(management + `,{"Field":"eventSource","NotEquals":["kms.amazonaws.com","rdsdata.amazonaws.com"]}`), All, 0, 0},
		"advanced reads":          {advanced(management + `,{"Field":"readOnly","Equals":["true"]}`), Reads, Reads, Reads},
		"only KMS":                {advanced(management + `,{"Field":"eventSource","Equals":["kms.amazonaws.com"]}`), All, All, 0},
		"a field that may let by": {advanced(management + `,{"Field":"eventName","NotEquals":["Decrypt"]}`), All, All, All},
		"data only":               {advanced(`{"Field":"eventCategory","Equals":["Data"]}`), 0, 0, 0},
	} {
		s := read(t, c.selectors)
		if a, k, d := s.MayManage(""), s.MayManage("kms.amazonaws.com"), s.MayManage("rdsdata.amazonaws.com"); a != c.any || k != c.kms || d != c.dataAPIs {
			t.Errorf("%s: %s, KMS %s, RDS Data API %s", name, a, k, d)
		}
	}
}

func TestDeliveries(t *testing.T) {
	s := read(t, `"EventSelectors":[{"ReadWriteType":"WriteOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]},
		{"Type":"AWS::DynamoDB::Table","Values":["arn:aws:dynamodb:us-east-1:111122223333:table/t"]},{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]`)
	if got := fmt.Sprint(s.Deliveries("aws")); got != "[{AWS::Lambda::Function write} {AWS::S3::Object write}]" {
		t.Error(got)
	}
	s = read(t, advanced(`{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::SQS::Queue"]}`))
	if got := fmt.Sprint(s.Deliveries("aws")); got != "[{AWS::SQS::Queue all}]" {
		t.Error(got)
	}
}

func TestWhatIsNoSelector(t *testing.T) {
	for name, text := range map[string]string{
		"no object":               `[]`,
		"no trail":                `{"EventSelectors":[]}`,
		"a name for an ARN":       `{"TrailARN":"all"}`,
		"a list that is none":     `{"TrailARN":"` + arn1 + `","EventSelectors":{}}`,
		"a condition twice":       `{"TrailARN":"` + arn1 + `","AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"a","Equals":["x"],"Equals":["y"]}]}]}`,
		"values that are no list": `{"TrailARN":"` + arn1 + `","AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"a","Equals":"x"}]}]}`,
		"a flag that is none":     `{"TrailARN":"` + arn1 + `","EventSelectors":[{"IncludeManagementEvents":"yes"}]}`,
	} {
		if _, s, err := ReadSelectors(json.RawMessage(text)); err == nil {
			t.Errorf("%s: %+v", name, s)
		}
	}
}
