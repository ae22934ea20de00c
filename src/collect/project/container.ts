import type { Call, Container, ContainerPort, ContainerProxy, EndLink } from '../../model/pod.ts'
import type { Intern } from '../../wire/intern.ts'
import {
  addressesIn,
  type Destination,
  destinationsIn,
  destinationsInCommand,
  proxyExceptions,
  proxyHost,
  proxyRanges,
} from '../../wire/destinations.ts'
import { deniedAccountIn } from '../../wire/denied-account.ts'
import { leadsToTls } from '../../wire/leads-to-tls.ts'
import { listensIn } from '../../wire/listens.ts'
import { startFailure } from '../../wire/start-failure.ts'
import { pageSettingsIn } from '../../wire/page-settings.ts'
import { advertisesOf, replicaSetOf } from './advertised.ts'
import { expanded } from './expanded.ts'
import { flawsOf } from './value-flaws.ts'
import { balancesOf } from './kube-vip.ts'
import { fromSecretsOf, securesOf, tlsOf } from './server-tls.ts'
import { nearbyOf, notUnderstood } from './nearby-calls.ts'
import { portBeside } from './port-beside.ts'
import { mountedCalls, mountedListens, lookupsOf, refusalsOf } from './mounted-configs.ts'
import { waitedForIn } from '../../wire/waits-for.ts'
import { type Said, saidIn } from '../../wire/program-words.ts'
import { keptArgs } from '../../wire/component-args.ts'
import { bytes, cpuMilli } from '../../wire/quantity.ts'
import { type Fields, count, fields, isObject, list, oneOf, port, text, texts, whole } from './json.ts'

/**
 * One container of a pod's spec with its part of the status. `withArgs`: keep of its command line the flags
 * that components of the network are read by. Of all others, and of environment variables, only the hosts and ports
 * that they name are kept.
 */
export function projectContainer(spec: Fields, status: Fields, intern: Intern, withArgs: boolean): Container {
  const resources = fields(spec['resources'])
  const limits = fields(resources['limits'])
  const state = fields(status['state'])
  const waiting = fields(state['waiting'])
  const ended = isObject(state['terminated'])
    ? fields(state['terminated'])
    : fields(fields(status['lastState'])['terminated'])
  return {
    name: intern.text(text(spec['name']) ?? ''),
    image: intern.text(text(spec['image']) ?? ''),
    ports: list(spec['ports']).flatMap((it) => projectPort(fields(it), intern)),
    // kube-proxy's flags stand in `command`, ingress-nginx's in `args`.
    args: withArgs ? keptArgs([...texts(spec['command']), ...texts(spec['args'])]) : [],
    ...callsOf(spec, intern),
    ...advertisesOf(spec, intern),
    ...replicaSetOf(spec, intern),
    ...addressesOf(spec, intern),
    ...flawsOf(spec, intern),
    ...nearbyOf(spec, intern),
    ...listensOf(spec, intern),
    ...refusalsOf(spec),
    ...lookupsOf(spec),
    ...leadOf(spec),
    ...endOf(ended),
    ...(/^(?:RunContainerError|CreateContainerError)$/.test(text(waiting['reason']) ?? '')
      ? startOf((text(waiting['message']) ?? '').slice(0, longestEnd))
      : {}),
    ...balancesOf(spec),
    ...securesOf(spec),
    ...fromSecretsOf(spec),
    ...pagesOf(spec, intern),
    ...proxyOf(spec, intern),
    cpuLimitMilli: cpuMilli(limits['cpu']),
    cpuRequestMilli: cpuMilli(fields(resources['requests'])['cpu']),
    memoryLimitBytes: bytes(limits['memory']),
    readinessProbe: isObject(spec['readinessProbe']) ? intern.text(probeText(fields(spec['readinessProbe']))) : null,
    ready: status['ready'] === true,
    restarts: count(status['restartCount']),
    waiting: text(fields(state['waiting'])['reason']),
    ...pullLookup(text(fields(state['waiting'])['message'])),
    lastTermination:
      text(fields(state['terminated'])['reason']) ?? text(fields(fields(status['lastState'])['terminated'])['reason']),
    ...messageOf(waiting),
    ...exitOf(ended),
    ...otherProbes(spec, status, intern),
  }
}

