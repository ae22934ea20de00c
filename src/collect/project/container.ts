import type { Container, ContainerPort, ContainerProxy } from '../../model/pod.ts'
import type { Intern } from '../../wire/intern.ts'
import {
  addressesIn,
  type Destination,
  destinationsIn,
  destinationsInCommand,
  proxyExceptions,
  proxyHost,
} from '../../wire/destinations.ts'
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
    ...addressesOf(spec, intern),
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

function callsOf(spec: Fields, intern: Intern): Pick<Container, 'calls'> {
  const env = list(spec['env'])
    .map(fields)
    .flatMap((it) => {
      const [name, value] = [text(it['name']), text(it['value'])]
      return name === null || value === null ? [] : [{ name, value }]
    })
  const values = new Map(env.map((it) => [it.name, it.value]))
  const byEnv = env.flatMap(({ name, value }) =>
    destinationsIn(name, value).map((it) => ({
      by: name,
      host: it.host,
      port: it.isTold ? it.port : (portBeside(name, values) ?? it.port),
      ...schemeOf(it),
    })),
  )
  const words = [...texts(spec['command']), ...texts(spec['args'])]
  const byFlag = destinationsInCommand(words).map(({ flag, ...it }) => ({
    by: flag,
    host: it.host,
    port: it.port,
    ...schemeOf(it),
  }))
  const calls = [...byEnv, ...byFlag]
  if (calls.length > usualCalls) intern.spare(calls.length * callBytes, `${calls.length} addresses in a container`)
  const kept = calls.map((it) => ({
    by: it.by === null ? null : intern.text(it.by),
    host: intern.text(it.host),
    port: it.port,
    ...schemeOf(it),
  }))
  return kept.length === 0 ? {} : { calls: kept }
}

function addressesOf(spec: Fields, intern: Intern): Pick<Container, 'addresses'> {
  const found = list(spec['env'])
    .map(fields)
    .flatMap((it) => {
      const [name, value] = [text(it['name']), text(it['value'])]
      return name === null || value === null ? [] : addressesIn(name, value).map((one) => ({ by: name, ...one }))
    })
  if (found.length > usualCalls) intern.spare(found.length * callBytes, `${found.length} addresses in a container`)
  const kept = found.map((it) => ({ ...it, by: intern.text(it.by), ip: intern.text(it.ip) }))
  return kept.length === 0 ? {} : { addresses: kept }
}

function schemeOf({ scheme }: Pick<Destination, 'scheme'>): Pick<Destination, 'scheme'> {
  return scheme === undefined ? {} : { scheme }
}

/** The same variables in small letters are meant, and win in curl. */
function proxyOf(spec: Fields, intern: Intern): { readonly proxy?: ContainerProxy } {
  const env = list(spec['env']).map(fields)
  const valueOf = (name: string): Fields | undefined =>
    env.findLast((it) => it['name'] === name.toLowerCase()) ?? env.findLast((it) => it['name'] === name)
  const proxyBy = (name: string): string | null => {
    const host = proxyHost(text(valueOf(name)?.['value']) ?? '')
    return host === null ? null : intern.text(host)
  }
  const all = proxyBy('ALL_PROXY')
  const [http, https] = [proxyBy('HTTP_PROXY') ?? all, proxyBy('HTTPS_PROXY') ?? all]
  if (http === null && https === null) return {}
  const none = valueOf('NO_PROXY')
  const told = text(none?.['value'])
  const isElsewhere = told === null && (none?.['valueFrom'] !== undefined || list(spec['envFrom']).length > 0)
  return {
    proxy: { http, https, except: isElsewhere ? null : (proxyExceptions(told ?? '')?.map(intern.text) ?? null) },
  }
}

/** `DB_PORT` beside `DB_HOST`. */
function portBeside(name: string, values: ReadonlyMap<string, string>): number | null {
  const told = values.get(name.replace(/_[A-Z]+$/, '_PORT')) ?? values.get(`${name}_PORT`) ?? ''
  return /^\d{1,5}$/.test(told) && Number(told) > 0 && Number(told) < 65_536 ? Number(told) : null
}

/** `back-off 5m0s restarting failed container=app pod=…` says no more than its reason does. */
export function messageOf(waiting: Fields): Pick<Container, 'message'> {
  const said = text(waiting['message'])
  if (said === null || /^back-off \S+ restarting/i.test(said)) return {}
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
): Pick<Container, 'livenessProbe' | 'startupProbe' | 'started'> {
  const { livenessProbe, startupProbe } = spec
  return {
    ...(isObject(livenessProbe) ? { livenessProbe: intern.text(probeText(fields(livenessProbe))) } : {}),
    ...(isObject(startupProbe) ? { startupProbe: intern.text(probeText(fields(startupProbe))) } : {}),
    ...(status['started'] === false ? { started: false } : {}),
  }
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
