import type {
  Namespace,
  NetworkPolicy,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
  Selector,
} from '../../src/model/network-policy.ts'

export function labels(matchLabels: Readonly<Record<string, string>> = {}): Selector {
  return { matchLabels, matchExpressions: [] }
}

export function peer(about: Partial<PolicyPeer>): PolicyPeer {
  return { podSelector: null, namespaceSelector: null, ipBlock: null, ...about }
}

export function namespaceNamed(name: string): PolicyPeer {
  return peer({ namespaceSelector: labels({ 'kubernetes.io/metadata.name': name }) })
}

export function onPort(
  port: PolicyPort['port'],
  protocol: PolicyPort['protocol'] = 'TCP',
  endPort: number | null = null,
): PolicyPort {
  return { port, protocol, endPort }
}

export function rule(peers: readonly PolicyPeer[] = [], ports: readonly PolicyPort[] = []): PolicyRule {
  return { peers, ports }
}

/** NetworkPolicy `shop/<name>` that selects every pod and lets nothing out, unless told otherwise. */
export function egressPolicy(
  name: string,
  egress: readonly PolicyRule[] = [],
  about: Partial<NetworkPolicy> = {},
): NetworkPolicy {
  return { namespace: 'shop', name, podSelector: labels(), types: ['Egress'], ingress: [], egress, ...about }
}

export function ingressPolicy(
  name: string,
  ingress: readonly PolicyRule[] = [],
  about: Partial<NetworkPolicy> = {},
): NetworkPolicy {
  return { namespace: 'shop', name, podSelector: labels(), types: ['Ingress'], ingress, egress: [], ...about }
}

export function namespace(name: string, more: Readonly<Record<string, string>> = {}): Namespace {
  return { name, labels: { 'kubernetes.io/metadata.name': name, ...more } }
}
