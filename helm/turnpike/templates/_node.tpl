{{- /* The workload of a role. Takes a dict: root, role (master or slave), values (of the role). */ -}}
{{- define "turnpike.node" -}}
{{- $root := .root -}}
{{- $v := $root.Values -}}
{{- $name := printf "%s-%s" (include "turnpike.fullname" $root) .role -}}
{{- $hasOwnVolumes := include "turnpike.hasOwnVolumes" $root -}}
apiVersion: apps/v1
kind: {{ ternary "StatefulSet" "Deployment" (eq $hasOwnVolumes "true") }}
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "turnpike.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .role }}
spec:
  {{- if not (and (eq .role "slave") $v.slave.autoscaling.enabled) }}
  replicas: {{ .values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "turnpike.selectorLabels" $root | nindent 6 }}
      app.kubernetes.io/component: {{ .role }}
  {{- if $hasOwnVolumes }}
  serviceName: {{ include "turnpike.fullname" $root }}-nodes
  podManagementPolicy: Parallel
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        {{- with $v.journal.storageClass }}
        storageClassName: {{ . | quote }}
        {{- end }}
        resources:
          requests:
            storage: {{ $v.journal.size | quote }}
  {{- else }}
  # A new pod serves before an old one goes, so nobody notices an upgrade.
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  {{- end }}
  template:
    metadata:
      labels:
        {{- include "turnpike.podLabels" $root | nindent 8 }}
        app.kubernetes.io/component: {{ .role }}
        turnpike/is-node: "true"
        {{- with .values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        # Secrets that the chart writes are read at start only: a change of them must restart the pods.
        checksum/given-secrets: {{ list $v.secrets $v.redis.external $v.database.external | toJson | sha256sum }}
        {{- with .values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "turnpike.serviceAccountName" $root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ include "turnpike.terminationSeconds" $root }}
      {{- with $v.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      {{- with .values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      securityContext:
        {{- toYaml $v.podSecurityContext | nindent 8 }}
      containers:
        - name: turnpike
          image: {{ printf "%s:%s" $v.image.repository ($v.image.tag | default $root.Chart.AppVersion) | quote }}
          imagePullPolicy: {{ $v.image.pullPolicy }}
          securityContext:
            {{- toYaml $v.securityContext | nindent 12 }}
          ports:
            - name: http
              containerPort: 3000
          env:
            {{- include "turnpike.environment" . | nindent 12 }}
          startupProbe:
            httpGet: { path: /healthz, port: http }
            {{- toYaml $v.probes.startup | nindent 12 }}
          livenessProbe:
            httpGet: { path: /healthz, port: http }
            {{- toYaml $v.probes.liveness | nindent 12 }}
          readinessProbe:
            httpGet: { path: /readyz, port: http }
            {{- toYaml $v.probes.readiness | nindent 12 }}
          {{- if gt (int $v.shutdown.preStopSeconds) 0 }}
          lifecycle:
            preStop:
              exec: { command: [sleep, {{ $v.shutdown.preStopSeconds | quote }}] }
          {{- end }}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          volumeMounts:
            - { name: data, mountPath: /data }
            - { name: tmp, mountPath: /tmp }
      volumes:
        - { name: tmp, emptyDir: {} }
        {{- if not $hasOwnVolumes }}
        - { name: data, emptyDir: {} }
        {{- end }}
      {{- with .values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      topologySpreadConstraints:
        {{- if .values.topologySpreadConstraints }}
        {{- toYaml .values.topologySpreadConstraints | nindent 8 }}
        {{- else }}
        {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "turnpike.selectorLabels" $root | nindent 14 }}
              app.kubernetes.io/component: {{ $.role }}
        {{- end }}
        {{- end }}
{{- end -}}
