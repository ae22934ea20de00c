import type { ControllerFront } from '../model/ingress.ts'
import type { Pod } from '../model/pod.ts'
import type { Service, ServicePort } from '../model/service.ts'
import { hasPairs } from '../relations/selector.ts'
import { targetPortIn } from '../relations/service/service-endpoints.ts'
import { ledTo, missedBy } from '../relations/service/told-listens.ts'
import type { InScope } from './in-scope.ts'

/**
 * The Services of a controller's namespace that lead to it from outside, or were meant to: those that select its pod,
 * and those that have no ready address and would select it but for less than half of their labels. null where they
 * could not be read.
 */
export function frontsIn(inScope: InScope): (pod: Pod) => Promise<readonly ControllerFront[] | null> {
  return async (pod) => {
    const services = await inScope.servicesIn(pod.namespace)
    if (!services.known) return null
    const leads = leadsTo(services.value, pod)
    const near = services.value.flatMap((service) => {
      const front = frontOf(service, pod, leads)
      return front === null ? [] : [{ front, isLocal: service.externalTrafficPolicy === 'Local' }]
    })
    const counted = await Promise.all(
      near.map(async ({ front, isLocal }) => ({ ...front, ...(await readyOf(inScope, front, isLocal)) })),
    )
    return counted.filter((it) => it.wants.length === 0 || it.ready === 0)
  }
}

async function readyOf(
  inScope: InScope,
  { namespace, name }: ControllerFront,
  isLocal: boolean,
): Promise<Pick<ControllerFront, 'ready' | 'localOn'>> {
  const slices = await inScope.slicesOf(namespace, name)
  if (!slices.known) return { ready: null }
  const ready = slices.value.flatMap((it) => it.endpoints.filter((one) => one.ready))
  return {
    ready: new Set(ready.map(({ ip }) => ip)).size,
    ...(isLocal ? { localOn: [...new Set(ready.flatMap(({ node }) => node ?? []))] } : {}),
  }
}

function frontOf(service: Service, pod: Pod, leads: ReadonlySet<number>): ControllerFront | null {
  const { namespace, name, type, selector } = service
  if ((type !== 'NodePort' && type !== 'LoadBalancer') || selector === null) return null
  const pairs = Object.entries(selector)
  const wants = pairs.filter(([key, value]) => pod.labels[key] !== value).map(([key, value]) => `${key}=${value}`)
  if (wants.length * 2 >= pairs.length && wants.length > 0) return null
  const { azureProbes: probes, healthAsks, tlsEnded, sendsTo, keepsClients } = service.loadBalancer ?? {}
  const declared = pod.containers.flatMap((it) => it.ports).filter((it) => it.protocol === 'TCP')
  return {
    namespace,
    name,
    type,
    externalTrafficPolicy: service.externalTrafficPolicy ?? 'Cluster',
    addresses: [...new Set([...(service.loadBalancer?.addresses ?? []), ...(service.externalIPs ?? [])])],
    ports: service.ports
      .filter((it) => it.protocol === 'TCP')
      .map((it) => ({
        port: it.port,
        nodePort: it.nodePort,
        targetPort: it.targetPort,
        declared: declaredAs(it.targetPort, declared),
        ...opensOf(it.targetPort, declared),
        ...toldOf(it, pod, leads),
      })),
    ...(probes === undefined ? {} : { azureProbes: probes }),
    ...(healthAsks === undefined ? {} : { healthAsks }),
    ...(tlsEnded === undefined ? {} : { tlsEnded }),
    ...(sendsTo === 'pods' && keepsClients === true ? { keepsClients } : {}),
    wants,
    ready: null,
  }
}

type FrontPort = ControllerFront['ports'][number]

/** Where Services lead in the pod. */
function leadsTo(services: readonly Service[], pod: Pod): ReadonlySet<number> {
  const its = services.filter(({ selector }) => selector !== null && hasPairs(selector, pod.labels))
  return new Set(its.flatMap(({ ports }) => ports.flatMap((it) => targetPortIn(pod, it) ?? [])))
}

function toldOf(port: ServicePort, pod: Pod, leads: ReadonlySet<number>): Pick<FrontPort, 'told'> {
  const led = ledTo(pod, port)
  const missed = led === null ? null : missedBy(led, port, leads)
  if (missed === null) return {}
  const { by, host, port: told, portBy = by } = missed.listen
  return { told: missed.is === 'port' ? { by: portBy, host: null, port: told } : { by, host, port: told } }
}

type Declared = readonly { readonly name: string | null; readonly port: number }[]

function opensOf(target: number | string, declared: Declared): Pick<ControllerFront['ports'][number], 'opens'> {
  const found = declared.find((it) => (typeof target === 'number' ? it.port === target : it.name === target))
  return found === undefined ? {} : { opens: { port: found.port, name: found.name } }
}

function declaredAs(target: number | string, declared: Declared): 'yes' | 'no' | 'as-name' {
  if (typeof target === 'number') return declared.some((it) => it.port === target) ? 'yes' : 'no'
  return declared.some((it) => it.name === target) ? 'yes' : 'as-name'
}
