import { closest } from '../../closest.ts'
import type { AskedService } from '../../model/beside.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { nearNames } from '../near-value.ts'
import { once } from '../once.ts'
import { countEndpoints, slicesOfServices } from '../service/service-endpoints.ts'
import { servicesByName } from './ingress-routes-to-service.ts'

export interface AroundDeciders {
  readonly services: readonly Service[]
  readonly slices: Known<readonly EndpointSlice[]>
  readonly namespaces: Known<readonly Namespace[]>
  readonly domain: string
  readonly scope: Pick<Scope, 'namespace'>
}

/**
 * What is wrong with a Service that is asked about each request; `unseen`: its namespace was not read; `unread`: it is
 * there, and its endpoints were not read.
 */
export type DeciderFault =
  | { readonly is: 'missing'; readonly near: string | null }
  | { readonly is: 'port'; readonly ports: readonly string[] }
  | { readonly is: 'empty'; readonly service: Service }
  | { readonly is: 'unseen' }
  | { readonly is: 'unread' }

export interface DeciderPlace {
  readonly namespace: string
  readonly name: string
  readonly port: number | string | null
}

/** null for a host outside of the cluster, and for a name that only the asking program's resolver could tell. */
export function deciderPlace(
  asked: Omit<AskedService, 'field'>,
  home: string,
  { domain, namespaces }: Pick<AroundDeciders, 'domain' | 'namespaces'>,
): DeciderPlace | null {
  if (asked.name !== null) return { namespace: asked.namespace ?? home, name: asked.name, port: asked.port }
  const host = (asked.host ?? '').toLowerCase().replace(/\.$/, '')
  const suffix = [`.svc.${domain}`, '.svc'].find((it) => host.endsWith(it)) ?? ''
  const labels = host.slice(0, host.length - suffix.length).split('.')
  const [name = '', namespace = ''] = labels
  if (labels.length !== 2) return null
  const isThere = namespaces.known && namespaces.value.some((it) => it.name === namespace)
  return suffix === '' && !isThere ? null : { namespace, name, port: asked.port }
}

/** What can be told of it, without what was not read. */
export type SureFault = Exclude<DeciderFault, { readonly is: 'unseen' | 'unread' }>

export function isSureFault(fault: DeciderFault): fault is SureFault {
  return fault.is !== 'unseen' && fault.is !== 'unread'
}

/** null: it is there, with the port, and with somebody behind it. */
export function deciderFault({ namespace, name, port }: DeciderPlace, around: AroundDeciders): DeciderFault | null {
  const { services, slices, namespaces, scope } = around
  const service = findIn(services)(namespace, name)
  if (service === null) {
    const isGone =
      namespaces.known && namespaces.value.length > 0 && !namespaces.value.some((it) => it.name === namespace)
    if (scope.namespace !== null && scope.namespace !== namespace && !isGone) return { is: 'unseen' }
    const names = services.filter((it) => it.namespace === namespace).map((it) => it.name)
    return { is: 'missing', near: closest(name, nearNames(names)(name))[0] ?? null }
  }
  if (service.type === 'ExternalName') return null
  const { ports } = service
  const isOffered = port === null || ports.length === 0 || ports.some((it) => it.port === port || it.name === port)
  if (service.clusterIP !== 'None' && !isOffered) return { is: 'port', ports: ports.map((it) => `${it.port}`) }
  if (!slices.known) return { is: 'unread' }
  const { ready, leaving } = countEndpoints(slicesBy(slices.value)(service))
  return ready.length + leaving.length === 0 ? { is: 'empty', service } : null
}

const findIn = once(servicesByName)
const slicesBy = once((all: readonly EndpointSlice[]) => slicesOfServices(all))