/** One container has some fifty; a tenant chooses how many, and what is beyond takes of the room of all. */
const usualCalls = 50
const callBytes = 200

function callsOf(spec: Fields, intern: Intern): Pick<Container, 'calls' | 'unread'> {
  const raw = list(spec['env']).map(fields)
  const env = raw.flatMap((it) => {
    const [name, value] = [text(it['name']), text(it['value'])]
    if (name === null || value === null) return []
    return [{ name, value: expanded(value, raw)?.text ?? value, map: text(it['map']) }]
  })
  const values = new Map(env.map((it) => [it.name, it.value]))
  const byEnv = env.flatMap(({ name, value, map }) =>
    destinationsIn(name, value).map((it) => {
      const beside = it.isTold ? null : portBeside(name, values)
      const portBy = beside === null ? {} : { portBy: intern.text(beside.by) }
      const from = map === null ? {} : { map: intern.text(map) }
      return {
        by: name,
        host: it.host,
        port: beside?.port ?? it.port,
        ...portBy,
        ...from,
        ...schemeOf(it),
        ...tlsOf({ ...it, port: beside?.port ?? it.port }, spec),
        ...otlpOf(name, values),
      }
    }),
  )
  const words = [...texts(spec['command']), ...texts(spec['args'])]
  const byFlag = destinationsInCommand(words).map(({ flag, ...it }) => ({
    by: flag,
    host: it.host,
    port: it.port,
    ...schemeOf(it),
    ...tlsOf(it, spec),
  }))
  const calls: readonly Call[] = [...byEnv, ...byFlag, ...mountedCalls(spec)]
  const some = asMany(calls, intern)
  const kept = some.map((it) => ({
    by: it.by === null ? null : intern.text(it.by),
    host: intern.text(it.host),
    port: it.port,
    ...(it.portBy === undefined ? {} : { portBy: it.portBy }),
    ...(it.map === undefined ? {} : { map: it.map }),
    ...(it.key === undefined ? {} : { key: intern.text(it.key) }),
    ...(it.line === undefined ? {} : { line: it.line }),
    ...(it.otlp === undefined ? {} : { otlp: it.otlp }),
    ...(it.tls === undefined ? {} : { tls: it.tls }),
    ...schemeOf(it),
  }))
  const unread = calls.length - kept.length + notUnderstood(spec)
  return { ...(kept.length === 0 ? {} : { calls: kept }), ...(unread === 0 ? {} : { unread }) }
}

/** All where there is room; else what is usual: one pod with thousands of peers must not hide all the others. */
function asMany<T>(all: readonly T[], intern: Intern): readonly T[] {
  return all.length <= usualCalls || intern.mayTake(all.length * callBytes) ? all : all.slice(0, usualCalls)
}

/**
 * `OTEL_EXPORTER_OTLP_PROTOCOL`, or that of one signal (OpenTelemetry, OTLP Exporter Configuration). Nothing is sent by
 * what OTEL_SDK_DISABLED, or an exporter of `none` for each signal, turns off (OpenTelemetry, General SDK
 * Configuration and Exporter Selection).
 */
function otlpOf(name: string, values: ReadonlyMap<string, string>): Pick<Call, 'otlp'> {
  const [, signal] = /^OTEL_EXPORTER_OTLP_(TRACES_|METRICS_|LOGS_)?ENDPOINT$/.exec(name) ?? [null, null]
  if (signal === null) return {}
  const signals = signal === undefined ? ['TRACES_', 'METRICS_', 'LOGS_'] : [signal]
  const isOff = signals.every((it) => values.get(`OTEL_${it}EXPORTER`)?.trim() === 'none')
  if (isOff || values.get('OTEL_SDK_DISABLED')?.trim().toLowerCase() === 'true') return {}
  const told = values.get(`OTEL_EXPORTER_OTLP_${signal ?? ''}PROTOCOL`) ?? values.get('OTEL_EXPORTER_OTLP_PROTOCOL')
  if (told === 'grpc') return { otlp: 'grpc' }
  return told === 'http/protobuf' || told === 'http/json' ? { otlp: 'http' } : {}
}

