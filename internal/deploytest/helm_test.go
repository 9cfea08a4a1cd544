package deploytest

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/lint"
	"helm.sh/helm/v4/pkg/chart/v2/lint/support"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

const chartFolder = "deploy/helm/ebbmark"

// usage is one way to use the chart.
type usage struct {
	name, values string
	fails        string // what the message must have; empty: it works
	run          bool   // start the program as the manifests say
	kinds        string // what is rendered
}

const named = "image: {repository: registry.example.com/ebbmark}\nexistingSecret: ebbmark\n"

var cases = []usage{
	{name: "sqlite, one node", values: named, run: true,
		kinds: "Deployment PersistentVolumeClaim Service ServiceAccount"},
	{name: "postgres, three nodes", values: named + "replicas: 3\nstore: {type: postgres}\n", run: true,
		kinds: "Deployment PodDisruptionBudget Service ServiceAccount"},
	{name: "everything", values: named + `
replicas: 3
image: {digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}
imagePullSecrets: [{name: pull}]
store: {type: postgres, dsn: "postgres://ebbmark@db.example.com/ebbmark?sslmode=verify-full", init: false}
sources: ["s3://trail/AWSLogs/", "sqs:https://sqs.eu-west-1.amazonaws.com/111122223333/trail", /logs]
extraArgs: [--days=600, --record-own-calls]
extraEnv: [{name: AWS_REGION, value: eu-west-1}]
tls: {existingSecret: ebbmark-tls}
service: {type: LoadBalancer, port: 443, annotations: {a: b}, sessionAffinity: None}
ingress: {enabled: true, className: web, hosts: [ebbmark.example.com], annotations: {a: b}, tls: [{secretName: t, hosts: [ebbmark.example.com]}]}
serviceAccount: {annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/ebbmark"}, labels: {a: b}}
podAnnotations: {prometheus.io/scrape: "true"}
podLabels: {team: audit}
nodeSelector: {disk: fast}
tolerations: [{key: a, operator: Exists}]
affinity: {nodeAffinity: {}}
priorityClassName: high
extraVolumes: [{name: logs, persistentVolumeClaim: {claimName: logs, readOnly: true}}]
extraVolumeMounts: [{name: logs, mountPath: /logs, readOnly: true}]
fullnameOverride: audit
`, kinds: "Deployment Ingress PodDisruptionBudget Service ServiceAccount"},
	{name: "a volume and an account that are there", values: named + "persistence: {existingClaim: old}\nserviceAccount: {create: false}\nreplicas: 0\npreStopSleepSeconds: 0\n",
		kinds: "Deployment Service"},
	{name: "sqlite, three nodes", values: named + "replicas: 3\n",
		fails: "replicas is 3 and store.type is sqlite: a store in SQLite is for one node; use store.type=postgres for several"},
	{name: "no image", values: "existingSecret: ebbmark\n", fails: "image.repository is empty"},
	{name: "no secret", values: "image: {repository: ebbmark}\n", fails: "existingSecret is empty"},
	{name: "a DSN for sqlite", values: named + "store: {dsn: 'postgres://a@b/c'}\n", fails: "store.dsn is for store.type=postgres"},
	{name: "a DSN of sqlite", values: named + "replicas: 3\nstore: {type: postgres, dsn: 'sqlite:/tmp/a.db'}\n", fails: "does not match pattern"},
	{name: "a store among the arguments", values: named + "extraArgs: ['--store=sqlite:/tmp/a.db']\n", fails: "extraArgs has --store=sqlite:/tmp/a.db, for which there is a value"},
	{name: "an ingress without hosts", values: named + "ingress: {enabled: true}\n", fails: "ingress.hosts is empty"},
	{name: "a value that is none", values: named + "replicaCount: 3\n", fails: "replicaCount"},
}

func (c usage) parse(t *testing.T) map[string]any {
	t.Helper()
	values := map[string]any{}
	for part := range strings.SplitSeq(c.values, "\n\n") {
		more := map[string]any{}
		if err := yaml.Unmarshal([]byte(part), &more); err != nil {
			t.Fatal(err)
		}
		values = loader.MergeMaps(values, more)
	}
	return values
}

