{{/*
What the operator reads: its own kinds, and what they refer to. Secrets and ConfigMaps are read by name, but their names are
only known from the resources, which RBAC cannot express: in a namespace where the operator works it can read all of them.
*/}}
{{- define "ostiary.rules.watched" -}}
- apiGroups: [ostiary.dev]
  resources: [mcpgateways, mcpworkloads, mcppolicies]
  verbs: [list, watch]
- apiGroups: [ostiary.dev]
  resources: [mcpgateways/status, mcpworkloads/status, mcppolicies/status]
  verbs: [patch]
- apiGroups: [ostiary.dev]
  resources: [mcpgatewayreplicas]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [secrets, configmaps]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- end }}

{{/*
What the operator makes, applies and removes. Kubernetes lets nobody grant what they do not hold: the last rule is what the
Role of a gateway grants on the reports and grants of its replicas, beyond the rules above.
*/}}
{{- define "ostiary.rules.owned" -}}
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [services, serviceaccounts]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [create, patch, delete]
- apiGroups: [""]
  resources: [secrets]
  verbs: [create, update, patch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies, ingresses]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles, rolebindings]
  verbs: [get, list, watch, create, patch]
- apiGroups: [ostiary.dev]
  resources: [mcpgatewayreplicas]
  verbs: [create, update, patch]
- apiGroups: [ostiary.dev]
  resources: [mcpgrants]
  verbs: [get, list, watch, create, update, patch, delete]
{{- end }}
