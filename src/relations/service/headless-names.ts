import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { podsOfServices, isLive } from './service-selects-pod.ts'

/** A name that a headless Service gives, or would give. */
export interface HeadlessName {
  readonly service: Pick<Service, 'namespace' | 'name' | 'publishNotReadyAddresses'>
  /** The pod of `HOST.SERVICE`; null where the Service itself is meant, and where no pod has that name. */
  readonly pod: Pick<Pod, 'name' | 'ready'> | null
  /** Whether the name begins with a host. */
  readonly ofHost: boolean
  /** Its pods, and how many of them are ready. */
  readonly pods: number
  readonly ready: number
}

/**
 * The first of these absolute names that is a headless Service's with a selector, or a host's of one. Pods that are not
 * ready have no name in DNS, unless the Service publishes them.
 */
export function headlessName(
  names: readonly string[],
  domain: string,
  { services, pods }: { readonly services: readonly Service[]; readonly pods: readonly Pod[] },
): HeadlessName | null {
  const tail = `.svc.${domain}.`
  const chosen = podsOfServices(pods)
  for (const name of names.map((it) => it.toLowerCase())) {
    const labels = name.endsWith(tail) ? name.slice(0, -tail.length).split('.') : []
    const [of, called] = [labels.at(-1), labels.at(-2)]
    const service = services.find((it) => it.namespace === of && it.name === called)
    if (labels.length > 3 || service?.clusterIP !== 'None' || service.selector === null) continue
    const live = chosen(service).filter(isLive)
    const host = labels.length === 3 ? labels[0] : undefined
    const named = live.find((it) => it.subdomain === service.name && (it.hostname ?? it.name).toLowerCase() === host)
    return {
      service,
      pod: named === undefined ? null : { name: named.name, ready: named.ready },
      ofHost: host !== undefined,
      pods: live.length,
      ready: live.filter((it) => it.ready).length,
    }
  }
  return null
}
