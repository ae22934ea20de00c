import { ciliumAnnouncerKinds } from '../model/beside.ts'
import type { UnreadKind } from '../model/sources.ts'

const traefik = ['ServersTransport', 'TLSOption', 'TraefikService', 'IngressRouteTCP', 'IngressRouteUDP']

/**
 * Kinds of which a file's objects are read for one question each, and no further: certificates and who issues them
 * (ING388, ING389), whom a controller asks about each request, what a policy does to one (ING392, GTW741), Kong's
 * plugins (ING416), addresses and peers (POL431, NOD585, SVC282), Traefik's streams and what routes lead through
 * (ING362, ING411, ING412), who keeps a workload at 0 (SVC204), Linkerd's proofs and routes (MSH810, MSH826). They
 * are neither read nor passed over. No other
 * kind comes to such a reader: one that is not here reads nothing.
 */
const inPart: Readonly<Record<string, readonly string[]>> = {
  'cert-manager.io': ['Certificate', 'Issuer', 'ClusterIssuer'],
  'traefik.io': traefik,
  'traefik.containo.us': traefik,
  'crd.projectcalico.org': ['IPPool'],
  'projectcalico.org': ['IPPool'],
  'gateway.envoyproxy.io': ['SecurityPolicy', 'BackendTrafficPolicy'],
  'projectcontour.io': ['ExtensionService'],
  'configuration.konghq.com': ['KongPlugin', 'KongClusterPlugin'],
  'http.keda.sh': ['HTTPScaledObject'],
  'flagger.app': ['Canary'],
  'policy.linkerd.io': ['MeshTLSAuthentication', 'NetworkAuthentication', 'HTTPRoute'],
  // MetalLB's, and FRR-K8s, which it may share with others. Calico has a BGPPeer of its own.
  'metallb.io': ['BGPPeer'],
  'frrk8s.metallb.io': ['FRRConfiguration'],
  'cilium.io': [...ciliumAnnouncerKinds, 'CiliumLoadBalancerIPPool'],
}

/** Whether some question was asked of objects of this kind. */
export function isReadInPart({ kind, group }: Pick<UnreadKind, 'kind' | 'group'>): boolean {
  return Object.hasOwn(inPart, group) && inPart[group]?.includes(kind) === true
}
