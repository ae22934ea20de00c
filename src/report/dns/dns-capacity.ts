import {
  cpuMilliOf,
  cpuShareOf,
  type DnsCapacity,
  memoryShareOf,
  rateOf,
  type ServerUse,
  type UsedUp,
} from '../../answers/dns-capacity.ts'
import { autoscalerConfigMap, type Sized } from '../../relations/dns/dns-sizing.ts'
import type { Paint } from '../paint.ts'
import { labelled, tableLines } from '../table.ts'
import { ms, percent } from '../../phrases.ts'

const unknown = 'unknown'

/** Of what is named in one line each: `from the cache`, `autoscaler`. */
const nameWidth = 14

/** The verdict first, then what is used, then what is needed, each number with how it came about. */
export function capacityText(it: DnsCapacity, paint: Paint): readonly string[] {
  return [
    paint.strong(capacityHeadline(it)),
    '',
    ...serverTable(it, paint),
    '',
    ...facts(it, paint),
    '',
    ...needs(it, paint),
    '',
  ]
}

export function capacityHeadline(it: DnsCapacity): string {
  const [first, ...more] = it.usedUp
  if (first !== undefined)
    return `CoreDNS has no headroom: ${usedUpText(first)}${more.length === 0 ? '' : `, and ${more.length} more`}.`
  const seen = it.servers.filter((one) => one.rates.known)
  if (seen.length === 0) return 'Cannot tell what CoreDNS carries: the metrics of no server could be read.'
  const shares = seen.map(cpuShareOf)
  const busiest = shares.includes(null) ? null : Math.max(...shares.map((one) => one ?? 0))
  const unseen = it.servers.length - seen.length
  return (
    `${seen.length} of ${it.servers.length} DNS servers answer ${rate(it.queriesPerSecond)}` +
    `${unseen > 0 ? ' by estimate' : ''}; ` +
    (busiest === null
      ? 'how much CPU that leaves is unknown.'
      : `the busiest uses ${percent(busiest)} of the CPU that it may.`)
  )
}

function usedUpText({ pod, what, share, of }: UsedUp): string {
  const whole = {
    'cpu-limit': `its CPU limit of ${of}m`,
    'node-cores': `its node's ${of} cores`,
    'memory-limit': 'its memory limit',
  }
  return `${pod} uses ${Math.round(share * 100)} % of ${whole[what]}`
}

/** As all commands. What was not seen, be it one share of one server, is no ground for a 0. */
export function capacityExitCode({ usedUp, servers }: DnsCapacity): 0 | 1 | 2 {
  if (usedUp.length > 0) return 1
  return servers.every((it) => cpuShareOf(it) !== null && (it.memoryLimitBytes === null || memoryShareOf(it) !== null))
    ? 0
    : 2
}

function serverTable(it: DnsCapacity, paint: Paint): readonly string[] {
  const header = [
    'server',
    'node',
    'queries/s',
    'CPU',
    'of its limit',
    'request',
    'memory',
    'of its limit',
    'p99',
    'node: cores, requested',
  ]
  const [head = '', ...lines] = tableLines([header, ...it.servers.map(row)], { right: [2, 3, 4, 5, 6, 7, 8] })
  const unread = it.servers.flatMap((one) =>
    one.rates.known ? [] : [`  ${paint.mark('cannot-tell')} ${one.pod}: ${one.rates.why.detail}`],
  )
  return [
    paint.dim(head),
    ...lines.map((line, i) => (it.usedUp.some(({ pod }) => pod === it.servers[i]?.pod) ? paint.bad(line) : line)),
    ...unread,
  ]
}

function row(it: ServerUse): readonly string[] {
  const rates = it.rates.known ? it.rates.value : null
  const cpu = rates === null ? null : cpuMilliOf(rates)
  const share = it.cpuLimitMilli === null ? null : cpuShareOf(it)
  return [
    it.pod,
    it.node ?? unknown,
    rates === null || rates.requests === null ? unknown : rateOf(rates).toFixed(1),
    cpu === null ? unknown : `${Math.round(cpu)}m`,
    ofLimit(share, it.cpuLimitMilli === null ? null : `${it.cpuLimitMilli}m`),
    it.cpuRequestMilli === null ? 'none' : `${it.cpuRequestMilli}m`,
    rates?.residentBytes === null || rates === null ? unknown : `${Math.round(rates.residentBytes / 2 ** 20)}Mi`,
    ofLimit(memoryShareOf(it), it.memoryLimitBytes === null ? null : `${Math.round(it.memoryLimitBytes / 2 ** 20)}Mi`),
    boundOf(rates?.p99Seconds ?? null),
    `${it.nodeCores ?? unknown}, ${it.nodeRequestedMilli === null ? unknown : `${it.nodeRequestedMilli}m`}`,
  ]
}

