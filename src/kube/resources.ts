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
  'Calico NetworkPolicy': policyOf('crd.projectcalico.org', 'networkpolicies', true),
  'Calico GlobalNetworkPolicy': policyOf('crd.projectcalico.org', 'globalnetworkpolicies', false),
  'Antrea NetworkPolicy': policyOf('crd.antrea.io', 'networkpolicies', true),
  'Antrea ClusterNetworkPolicy': policyOf('crd.antrea.io', 'clusternetworkpolicies', false),
} as const satisfies Readonly<Record<string, Resource>>
