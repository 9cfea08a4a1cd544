package sample

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// appendRecord renders a call as CloudTrail writes it, with all that a real
// record carries beside what matters.
func appendRecord(b []byte, a *actor, c *call, at time.Time, random *rand.Rand) []byte {
	b = append(b, `{"eventVersion":"1.11","userIdentity":`...)
	b = a.appendIdentity(b, c, at, random)
	b = fmt.Appendf(b, `,"eventTime":"%s","eventSource":"%s.amazonaws.com","eventName":"%s","awsRegion":"%s"`,
		at.Format(time.RFC3339), c.source, c.name, a.region)
	b = a.appendOrigin(b, c, random)
	if c.failure != "" {
		b = fmt.Appendf(b, `,"errorCode":"%s","errorMessage":"%s"`, c.failure, message(c))
	}
	b = append(b, `,"requestParameters":`...)
	b = append(b, orNull(c.parameters)...)
	b = fmt.Appendf(b, `,"responseElements":%s,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":%d,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"%s","bytesTransferredOut":%d}`,
		response(c), random.IntN(4096), random64(random, 57), random.IntN(65536))
	b = fmt.Appendf(b, `,"requestID":"%s","eventID":"%s","readOnly":%t`, uuid(random), uuid(random), readOnly(c.name))
	b = a.appendResources(b, c)
	return appendTail(b, a.account, c, a.region)
}

// appendTail is what every record of an API call ends with.
func appendTail(b []byte, account string, c *call, region string) []byte {
	category := "Management"
	if c.data {
		category = "Data"
	}
	return fmt.Appendf(b, `,"eventType":"AwsApiCall","managementEvent":%t,"recipientAccountId":"%s","eventCategory":"%s","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"%s.%s.amazonaws.com"}}`,
		!c.data, account, category, c.source, region)
}

func (a *actor) appendIdentity(b []byte, c *call, at time.Time, random *rand.Rand) []byte {
	if a.user != nil {
		b = fmt.Appendf(b, `{"type":"IAMUser","principalId":"%s","arn":"%s","accountId":"%s","accessKeyId":"%s","userName":"%s"`,
			a.user.ID, a.user.ARN, a.account, uniqueID("AKIA", a.account, "key", a.name)[:20], a.name)
	} else {
		session := a.sessionName(random)
		b = fmt.Appendf(b, `{"type":"AssumedRole","principalId":"%s:%s","arn":"arn:aws:sts::%s:assumed-role/%s/%[2]s","accountId":"%[3]s","accessKeyId":"%s"`,
			a.role.ID, session, a.account, a.role.Name, "ASIA"+strings.ToUpper(hexText(random, 16)))
		b = fmt.Appendf(b, `,"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"%s","arn":"%s","accountId":"%s","userName":"%s"},"attributes":{"creationDate":"%s","mfaAuthenticated":"false"}}`,
			a.role.ID, a.role.ARN, a.account, a.role.Name, at.Add(-time.Duration(random.IntN(3600))*time.Second).Format(time.RFC3339))
	}
	if c.via != "" {
		b = fmt.Appendf(b, `,"invokedBy":"%s"`, c.via)
	}
	return append(b, '}')
}

// sessionName is a task id for programs, a person for single sign-on.
func (a *actor) sessionName(random *rand.Rand) string {
	if strings.HasPrefix(a.role.Name, "AWSReservedSSO_") {
		return []string{"paula@example.com", "priya@example.com", "quinn@example.com", "samira@example.com"}[random.IntN(4)]
	}
	return hexText(random, 16)
}

var agents = []string{
	"aws-sdk-go-v2/1.36.3 os/linux lang/go#1.24.2 md/GOOS#linux md/GOARCH#arm64",
	"Boto3/1.38.5 md/Botocore#1.38.5 ua/2.1 os/linux#6.1.134 md/arch#aarch64 lang/python#3.12.10",
	"aws-sdk-java/2.31.30 md/io#async md/http#NettyNio os/Linux#6.1.132 lang/java#21.0.7",
	"aws-cli/2.27.2 md/awscrt#0.25.4 ua/2.1 os/macos#24.4.0 md/arch#arm64",
	"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36",
}

