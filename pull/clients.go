package pull

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
)

// Traffic counts what has been sent.
type Traffic struct {
	Requests  atomic.Int64 // every attempt
	Throttled atomic.Int64 // those that the other side found too many
}

// clients make the clients of the services. Each service has its own pace: AWS
// counts requests by service. IAM is counted by account, so one pace for all
// accounts is more polite than need be.
type clients struct {
	config        aws.Config
	sts           *sts.Client
	organizations *organizations.Client
	iamPace       *pace
	trailPace     *pace
	traffic       *Traffic
}

func newClients(config aws.Config, perSecond float64, traffic *Traffic) *clients {
	config = config.Copy()
	config.Retryer = newRetryer
	if config.HTTPClient == nil {
		config.HTTPClient = awshttp.NewBuildableClient()
	}
	if client, ok := config.HTTPClient.(*awshttp.BuildableClient); ok {
		config.HTTPClient = client.WithTimeout(requestTime).WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = MaxParallel })
	}
	c := &clients{config: config, iamPace: newPace(perSecond), trailPace: newPace(perSecond), traffic: traffic}
	c.sts = sts.NewFromConfig(config, func(o *sts.Options) { o.APIOptions = append(o.APIOptions, c.metered(newPace(perSecond))) })
	c.organizations = organizations.NewFromConfig(config, func(o *organizations.Options) { o.APIOptions = append(o.APIOptions, c.metered(newPace(perSecond))) })
	return c
}

// iam is a client with other credentials than the caller's, or with these when
// they are nil.
func (c *clients) iam(credentials aws.CredentialsProvider) *iam.Client {
	config := c.config.Copy()
	if credentials != nil {
		config.Credentials = credentials
	}
	return iam.NewFromConfig(config, func(o *iam.Options) { o.APIOptions = append(o.APIOptions, c.metered(c.iamPace)) })
}

// cloudtrail is a client in a Region, with credentials as iam has them. AWS counts
// its requests by account and Region; one pace for all is more polite.
func (c *clients) cloudtrail(credentials aws.CredentialsProvider, region string) *cloudtrail.Client {
	config := c.config.Copy()
	if credentials != nil {
		config.Credentials = credentials
	}
	config.Region = region
	return cloudtrail.NewFromConfig(config, func(o *cloudtrail.Options) { o.APIOptions = append(o.APIOptions, c.metered(c.trailPace)) })
}

// newRetryer slows down when the other side throttles, and goes on trying. The
// quota of retries, which protects a service from many clients that retry, is
// replaced by our pace.
func newRetryer() aws.Retryer {
	return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
		o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff, o.RateLimiter = attempts, maxPause, ratelimit.None
		})
	})
}

// metered makes every attempt wait for its turn and be counted. It stands below
// the retries and above the signature, which must not be old.
func (c *clients) metered(p *pace) func(*middleware.Stack) error {
	throttles := retry.IsErrorThrottles(retry.DefaultThrottles)
	step := middleware.FinalizeMiddlewareFunc("ebbmarkPace", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		if err := p.wait(ctx); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}
		c.traffic.Requests.Add(1)
		out, metadata, err := next.HandleFinalize(ctx, in)
		if err != nil && throttles.IsErrorThrottle(err) == aws.TrueTernary {
			c.traffic.Throttled.Add(1)
		}
		return out, metadata, err
	})
	return func(stack *middleware.Stack) error { return stack.Finalize.Insert(step, "Retry", middleware.After) }
}
