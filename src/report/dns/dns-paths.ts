import type { Model } from '../../model/sources.ts'
import { lossOf, notable, quantile, seriesOf, troubled } from '../../relations/dns/lookup-loss.ts'
import { clients, serverLogs } from './dns-clients.ts'
import { raceWords } from '../../relations/dns/race-words.ts'
import type { LookupSeries } from '../../model/lookups.ts'
import { cacheHoldsService } from '../../relations/dns/node-cache.ts'
import type { Paint } from '../paint.ts'
import { tableLines } from '../table.ts'
import { ms } from '../../phrases.ts'
import { inOrder } from './path-order.ts'

const header = ['node', 'path', 'how', 'names', 'lookups', 'lost', 'p50', 'p99', 'max'] as const

/** Every node and path as one line: where a fault sits is seen from which lines are bad and which are not. */
export function dnsPaths(model: Model, paint: Paint): readonly string[] {
  const probe = model.sources.dnsProbe
  if (!probe.known) return []
  const rows = probe.value.series.toSorted(inOrder).map((it, index, all) => ({
    cells: cells(it, all[index - 1]?.node === it.node, isCached(model, it.node)),
    bad: troubled([it]) > 0,
  }))
  const [head = '', ...lines] = tableLines([header, ...rows.map((it) => it.cells)], {
    right: [4, 5, 6, 7, 8],
    indent: 0,
  })
  return [
    paint.dim(head),
    ...lines.map((line, index) => (rows[index]?.bad === true ? paint.bad(line) : line)),
    '',
    ...counters(model),
    ...race(model),
    ...servers(model),
    ...serverLogs(model),
    '',
    ...clients(model),
  ]
}

function isCached({ sources: { clusterDns } }: Model, node: string): boolean {
  return clusterDns.known && cacheHoldsService(clusterDns.value, node)
}

function cells(it: LookupSeries, sameNode: boolean, cached: boolean): readonly string[] {
  const { times } = lossOf([it])
  const bad = troubled([it])
  const time = (value: number | undefined): string => (value === undefined || times.length === 0 ? '-' : ms(value))
  return [
    sameNode ? '' : it.node,
    it.server.role === 'service'
      ? `Service ${it.server.ip}${cached ? ' (node cache)' : ''}`
      : (it.server.pod ?? `${it.server.role} ${it.server.ip}`),
    `${it.transport} ${it.method}${it.libc === null ? '' : ` ${it.libc}`}`,
    it.zone === 'cluster' ? 'cluster' : 'outside',
    String(times.length),
    bad === 0 ? '0' : `${bad} (${((100 * bad) / times.length).toFixed(bad / times.length >= 0.1 ? 0 : 1)} %)`,
    time(quantile(times, 0.5)),
    time(quantile(times, 0.99)),
    time(times.at(-1)),
  ]
}

function counters(model: Model): readonly string[] {
  const { conntrack } = model.sources
  if (!conntrack.known) return [`conntrack counters: not read (${conntrack.why.detail})`]
  return conntrack.value.map(({ node, windowMs, delta, entries, max }) => {
    const table = entries === null || max === null ? '' : `  table ${entries} of ${max}`
    return (
      `conntrack on ${node}, ${(windowMs / 1000).toFixed(1)} s: ` +
      `insert_failed +${delta.insert_failed}  drop +${delta.drop}  ` +
      `clash_resolve ${delta.clash_resolve === null ? 'not counted' : `+${delta.clash_resolve}`}${table}`
    )
  })
}

/** Said also when all is well: whoever sees 5 s somewhere has read about this race. */
function race({ sources: { dnsProbe, nodes, conntrack } }: Model): readonly string[] {
  if (!dnsProbe.known || !nodes.known) return []
  const well = dnsProbe.value.nodes.flatMap((node) => {
    const pairs = seriesOf(dnsProbe.value, { node, transport: 'udp', method: 'pair', role: 'service', zone: 'cluster' })
    const { of } = lossOf(pairs)
    const kernel = nodes.value.find((it) => it.name === node)?.kernel ?? 'unknown'
    const counters = conntrack.known ? conntrack.value.find((it) => it.node === node) : undefined
    return of < 20 || notable(troubled(pairs), of) ? [] : [{ node, kernel, delta: counters?.delta ?? null }]
  })
  return well.length === 0 ? [] : [`the A/AAAA race: ${raceWords(well)}`]
}

function servers(model: Model): readonly string[] {
  const { coreDnsWindows } = model.sources
  if (!coreDnsWindows.known) return [`CoreDNS's own metrics: not read (${coreDnsWindows.why.detail})`]
  return coreDnsWindows.value.map((it) => {
    const seconds = it.windowMs / 1000
    const rate = it.requests === null ? 'requests unknown' : `${(it.requests / seconds).toFixed(0)} requests/s`
    const cpu = it.cpuSeconds === null ? 'CPU unknown' : `CPU ${((1000 * it.cpuSeconds) / seconds).toFixed(0)}m`
    const answers = Object.entries(it.responses)
      .filter(([, count]) => count > 0)
      .map(([rcode, count]) => `${rcode} ${count}`)
      .join('  ')
    return `${it.pod}, ${seconds.toFixed(1)} s: ${rate}  ${cpu}  ${answers}`.trimEnd()
  })
}