func (a *actor) appendOrigin(b []byte, c *call, random *rand.Rand) []byte {
	if c.via != "" {
		return fmt.Appendf(b, `,"sourceIPAddress":"%s","userAgent":"%[1]s"`, c.via)
	}
	return fmt.Appendf(b, `,"sourceIPAddress":"10.%d.%d.%d","userAgent":"%s"`,
		random.IntN(4), random.IntN(256), random.IntN(256), agents[random.IntN(len(agents))])
}

func (a *actor) appendResources(b []byte, c *call) []byte {
	if !c.data {
		return b
	}
	return fmt.Appendf(b, `,"resources":[{"accountId":"%s","type":"AWS::%s::Object","ARN":"arn:aws:%s:%s:%[1]s:%[5]s"}]`,
		a.account, strings.ToUpper(c.source[:1])+c.source[1:], c.source, a.region, strings.ToLower(c.name))
}

// appendAside is a record that is nobody's attempt: a service acting for
// itself, another account's view, a failed sign-in, a service event.
func appendAside(b []byte, a *actor, at time.Time, random *rand.Rand) []byte {
	head := `{"eventVersion":"1.11","eventTime":"` + at.Format(time.RFC3339) + `","awsRegion":"` + a.region + `","requestID":"` + uuid(random) + `","eventID":"` + uuid(random) + `",`
	switch random.IntN(4) {
	case 0:
		b = append(b, head+`"userIdentity":{"type":"AWSService","invokedBy":"ecs-tasks.amazonaws.com"},"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","sourceIPAddress":"ecs-tasks.amazonaws.com","userAgent":"ecs-tasks.amazonaws.com","readOnly":true`...)
		return appendTail(b, a.account, &call{source: "sts"}, a.region)
	case 1:
		b = append(b, head+`"userIdentity":{"type":"AWSAccount","principalId":"AIDACALLEREXAMPLE0001","accountId":"`+security+`"},"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","sharedEventID":"`+uuid(random)+`","readOnly":true`...)
		return appendTail(b, a.account, &call{source: "sts"}, a.region)
	case 2:
		return fmt.Appendf(b, `%s"userIdentity":{"type":"IAMUser","accountId":"%s","accessKeyId":"","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"},"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","errorMessage":"No username found in supplied account","responseElements":{"ConsoleLogin":"Failure"},"eventType":"AwsConsoleSignIn","managementEvent":true,"readOnly":false,"recipientAccountId":"%[2]s","eventCategory":"Management"}`, head, a.account)
	}
	return fmt.Appendf(b, `%s"userIdentity":{"accountId":"%s","invokedBy":"kms.amazonaws.com"},"eventSource":"kms.amazonaws.com","eventName":"RotateKey","eventType":"AwsServiceEvent","managementEvent":true,"readOnly":false,"serviceEventDetails":{"keyId":"%s"},"recipientAccountId":"%[2]s","eventCategory":"Management"}`, head, a.account, uuid(random))
}

func message(c *call) string {
	if c.failure == throttled {
		return "Rate exceeded"
	}
	return "User is not authorized to perform: " + c.source + ":" + c.name + " because no identity-based policy allows the " + c.source + ":" + c.name + " action"
}

func response(c *call) string {
	if c.failure != "" || readOnly(c.name) {
		return "null"
	}
	return `{"requestId":"***","status":"OK"}`
}

func readOnly(name string) bool {
	for _, verb := range []string{"Get", "List", "Describe", "BatchGet", "Query", "Scan", "Decrypt", "Assume", "Filter"} {
		if strings.HasPrefix(name, verb) {
			return true
		}
	}
	return false
}

func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return s
}

func uuid(random *rand.Rand) string {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:], random.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], random.Uint64())
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	h := hex.EncodeToString(raw[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func hexText(random *rand.Rand, n int) string { return fmt.Sprintf("%016x", random.Uint64())[:n] }

func random64(random *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = fileAlphabet[random.IntN(len(fileAlphabet))]
	}
	return string(b)
}
