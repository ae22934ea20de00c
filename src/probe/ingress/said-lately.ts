import { percentDecoded } from '../../wire/percent.ts'
import type { Cluster } from '../../kube/cluster.ts'
import type { ControllerConfig, LateRequests, SaidLately } from '../../model/ingress-config.ts'
import { lateSeconds } from '../../model/ingress-config.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import { bodyLimitOf } from '../../relations/ingress/body-limit.ts'
import { locationFor, serverFor } from '../../relations/ingress/nginx-location.ts'
import type { ConfLocation, ConfServer, NginxConf } from '../../wire/nginx-conf.ts'
import type { EarlyRefusals } from '../../wire/access-log/early-refusals.ts'
import { type LateError, type LateLog, saidLately } from '../../wire/access-log/said-lately.ts'
import type { ConfigSpec, IngressConfigPlan } from './plan-ingress-configs.ts'

/** A controller waits for more changes, writes its file, and nginx ends requests of before as they were begun. */
const takenUpMs = 20_000

/** Six megabytes of requests in ingress-nginx's own format: of a busy controller, a minute or some. */
const mostLines = 20_000
/** Each path, server and trouble is one; of more than these the first are enough to say what is wrong. */
const mostGroups = 500

export async function readLateLog(
  cluster: Cluster,
  { namespace, pod, container }: ConfigSpec,
  signal: AbortSignal,
): Promise<Known<LateLog>> {
  const log = await cluster.logs(namespace, pod, {
    container,
    tailLines: mostLines,
    sinceSeconds: lateSeconds,
    signal,
  })
  return log.known ? known(saidLately(await Array.fromAsync(log.value))) : log
}

/** Whose requests they were, by the location of nginx.conf that takes them: nginx names its server block itself. */
export function latelyOf(
  log: Known<LateLog> | undefined,
  { conf }: Pick<ControllerConfig, 'conf'>,
  { ingresses, changedAt }: Pick<IngressConfigPlan, 'ingresses' | 'changedAt'>,
): Known<SaidLately> {
  if (log?.known !== true) return log ?? unknown('not-asked', 'the log was not read')
  if (!conf.known) return unknown(conf.why.reason, `nginx.conf, by which requests are told apart: ${conf.why.detail}`)
  const found = new Map<string, LateRequests>()
  let unplaced = 0
  const placeOf = placesIn(conf.value)
  for (const error of log.value.errors) {
    const place = placeOf(error)
    if (place === 'unclear') unplaced += 1
    if (place === 'unclear' || place === 'nobody') continue
    const { ingress } = place.location
    // Of Ingresses that nobody asked about not even a count is kept.
    if (ingress === null || !ingresses.has(keyOf(ingress))) continue
    const group = groupOf(place, ingress, error)
    const key = `${group.line} ${group.trouble} ${group.upstream}`
    const before = found.get(key)
    if (before === undefined && found.size === mostGroups) continue
    const isOver = error.at < (changedAt.get(keyOf(ingress)) ?? 0) + takenUpMs || isTakenNow(place.location, error)
    found.set(key, counted(before ?? group, error, isOver))
  }
  const { lines, from, until } = log.value
  const early = log.value.early.flatMap((it) => earlyOf(it, conf.value, { ingresses, changedAt }) ?? [])
  const requests = [...found.values(), ...early]
  return known({ lines, from, until, cutOff: lines >= mostLines, requests, unplaced })
}

/**
 * No host and no backend stands in such a line: its path alone tells whose it was, where one Ingress answers to it;
 * else all that do.
 */
function earlyOf(
  { status, times, last, others, backends }: EarlyRefusals,
  { servers }: NginxConf,
  { ingresses, changedAt }: Pick<IngressConfigPlan, 'ingresses' | 'changedAt'>,
): LateRequests | null {
  const places = backends.map((backend) => {
    for (const server of servers)
      for (const location of server.locations)
        if (location.upstream === backend && location.ingress !== null) return { server, location }
    return null
  })
  const owned = places.flatMap((place) => {
    const ingress = place?.location.ingress ?? null
    return place === null || ingress === null ? [] : [{ place, ingress }]
  })
  const owners = new Map(owned.map((it) => [keyOf(it.ingress), it]))
  // A backend that has no place any more was somebody's.
  if (owned.length < places.length) return null
  const [first, ...more] = [...owners.values()].filter((it) => ingresses.has(keyOf(it.ingress)))
  if (first === undefined) return null
  const { place, ingress } = first
  const shared = owners.size === 1 ? {} : { sharedBy: more.map((it) => it.ingress) }
  const isOver = last === null || last < (changedAt.get(keyOf(ingress)) ?? 0) + takenUpMs
  const error = { trouble: 'refused-early', upstream: null } as const
  return {
    ...groupOf(place, ingress, error),
    ...(isOver ? { over: times } : { times, last }),
    early: { status, others, ...shared },
  }
}

