import type { Monitor, MonitorAsk, MonitorPort } from '../../model/monitor.ts'
import type { Selector } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { type Labels, selects } from '../selector.ts'
import { isOver, podsOfServices } from './service-selects-pod.ts'

/** What a monitor names and that is not there. */
export interface MonitorFault {
  readonly why: 'nothing' | 'elsewhere' | 'namespace' | 'ports' | 'some-ports' | 'no-service' | 'no-port'
  /** The ports, the namespaces, or the addresses that it names in vain. */
  readonly names: readonly string[]
  /** Ports that are there. */
  readonly theirs: readonly string[]
  readonly elsewhere: readonly string[]
  readonly sure: boolean
  readonly services: readonly Pick<Service, 'namespace' | 'name'>[]
}

export interface Around {
  readonly services: readonly Service[]
  readonly pods: readonly Pod[]
  /** null: not read. */
  readonly namespaces: readonly string[] | null
  /** The one namespace that was read; null: all were. */
  readonly scope: string | null
  readonly podsOf: (service: Service) => readonly Pod[]
  readonly serviceOf: ReadonlyMap<string, Service>
}

/** The same, with what is looked up for each monitor put together once. */
export function seenAround(seen: Omit<Around, 'podsOf' | 'serviceOf'>): Around {
  const live = seen.pods.filter((it) => !isOver(it))
  return {
    ...seen,
    pods: live,
    podsOf: podsOfServices(live),
    serviceOf: new Map(seen.services.map((it) => [`${it.namespace}/${it.name}`, it])),
  }
}

/**
 * By the rules that the operator writes for it (prometheus-operator, pkg/prometheus/promcfg.go): labels of the Service
 * or of the pod, the namespaces, and the port by its name in the EndpointSlice, or as a container declares it.
 * `unseen`: what it selects may be where nobody looked.
 */
export function judgeMonitor(monitor: Monitor, around: Around): MonitorFault | 'fine' | 'unseen' {
  if (monitor.selector === null) return judgeAsks(monitor, around)
  const { among, selector } = monitor
  const gone = (among ?? []).filter((it) => around.namespaces?.includes(it) === false)
  if (among !== null && gone.length === among.length) return fault('namespace', gone)
  return monitor.kind === 'PodMonitor' ? judgePods(monitor, selector, around) : judgeServices(monitor, selector, around)
}

interface Carrier {
  readonly namespace: string
  readonly labels?: Labels
}

function judgePods(monitor: Monitor, selector: Selector, around: Around): MonitorFault | 'fine' | 'unseen' {
  const its = chosenOf(around.pods, selector, monitor)
  if (its.length === 0) return missed(around.pods, selector, monitor, around)
  const { missing, all } = portsMissing(monitor.ports, (it) => its.some((pod) => declares(pod, it)))
  return portFault(missing, all, declaredOf(its), [])
}

function judgeServices(monitor: Monitor, selector: Selector, around: Around): MonitorFault | 'fine' | 'unseen' {
  const its = chosenOf(around.services, selector, monitor)
  if (its.length === 0) return missed(around.services, selector, monitor, around)
  const behind = its.map((it) => around.podsOf(it))
  // Of a Service that nobody stands behind nobody knows what its pods would declare.
  const isUnknown = behind.some((pods) => pods.length === 0)
  const pods = behind.flat()
  const has = (port: MonitorPort): boolean =>
    port.of === 'service'
      ? its.some((it) => it.ports.some(({ name }) => name === port.port))
      : isUnknown || pods.some((pod) => declares(pod, port))
  const { missing, all } = portsMissing(monitor.ports, has)
  const named = its.flatMap((it) => it.ports.map(({ name, port }) => name ?? `${port}, without a name`))
  const theirs = missing.some((it) => it.of === 'service') ? [...new Set(named)] : declaredOf(pods)
  return portFault(missing, all, theirs, its)
}

function portFault(
  missing: readonly MonitorPort[],
  isAll: boolean,
  theirs: readonly string[],
  services: MonitorFault['services'],
): MonitorFault | 'fine' {
  if (missing.length === 0) return 'fine'
  const names = missing.map((it) => String(it.port))
  return { ...fault(isAll ? 'ports' : 'some-ports', [...new Set(names)]), theirs, services }
}

