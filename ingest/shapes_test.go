package ingest

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"

	"github.com/ebbmark/ebbmark/cloudtrail"
	"github.com/ebbmark/ebbmark/store/mem"
)

// theCall is one call of a role session, as CloudTrail writes it. The tests
// below have it in other shapes.
const theCall = `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAAPPEXAMPLE0000001:i-0abc","arn":"arn:aws:sts::111122223333:assumed-role/app/i-0abc","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE000000001",` +
	`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAAPPEXAMPLE0000001","arn":"arn:aws:iam::111122223333:role/service/app","accountId":"111122223333","userName":"app"}}},` +
	`"eventTime":"2026-05-30T10:15:30Z","eventSource":"ec2.amazonaws.com","eventName":"StartInstances","awsRegion":"eu-west-1","errorCode":"Client.UnauthorizedOperation","eventID":"ev-1","eventType":"AwsApiCall","managementEvent":true,"eventCategory":"Management","recipientAccountId":"111122223333"}`

const ocsf11 = `{"metadata":{"product":{"version":"1.08","name":"CloudTrail","vendor_name":"AWS","feature":{"name":"Management"}},"event_code":"AwsApiCall","uid":"ev-1","profiles":["cloud","record_integrity"],"version":"1.1.0"},"time":1780136130000,"time_dt":"2026-05-30T10:15:30Z","cloud":{"region":"eu-west-1","provider":"AWS"},` +
	`"api":{"response":{"error":"Client.UnauthorizedOperation","message":"no"},"operation":"StartInstances","service":{"name":"ec2.amazonaws.com"},"request":{"uid":"r"}},"actor":{"user":{"type":"AssumedRole","uid":"arn:aws:sts::111122223333:assumed-role/app/i-0abc","uid_alt":"AROAAPPEXAMPLE0000001:i-0abc","account":{"uid":"111122223333"},"credential_uid":"ASIAEXAMPLE000000001"},"session":{"issuer":"arn:aws:iam::111122223333:role/service/app","is_mfa":false}},` +
	`"class_name":"API Activity","class_uid":6003,"unmapped":{"recipientAccountId":"111122223333","managementEvent":"true","userIdentity.sessionContext.sessionIssuer.accountId":"111122223333"}}`

const ocsf10 = `{"metadata":{"product":{"version":"1.08","name":"CloudTrail","feature":{"name":"Management"}},"uid":"ev-1"},"time":1780136130000,"cloud":{"region":"eu-west-1"},"api":{"response":{"error":"Client.UnauthorizedOperation"},"operation":"StartInstances","service":{"name":"ec2.amazonaws.com"}},` +
	`"actor":{"user":{"type":"AssumedRole","uid":"AROAAPPEXAMPLE0000001:i-0abc","uuid":"arn:aws:sts::111122223333:assumed-role/app/i-0abc","account_uid":"111122223333"},"session":{"issuer":"arn:aws:iam::111122223333:role/service/app"}},"class_uid":6003,"unmapped":{"recipientAccountId":"111122223333","eventType":"AwsApiCall"}}`

const lakeHeader = `eventVersion,userIdentity,eventTime,eventSource,eventName,awsRegion,errorCode,eventID,eventType,managementEvent,eventCategory,recipientAccountId`

const lakeUser = `"{type=AssumedRole, principalid=AROAAPPEXAMPLE0000001:i-0abc, arn=arn:aws:sts::111122223333:assumed-role/app/i-0abc, accountid=111122223333, accesskeyid=ASIAEXAMPLE000000001, username=null, sessioncontext={attributes={creationdate=2026-05-30 10:00:00.000, mfaauthenticated=false}, ` +
	`sessionissuer={type=Role, principalid=AROAAPPEXAMPLE0000001, arn=arn:aws:iam::111122223333:role/service/app, accountid=111122223333, username=app}, webidfederationdata={federatedprovider=null, attributes=null}, sourceidentity=null}, invokedby=null, identityprovider=null}"`