function addressesOf(spec: Fields, intern: Intern): Pick<Container, 'addresses'> {
  const found = list(spec['env'])
    .map(fields)
    .flatMap((it) => {
      const [name, value] = [text(it['name']), text(it['value'])]
      return name === null || value === null ? [] : addressesIn(name, value).map((one) => ({ by: name, ...one }))
    })
  const kept = asMany(found, intern).map((it) => ({ ...it, by: intern.text(it.by), ip: intern.text(it.ip) }))
  return kept.length === 0 ? {} : { addresses: kept }
}

function listensOf(spec: Fields, intern: Intern): Pick<Container, 'listens'> {
  const env = plainEnv(spec)
  const told = listensIn({
    env,
    words: [...texts(spec['command']), ...texts(spec['args'])],
    image: text(spec['image']) ?? '',
    elsewhere: elsewhereOf(spec),
  })
  const listens = [...told, ...mountedListens(spec, told)]
  const kept = listens.map(({ portBy, ...it }) => ({
    ...it,
    by: intern.text(it.by),
    ...(portBy === undefined ? {} : { portBy: intern.text(portBy) }),
  }))
  return kept.length === 0 ? {} : { listens: kept }
}

function leadOf(spec: Fields): Pick<Container, 'leadsToTls'> {
  const led = leadsToTls({
    words: [...texts(spec['command']), ...texts(spec['args'])],
    env: plainEnv(spec),
    elsewhere: elsewhereOf(spec),
  })
  return led === null ? {} : { leadsToTls: led }
}

/** Names whose values stand in a Secret or a ConfigMap; `*` where all of one's are taken. */
function elsewhereOf(spec: Fields): readonly string[] {
  const named = list(spec['env'])
    .map(fields)
    .filter((it) => it['valueFrom'] !== undefined)
  return [...named.flatMap((it) => text(it['name']) ?? []), ...(list(spec['envFrom']).length > 0 ? ['*'] : [])]
}

/**
 * Of what a program said at its end (terminationMessagePath, or the end of its log) nothing is kept but what it may
 * hold of five things: that its program never ran, a lookup that failed, a variable by which the kubelet told it of a
 * Service (`REDIS_PORT=tcp://…`), what the API server refused to its service account, and a connection that failed, the
 * last one.
 */
function endOf(
  ended: Fields,
): Pick<Container, 'endLink' | 'endLookup' | 'endSaid' | 'endDenied' | 'endStart' | 'endProgram'> {
  const said = (text(ended['message']) ?? '').slice(0, longestEnd)
  const { pullLookup: endLookup } = pullLookup(said)
  const endLink = linkIn(said)
  const endDenied = deniedAccountIn(said)
  const endSaid = said.split('\n').reduce<Said | null>((last, line) => saidIn(line) ?? last, null)
  return {
    ...(endLink === null ? {} : { endLink }),
    ...(endLookup === undefined ? {} : { endLookup }),
    ...(endSaid === null ? {} : { endSaid }),
    ...(endDenied === null ? {} : { endDenied }),
    ...startOf(said),
  }
}

function startOf(said: string): Pick<Container, 'endStart' | 'endProgram'> {
  const start = startFailure(said)
  if (start === null) return {}
  return { endStart: start.why, ...(start.program === null ? {} : { endProgram: start.program }) }
}

function pagesOf(spec: Fields, intern: Intern): Pick<Container, 'pages'> {
  const { base, port: own } = pageSettingsIn(plainEnv(spec))
  if (base === undefined && own === undefined) return {}
  return {
    pages: {
      ...(base === undefined ? {} : { base: { by: intern.text(base.by), path: intern.text(base.path) } }),
      ...(own === undefined ? {} : { port: { by: intern.text(own.by), port: own.port } }),
    },
  }
}

/** The variables whose values stand in the spec. */
function plainEnv(spec: Fields): readonly { readonly name: string; readonly value: string }[] {
  return list(spec['env'])
    .map(fields)
    .flatMap((it) => {
      const [name, value] = [text(it['name']), text(it['value'])]
      return name === null || value === null ? [] : [{ name, value }]
    })
}

/** The kubelet keeps no more of it (pkg/kubelet/container: MaxPodTerminationMessageLogLength). */
const longestEnd = 4096