function portsMissing(ports: readonly MonitorPort[], has: (port: MonitorPort) => boolean) {
  const missing = ports.filter((it) => !has(it))
  return { missing, all: missing.length === ports.length }
}

function declares({ containers }: Pod, { port }: MonitorPort): boolean {
  return containers.some(({ ports }) => ports.some((it) => it.name === port || it.port === port))
}

function declaredOf(pods: readonly Pod[]): readonly string[] {
  const all = pods.flatMap((it) => it.containers.flatMap(({ ports }) => ports))
  return [...new Set(all.map((it) => it.name ?? String(it.port)))]
}

function chosenOf<T extends Carrier>(all: readonly T[], selector: Selector, { among }: Monitor): readonly T[] {
  return all.filter(
    ({ namespace, labels = {} }) => (among === null || among.includes(namespace)) && selects(selector, labels),
  )
}

function missed(
  all: readonly Carrier[],
  selector: Selector,
  { among }: Monitor,
  { scope }: Around,
): MonitorFault | 'unseen' {
  if (scope !== null && among?.every((it) => it === scope) !== true) return 'unseen'
  const elsewhere = all.filter(({ labels = {} }) => selects(selector, labels)).map((it) => it.namespace)
  return elsewhere.length === 0
    ? fault('nothing', [])
    : { ...fault('elsewhere', []), elsewhere: [...new Set(elsewhere)].toSorted() }
}

function fault(why: MonitorFault['why'], names: readonly string[]): MonitorFault {
  return { why, names, theirs: [], elsewhere: [], sure: true, services: [] }
}

function judgeAsks({ asks }: Monitor, around: Around): MonitorFault | 'fine' | 'unseen' {
  const all = asks.map((it) => judgeAsk(it, around))
  const found = all.filter((it) => typeof it === 'object')
  const [first] = found
  if (first === undefined) return all.length > 0 && all.every((it) => it === 'unseen') ? 'unseen' : 'fine'
  const alike = found.filter((it) => it.why === first.why)
  return {
    ...first,
    names: alike.flatMap((it) => it.names),
    sure: alike.every((it) => it.sure),
    services: alike.flatMap((it) => it.services),
  }
}

/**
 * A name of one word is looked for in the namespace of whoever asks, which is not told; what has no `svc` in it may be
 * a name of the world, so that it counts where its namespace is there, or where it is the prober, with a port.
 */
function judgeAsk(ask: MonitorAsk, { namespaces, scope, serviceOf }: Around): MonitorFault | 'fine' | 'unseen' {
  const [name = '', namespace, svc, ...domain] = ask.host.replace(/\.$/, '').split('.')
  const isWhole = svc === 'svc' && (domain.length === 0 || domain.join('.') === 'cluster.local')
  if (namespace === undefined || (svc !== undefined && !isWhole)) return 'fine'
  const told = ask.port === null ? ask.host : `${ask.host}:${ask.port}`
  const service = serviceOf.get(`${namespace}/${name}`)
  if (service !== undefined) return portOfAsk(service, ask.port, told)
  if (scope !== null && scope !== namespace) return 'unseen'
  if (namespaces === null) return isWhole ? { ...fault('no-service', [told]), sure: false } : 'fine'
  const isNamespace = namespaces.includes(namespace)
  const isMeant = isWhole || isNamespace || (ask.as === 'prober' && ask.port !== null)
  return isMeant ? { ...fault('no-service', [told]), sure: isWhole } : 'fine'
}

/** Whoever asks a headless Service needs the port of the pods, and an alias has none. */
function portOfAsk(service: Service, port: number | null, told: string): MonitorFault | 'fine' {
  const isThere = port === null || service.ports.some((it) => it.port === port)
  if (isThere || service.clusterIP === null || service.clusterIP === 'None') return 'fine'
  return { ...fault('no-port', [told]), theirs: service.ports.map((it) => String(it.port)), services: [service] }
}
