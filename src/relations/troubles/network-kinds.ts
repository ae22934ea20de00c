/**
 * Words of which the kinds, or their groups, of the network have one: Certificate, IngressRoute, VirtualService,
 * AuthorizationPolicy, APIService, IPAddressPool. Of nobody's kinds there is a list.
 */
const words = new RegExp(
  [
    'acme|address|apiregistration|balancer|bgp|calico|cert|cilium|dns|egress|endpoint|gateway|ingress|istio|knative',
    'l2adv|linkerd|listener|mesh|metallb|network|policy|proxy|route|serving|tls|traefik|tunnel|virtualserver|vpn',
  ].join('|'),
  'i',
)

/** Kinds whose names have such a word, and of which no connection depends. */
const beside = /^(?:PodDisruptionBudget|PodSecurityPolicy|ServiceMonitor|PodMonitor|ServiceAccount)$/

/** Whether the network is made of objects of this kind. */
export function isOfNetwork(kind: string, group = ''): boolean {
  return !beside.test(kind) && (words.test(kind) || words.test(group))
}

/** A call over the network that failed, in the words of Go's own packages and of the API server. */
const failedCalls = new RegExp(
  [
    'failed calling webhook|failed to call webhook|no endpoints available for service|Client\\.Timeout exceeded',
    'dial (?:tcp|udp)|no such host|i/o timeout|connection re(?:fused|set)|no route to host|x509: |tls: |TLS handshake',
  ].join('|'),
  'i',
)

export function tellsOfFailedCall(said: string): boolean {
  return failedCalls.test(said)
}
