import type { Container, Pod } from '../../model/pod.ts'
import type { ServicePort } from '../../model/service.ts'
import { deniesOthers, type Listen } from '../../wire/listens.ts'
import { askedInstead } from '../probe-host.ts'
import { comesByLoopback, isSidecar } from './mesh-sidecar.ts'
import { targetPortIn } from './service-endpoints.ts'

export interface Led {
  readonly pod: Pod
  readonly container: Container
  readonly target: number
}

/**
 * The container at which a port ends: the one that declares it, or the only one. A mesh's proxy takes what comes to its
 * pod, and may pass it to the loopback; on the node's network the loopback is the node's.
 */
export function ledTo(pod: Pod, port: ServicePort): Led | null {
  const target = targetPortIn(pod, port)
  if (target === null || pod.hostNetwork || comesByLoopback(pod)) return null
  const own = pod.containers.filter((it) => !isSidecar(it))
  const declaring = own.filter(({ ports }) => ports.some((it) => it.port === target && it.protocol === 'TCP'))
  const [container, ...others] = declaring.length > 0 ? declaring : own
  return container === undefined || others.length > 0 ? null : { pod, container, target }
}

export interface Missed extends Led {
  readonly is: 'loopback' | 'port'
  readonly listen: Listen
}

/** What a flag's name says of the traffic that comes to its port, by the names that ports of Services have. */
interface Kind {
  readonly flags: RegExp
  readonly ports: RegExp
  readonly number: number | null
  /** A port beside the program's own. */
  readonly isAside?: true
}

const kinds: readonly Kind[] = [
  {
    flags: /(?:^|[._-])(?:https|secure|tls|websecure|ssl)(?:[._-]\w+)?[._-]port$/i,
    ports: /^(?:https|websecure|tls|ssl|secure)\b/,
    number: 443,
  },
  {
    flags: /(?:^|[._-])(?:http|insecure|web)(?:[._-]\w+)?[._-]port$/i,
    ports: /^(?:http|web)(?:-?(?:1|2|web|plain))?$/,
    number: 80,
  },
  { flags: /webhook|admission/i, ports: /^(?:webhook|admission|https$)/, number: 443, isAside: true },
  { flags: /grpc/i, ports: /^grpc/, number: null, isAside: true },
]

/** `--entryPoints.web.address`: charts call the ports of the pod by the entry points (traefik-helm-chart, ports). */
const entryPointOf = /^--?entrypoints\.([a-z0-9_-]{1,40})\.address$/i

type Fit = 'of-it' | 'of-another' | 'any'

/** Whether a flag's port is for what this port of a Service is for; `any`: its name tells nothing. */
function fitOf(by: string, names: readonly string[], port: number): Fit {
  const [, entry] = entryPointOf.exec(by) ?? []
  if (entry !== undefined) return names.includes(entry.toLowerCase()) ? 'of-it' : 'of-another'
  const its = kinds.filter(({ flags }) => flags.test(by))
  if (its.length === 0) return 'any'
  const isIts = its.some((it) => port === it.number || names.some((name) => it.ports.test(name)))
  if (isIts) return 'of-it'
  const isOthers = kinds.some((it) => port === it.number || names.some((name) => it.ports.test(name)))
  // A port that only a number names may be any of them, but for gRPC's and a webhook's, which are seldom alone.
  return isOthers || its.every((it) => it.isAside === true) ? 'of-another' : 'any'
}

/** The names that a port has at the Service and in the pod. */
function namesOf({ pod, target }: Led, port: ServicePort): readonly string[] {
  const declared = pod.containers.flatMap((it) => it.ports).filter((it) => it.port === target && it.protocol === 'TCP')
  const named = typeof port.targetPort === 'string' ? [port.targetPort] : []
  return [port.name, ...named, ...declared.map((it) => it.name)].flatMap((it) => it?.toLowerCase() ?? [])
}

/**
 * Of an image whose tag says that it is older: up to 1.6 it listened on every address (mosquitto.org, "Version 2.0").
 */
const olderMosquitto = /mosquitto[\w.-]{0,40}:v?[01](?:[.-]|$)/

function listensOf({ listens = [], image }: Container): readonly Listen[] {
  return olderMosquitto.test(image) ? listens.filter((it) => it.by !== 'mosquitto' || it.isDefault !== true) : listens
}

/**
 * Where a container is told to listen in place of where a Service leads. `others`: where any Service leads in its pod.
 */
export function missedBy(led: Led, port: ServicePort, others: ReadonlySet<number>): Missed | null {
  const { pod, container, target } = led
  const all = listensOf(container)
  // The kubelet's connect, and everybody's, succeeds: what is refused is what comes after.
  const denial = all.find((it) => deniesOthers.test(it.by))
  if (denial !== undefined && (denial.port === target || denial.by === 'pg_hba.conf'))
    return { pod, container, target, is: 'loopback', listen: { ...denial, port: target } }
  const listens = all.filter((it) => it !== denial)
  if (listens.length === 0 || answersProbe(pod, container, target)) return null
  const onTarget = listens.filter((it) => it.port === target)
  const isOpen = listens.some((it) => it.host === '0.0.0.0' && (it.port === target || it.port === null))
  if (isOpen) return null
  const local = [...onTarget, ...listens.filter((it) => it.port === null)].find(({ host }) => isLocal(host))
  if (local !== undefined) return { pod, container, target, is: 'loopback', listen: local }
  // What a server's own file says is the server's: on its loopback, whatever the port.
  const [only, ...rest] = listens
  if (only?.map !== undefined && rest.length === 0 && isLocal(only.host))
    return { pod, container, target, is: 'loopback', listen: only }
  // A port beside the others, of metrics or of an administrator, says nothing of this one.
  const names = namesOf(led, port)
  const main = listens.filter(isMainPort).map((it) => ({ ...it, fit: fitOf(it.portBy ?? it.by, names, port.port) }))
  const fitting = main.filter((it) => it.fit === 'of-it')
  const ports = new Set(
    (fitting.length > 0 ? fitting : main).flatMap((it) => (it.fit === 'of-another' ? [] : (it.port ?? []))),
  )
  const [told, ...more] = ports
  if (onTarget.length > 0 || told === undefined || more.length > 0 || others.has(told)) return null
  const isDeclared = pod.containers.some((it) => it.ports.some((one) => one.port === told))
  const listen = listens.find((it) => it.port === told && isMainPort(it))
  return isDeclared || listen === undefined || pod.containers.length > 1
    ? null
    : { pod, container, target, is: 'port', listen }
}

function isLocal(host: Listen['host']): boolean {
  return host !== null && host !== '0.0.0.0'
}

function isMainPort({ by, host, port, portBy = by }: Listen): boolean {
  return port !== null && !isLocal(host) && !/[-_.](?:metrics|admin|debug|health|probe)/i.test(portBy)
}

/** The kubelet connects to the pod's address: what it finds ready there listens for others. */
export function answersProbe(pod: Pod, container: Container, target: number): boolean {
  const { ready, ports, started } = container
  const named = ports.filter((it) => it.port === target).map((it) => it.name)
  const asks = (kind: 'readiness' | 'liveness'): boolean => {
    const probe = kind === 'readiness' ? container.readinessProbe : container.livenessProbe
    if (askedInstead(pod, container, kind) !== null) return false
    const [, at] = /^(?:https?-get|tcp-socket|grpc) :([^/]*)/.exec(probe ?? '') ?? []
    return at !== undefined && (at === `${target}` || named.includes(at))
  }
  return ready && started !== false && (asks('readiness') || asks('liveness'))
}