/** `AUTHELIA_PORT`, `REDIS_PORT_6379_TCP`, and what stands in them: nothing else that a program reads looks like it. */
function linkIn(said: string): EndLink | null {
  const [, ip = null, port] = /\b(?:tcp|udp):\/\/(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})\b/.exec(said) ?? []
  if (ip === null) return null
  const [, variable = null] = /(?<![A-Za-z0-9_])([A-Z][A-Z0-9_]{0,80}_PORT)(?![A-Za-z0-9])/.exec(said) ?? []
  return { variable, ip, port: Number(port) }
}

type How = Pick<Destination, 'scheme' | 'isUrl' | 'over' | 'srv' | 'speaks' | 'replicaSet'>

function schemeOf({ scheme, isUrl, over, srv, speaks, replicaSet }: How): How {
  return {
    ...(scheme === undefined ? {} : { scheme }),
    ...(isUrl === undefined ? {} : { isUrl }),
    ...(over === undefined ? {} : { over }),
    ...(srv === undefined ? {} : { srv }),
    ...(speaks === undefined ? {} : { speaks }),
    ...(replicaSet === undefined ? {} : { replicaSet }),
  }
}

/** The same variables in small letters are meant, and win in curl. */
function proxyOf(spec: Fields, intern: Intern): Pick<Container, 'proxy' | 'proxyElsewhere'> {
  const env = list(spec['env']).map(fields)
  const valueOf = (name: string): Fields | undefined =>
    env.findLast((it) => it['name'] === name.toLowerCase()) ?? env.findLast((it) => it['name'] === name)
  const proxyBy = (name: string): string | null => {
    const host = proxyHost(text(valueOf(name)?.['value']) ?? '')
    return host === null ? null : intern.text(host)
  }
  const all = proxyBy('ALL_PROXY')
  const [http, https] = [proxyBy('HTTP_PROXY') ?? all, proxyBy('HTTPS_PROXY') ?? all]
  if (http === null && https === null) {
    const isElsewhere = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].some(
      (it) => valueOf(it)?.['valueFrom'] !== undefined,
    )
    return isElsewhere ? { proxyElsewhere: true } : {}
  }
  return { proxy: { http, https, ...exceptedOf(spec, valueOf, intern) } }
}

type ValueOf = (name: string) => Fields | undefined

function exceptedOf(spec: Fields, valueOf: ValueOf, intern: Intern): Omit<ContainerProxy, 'http' | 'https'> {
  const env = list(spec['env']).map(fields)
  const none = valueOf('NO_PROXY')
  const set = text(none?.['value'])
  if (set === null) {
    const isElsewhere = none?.['valueFrom'] !== undefined || list(spec['envFrom']).length > 0
    return isElsewhere ? { except: null } : { except: [], by: null, ranges: [] }
  }
  const told = expanded(set, env)
  const except = told === null ? null : proxyExceptions(told.text)
  if (told === null || except === null) return { except: null }
  const other = text(env.findLast((it) => it['name'] === 'NO_PROXY')?.['value'])
  const capitals = other === null || other === set ? null : proxyExceptions(other)
  return {
    except: except.map(intern.text),
    by: oneOf(none?.['name'], ['NO_PROXY', 'no_proxy'] as const),
    ...(told.isWhole ? { ranges: proxyRanges(told.text).map(intern.text) } : {}),
    ...(capitals === null ? {} : { capitals: capitals.map(intern.text) }),
  }
}

/** `back-off 5m0s restarting failed container=app pod=…` says no more than its reason does. */
export function messageOf(waiting: Fields): Pick<Container, 'message'> {
  const said = text(waiting['message'])
  if (said === null || /^back-off \S+ restarting/i.test(said)) return {}
  return cut(shortened(said))
}

/** An image's reference stands in it four times before the one word that matters: `not found` (containerd, CRI). */
function shortened(said: string): string {
  const text = said.slice(0, longestEnd).replace(/failed to pull and unpack image "[^"\s]{1,400}": /g, '')
  return text.replace(/(failed to resolve reference "([^"\s]{1,400})": )\2: /g, '$1')
}

function cut(said: string): { readonly message: string } {
  return { message: said.length > 300 ? `${said.slice(0, 300)}…` : said }
}

