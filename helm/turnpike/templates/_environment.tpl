{{- /* Environment of a node. Takes a dict: root, role (master or slave), values (of the role). */ -}}
{{- define "turnpike.environment" -}}
{{- $root := .root -}}
{{- $v := $root.Values -}}
{{- $own := include "turnpike.fullname" $root -}}
{{- $keys := $v.secrets.existingSecret | default $own -}}
- name: NODE_TYPE
  value: {{ .role }}
- name: PORT
  value: "3000"
- name: DATA_DIR
  value: /data
- name: SHUTDOWN_GRACE
  value: {{ printf "%ds" (int $v.shutdown.graceSeconds) }}
{{- if eq .role "master" }}
- name: RELAY_ENABLED
  value: {{ $v.master.relay | quote }}
{{- end }}
- name: JOURNAL_DIR
  value: {{ ternary "off" "/data/journal" (eq $v.journal.storage "off") | quote }}
- name: JOURNAL_MAX_MB
  value: {{ int $v.journal.maxMegabytes | quote }}
- name: ENCRYPTION_KEY
  valueFrom: { secretKeyRef: { name: {{ $keys }}, key: ENCRYPTION_KEY } }
- name: SESSION_SECRET
  valueFrom: { secretKeyRef: { name: {{ $keys }}, key: SESSION_SECRET } }
- name: REDIS_CONN_STRING
  {{- with $v.redis.external.existingSecret }}
  valueFrom: { secretKeyRef: { name: {{ .name | default $own }}, key: {{ ternary .key "REDIS_CONN_STRING" (ne .name "") }} } }
  {{- end }}
{{- with $v.redis.external.masterName }}
- name: REDIS_MASTER_NAME
  value: {{ . | quote }}
{{- end }}
{{- if $v.redis.external.passwordSecret.name }}
- name: REDIS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $v.redis.external.passwordSecret.name }}, key: {{ $v.redis.external.passwordSecret.key }} } }
{{- end }}
{{- if or (eq .role "master") $v.slave.management }}
- name: SQL_DSN
  {{- with $v.database.external.existingSecret }}
  valueFrom: { secretKeyRef: { name: {{ .name | default $own }}, key: {{ ternary .key "SQL_DSN" (ne .name "") }} } }
  {{- end }}
{{- if $v.database.external.logSecret.name }}
- name: LOG_SQL_DSN
  valueFrom: { secretKeyRef: { name: {{ $v.database.external.logSecret.name }}, key: {{ $v.database.external.logSecret.key }} } }
{{- end }}
{{- end }}
{{- /* The role's own win; not by `merge`, which takes `false` for unset. Numbers as JSON: 1000000, not 1e+06. */ -}}
{{- $settings := dict -}}
{{- range $one := list $v.settings .values.settings -}}
{{- range $name, $value := $one -}}
{{- $_ := set $settings $name (ternary $value (toJson $value) (kindIs "string" $value)) -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := $settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- with concat $v.extraEnv .values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
