{{- define "turnpike.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Short enough that `-postgresql-0` and the hash of a Deployment still fit behind it. */ -}}
{{- define "turnpike.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "turnpike.selectorLabels" -}}
app.kubernetes.io/name: {{ include "turnpike.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "turnpike.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "turnpike.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: turnpike
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Without versions: a pod, of Redis above all, restarts when something of its own changes, not with each chart. */ -}}
{{- define "turnpike.podLabels" -}}
{{ include "turnpike.selectorLabels" . }}
app.kubernetes.io/part-of: turnpike
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "turnpike.serviceAccountName" -}}
{{- default (ternary (include "turnpike.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "turnpike.terminationSeconds" -}}
{{- $least := add .Values.shutdown.graceSeconds .Values.shutdown.preStopSeconds 20 -}}
{{- .Values.shutdown.terminationGracePeriodSeconds | default $least -}}
{{- end -}}

{{- define "turnpike.hasOwnVolumes" -}}
{{- if eq .Values.journal.storage "persistent" }}true{{ end -}}
{{- end -}}