function exitOf(ended: Fields): Pick<Container, 'exitCode'> {
  const code = whole(ended['exitCode'])
  return code === null ? {} : { exitCode: code }
}

function otherProbes(
  spec: Fields,
  status: Fields,
  intern: Intern,
): Pick<Container, 'livenessProbe' | 'startupProbe' | 'probeHosts' | 'started'> {
  const { livenessProbe, startupProbe } = spec
  return {
    ...(isObject(livenessProbe) ? { livenessProbe: intern.text(probeText(fields(livenessProbe))) } : {}),
    ...(isObject(startupProbe) ? { startupProbe: intern.text(probeText(fields(startupProbe))) } : {}),
    ...asksOf(spec, intern),
    ...probeHosts(spec, intern),
    ...(status['started'] === false ? { started: false } : {}),
  }
}

function asksOf(spec: Fields, intern: Intern): Pick<Container, 'readinessAsks'> {
  const asks = waitedForIn(texts(fields(fields(spec['readinessProbe'])['exec'])['command']))
  return asks.length === 0 ? {} : { readinessAsks: asks.map((it) => ({ ...it, host: intern.text(it.host) })) }
}

function probeHosts(spec: Fields, intern: Intern): Pick<Container, 'probeHosts'> {
  const [readiness, liveness, startup] = ['readinessProbe', 'livenessProbe', 'startupProbe'].map((it) => {
    const probe = fields(spec[it])
    const host = text(fields(probe['httpGet'])['host']) ?? text(fields(probe['tcpSocket'])['host'])
    return host !== null && /^[\w.:-]{1,253}$/.test(host) ? intern.text(host.toLowerCase()) : null
  })
  const hosts = {
    ...(readiness == null ? {} : { readiness }),
    ...(liveness == null ? {} : { liveness }),
    ...(startup == null ? {} : { startup }),
  }
  return Object.keys(hosts).length === 0 ? {} : { probeHosts: hosts }
}

function projectPort(raw: Fields, intern: Intern): ContainerPort[] {
  const number = whole(raw['containerPort'])
  if (number === null) return []
  const name = text(raw['name'])
  return [
    {
      name: name === null ? null : intern.text(name),
      port: number,
      protocol: oneOf(raw['protocol'], ['TCP', 'UDP', 'SCTP']),
      ...hostPortOf(raw),
    },
  ]
}

function hostPortOf(raw: Fields): Pick<ContainerPort, 'hostPort'> {
  const number = whole(raw['hostPort'])
  return number === null || number === 0 ? {} : { hostPort: number }
}

/**
 * In kubectl's words: `http-get :8080/ready`, `tcp-socket :5432`, `grpc :9000`, `exec`. An exec's command may hold
 * secrets.
 */
function probeText(probe: Fields): string {
  if (isObject(probe['httpGet'])) {
    const get = fields(probe['httpGet'])
    const [path = ''] = (text(get['path']) ?? '/').split('?')
    return `${get['scheme'] === 'HTTPS' ? 'https' : 'http'}-get :${port(get['port']) ?? ''}${path}`
  }
  if (isObject(probe['tcpSocket'])) return `tcp-socket :${port(fields(probe['tcpSocket'])['port']) ?? ''}`
  if (isObject(probe['grpc'])) return `grpc :${port(fields(probe['grpc'])['port']) ?? ''}`
  return 'exec'
}

/**
 * Of the message of an image that is not pulled, only the lookup that failed: `dial tcp: lookup registry.example on
 * 10.0.0.2:53: no such host` (Go's net.DNSError). The rest may hold what an image's maker wrote.
 */
function pullLookup(message: string | null): Pick<Container, 'pullLookup'> {
  const at = message?.lastIndexOf('lookup ') ?? -1
  const said = at === -1 ? '' : (message ?? '').slice(at, at + 600)
  const [, name, server, how] =
    /^lookup ([\w.-]{1,253})(?: on (\S{1,80}?))?: (?:(?:read|dial) \S+ \S+: )?([a-z/ ]{1,60})/.exec(said) ?? []
  return name === undefined || how === undefined
    ? {}
    : { pullLookup: { name, server: server ?? null, how: how.trim() } }
}
