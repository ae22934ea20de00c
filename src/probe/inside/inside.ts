import type { Cluster } from '../../kube/cluster.ts'
import { shell } from '../../kube/container-command.ts'
import type { InsideView, Listener } from '../../model/inside.ts'
import { known, type Known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import { insideScript } from './inside-script.ts'
import { resolvingOf } from './inside-resolving.ts'
import { fullFilesOf } from './full-files.ts'
import { socketsOf } from './inside-sockets.ts'
import type { InsideSpec } from '../plan/plan-inside.ts'
import { hasNoProgram, noShell, silence } from './no-shell.ts'
import { listenersIn } from '../../wire/proc-net-tcp.ts'
import { routes6In, routesIn } from '../../wire/proc-routes.ts'
import { block, fileIn, filledIn, resolvConfUnread, type Section, sections, unreadWhy } from './script-output.ts'
import { connectResult, libcOf, lookupResult, silentMs } from './tool-words.ts'

type Missing = Extract<Known<never>, { known: false }>

/** Some 7 s where DNS is silent; four tools in vain, Python and Node among them, one after the other, at the worst. */
const seconds = 50
const timeoutMs = 55_000

/** What one application container sees, by one exec of `sh`. Whatever could not be learnt says why. */
export async function insideView(cluster: Cluster, spec: InsideSpec, signal: AbortSignal): Promise<InsideView> {
  const { namespace, pod, container, name, dnsService, outside, ports = [], names } = spec
  const about = { namespace, pod, container }
  const none = (why: Missing): InsideView => ({ ...about, resolvConf: why, lookup: why, tcp53: why })
  const ran = await cluster.exec(namespace, pod, {
    container,
    command: shell(
      insideScript,
      seconds,
      name,
      dnsService ?? '',
      outside ?? '',
      ports[0] ?? '',
      ports[1] ?? '',
      ports[2] ?? '',
      ...names.map((it) => it.typed),
    ),
    timeoutMs,
    signal,
  })
  const said = ran.known && ran.value.stdout.includes('@resolv')
  if (!said && hasNoProgram(ran)) return none(noShell)
  if (!ran.known) return none(ran)
  const { stdout } = ran.value
  if (!said) return none(silence(ran.value))
  return { ...about, ...readInside(stdout, name, dnsService !== null), resolving: resolvingOf(stdout, names, outside) }
}

/** Values from the script's output; the last tool that ran has the last word, or the first that had an answer. */
export function readInside(
  stdout: string,
  name: string,
  askedTcp: boolean,
): Pick<
  InsideView,
  'resolvConf' | 'resolvConfUnread' | 'lookup' | 'tcp53' | 'libc' | 'listeners' | 'sockets' | 'fullFiles' | 'routes'
> {
  const looks = sections(stdout, 'look')
  const tcps = sections(stdout, 'tcp')
  const answered = firstAnswer(looks)
  const reached = tcps.map(tcpResult).find((it) => it !== null)
  const cutOff = stdout.includes('@done') ? null : unknown('timed-out', 'the script did not end in time')
  const unread = resolvConfUnread(stdout)
  const notReached = (): Missing => {
    if (!askedTcp) return unknown('not-there', 'no DNS Service to connect to')
    if (cutOff !== null) return cutOff
    return unknown(
      'not-there',
      tcps.length === 0
        ? 'no nc, bash, python3 or node in the container'
        : `${tcps[0]?.tool} does not tell whether it connected`,
    )
  }
  const notFound = (): Missing => {
    if (cutOff !== null) return cutOff
    return looks.length === 0
      ? unknown('not-there', 'no getent, nslookup, python3 or node in the container')
      : unknown('failed', `${looks[0]?.tool} found no address and does not say why`)
  }
  return {
    libc: libcOf(stdout),
    listeners: listenersOf(block(stdout, 'listen'), ownConnectsOf(stdout)),
    sockets: socketsOf(stdout),
    ...fullFilesOf(stdout),
    routes: routesOf(stdout),
    resolvConf: unread === null ? fileIn(stdout, 'resolv', '/etc/resolv.conf') : unreadWhy(unread),
    ...(unread === null ? {} : { resolvConfUnread: unread }),
    lookup:
      answered !== null
        ? known({ tool: answered.it.tool, name, result: answered.result, ms: answered.it.ms })
        : notFound(),
    tcp53: reached !== undefined && reached !== null ? known(reached) : notReached(),
  }
}

/**
 * The first tool that says what happened. getent says nothing but 2 when the C library found no address, and that is an
 * answer: nslookup, which asks past the library, must not stand in its place with a better one.
 */
function firstAnswer(looks: readonly Section[]): { readonly it: Section; readonly result: Answer } | null {
  const told = looks.flatMap((it) => {
    const result = lookupResult(it)
    return result === null ? [] : [{ it, result }]
  })
  const library = looks.find((it) => it.tool === 'getent' && it.code === 2 && it.text.trim() === '')
  const [first] = told
  if (library === undefined) return first ?? null
  if (first === undefined || (first.it.tool === 'nslookup' && first.result === 'ok'))
    return { it: library, result: 'not-found' }
  return first
}

function tcpResult(section: Section): 'open' | 'refused' | 'timeout' | null {
  const result = connectResult(section)
  // The model knows no other ends: what took as long as silence is silence.
  if (result === 'no-route' || result === 'no-source' || result === 'error' || result === 'no-name')
    return section.ms >= silentMs ? 'timeout' : null
  return result
}

/** What became of connects from the pod to itself at 127.0.0.1, by the port: of several tools the first that tells. */
function ownConnectsOf(stdout: string): ReadonlyMap<number, NonNullable<Listener['v4']>> {
  const found = new Map<number, NonNullable<Listener['v4']>>()
  for (const it of sections(stdout, 'own')) {
    const [port = '', tool = ''] = it.tool.split(' ', 2)
    const result = tcpResult({ ...it, tool })
    if (/^\d{1,5}$/.test(port) && !found.has(Number(port)) && (result === 'open' || result === 'refused'))
      found.set(Number(port), result)
  }
  return found
}

function listenersOf(text: string | null, own: ReturnType<typeof ownConnectsOf>): NonNullable<InsideView['listeners']> {
  if (text === null) return unknown('failed', 'what listens in the pod could not be read')
  // What was cut off may hold the very port that is asked about; tcp may be cut, and tcp6 behind it not.
  return text.split('\n').includes('more')
    ? unknown('cut-off', 'the pod has too many connections to look through')
    : known(listenersIn(text).map((it) => withOwn(it, own.get(it.port))))
}

function withOwn(it: Listener, v4: Listener['v4']): Listener {
  return it.ip === '::' && v4 !== undefined ? { ...it, v4 } : it
}

/** A kernel without IPv6 has no second table. */
function routesOf(stdout: string): NonNullable<InsideView['routes']> {
  const v4 = filledIn(stdout, 'routes', '/proc/net/route')
  const v6 = fileIn(stdout, 'routes6', '/proc/net/ipv6_route')
  if (!v4.known) return v4
  return v6.known ? known([...routesIn(v4.value), ...routes6In(v6.value)]) : v6
}