function facts(it: DnsCapacity, paint: Paint): readonly string[] {
  const codes = Object.entries(it.responses).sort((a, b) => b[1] - a[1])
  const answers = codes.reduce((sum, [, n]) => sum + n, 0)
  const seconds = it.servers.flatMap((one) => (one.rates.known ? [one.rates.value.seconds] : []))[0]
  const warn = (is: boolean, text: string): string => (is ? `${paint.mark('warning')} ${text}` : text)
  const nx = it.nxdomainShare
  return [
    fact(
      'answers',
      answers === 0
        ? 'none while it was watched'
        : warn(
            (it.servfailShare ?? 0) > 0.01,
            `${codes.map(([code, n]) => `${code} ${percent(n / answers)}`).join('  ')}   ` +
              `(${answers} in ${seconds?.toFixed(1)} s)`,
          ),
    ),
    fact('from the cache', it.cacheHitShare === null ? `${unknown}: no cache metric moved` : percent(it.cacheHitShare)),
    fact('upstream', upstreamText(it.upstream)),
    fact(
      'CPU per query',
      it.cpuSecondsPerQuery === null
        ? `${unknown}: fewer than 500 queries or 50 ms of CPU while it was watched`
        : `${Math.round(it.cpuSecondsPerQuery * 1e6)} us, ` +
            `so ${Math.round(1 / it.cpuSecondsPerQuery).toLocaleString('en')} queries/s on one vCPU`,
    ),
    fact(
      'evenly spread',
      it.skew === null
        ? 'too little to say'
        : warn(it.skew > 3, `the busiest server gets ${it.skew.toFixed(1)} x the rate of the least busy one`),
    ),
    fact(
      'search lists',
      nx === null
        ? 'too little to say'
        : warn(
            nx > 0.6,
            nx < 0.005
              ? 'cost nothing now: no NXDOMAIN'
              : `${percent(nx)} are NXDOMAIN; if search lists are why, ` +
                  `a lookup costs ${(1 / (1 - Math.min(nx, 0.99))).toFixed(1)} x its queries (DNS104 names who)`,
          ),
    ),
  ]
}

function needs(it: DnsCapacity, paint: Paint): readonly string[] {
  const { sizing } = it
  const has = <T>(values: readonly (T | null)[], text: (value: T) => string): string =>
    [...new Set(values.map((one) => (one === null ? 'none' : text(one))))].join(', ')
  const line = (name: string, sized: Sized, unit: string, now: string): readonly string[] => [
    need(name, sized.value === null ? unknown : `${sized.value}${unit}`, now),
    paint.dim(fact('', sized.formula)),
  ]
  return [
    paint.strong('This cluster needs'),
    ...((it.queriesPerSecond ?? 0) < 50 && it.queriesPerSecond !== null
      ? [
          paint.dim(
            '  hardly anybody asks just now: look again at the busiest hour, or watch for longer (--window 60s)',
          ),
        ]
      : []),
    ...line('replicas', sizing.replicas, '', it.replicas === null ? unknown : `${it.replicas}`),
    ...line(
      'CPU request',
      sizing.cpuRequestMilli,
      'm',
      has(
        it.servers.map((one) => one.cpuRequestMilli),
        (value) => `${value}m`,
      ),
    ),
    need(
      'CPU limit',
      'none',
      has(
        it.servers.map((one) => one.cpuLimitMilli),
        (value) => `${value}m`,
      ),
    ),
    paint.dim(fact('', 'a limit stops CoreDNS for the rest of each 100 ms; the upstream manifest has none')),
    ...line(
      'memory limit',
      sizing.memoryLimitMi,
      'Mi',
      has(
        it.servers.map((one) => one.memoryLimitBytes),
        (value) => `${Math.round(value / 2 ** 20)}Mi`,
      ),
    ),
    fact('autoscaler', 'for cluster-proportional-autoscaler, where it runs; it counts nodes and cores, never queries'),
    ...yaml(autoscalerConfigMap(sizing)).map((text) => `      ${text}`),
    ...(!it.usedUp.some(({ what }) => what === 'cpu-limit')
      ? []
      : ['', `  ${paint.strong('help')}: hopscope fix DNS103 --probe --plan    hopscope explain DNS103`]),
    ...(it.usedUp.length > 0 && it.servers.some((one) => one.cpuLimitMilli !== null)
      ? ['  note: at its limit a server drops what it cannot answer, so the rate above is the least that clients ask']
      : []),
  ]
}

/** Two levels of plain keys: enough for a ConfigMap. */
function yaml(object: object): readonly string[] {
  return Object.entries(object as Record<string, unknown>).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? [
          `${key}:`,
          ...Object.entries(value as Record<string, string>).map(
            ([inner, text]) => `  ${inner}: ${/^[\w-]+$/.test(text) ? text : `'${text}'`}`,
          ),
        ]
      : [`${key}: ${String(value)}`],
  )
}

function fact(name: string, value: string): string {
  return labelled([[name, value]], nameWidth).join('')
}

function need(name: string, value: string, now: string): string {
  return tableLines([[name, value, `now ${now}`]], { least: [nameWidth, 9], gap: 1 }).join('')
}

function rate(value: number | null): string {
  return value === null
    ? 'at an unknown rate'
    : `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1)} queries/s`
}

function ofLimit(share: number | null, limit: string | null): string {
  if (limit === null) return 'no limit'
  return `${share === null ? unknown : percent(share)} of ${limit}`
}

/** The bucket of the histogram that a quantile is in. */
function boundOf(seconds: number | null): string {
  if (seconds === null) return '-'
  return seconds === Infinity ? 'over 8 s' : `< ${ms(seconds * 1000)}`
}

function upstreamText(it: { readonly meanMs: number | null; readonly queries: number } | null): string {
  if (it === null) return `${unknown}: forward counted nothing`
  if (it.meanMs === null) return 'not asked while it was watched'
  return `${ms(it.meanMs)} on average over ${it.queries} queries`
}
