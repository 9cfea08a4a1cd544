package evidence

// recordRow says how CloudTrail records some actions of a service.
type recordRow struct {
	namespace string
	as        Recorded
	resource  string   // the type that event selectors name, of data events
	actions   []string // names with * and ?
}

func data(namespace, resource string, actions ...string) recordRow {
	return recordRow{namespace, AsData, resource, actions}
}

func never(namespace string, actions ...string) recordRow {
	return recordRow{namespace, Never, "", actions}
}

func management(namespace string, actions ...string) recordRow {
	return recordRow{namespace, AsManagement, "", actions}
}

// recordRows is what we know beside what AWS tracks: the CloudTrail User Guide,
// "Logging data events" (the table of resource types), and what the guides of
// the services say about CloudTrail. A later row is stronger.
var recordRows = []recordRow{
	data("s3", "AWS::S3::Object", "GetObject*", "PutObject*", "DeleteObject*", "RestoreObject", "ObjectOwner*", "UpdateObject*", "AbortMultipartUpload", "ListMultipartUploadParts", "ListBucketMultipartUploads",
		"ListBucket", "ListBucketVersions", "InitiateReplication", "BypassGovernanceRetention", "Replicate*"),
	data("s3express", "AWS::S3Express::Object", "CreateSession"),
	data("s3-object-lambda", "AWS::S3ObjectLambda::AccessPoint", "*"),
	data("s3-outposts", "AWS::S3Outposts::Object", "*Object*", "*Multipart*", "ListBucket", "ListBucketVersions"),
	data("s3tables", "AWS::S3Tables::Table", "GetTableData", "PutTableData"),
	data("ebs", "AWS::EC2::Snapshot", "GetSnapshotBlock", "PutSnapshotBlock", "ListSnapshotBlocks", "ListChangedBlocks"),
	data("dynamodb", "AWS::DynamoDB::Table", "BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query",
		"Scan", "UpdateItem", "PartiQL*"),
	data("dynamodb", "AWS::DynamoDB::Stream", "GetRecords", "GetShardIterator"),
	data("cassandra", "AWS::Cassandra::Table", "Select", "Modify"),
	data("timestream", "AWS::Timestream::Table", "Select", "WriteRecords"),
	data("rds-data", "AWS::RDS::DBCluster", "*"),
	data("dsql", "AWS::DSQL::Cluster", "DbConnect*"),
	data("neptune-graph", "AWS::NeptuneGraph::Graph", "ReadDataViaQuery", "WriteDataViaQuery", "DeleteDataViaQuery"),
	never("rds-db", "*"), never("neptune-db", "*"), never("dax", "*Item", "Query", "Scan"), never("elasticache", "Connect"), never("memorydb", "Connect"),
	data("lambda", "AWS::Lambda::Function", "InvokeFunction*", "InvokeAsync"),
	data("sqs", "AWS::SQS::Queue", "SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"),
	management("sqs", "GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "ListQueueTags", "ListQueues", "TagQueue", "UntagQueue"),
	data("sns", "AWS::SNS::Topic", "Publish"),
	management("sns", "CreateTopic", "DeleteTopic", "GetTopicAttributes", "SetTopicAttributes", "ListTopics", "Subscribe", "Unsubscribe",
		"ListSubscriptions", "ListSubscriptionsByTopic", "GetSubscriptionAttributes", "SetSubscriptionAttributes", "AddPermission", "RemovePermission"),
	data("kinesis", "AWS::Kinesis::Stream", "GetRecords", "GetShardIterator", "PutRecord", "PutRecords", "SubscribeToShard", "ListShards"),
	data("kinesisvideo", "AWS::KinesisVideo::Stream", "GetMedia*", "PutMedia", "GetClip", "GetDASH*", "GetHLS*", "GetImages"),
	never("firehose", "PutRecord", "PutRecordBatch"),
	never("kafka-cluster", "*"), never("es", "ESHttp*"), never("aoss", "APIAccessAll", "DashboardsAccessAll"),
	data("cloudwatch", "AWS::CloudWatch::Metric", "GetMetricData", "GetMetricStatistics", "GetMetricWidgetImage", "ListMetrics", "PutMetricData"),
	never("logs", "PutLogEvents"),
	data("xray", "AWS::XRay::Trace", "PutTraceSegments", "GetTraceSummaries", "BatchGetTraces", "GetTraceGraph", "GetServiceGraph", "GetSampling*"),
	data("rum", "AWS::RUM::AppMonitor", "PutRumEvents"),
	data("bedrock", "AWS::Bedrock::AgentAlias", "InvokeAgent", "InvokeInlineAgent"),
	data("bedrock", "AWS::Bedrock::KnowledgeBase", "Retrieve", "RetrieveAndGenerate"),
	data("bedrock", "AWS::Bedrock::FlowAlias", "InvokeFlow"),
	data("bedrock", "AWS::Bedrock::Guardrail", "ApplyGuardrail"),
	data("sagemaker", "AWS::SageMaker::Endpoint", "InvokeEndpoint*"),
	data("sagemaker", "AWS::SageMaker::FeatureGroup", "GetRecord", "PutRecord", "DeleteRecord", "BatchGetRecord"),
	data("sagemaker", "AWS::SageMaker::ExperimentTrialComponent", "BatchPutMetrics"),
	data("qbusiness", "AWS::QBusiness::Application", "Chat", "ChatSync"),
	data("cognito-identity", "AWS::Cognito::IdentityPool", "GetId", "GetCredentialsForIdentity", "GetOpenIdToken*", "UnlinkIdentity"),
	data("verifiedpermissions", "AWS::VerifiedPermissions::PolicyStore", "IsAuthorized*"),
	data("appsync", "AWS::AppSync::GraphQLApi", "GraphQL"),
	never("appsync", "SourceGraphQL"),
	never("execute-api", "*"),
	data("states", "AWS::StepFunctions::Activity", "GetActivityTask", "SendTask*"),
	data("states", "AWS::StepFunctions::StateMachine", "InvokeHTTPEndpoint", "StartSyncExecution"),
	data("swf", "AWS::SWF::Domain", "PollFor*", "Respond*", "RecordActivityTaskHeartbeat"),
	data("servicediscovery", "AWS::ServiceDiscovery::Namespace", "DiscoverInstances*"),
	never("iot", "Connect", "Publish", "Receive", "Subscribe", "RetainPublish"),
	data("iot", "AWS::IoT::Thing", "GetThingShadow", "UpdateThingShadow", "DeleteThingShadow", "ListNamedShadowsForThing"),
	data("iotsitewise", "AWS::IoTSiteWise::TimeSeries", "*AssetPropertyValue*", "*AssetPropertyAggregates"),
	data("ssmmessages", "AWS::SSMMessages::ControlChannel", "*"),
	data("ssm", "AWS::SSM::ManagedNode", "RequestManagedInstanceRoleToken"),
	never("elasticfilesystem", "ClientMount", "ClientWrite", "ClientRootAccess"),
	never("eks", "AccessKubernetesApi"),
	data("cloudfront-keyvaluestore", "AWS::CloudFront::KeyValueStore", "*"),
	data("cloudtrail-data", "AWS::CloudTrail::Channel", "PutAuditEvents"),
	data("guardduty", "AWS::GuardDuty::Detector", "SendSecurityTelemetry"),
	data("medical-imaging", "AWS::MedicalImaging::Datastore", "GetImageFrame", "GetImageSet*", "GetDICOM*", "SearchImageSets"),
	data("managedblockchain", "AWS::ManagedBlockchain::Node", "GET", "POST", "Invoke*"),
	data("geo-maps", "AWS::GeoMaps::Provider", "*"),
	data("geo-places", "AWS::GeoPlaces::Provider", "*"),
	data("geo-routes", "AWS::GeoRoutes::Provider", "*"),
	data("ses", "AWS::SES::EmailIdentity", "SendEmail", "SendRawEmail", "SendTemplatedEmail", "SendBulkEmail", "SendBulkTemplatedEmail", "SendBounce", "SendCustomVerificationEmail"),
	data("social-messaging", "AWS::SocialMessaging::PhoneNumberId", "SendWhatsAppMessage"),
	never("iam", "PassRole"),
	never("sts", "SetSourceIdentity", "TagSession", "SetContext", "GetServiceBearerToken"),
}
