{{- /* What a schema cannot say: values that contradict each other. Every message names the value and what to do. */ -}}
{{- define "turnpike.validate" -}}
{{- $v := .Values -}}
{{- $needed := add $v.shutdown.graceSeconds $v.shutdown.preStopSeconds -}}
{{- with $v.shutdown.terminationGracePeriodSeconds -}}
{{- if le (int64 .) (int64 $needed) -}}
{{- fail (printf "shutdown.terminationGracePeriodSeconds is %d, but stopping takes up to graceSeconds + preStopSeconds = %d: make it longer, or leave it unset" (int64 .) $needed) -}}
{{- end -}}
{{- end -}}

{{- if $v.redis.bundled.enabled -}}
{{- if or $v.redis.external.url $v.redis.external.existingSecret.name -}}
{{- fail "redis.external is set, but redis.bundled.enabled is true: set it to false to use your own Redis" -}}
{{- end -}}
{{- else if not (or $v.redis.external.url $v.redis.external.existingSecret.name) -}}
{{- fail "redis.bundled.enabled is false: set redis.external.url or redis.external.existingSecret.name" -}}
{{- else if and $v.redis.external.url $v.redis.external.existingSecret.name -}}
{{- fail "redis.external has both url and existingSecret.name: set one of them" -}}
{{- end -}}

{{- if $v.database.bundled.enabled -}}
{{- if or $v.database.external.dsn $v.database.external.existingSecret.name -}}
{{- fail "database.external is set, but database.bundled.enabled is true: set it to false to use your own database" -}}
{{- end -}}
{{- else if not (or $v.database.external.dsn $v.database.external.existingSecret.name) -}}
{{- fail "database.bundled.enabled is false: set database.external.dsn or database.external.existingSecret.name" -}}
{{- else if and $v.database.external.dsn $v.database.external.existingSecret.name -}}
{{- fail "database.external has both dsn and existingSecret.name: set one of them" -}}
{{- end -}}

{{- if and $v.secrets.existingSecret (or $v.secrets.encryptionKey $v.secrets.sessionSecret) -}}
{{- fail "secrets.existingSecret is set: encryptionKey and sessionSecret belong into that secret" -}}
{{- end -}}

{{- with $v.slave.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail (printf "slave.autoscaling.minReplicas is %d, more than maxReplicas, %d" (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- if and (not $v.master.relay) (not $v.slave.autoscaling.enabled) (eq (int $v.slave.replicas) 0) -}}
{{- fail "slave.replicas is 0 and master.relay is false: nobody would relay" -}}
{{- end -}}

{{- $own := dict
  "NODE_TYPE" "nothing: master and slave have it"
  "PORT" "service.port"
  "HOST" "nothing: pods listen on every address"
  "DATA_DIR" "nothing: /data is mounted for it"
  "SHUTDOWN_GRACE" "shutdown.graceSeconds"
  "RELAY_ENABLED" "master.relay"
  "JOURNAL_DIR" "journal.storage"
  "JOURNAL_MAX_MB" "journal.maxMegabytes"
  "REDIS_CONN_STRING" "redis.external"
  "REDIS_MASTER_NAME" "redis.external.masterName"
  "REDIS_PASSWORD" "redis.external.passwordSecret"
  "SQL_DSN" "database.external"
  "LOG_SQL_DSN" "database.external.logSecret"
  "ENCRYPTION_KEY" "secrets"
  "SESSION_SECRET" "secrets" -}}
{{- range $place, $settings := dict "settings" $v.settings "master.settings" $v.master.settings "slave.settings" $v.slave.settings -}}
{{- range $name := keys $settings | sortAlpha -}}
{{- if hasKey $own $name -}}
{{- fail (printf "%s.%s: the chart sets this variable itself; use %s" $place $name (get $own $name)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $place, $list := dict "extraEnv" $v.extraEnv "master.extraEnv" $v.master.extraEnv "slave.extraEnv" $v.slave.extraEnv -}}
{{- range $list -}}
{{- if hasKey $own .name -}}
{{- fail (printf "%s: the chart sets %s itself; use %s" $place .name (get $own .name)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
