import type { Cluster } from '../../kube/cluster.ts'
import { lateSeconds } from '../../model/ingress-config.ts'
import { type Known, known } from '../../model/known.ts'
import type { ProxyFailures, ProxyLately, ProxyLog } from '../../model/proxy-log.ts'
import { type Owner, proxyOwners } from '../../relations/ingress/proxy-owner.ts'
import type { AccessLine } from '../../wire/access-log/access-line.ts'
import { type LineTrouble, lineTrouble } from '../../wire/access-log/line-trouble.ts'
import { type ProxyLines, proxyLines } from '../../wire/access-log/proxy-lines.ts'
import type { ProxyLogPlan, ProxyLogSpec } from '../plan/plan-proxy-logs.ts'

/** As of ingress-nginx: some megabytes of requests, of a busy proxy a minute or some. */
const mostLines = 20_000
/** Each object, server and trouble is one; of more than these the first are enough to say what is wrong. */
const mostGroups = 500
/** A change reaches a proxy within seconds, and requests of before end as they were begun. */
const takenUpMs = 20_000

/** What the proxies' logs say of users' requests, before the probe's own are among them. */
export async function readProxyLogs(
  cluster: Cluster,
  plan: ProxyLogPlan,
  signal: AbortSignal,
): Promise<Known<readonly ProxyLog[]>> {
  if (plan.specs.length === 0) return known([])
  const read = async (spec: ProxyLogSpec): Promise<ProxyLog> => {
    const { namespace, pod, container, dialect } = spec
    const log = await cluster.logs(namespace, pod, {
      container,
      tailLines: mostLines,
      sinceSeconds: lateSeconds,
      signal,
    })
    const lately = log.known
      ? known(proxyLately(proxyLines(await Array.fromAsync(log.value), dialect), spec, plan))
      : log
    return { namespace, pod, container, dialect, lately }
  }
  const logs = await Promise.all(plan.specs.map(read))
  const [refused] = logs.flatMap(({ lately }) => (lately.known ? [] : [lately]))
  return refused !== undefined && logs.every(({ lately }) => !lately.known) ? refused : known(logs)
}

interface Counted {
  readonly group: Omit<ProxyFailures, 'of' | 'after' | 'times' | 'last' | 'over'>
  times: number
  last: number | null
  over: number
  /** Of its object and Service, when the last of these came. */
  wellBefore: number
}

interface Tally {
  of: number
  well: number
}

/** Counts by object, Service, trouble and server; of objects that nobody asked about not even a count is kept. */
function proxyLately(
  { lines, requests, unread }: ProxyLines,
  { serves }: Pick<ProxyLogSpec, 'serves'>,
  { slices, changedAt }: Pick<ProxyLogPlan, 'slices' | 'changedAt'>,
): ProxyLately {
  const ownerOf = proxyOwners(serves, slices)
  const groups = new Map<string, Counted>()
  const tallies = new Map<string, Tally>()
  let unplaced = 0
  for (const line of requests) {
    const trouble = lineTrouble(line)
    const owner = ownerOf(line)
    if (owner === 'nobody') continue
    if (owner === 'unclear' || trouble === 'unclear') {
      if (trouble !== null) unplaced += 1
      continue
    }
    const tally = tallyOf(tallies, owner)
    tally.of += 1
    if (trouble === null) tally.well += isWell(line) ? 1 : 0
    else if (!count(groups, { line, owner, trouble, tally, changedAt })) unplaced += 1
  }
  const times = requests.flatMap((it) => it.at ?? [])
  return {
    lines,
    requests: requests.length,
    unread,
    from: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
    until: times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
    cutOff: lines >= mostLines,
    failed: [...groups.values()].map((it) => failuresOf(it, tallies)),
    unplaced,
  }
}

const keyOf = ({ object: { kind, namespace, name } }: Pick<Owner, 'object'>): string => `${kind}/${namespace}/${name}`

/** One Service that is well says nothing of the other one of its object. */
function tallyKey({ object, service }: Owner): string {
  return [keyOf({ object }), service?.namespace, service?.name].join(' ')
}

function tallyOf(tallies: Map<string, Tally>, owner: Owner): Tally {
  const key = tallyKey(owner)
  const found = tallies.get(key) ?? { of: 0, well: 0 }
  tallies.set(key, found)
  return found
}

/** One that ended with a status, and with none of a server's kind. */
function isWell({ status }: AccessLine): boolean {
  return status !== null && status < 500
}

interface Failed {
  readonly line: AccessLine
  readonly owner: Owner
  readonly trouble: LineTrouble
  readonly tally: Tally
  readonly changedAt: ReadonlyMap<string, number>
}

/** false: there are too many kinds of failures already. */
function count(
  groups: Map<string, Counted>,
  { line, owner: { object, service }, trouble, tally, changedAt }: Failed,
): boolean {
  const upstream = addressIn(line)
  const status = line.status ?? 0
  const key = [keyOf({ object }), service?.namespace, service?.name, trouble, status, upstream].join(' ')
  const group = { object, service, trouble, status, upstream }
  const found = groups.get(key) ?? { group, times: 0, last: null, over: 0, wellBefore: tally.well }
  if (!groups.has(key) && groups.size === mostGroups) return false
  groups.set(key, found)
  const changed = object.kind === 'Ingress' ? changedAt.get(`${object.namespace}/${object.name}`) : undefined
  if (changed !== undefined && line.at !== null && line.at < changed + takenUpMs) {
    found.over += 1
    return true
  }
  found.times += 1
  found.wellBefore = tally.well
  if (line.at !== null) found.last = Math.max(found.last ?? line.at, line.at)
  return true
}

function addressIn({ tries }: AccessLine): string | null {
  const address = tries?.at(-1)?.address ?? ''
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]{2,45}\]):\d{1,5}$/.test(address) ? address : null
}

function failuresOf(
  { group, times, last, over, wellBefore }: Counted,
  tallies: ReadonlyMap<string, Tally>,
): ProxyFailures {
  const tally = tallies.get(tallyKey(group)) ?? { of: times, well: 0 }
  return { ...group, times, last, of: tally.of, after: tally.well - wellBefore, over }
}
