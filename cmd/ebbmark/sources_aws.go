package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	sqsapi "github.com/aws/aws-sdk-go-v2/service/sqs"
	stsapi "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/s3"
	"github.com/ebbmark/ebbmark/ingest/sqs"
)

// awsFlags say how buckets and queues are reached. What they leave out is as the
// AWS CLI has it.
type awsFlags struct {
	endpoint, role, externalID string
	payer                      bool
}

func awsSourceFlags(cmd *cobra.Command, f *awsFlags) {
	flags := cmd.Flags()
	flags.StringVar(&f.endpoint, "endpoint-url", "", "address of an S3-compatible server, for s3:// sources and the files that a queue announces (also AWS_ENDPOINT_URL_S3)")
	flags.StringVar(&f.role, "role-arn", "", "role to assume before buckets and queues are read")
	flags.StringVar(&f.externalID, "external-id", "", "external id that the role's trust policy asks for")
	flags.BoolVar(&f.payer, "request-payer", false, "agree to pay for requests to a requester-pays bucket")
}

// Bounds of the connections to AWS.
const (
	connections = 128              // kept open to one host
	headWithin  = 30 * time.Second // for an answer to begin; a long poll adds its wait
)

// awsConfig finds credentials and Region as the AWS CLI does, and assumes the
// role if there is one to assume.
func awsConfig(ctx context.Context, f awsFlags) (aws.Config, error) {
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns, t.MaxIdleConnsPerHost = connections, connections
		t.ResponseHeaderTimeout = headWithin + 20*time.Second
	})
	c, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(client), config.WithAppID("ebbmark"))
	if err != nil {
		return c, fmt.Errorf("read the configuration of AWS: %w", err)
	}
	c.Region = cmp.Or(c.Region, "us-east-1")
	if f.role != "" {
		c.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(stsapi.NewFromConfig(c), f.role, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = "ebbmark"
			if f.externalID != "" {
				o.ExternalID = &f.externalID
			}
		}))
	}
	return c, nil
}

// bucketClient reads buckets.
func bucketClient(c aws.Config, f awsFlags) (*s3.Client, error) {
	if f.endpoint != "" {
		if !strings.HasPrefix(f.endpoint, "http://") && !strings.HasPrefix(f.endpoint, "https://") {
			return nil, usageError("--endpoint-url %q: want http://… or https://…", f.endpoint)
		}
		c.BaseEndpoint = &f.endpoint
	}
	return s3.New(s3.Config{AWS: c, RequestPayer: f.payer}), nil
}

func (p *program) bucketSource(ctx context.Context, arg string, o sourceOptions) (ingest.Source, error) {
	bucket, prefix, err := s3.ParseURL(arg)
	if err != nil {
		return nil, usageError("%w", err)
	}
	c, err := awsConfig(ctx, o.aws)
	if err != nil {
		return nil, err
	}
	client, err := bucketClient(c, o.aws)
	if err != nil {
		return nil, err
	}
	return &s3.Source{Client: client, Bucket: bucket, Prefix: prefix, Follow: o.follow, Now: p.now}, nil
}

func (p *program) queueSource(ctx context.Context, arg string, o sourceOptions) (ingest.Source, error) {
	queue := strings.TrimPrefix(arg, "sqs:")
	region, endpoint, err := sqs.ParseURL(queue)
	if err != nil {
		return nil, usageError("%w", err)
	}
	c, err := awsConfig(ctx, o.aws)
	if err != nil {
		return nil, err
	}
	bucket, err := bucketClient(c, o.aws)
	if err != nil {
		return nil, err
	}
	c.Region = cmp.Or(region, c.Region)
	if endpoint != "" && p.getenv("AWS_ENDPOINT_URL_SQS") == "" {
		c.BaseEndpoint = &endpoint
	}
	return sqs.New(sqs.Config{API: sqsapi.NewFromConfig(c), URL: queue, Object: bucket.Object, Follow: o.follow}), nil
}
