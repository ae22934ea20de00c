import { ciliumAnnouncerKinds } from '../model/beside.ts'
import type { UnreadKind } from '../model/sources.ts'

/**
 * Kinds of which a file's objects are read for one question each, and no further: ING388 and ING389 (cert-manager),
 * NOD5xx and POL4xx (pools and peers), ING362 (Traefik). They are neither read nor passed over.
 */
const inPart: Readonly<Record<string, readonly string[]>> = {
  'cert-manager.io': ['Certificate', 'Issuer', 'ClusterIssuer'],
  'traefik.io': ['ServersTransport', 'IngressRouteTCP', 'IngressRouteUDP'],
  'traefik.containo.us': ['ServersTransport', 'IngressRouteTCP', 'IngressRouteUDP'],
  'crd.projectcalico.org': ['IPPool'],
  'projectcalico.org': ['IPPool'],
  'cilium.io': [...ciliumAnnouncerKinds, 'CiliumLoadBalancerIPPool'],
}

/** Whether some question was asked of objects of this kind. */
export function isReadInPart({ kind, group }: Pick<UnreadKind, 'kind' | 'group'>): boolean {
  return Object.hasOwn(inPart, group) && inPart[group]?.includes(kind) === true
}
