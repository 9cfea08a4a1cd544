package pull

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ebbmark/ebbmark/arn"
)

// Caller is whose credentials are used.
type Caller struct {
	ARN, Account, Partition string
}

func (c *clients) caller(ctx context.Context) (Caller, error) {
	out, err := c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(o *sts.Options) { o.RetryMaxAttempts = firstAttempts })
	if err != nil {
		return Caller{}, fmt.Errorf("who the caller is: %s", reason(err))
	}
	name, err := arn.Parse(aws.ToString(out.Arn))
	if err != nil {
		return Caller{}, fmt.Errorf("who the caller is: %w", err)
	}
	return Caller{ARN: aws.ToString(out.Arn), Account: aws.ToString(out.Account), Partition: name.Partition}, nil
}