// parquetOf writes the call as Security Lake's Parquet has it.
func parquetOf(t testing.TB, n int) []byte {
	t.Helper()
	type product struct {
		Name    string `parquet:"name,optional"`
		Version string `parquet:"version,optional"`
		Feature struct {
			Name string `parquet:"name,optional"`
		} `parquet:"feature,optional"`
	}
	type row struct {
		Metadata struct {
			Product product `parquet:"product"`
			UID     string  `parquet:"uid,optional"`
		} `parquet:"metadata"`
		Time  int64 `parquet:"time"`
		Cloud struct {
			Region string `parquet:"region,optional"`
		} `parquet:"cloud"`
		API struct {
			Response struct {
				Error string `parquet:"error,optional"`
			} `parquet:"response"`
			Operation string `parquet:"operation"`
			Service   struct {
				Name string `parquet:"name"`
			} `parquet:"service"`
		} `parquet:"api"`
		Actor struct {
			User struct {
				Type    string `parquet:"type"`
				UID     string `parquet:"uid"`
				Alt     string `parquet:"uid_alt"`
				Account struct {
					UID string `parquet:"uid"`
				} `parquet:"account"`
			} `parquet:"user"`
			Session struct {
				Issuer string `parquet:"issuer,optional"`
			} `parquet:"session"`
		} `parquet:"actor"`
		Resources []string          `parquet:"resources,list"`
		Class     int32             `parquet:"class_uid"`
		Unmapped  map[string]string `parquet:"unmapped"`
	}
	var r row
	r.Metadata.Product.Name, r.Metadata.Product.Version, r.Metadata.Product.Feature.Name, r.Metadata.UID = "CloudTrail", "1.08", "Management", "ev-1"
	r.Time, r.Cloud.Region, r.API.Operation, r.API.Service.Name, r.API.Response.Error = 1780136130000, "eu-west-1", "StartInstances", "ec2.amazonaws.com", "Client.UnauthorizedOperation"
	r.Actor.User.Type, r.Actor.User.UID, r.Actor.User.Alt, r.Actor.User.Account.UID = "AssumedRole", "arn:aws:sts::111122223333:assumed-role/app/i-0abc", "AROAAPPEXAMPLE0000001:i-0abc", "111122223333"
	r.Actor.Session.Issuer, r.Class = "arn:aws:iam::111122223333:role/service/app", 6003
	r.Resources = []string{"a", "b"}
	r.Unmapped = map[string]string{"recipientAccountId": "111122223333", "eventType": "AwsApiCall", "managementEvent": "true"}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b, parquet.Compression(&parquet.Gzip))
	for i := range n {
		if _, err := w.Write([]row{r}); err != nil {
			t.Fatal(err)
		}
		if i == n/2 {
			if err := w.Flush(); err != nil { // a row group of its own
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func recompressed(t testing.TB, text string) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll([]byte(text), nil)
}

// quoted is a cell of a table.
func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

func TestOneCallInEveryShape(t *testing.T) {
	direct := mem.New()
	run(t, direct, memory{{"log.json", []byte(records(theCall))}})
	want := dump(t, direct)
	if strings.Count(want, "\n") != 3 || !strings.Contains(want, "Class:7 Outcome:2 Target:i-*") {
		t.Fatalf("the call itself: %s", want)
	}
	lower := strings.NewReplacer("eventVersion", "eventversion", "userIdentity", "useridentity", "principalId", "principalid", "accountId", "accountid", "sessionContext", "sessioncontext", "sessionIssuer", "sessionissuer",
		"eventTime", "eventtime", "eventSource", "eventsource", "eventName", "eventname", "awsRegion", "awsregion", "errorCode", "errorcode", "eventID", "eventid", "recipientAccountId", "recipientaccountid").Replace(theCall)
	lake := `1.08,` + lakeUser + `,2026-05-30 10:15:30.000,ec2.amazonaws.com,StartInstances,eu-west-1,Client.UnauthorizedOperation,ev-1,AwsApiCall,true,Management,111122223333`
	for sentence, data := range map[string][]byte{
		"Security Lake 1.1 as NDJSON":              []byte(ocsf11 + "\n" + ocsf11 + "\n"),
		"Security Lake 1.0.0-rc.2, gzip":           zipped(t, ocsf10),
		"Security Lake as Parquet":                 parquetOf(t, 5),
		"an Athena export as NDJSON":               []byte(lower + "\n"),
		"a Lake or Athena export as CSV":           []byte(lakeHeader + "\n" + lake + "\n"),
		"CSV with every cell quoted, gzip":         zipped(t, `"`+strings.ReplaceAll(lakeHeader, ",", `","`)+"\"\r\n"+lake+"\r\n"),
		"CSV with records as JSON in a column":     []byte("id,eventJson\n1," + quoted(theCall) + "\n"),
		"CSV with nothing but that column":         []byte("CloudTrailEvent\n" + quoted(theCall) + "\n"),
		"flattened columns with dots":              []byte("eventVersion,eventTime,eventSource,eventName,awsRegion,errorCode,eventID,userIdentity.type,userIdentity.principalId,userIdentity.sessionContext.sessionIssuer.arn,userIdentity.accountId,recipientAccountId,eventCategory\n1.08,2026-05-30T10:15:30Z,ec2.amazonaws.com,StartInstances,eu-west-1,Client.UnauthorizedOperation,ev-1,AssumedRole,AROAAPPEXAMPLE0000001:i-0abc,arn:aws:iam::111122223333:role/service/app,111122223333,111122223333,Management\n"),
		"flattened columns with underscores":       []byte("eventtime,eventsource,eventname,awsregion,errorcode,eventid,useridentity_type,useridentity_principalid,useridentity_accountid,recipientaccountid,eventcategory\n2026-05-30T10:15:30Z,ec2.amazonaws.com,StartInstances,eu-west-1,Client.UnauthorizedOperation,ev-1,AssumedRole,AROAAPPEXAMPLE0000001:i-0abc,111122223333,111122223333,Management\n"),
		"a log file that was recompressed by zstd": recompressed(t, records(theCall)),
		"a LookupEvents page":                      []byte(`{"Events":[{"EventId":"ev-1","CloudTrailEvent":` + jsonText(theCall) + `}]}`),
		"an EventBridge event":                     []byte(`{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","detail":` + theCall + `}`),
	} {
		s := mem.New()
		sum := run(t, s, memory{{"in", data}})
		if got := dump(t, s); got != want {
			t.Errorf("%s: %+v\n got %s\nwant %s", sentence, sum, got, want)
		}
		if !sum.OK() || sum.Attempts == 0 {
			t.Errorf("%s: %+v", sentence, sum)
		}
	}
}

func jsonText(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

func TestOtherShapesAreRefusedWithAReason(t *testing.T) {
	for sentence, tt := range map[string]struct{ data, problem string }{
		"OCSF of another product":      {ocsf11 + "\n" + strings.Replace(ocsf11, `"CloudTrail"`, `"VPC Flow"`, 1), "a JSON object with the keys"},
		"a table of something else":    {"name,age\nalice,3\n", `it begins with "name,age"`},
		"a row without an identity":    {"eventTime,eventSource,eventName\n2026-05-30T10:15:30Z,s3.amazonaws.com,ListBuckets\n", "userIdentity"},
		"a row that is no record":      {"eventTime,eventSource,eventName,x\n,,,y\n", "row without a record"},
		"a Parquet file that is cut":   {string(parquetOf(t, 3)[:200]), "parquet: damaged"},
		"four letters of Parquet":      {"PAR1", "parquet: damaged"},
		"a broken line among OCSF":     {ocsf11 + "\n{\"class_uid\":\n" + ocsf11 + "\n", "broken JSON"},
		"a quote that is never closed": {lakeHeader + "\n\"1.08,x\n", "row without a record"},
	} {
		s := mem.New()
		sum := run(t, s, memory{{"in", []byte(tt.data)}})
		if len(sum.Problems) == 0 || !strings.Contains(sum.Problems[0].Reason, tt.problem) {
			t.Errorf("%s: %+v", sentence, sum.Problems)
		}
	}
}

// FuzzShapes: whatever comes, reading ends, and every record is accounted for.
func FuzzShapes(f *testing.F) {
	for _, seed := range []string{ocsf11, ocsf10, lakeHeader + "\n1.08," + lakeUser + ",2026-05-30 10:15:30.000,a,b", "id,eventJson\n1," + quoted(theCall), `{"eventname":"a","useridentity":"{type={a=b}}}"}`, string(parquetOf(f, 2)),
		"[" + ocsf11 + ",\n" + indented(f, ocsf10, "") + "]", indented(f, ocsf11, "\t") + ocsf10, queryPage(f, theCall), "[[{\"eventJson\":" + jsonText(theCall) + "}]]", "[" + jsonText(theCall) + "]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := Decompress(bytes.NewReader(data))
		if err != nil {
			return
		}
		var fold Fold
		err = cloudtrail.Scan(text, func(r *cloudtrail.Record) error {
			_, _ = fold.Record(r, now(), nil)
			return nil
		})
		if _, ok := errors.AsType[*cloudtrail.ScanError](err); err != nil && !ok {
			t.Fatalf("%v", err)
		}
	})
}
