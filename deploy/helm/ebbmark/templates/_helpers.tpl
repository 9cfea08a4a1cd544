{{- define "ebbmark.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "ebbmark.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "ebbmark.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "ebbmark.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "ebbmark.selectorLabels" -}}
app.kubernetes.io/name: {{ include "ebbmark.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ebbmark.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "ebbmark.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "ebbmark.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "ebbmark.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "ebbmark.image" -}}
{{- $repository := required "image.repository is empty: say where your image of ebbmark is" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "ebbmark.claim" -}}
{{- default (include "ebbmark.fullname" .) .Values.persistence.existingClaim -}}
{{- end -}}

{{- /* What values must not say together. */ -}}
{{- define "ebbmark.check" -}}
{{- if and (eq .Values.store.type "sqlite") (gt (int .Values.replicas) 1) -}}
{{- fail (printf "replicas is %d and store.type is sqlite: a store in SQLite is for one node; use store.type=postgres for several" (int .Values.replicas)) -}}
{{- end -}}
{{- if and (eq .Values.store.type "sqlite") .Values.store.dsn -}}
{{- fail "store.dsn is for store.type=postgres: the file of an SQLite store is in the volume" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- fail "ingress.enabled is true and ingress.hosts is empty" -}}
{{- end -}}
{{- range .Values.extraArgs -}}
{{- if regexMatch "^--(store|listen|init|source|tls-cert|tls-key|log-format|log-level)(=|$)" . -}}
{{- fail (printf "extraArgs has %s, for which there is a value: see values.yaml" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* A probe of a path: dict "root" $ "path" "/healthz" "probe" values. */ -}}
{{- define "ebbmark.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
  scheme: {{ ternary "HTTPS" "HTTP" (ne .root.Values.tls.existingSecret "") }}
{{ toYaml .probe }}
{{- end -}}

{{- /* A variable from the Secret: dict "root" $ "name" NAME "optional" BOOL. */ -}}
{{- define "ebbmark.fromSecret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.existingSecret }}
      key: {{ .name }}
      {{- if .optional }}
      optional: true
      {{- end }}
{{- end -}}
