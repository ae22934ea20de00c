import type { Resource } from './cluster.ts'

/** The resource types that hopscope reads or writes, at the versions that every Kubernetes since 1.25 serves. */
function core(plural: string, namespaced = true): Resource {
  return { group: '', version: 'v1', plural, namespaced }
}

function grouped(group: string, plural: string, namespaced = true): Resource {
  return { group, version: 'v1', plural, namespaced }
}

export const configMaps = core('configmaps')
export const events = core('events')
export const limitRanges = core('limitranges')
export const namespaces = core('namespaces', false)
export const nodes = core('nodes', false)
export const pods = core('pods')
export const serviceAccounts = core('serviceaccounts')
export const services = core('services')

export const daemonSets = grouped('apps', 'daemonsets')
export const deployments = grouped('apps', 'deployments')
export const replicaSets = grouped('apps', 'replicasets')
export const statefulSets = grouped('apps', 'statefulsets')

export const cronJobs = grouped('batch', 'cronjobs')
export const jobs = grouped('batch', 'jobs')

export const localRedirectPolicies: Resource = {
  group: 'cilium.io',
  version: 'v2',
  plural: 'ciliumlocalredirectpolicies',
  namespaced: true,
}

export const leases = grouped('coordination.k8s.io', 'leases')

export const endpointSlices = grouped('discovery.k8s.io', 'endpointslices')

export const ingressClasses = grouped('networking.k8s.io', 'ingressclasses', false)
export const ingresses = grouped('networking.k8s.io', 'ingresses')
export const networkPolicies = grouped('networking.k8s.io', 'networkpolicies')

export const podDisruptionBudgets = grouped('policy', 'poddisruptionbudgets')
export const horizontalPodAutoscalers: Resource = {
  group: 'autoscaling',
  version: 'v2',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
}

/** Of files alone: what a cluster lets others do is none of hopscope's business. */
export const clusterRoles = grouped('rbac.authorization.k8s.io', 'clusterroles', false)
export const clusterRoleBindings = grouped('rbac.authorization.k8s.io', 'clusterrolebindings', false)

export const selfSubjectAccessReviews = grouped('authorization.k8s.io', 'selfsubjectaccessreviews', false)

const gateway = (plural: string, namespaced = true): Resource => ({
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  plural,
  namespaced,
})
const contour = (plural: string): Resource => ({ group: 'projectcontour.io', version: 'v1', plural, namespaced: true })

/** CRDs that route into a cluster. Each is read at the version that the API server serves. */
export const gatewayKinds = {
  GatewayClass: gateway('gatewayclasses', false),
  Gateway: gateway('gateways'),
  HTTPRoute: gateway('httproutes'),
  GRPCRoute: gateway('grpcroutes'),
  TLSRoute: gateway('tlsroutes'),
  TCPRoute: gateway('tcproutes'),
  UDPRoute: gateway('udproutes'),
  ReferenceGrant: gateway('referencegrants'),
  BackendTLSPolicy: gateway('backendtlspolicies'),
  HTTPProxy: contour('httpproxies'),
  TLSCertificateDelegation: contour('tlscertificatedelegations'),
} as const satisfies Readonly<Record<string, Resource>>

export type GatewayKind = keyof typeof gatewayKinds

const istio = (group: 'networking' | 'security', plural: string): Resource => ({
  group: `${group}.istio.io`,
  version: 'v1',
  plural,
  namespaced: true,
})

/** Istio's. Each is read at the version that the API server serves. */
export const meshKinds = {
  VirtualService: istio('networking', 'virtualservices'),
  DestinationRule: istio('networking', 'destinationrules'),
  Gateway: istio('networking', 'gateways'),
  ServiceEntry: istio('networking', 'serviceentries'),
  Sidecar: istio('networking', 'sidecars'),
  PeerAuthentication: istio('security', 'peerauthentications'),
  AuthorizationPolicy: istio('security', 'authorizationpolicies'),
} as const satisfies Readonly<Record<string, Resource>>

