// Package scenario plays scripts against the real program, through real
// clients: the AWS CLI, aws-sdk-go-v2 and boto3 each play every script of
// testdata/script.
//
// A script is a txtar file: commands, then the files they use. Besides
// testscript's own words (exec, stdout, cmp, …) there are
//
//	serve [FLAGS…]           start the server; its address is $ENDPOINT
//	halt | crash             end it by SIGTERM or SIGKILL (stop is testscript's: it ends the script)
//	key NAME ARN [FLAGS…]    make an access key for a principal
//	assume NAME ROLE SESSION [POLICY]  assume a role; NAME alone: GetSessionToken
//	as NAME                  who makes the following calls
//	[!] aws SERVICE OP …     a call through the client at hand
//	settle SERVICE OP …      a call, until its answer has nothing IN_PROGRESS
//	save VAR PATH            keep a value of the answer
//	is PATH VALUE            the answer has this value there
//	count PATH N             the answer has a list of N there
//	json FILE                the answer is this JSON ("*" is any value)
//	error CODE TEXT          the call failed with exactly this
//	known NAME KEY SECRET    a caller whose key the script has made
//	codes SEED               three codes of an MFA device in a row, as $CODE1 to $CODE3
//	raw [MANNER] SERVICE BODY  a hand-made signed request; see raw_test.go
//
// The conditions [cli], [sdk] and [boto3] say which client plays. The folder
// testdata is at hand as "fixtures".
package scenario
