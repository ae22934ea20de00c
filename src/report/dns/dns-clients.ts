import type { InsideView } from '../../model/inside.ts'
import type { CoreDnsSignKind } from '../../wire/coredns-log.ts'
import type { Model } from '../../model/sources.ts'
import { tableLines } from '../table.ts'
import { lookupCost, outsideName } from '../../relations/dns/lookup-cost.ts'
import { told } from '../../phrases.ts'

/**
 * What applications see from inside their own containers, with their own C library, and what one lookup costs them.
 */
export function clients(model: Model): readonly string[] {
  const { insideViews } = model.sources
  if (!insideViews.known) return [`application pods: not looked into (${insideViews.why.detail})`]
  if (insideViews.value.length === 0) return ['application pods: none in this namespace to look out of']
  return [
    `from inside application pods, and queries for one lookup of ${outsideName.name} (with a last dot 2):`,
    ...tableLines(rows(insideViews.value)),
  ]
}

/** A container is named where several of its pod were looked into. */
function rows(views: readonly InsideView[]): readonly (readonly string[])[] {
  const ofPod = Map.groupBy(views, ({ namespace, pod }) => `${namespace}/${pod}`)
  return views.map((it) => {
    const pod = `${it.namespace}/${it.pod}`
    return row(it, (ofPod.get(pod)?.length ?? 0) > 1 ? `${pod} ${it.container}` : pod)
  })
}

function row(view: InsideView, who: string): readonly string[] {
  const libc = view.libc ?? (view.libc === null ? 'libc unknown' : 'libc not looked for')
  const { lookup, resolvConf } = view
  const look = lookup.known
    ? `${lookup.value.tool} ${lookup.value.result} ` +
      (lookup.value.ms < 20 ? 'within 20 ms' : `after ${(lookup.value.ms / 1000).toFixed(2)} s`)
    : `not tried: ${lookup.why.detail}`
  return [who, libc, look, resolvConf.known ? cost(resolvConf.value) : `resolv.conf not read: ${resolvConf.why.detail}`]
}

function cost(text: string): string {
  const { queries, suffixes, ndots } = lookupCost(text)
  return `${queries} queries: ${suffixes} suffix${suffixes === 1 ? '' : 'es'}, ndots:${ndots}`
}

const words: Readonly<Record<CoreDnsSignKind, string>> = {
  loop: 'a loop',
  forbidden: 'the API server says no',
  'api-unreachable': 'the API server is out of reach',
  'watch-ended': 'its watch of the API server ended with an error',
  unsynced: 'waits for the API server',
  'corefile-refused': 'refuses the Corefile',
  'reload-failed': 'did not take the new Corefile',
  'cannot-listen': 'cannot listen on its port',
  'io-timeout': 'an upstream gave no answer',
  'no-healthy-upstream': 'no healthy upstream',
  'too-many-concurrent': 'too many queries wait for the upstream',
  'no-upstream-service': 'started before the Service of its upstream was there',
  'slow-health': 'its own health check took more than 1 s',
  'last-words': 'ended with words that hopscope does not know',
}

/**
 * The servers' own words of the last two minutes, and of runs before a restart: each kind of complaint once a server.
 */
export function serverLogs(model: Model): readonly string[] {
  const { dnsServerLogs } = model.sources
  if (!dnsServerLogs.known) return [`DNS servers' logs: not read (${dnsServerLogs.why.detail})`]
  const complaints = dnsServerLogs.value.flatMap(({ pod, run, signs }) =>
    signs.map(
      (it) =>
        `${pod}${run === 'before' ? ', run before' : ''} says ${it.times === 1 ? 'once' : `${it.times} times`}: ` +
        `${words[it.kind]} (${told(it.said, 100)})`,
    ),
  )
  if (complaints.length > 0) return complaints
  const servers = new Set(dnsServerLogs.value.map((it) => it.pod)).size
  return [`logs of ${servers} DNS server${servers === 1 ? '' : 's'}, last two minutes: no sign of a fault`]
}