// render is "helm template".
func render(t *testing.T, values map[string]any) (map[string]string, error) {
	t.Helper()
	chart, err := loader.Load(filepath.Join(root, chartFolder))
	if err != nil {
		t.Fatal(err)
	}
	all, err := util.ToRenderValues(chart, values, common.ReleaseOptions{Name: "audit", Namespace: "iam", Revision: 1, IsInstall: true}, common.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	return engine.Render(chart, all)
}

// manifests are rendered objects, decoded strictly by the types of Kubernetes.
type manifests struct {
	kinds      []string
	deployment *appsv1.Deployment
	service    *corev1.Service
	account    *corev1.ServiceAccount
	budget     *policyv1.PodDisruptionBudget
	claim      *corev1.PersistentVolumeClaim
	ingress    *networkingv1.Ingress
	notes      string
}

func decode(t *testing.T, rendered map[string]string) (m manifests) {
	t.Helper()
	for path, text := range rendered {
		if strings.HasSuffix(path, "NOTES.txt") {
			m.notes = text
			continue
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		var kind struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal([]byte(text), &kind); err != nil {
			t.Fatalf("%s: %v\n%s", path, err, text)
		}
		var into any
		switch kind.APIVersion + " " + kind.Kind {
		case "apps/v1 Deployment":
			m.deployment = new(appsv1.Deployment)
			into = m.deployment
		case "v1 Service":
			m.service = new(corev1.Service)
			into = m.service
		case "v1 ServiceAccount":
			m.account = new(corev1.ServiceAccount)
			into = m.account
		case "policy/v1 PodDisruptionBudget":
			m.budget = new(policyv1.PodDisruptionBudget)
			into = m.budget
		case "v1 PersistentVolumeClaim":
			m.claim = new(corev1.PersistentVolumeClaim)
			into = m.claim
		case "networking.k8s.io/v1 Ingress":
			m.ingress = new(networkingv1.Ingress)
			into = m.ingress
		default:
			t.Fatalf("%s: unknown kind %+v", path, kind)
		}
		m.kinds = append(m.kinds, kind.Kind)
		if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
			t.Errorf("%s: %v\n%s", path, err, text)
		}
	}
	slices.Sort(m.kinds)
	return m
}

func TestChart(t *testing.T) {
	readme := usage{name: "as in the README", values: strings.TrimPrefix(readmeBlock(t, "yaml\n"), "yaml\n"),
		kinds: "Deployment PodDisruptionBudget Service ServiceAccount"}
	for _, c := range append(cases, readme) {
		t.Run(c.name, func(t *testing.T) {
			values := c.parse(t)
			rendered, err := render(t, values)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("error is %v, want %q", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range lint.RunAll(filepath.Join(root, chartFolder), values, "iam").Messages {
				if m.Severity >= support.WarningSev {
					t.Errorf("lint: %v", m)
				}
			}
			m := decode(t, rendered)
			if got := strings.Join(m.kinds, " "); got != c.kinds {
				t.Fatalf("kinds %s, want %s", got, c.kinds)
			}
			m.check(t)
			if c.run {
				m.run(t)
			}
		})
	}
}

// TestChartDefaults lints the chart as it is.
func TestChartDefaults(t *testing.T) {
	for _, m := range lint.RunAll(filepath.Join(root, chartFolder), nil, "iam").Messages {
		if m.Severity >= support.WarningSev {
			t.Errorf("lint: %v", m)
		}
	}
	// Every default has its place in the schema, which allows no other.
	chart, err := loader.Load(filepath.Join(root, chartFolder))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]any `json:"properties"`
	}
	if err := yaml.Unmarshal(chart.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	delete(schema.Properties, "global") // Helm's own
	if have, want := slices.Sorted(maps.Keys(chart.Values)), slices.Sorted(maps.Keys(schema.Properties)); !slices.Equal(have, want) {
		t.Errorf("values.yaml has %v, its schema %v", have, want)
	}
}

// check wants of all manifests what must always hold.
func (m manifests) check(t *testing.T) {
	t.Helper()
	spec := m.deployment.Spec.Template.Spec
	if len(spec.Containers) != 1 {
		t.Fatalf("%d containers", len(spec.Containers))
	}
	c := spec.Containers[0]
	checkArgs(t, c.Args)
	if !slices.Contains(c.Args, "--listen=:4780") || c.Ports[0].ContainerPort != 4780 {
		t.Errorf("args %q, ports %v", c.Args, c.Ports)
	}
	if strings.Contains(fmt.Sprint(c.Args), "--store") {
		t.Errorf("a DSN among the arguments: %q", c.Args)
	}

	pod, own := spec.SecurityContext, c.SecurityContext
	if !*pod.RunAsNonRoot || *pod.RunAsUser != nonroot || *pod.FSGroup != nonroot || pod.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault ||
		!*own.ReadOnlyRootFilesystem || *own.AllowPrivilegeEscalation || !*own.RunAsNonRoot || !slices.Equal(own.Capabilities.Drop, []corev1.Capability{"ALL"}) {
		t.Errorf("not confined: %+v %+v", pod, own)
	}
	if *spec.AutomountServiceAccountToken || *spec.EnableServiceLinks {
		t.Error("the pod gets a token, or variables of Services")
	}

	sleep := int64(0)
	if c.Lifecycle != nil {
		sleep = c.Lifecycle.PreStop.Sleep.Seconds
	}
	if need := sleep + int64(stopWithin(t).Seconds()); *spec.TerminationGracePeriodSeconds <= need {
		t.Errorf("killed after %d seconds, and stopping may take %d", *spec.TerminationGracePeriodSeconds, need)
	}
	scheme := corev1.URISchemeHTTP
	if slices.ContainsFunc(c.Args, func(a string) bool { return strings.HasPrefix(a, "--tls-cert=") }) {
		scheme = corev1.URISchemeHTTPS
	}
	for path, p := range map[string][]*corev1.Probe{"/healthz": {c.LivenessProbe, c.StartupProbe}, "/readyz": {c.ReadinessProbe}} {
		for _, probe := range p {
			if probe.HTTPGet.Path != path || probe.HTTPGet.Port.StrVal != c.Ports[0].Name || probe.HTTPGet.Scheme != scheme {
				t.Errorf("probe %+v", probe.HTTPGet)
			}
		}
	}

	volumes := map[string]bool{}
	for _, v := range spec.Volumes {
		volumes[v.Name] = true
	}
	data := false
	for _, mount := range c.VolumeMounts {
		data = data || mount.MountPath == dataFolder
		if !volumes[mount.Name] {
			t.Errorf("no volume %s", mount.Name)
		}
	}
	if !data || len(volumes) != len(c.VolumeMounts) {
		t.Errorf("volumes %v, mounts %v", volumes, c.VolumeMounts)
	}

	labels := m.deployment.Spec.Template.Labels
	selectors := []map[string]string{m.deployment.Spec.Selector.MatchLabels, m.service.Spec.Selector}
	if m.budget != nil {
		selectors = append(selectors, m.budget.Spec.Selector.MatchLabels)
	}
	for _, s := range spec.TopologySpreadConstraints {
		selectors = append(selectors, s.LabelSelector.MatchLabels)
	}
	for _, selector := range selectors {
		if len(selector) != 2 {
			t.Errorf("selector %v", selector)
		}
		for name, value := range selector {
			if labels[name] != value {
				t.Errorf("selector %v does not find %v", selector, labels)
			}
		}
	}
	if m.service.Spec.Ports[0].TargetPort.StrVal != c.Ports[0].Name {
		t.Errorf("service %+v", m.service.Spec)
	}
	if m.ingress != nil {
		if back := m.ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service; back.Name != m.service.Name || back.Port.Name != m.service.Spec.Ports[0].Name {
			t.Errorf("ingress to %+v", back)
		}
	}
	if m.account != nil && m.account.Name != spec.ServiceAccountName {
		t.Errorf("runs as %s, made %s", spec.ServiceAccountName, m.account.Name)
	}
	if m.claim != nil && spec.Volumes[0].PersistentVolumeClaim.ClaimName != m.claim.Name {
		t.Errorf("volume of %s, made %s", spec.Volumes[0].PersistentVolumeClaim.ClaimName, m.claim.Name)
	}
	if !strings.Contains(m.notes, "deployment/"+m.deployment.Name) {
		t.Errorf("notes:\n%s", m.notes)
	}
}

// run starts as many nodes as the manifests ask for.
func (m manifests) run(t *testing.T) {
	t.Helper()
	secret := map[string]string{"EBBMARK_SECRET_KEY": secretKey}
	c := m.deployment.Spec.Template.Spec.Containers[0]
	if m.claim == nil {
		secret["PGPASSWORD"] = "password"
		secret["EBBMARK_STORE"] = at(t, "postgres://ebbmark@db/ebbmark", database(t, secret["PGPASSWORD"]))
	}
	env := map[string]string{}
	for _, v := range c.Env {
		value := v.Value
		if v.ValueFrom != nil {
			ref := v.ValueFrom.SecretKeyRef
			there := false
			if value, there = secret[ref.Key]; !there {
				if ref.Optional == nil || !*ref.Optional {
					t.Fatalf("the Secret has no %s", ref.Key)
				}
				continue
			}
		}
		env[v.Name] = value
	}
	var running []*server
	for range *m.deployment.Spec.Replicas {
		running = append(running, newBox(t).run(t, c.Args, env))
	}
	for _, s := range running {
		s.works(t)
	}
}