interface Place {
  readonly server: ConfServer
  readonly location: ConfLocation
}

/** `nobody`: a host or a path that nginx does not serve any more. */
type Placed = Place | 'nobody' | 'unclear'

/** A host with many expressions takes its time for each path: so many different ones are looked for. */
const mostPlaces = 2000

function placesIn(conf: NginxConf): (error: LateError) => Placed {
  const found = new Map<string, Placed>()
  return (error) => {
    const key = JSON.stringify([error.server, error.server === null ? error.host : '', error.path?.split('?', 1)[0]])
    const before = found.get(key)
    if (before !== undefined) return before
    const place = found.size < mostPlaces ? placeOf(conf, error) : 'unclear'
    if (found.size < mostPlaces) found.set(key, place)
    return place
  }
}

function placeOf(conf: NginxConf, { server: name, host, path }: LateError): Placed {
  const server = namedServer(conf, name) ?? (name === null && host !== null ? serverFor(conf, host) : null)
  if (server === null) return conf.complete ? 'nobody' : 'unclear'
  const found = path === null ? null : locationFor(server, decoded(path))
  if (found?.kind === 'found') return { server, location: found.location }
  if (found?.kind === 'none' && conf.complete) return 'nobody'
  // A line that was cut, or an expression that can't be read: it is sure where all of the host is one Ingress's
  // and one Service's.
  const open = server.locations.filter((it) => !it.internal && it.ingress !== null)
  const [first] = open
  const isOne = new Set(open.map((it) => `${keyOf(it.ingress ?? nobody)} ${it.service}`)).size === 1
  return first !== undefined && isOne && found?.kind !== 'none' ? { server, location: first } : 'unclear'
}

const nobody = { namespace: '', name: '' }

/** nginx logs an expression without its tilde. */
function namedServer({ servers }: NginxConf, name: string | null): ConfServer | null {
  if (name === null) return null
  const wild = /^\^\(\?<subdomain>\[\\w-\]\+\)\\\.(.{1,300})\$$/.exec(name)?.[1]
  const wanted = wild === undefined ? name : `*.${wild.replaceAll('\\.', '.')}`
  return servers.find((it) => it.serverNames[0] === wanted || it.serverNames[0] === `~${wanted}`) ?? null
}

function decoded(path: string): string {
  const [bare = path] = path.split('?', 1)
  return percentDecoded(bare)
}

function groupOf(
  { server, location }: Place,
  ingress: LateRequests['ingress'],
  { trouble, upstream }: Pick<LateError, 'trouble' | 'upstream'>,
): LateRequests {
  return {
    ingress,
    service: location.service,
    host: server.serverNames[0] ?? '_',
    path: location.declared ?? location.path,
    line: location.line,
    trouble,
    upstream: upstream !== null && /^[\d.:[\]a-f]{3,60}$/.test(upstream) ? upstream : null,
    times: 0,
    last: null,
    largest: null,
    over: 0,
  }
}

function counted(group: LateRequests, { at, bytes }: LateError, isOver: boolean): LateRequests {
  if (isOver) return { ...group, over: group.over + 1 }
  return {
    ...group,
    times: group.times + 1,
    last: Math.max(group.last ?? at, at),
    largest: bytes === null ? group.largest : Math.max(group.largest ?? bytes, bytes),
  }
}

/** The limit was raised since: the same upload would pass. */
function isTakenNow(location: ConfLocation, { trouble, bytes }: LateError): boolean {
  if (trouble !== 'body-too-big' || bytes === null) return false
  const limit = bodyLimitOf(location)
  return limit !== null && (limit.bytes === null || bytes <= limit.bytes)
}

function keyOf({ namespace, name }: LateRequests['ingress']): string {
  return `${namespace}/${name}`
}
