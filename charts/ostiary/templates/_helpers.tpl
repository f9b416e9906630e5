{{- define "ostiary.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* At most 40 characters, so that what is appended to it still fits into a label. */}}
{{- define "ostiary.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "ostiary.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "ostiary.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "ostiary.selectorLabels" -}}
app.kubernetes.io/name: ostiary-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "ostiary.labels" -}}
{{ include "ostiary.selectorLabels" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: ostiary
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "ostiary.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (printf "%s-operator" (include "ostiary.fullname" .)) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name is needed where serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* One image reference out of (dict "image" .Values.x.image "root" $): registry/repository:tag, or @digest where there is one. */}}
{{- define "ostiary.image" -}}
{{- $registry := default .root.Values.images.registry .image.registry -}}
{{- if $registry }}{{ $registry }}/{{ end }}{{ .image.repository }}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ default .root.Chart.AppVersion .image.tag }}{{ end }}
{{- end }}

{{/* Every namespace in which the operator works, as a list; empty for all. The tests of one rule set for both shapes rest on it. */}}
{{- define "ostiary.namespaces" -}}
{{- .Values.watchNamespaces | uniq | sortAlpha | join "," }}
{{- end }}