export type MeshKind = keyof typeof meshKinds

const traefik = (group: string): Resource => ({ group, version: 'v1alpha1', plural: 'middlewares', namespaced: true })

/** Traefik's Middlewares, by their group since 2.10 and by the one before (docs/content/migration/v2.md). */
export const middlewareKinds = {
  Middleware: traefik('traefik.io'),
  OldMiddleware: traefik('traefik.containo.us'),
} as const satisfies Readonly<Record<string, Resource>>

const alone = (group: string, plural: string, namespaced = true, version = 'v1'): Resource => ({
  group,
  version,
  plural,
  namespaced,
})

/**
 * What is read of files alone, where somebody put it: to list it of a cluster would take rights that hopscope does not
 * ask for. Each at whatever version it was written.
 */
export const besideKinds = {
  Secret: core('secrets'),
  IngressRoute: alone('traefik.io', 'ingressroutes', true, 'v1alpha1'),
  OldIngressRoute: alone('traefik.containo.us', 'ingressroutes', true, 'v1alpha1'),
  ValidatingWebhookConfiguration: alone('admissionregistration.k8s.io', 'validatingwebhookconfigurations', false),
  MutatingWebhookConfiguration: alone('admissionregistration.k8s.io', 'mutatingwebhookconfigurations', false),
  APIService: alone('apiregistration.k8s.io', 'apiservices', false),
  CustomResourceDefinition: alone('apiextensions.k8s.io', 'customresourcedefinitions', false),
  IPAddressPool: alone('metallb.io', 'ipaddresspools', true, 'v1beta1'),
  L2Advertisement: alone('metallb.io', 'l2advertisements', true, 'v1beta1'),
  BGPAdvertisement: alone('metallb.io', 'bgpadvertisements', true, 'v1beta1'),
  ServiceMonitor: alone('monitoring.coreos.com', 'servicemonitors'),
  PodMonitor: alone('monitoring.coreos.com', 'podmonitors'),
  Probe: alone('monitoring.coreos.com', 'probes'),
  Prometheus: alone('monitoring.coreos.com', 'prometheuses'),
  PrometheusAgent: alone('monitoring.coreos.com', 'prometheusagents', true, 'v1alpha1'),
  Server: alone('policy.linkerd.io', 'servers', true, 'v1beta3'),
  LinkerdAuthorizationPolicy: alone('policy.linkerd.io', 'authorizationpolicies', true, 'v1alpha1'),
  ServerAuthorization: alone('policy.linkerd.io', 'serverauthorizations', true, 'v1beta1'),
} as const satisfies Readonly<Record<string, Resource>>

const policyOf = (group: string, plural: string, namespaced: boolean): Resource => ({
  group,
  version: 'v1',
  plural,
  namespaced,
})

/** Policies beside NetworkPolicy. Each is listed at the version that the API server prefers. */
export const otherPolicyResources = {
  AdminNetworkPolicy: policyOf('policy.networking.k8s.io', 'adminnetworkpolicies', false),
  BaselineAdminNetworkPolicy: policyOf('policy.networking.k8s.io', 'baselineadminnetworkpolicies', false),
  ClusterNetworkPolicy: policyOf('policy.networking.k8s.io', 'clusternetworkpolicies', false),
  CiliumNetworkPolicy: policyOf('cilium.io', 'ciliumnetworkpolicies', true),
  CiliumClusterwideNetworkPolicy: policyOf('cilium.io', 'ciliumclusterwidenetworkpolicies', false),
  CalicoNetworkPolicy: policyOf('crd.projectcalico.org', 'networkpolicies', true),
  CalicoGlobalNetworkPolicy: policyOf('crd.projectcalico.org', 'globalnetworkpolicies', false),
  AntreaNetworkPolicy: policyOf('crd.antrea.io', 'networkpolicies', true),
  AntreaClusterNetworkPolicy: policyOf('crd.antrea.io', 'clusternetworkpolicies', false),
} as const satisfies Readonly<Record<string, Resource>>
