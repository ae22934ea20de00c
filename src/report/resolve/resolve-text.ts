import type { AskedQuery, ResolverWalk } from '../../model/resolution.ts'
import {
  answerWord,
  disagreements,
  foreignOwners,
  fullNameOf,
  isTaken,
  mainWalk,
  type Outcome,
  otherWalk,
  outcomeOf,
  type Resolution,
} from '../../answers/resolution.ts'
import { policies } from './policy-lines.ts'
import type { Paint } from '../paint.ts'
import { labelled, tableLines } from '../table.ts'
import { unreadyNames } from './unready-names.ts'
import { page } from '../visible.ts'
import { count, ms, some } from '../../phrases.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { whyNot } from './why-not.ts'

const mark = {
  found: 'ok',
  'in-hosts': 'ok',
  slow: 'warning',
  'not-found': 'error',
  denied: 'error',
  'fails-inside': 'error',
  disagree: 'error',
  'by-turns': 'error',
  'not-the-service': 'error',
  'won-by-suffix': 'error',
  'other-fails': 'warning',
  unread: 'cannot-tell',
  'not-asked': 'cannot-tell',
} as const

/** The answer first, then where it was asked from and by what rules, then every query in the order of sending. */
export function resolveText(it: Resolution, paint: Paint, footer: readonly string[]): string {
  const outcome = outcomeOf(it)
  const main = mainWalk(it)
  const lines = [
    `${paint.mark(mark[outcome.kind])} ${paint.strong(headline(it, outcome))}`,
    '',
    ...labelled(facts(it), 11),
    ...(main === null
      ? []
      : ['', `  ${it.libc === null ? 'as glibc asks' : `as this container asks (${it.libc})`}`, ...table(main, paint)]),
    ...others(it, paint),
    ...servers(it, paint),
    '',
    ...(outcome.kind === 'not-found' && outcome.end === 'nxdomain' && it.near.length > 0
      ? [
          `  help: namespace ${it.from.namespace} has ${it.near.length === 1 ? 'a Service' : 'Services'} ` +
            it.near.map((name) => `\`${name}\``).join(', '),
          '',
        ]
      : []),
    ...(outcome.kind === 'not-found' && outcome.end !== 'other-name' ? (unreadyNames(it) ?? deniedService(it)) : []),
    ...(foreignOwners(main?.queries ?? []).length > 0 ? foreignHelp() : []),
    ...(outcome.kind === 'denied'
      ? [`  help: hopscope diagnose pod/${it.from.pod} -n ${it.from.namespace}    says what the policy lacks`, '']
      : []),
    ...footer,
  ]
  return page(lines, paint)
}

/** Nothing else makes such an answer of a name than who rewrites names on the way. */
function foreignHelp(): readonly string[] {
  return [
    '  help: a `rewrite` of the Corefile must take the name back: `answer auto` or `answer name`. ' +
      'hopscope dns --probe    names the line (DNS194)',
    '',
  ]
}

/** A Service that DNS denies: the denial is kept, or the server does not see the Service. */
function deniedService(it: Resolution): readonly string[] {
  const service = it.service ?? null
  const kept = Math.max(
    0,
    ...(mainWalk(it)?.queries ?? []).flatMap((one) =>
      service !== null && one.name === fullNameOf(service, it.domain) ? [one.denialTtl ?? 0] : [],
    ),
  )
  if (service === null) return []
  const because =
    (kept > 0 ? `the denial may be kept for ${kept} s more` : 'the DNS servers do not see it') +
    `, or on ${it.from.node} another answers in their place`
  return [
    `  help: Service ${service.namespace}/${service.name} exists: ${because}. ` +
      `hopscope diagnose svc/${service.name} -n ${service.namespace} --probe`,
    '',
  ]
}

function headline(it: Resolution, outcome: Outcome): string {
  const main = mainWalk(it)
  switch (outcome.kind) {
    case 'in-hosts':
      return `${it.label} is ${it.hosts.addresses.join(', ')}, from /etc/hosts: DNS is not asked.`
    case 'found':
      return ofFound(it)
    case 'slow':
      return `${answer(it)}, but only after ${ms(outcome.ms)}: ${slowBy(it, outcome.lost)}.`
    case 'denied':
      return (
        `NetworkPolicy ${outcome.policy} does not let pod ${it.from.namespace}/${it.from.pod} ask DNS, ` +
        `so it can't look up ${it.label}.`
      )
    case 'fails-inside':
      return (
        `${it.label} is known to DNS, but getaddrinfo in container ${it.from.container} fails: ` +
        `${own(outcome.own)}.`
      )
    case 'disagree':
      return ofDisagreement(it)
    case 'by-turns':
      return (
        `${bare(outcome.name)} is found and "does not exist" by turns: ${outcome.server} said both within a ` +
        'moment, so ' +
        'whom it asks, or the servers behind it, do not agree (hopscope dns --probe, DNS188).'
      )
    case 'not-the-service':
      return (
        `${it.label} is ${some(outcome.says, 4)}` +
        (it.hosts.addresses.length > 0 ? ', from /etc/hosts' : '') +
        `, which is not Service ${outcome.service.namespace}/${outcome.service.name} (${outcome.service.clusterIP}).`
      )
    case 'won-by-suffix':
      return (
        `${answer(it)}, but by itself it is ${some(outcome.itself, 3)}: ` +
        'a suffix of the search list takes the name.'
      )
    case 'other-fails':
      return (
        `${answer(it)} as ${main?.libc ?? 'glibc'} asks, but ${outcome.libc} does not find it: ` +
        `${shortEnd[outcome.end]}.`
      )
    case 'not-found':
      return unfound(it, outcome.end)
    case 'unread':
      return `${answer(it)} by what the pod's spec implies, and its own resolv.conf is not known: ${outcome.why}.`
    case 'not-asked':
      return `No query could be sent: ${outcome.why}.`
  }
}

function unfound(it: Resolution, end: ResolverWalk['end']): string {
  const main = mainWalk(it)
  if (end !== 'other-name')
    return `${it.label} ${whyNot(main?.queries ?? []) ?? notFound[end]}${main === null ? '' : ` (${effort(main)})`}.`
  return (
    `${it.label} is answered with records of another name (${some(foreignOwners(main?.queries ?? []), 2)}): ` +
    `${main?.libc ?? 'glibc'} throws them away and finds nothing; musl takes them.`
  )
}

function slowBy(it: Resolution, lost: number): string {
  if (lost === 0) return `getaddrinfo in container ${it.from.container} takes that long`
  return `${count(lost, 'query', 'queries')} got no answer`
}

function effort({ queries, ms: took }: ResolverWalk): string {
  const names = new Set(queries.map((one) => one.name)).size
  return `${count(names, 'name')} tried, ${count(queries.length, 'query', 'queries')}, ${ms(took)}`
}

const notFound: Readonly<Record<ResolverWalk['end'], string>> = {
  found: 'is found',
  nodata: 'is a name, but has no address: no data of the type that was asked for',
  'other-name': 'is not resolved: the records of the answer bear another name',
  nxdomain: 'does not exist: NXDOMAIN',
  servfail: 'is not resolved: the server fails (SERVFAIL)',
  refused: 'is not resolved: the server refuses (REFUSED)',
  timeout: 'is not resolved: no answer',
  unreachable: 'is not resolved: nothing listens at the nameserver (port unreachable)',
  'cut-off': 'is not resolved within 45 s: hopscope stopped waiting',
}

function answer(it: Resolution): string {
  const main = mainWalk(it)
  const winner = main?.winner ?? null
  const taken = (main?.queries ?? []).filter((one) => main !== null && one.name === winner && isTaken(main, one))
  const more = [...Map.groupBy(taken, (one) => one.type).values()].reduce(
    (sum, its) => sum + Math.max(...its.map((one) => one.more ?? 0)),
    0,
  )
  const data = [
    ...new Set(
      taken.flatMap((one) => one.records.filter((record) => record.type === one.type).map((record) => record.data)),
    ),
  ]
  const named = winner === null || bare(winner) === bare(it.typed) ? it.label : `${it.label} (${bare(winner)})`
  const records = (main?.queries ?? []).filter((one) => one.name === winner).flatMap((one) => one.records)
  const aliases = [...new Set(records.filter((it) => it.type === 'CNAME').map((it) => bare(it.data)))]
  const alias = aliases.length === 0 || it.types.includes('CNAME') ? '' : `an alias of ${some(aliases, 2)}, `
  if (more === 0) return `${named} is ${alias}${some(data, 4)}`
  return `${named} is ${alias}${data.slice(0, 4).join(', ')} (${data.length + more} addresses, 4 shown)`
}

function foundHow({ label, typed }: Resolution, winner: string): string {
  if (label !== typed) return `found as ${bare(winner)}`
  if (bare(winner) === bare(typed)) return 'found as it was typed'
  return `found with suffix ${bare(winner).slice(bare(typed).length + 1)}`
}

function wonBy(it: Resolution): string {
  const main = mainWalk(it)
  const winner = main?.winner ?? null
  if (main === null || winner === null) return 'found'
  const at = [...new Set(main.queries.map((one) => one.name))].indexOf(winner) + 1
  return `${foundHow(it, winner)}${at > 1 ? `, the ${ordinal(at)} name tried` : ''}`
}

function ofFound(it: Resolution): string {
  const main = mainWalk(it)
  const cost = `${count(main?.queries.length ?? 0, 'query', 'queries')}, ${ms(main?.ms ?? 0)}`
  return isWalkOfProbe(it)
    ? `${answer(it)}. The probe pod took ${cost}; with autopath a pod that CoreDNS knows may take one.`
    : `${answer(it)}: ${wonBy(it)}, ${cost}.`
}

/**
 * With `autopath @kubernetes` CoreDNS answers the first name of a pod's search list with what a later one has, for pods
 * that it knows by their address (plugin/autopath, `pods verified`). A probe pod is too young: it walks on its own.
 */
function isWalkOfProbe(it: Resolution): boolean {
  const names = new Set((mainWalk(it)?.queries ?? []).map((one) => one.name))
  return it.autopath === true && names.size > 1
}

function ofDisagreement(it: Resolution): string {
  return mainWalk(it)?.end === 'found'
    ? `${answer(it)}, but the servers disagree: ${disagreement(it)}.`
    : `The DNS servers disagree about ${it.label}: ${disagreement(it)}.`
}

function disagreement(it: Resolution): string {
  const all = disagreements(it)
  const hasData = new Set(
    it.servers.flatMap((one) => one.queries.flatMap(({ name, answer }) => (answer === 'ok' ? [name] : []))),
  )
  const first = all.find((one) => hasData.has(one.name)) ?? all[0]
  return (first?.says ?? [])
    .map((one) => `${some(one.servers, 3)} ${one.servers.length === 1 ? 'says' : 'say'} ${one.answer}`)
    .join('; ')
}

function facts(it: Resolution): readonly (readonly [string, string])[] {
  const { pod, namespace, node, container } = it.from
  const conf = it.resolvConf.text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(nameserver|search|domain|options)\b/.test(line))
  const how = {
    read: `as container ${container} has it`,
    computed: `COMPUTED from the pod's spec, not read: ${it.resolvConf.why}`,
    'probe-pod': "the probe pod's own, as every ordinary pod of this namespace has it",
  }[it.resolvConf.how]
  return [
    [
      'from',
      pod === null
        ? `namespace ${namespace}, a probe pod on ${node}`
        : `pod ${namespace}/${pod} on ${node}; asked by a probe pod beside it`,
    ],
    ...(isWalkOfProbe(it)
      ? [
          [
            'autopath',
            'CoreDNS walks the search list for each pod that it knows, at its first query; it did not know the probe ' +
              'pod yet: the table below is how a pod without autopath asks',
          ] as const,
        ]
      : []),
    ['resolv.conf', how],
    ...conf.map((line) => ['', line] as const),
    ...(pod === null ? [] : [['/etc/hosts', hosts(it)] as const]),
    [
      'getaddrinfo',
      it.own.known
        ? `${pod === null ? 'in the probe pod' : `in container ${container}`}: ${own(it.own.value)}`
        : `not called: ${it.own.why.detail}`,
    ],
    ...(it.walks.known ? policies(it) : []).map((line, index) => [index === 0 ? 'policy' : '', line] as const),
  ]
}

function hosts(it: Resolution): string {
  if (it.hosts.how === 'not-known') return 'not read, and the pod has no hostAliases'
  const from = it.hosts.how === 'read' ? '' : " (from the pod's hostAliases; the file was not read)"
  return it.hosts.addresses.length === 0
    ? `has no entry for ${it.typed}${from}`
    : `${it.hosts.addresses.join(', ')}${from}: comes before DNS`
}

function own({
  tool,
  result,
  addresses,
  ms: time,
}: {
  readonly tool: string
  readonly result: string
  readonly addresses: readonly string[]
  readonly ms: number
}): string {
  const said =
    result === 'ok'
      ? some(addresses, 4)
      : ({ timeout: 'no answer', nxdomain: 'no such name', servfail: 'try again (EAI_AGAIN)', nothing: 'no address' }[
          result
        ] ?? result)
  const after = tool === 'getaddrinfo' || time >= 20 ? `after ${ms(time)}` : 'within 20 ms'
  return `${said} ${after}${tool === 'getaddrinfo' ? '' : ` (${tool})`}`
}

/** A table of what was sent: the number of the name stands once for both of its questions. */
function table(walk: ResolverWalk, paint: Paint): readonly string[] {
  const several = new Set(walk.queries.map((it) => it.server)).size > 1
  const names = [...new Set(walk.queries.map((it) => it.name))]
  const rows = walk.queries.map((it, index) => {
    const before = walk.queries[index - 1]
    const again = walk.queries
      .slice(0, index)
      .some(
        (one) => one.name === it.name && one.type === it.type && one.server === it.server && one.answer !== 'truncated',
      )
    return {
      it,
      cells: [
        before?.name === it.name ? '' : String(names.indexOf(it.name) + 1),
        ...(several || index === 0 ? [it.server] : ['']),
        before?.name === it.name ? '' : bare(it.name),
        `${it.type}${it.transport === 'tcp' ? ' tcp' : ''}${again ? ' again' : ''}`,
        cell(it),
        ttl(it),
        ms(it.ms),
      ],
    }
  })
  const header = ['', 'server', 'name', 'type', 'answer', 'TTL', 'time']
  const [head = '', ...lines] = tableLines([header, ...rows.map((row) => row.cells)], { right: [5, 6], indent: 4 })
  return [
    paint.dim(head),
    ...rows.map(({ it }, index) => {
      const line = lines[index] ?? ''
      const won = it.name === walk.winner && isTaken(walk, it)
      const bad =
        it.answer === 'other-name' ||
        it.answer === 'timeout' ||
        it.answer === 'unreachable' ||
        it.answer === 'servfail' ||
        it.answer === 'refused'
      if (won) return `${line}  ${paint.arrow}`
      return bad ? paint.bad(line) : line
    }),
  ]
}

function cell(it: AskedQuery): string {
  if (it.answer === 'other-name') {
    const its = it.records.filter((record) => record.type === it.type)
    return `${bare(its[0]?.name ?? '')}: ${some(
      its.map((record) => record.data),
      2,
    )}, for another name`
  }
  if (it.answer !== 'ok') return answerWord(it)
  const alias = it.records.find((record) => record.type === 'CNAME')
  const data = it.records.filter((record) => record.type === it.type).map((record) => record.data)
  return `${alias === undefined ? '' : `${bare(alias.data)} `}${listed(data, 3, it.more ?? 0)}`
}

/** `more`: records that the answer has beside these. */
function listed(data: readonly string[], shown: number, more: number): string {
  return more === 0 ? some(data, shown) : `${data.slice(0, shown).join(', ')} and ${data.length + more - shown} more`
}

function ttl(it: AskedQuery): string {
  const least =
    it.records.length === 0 && it.denialTtl !== undefined
      ? it.denialTtl
      : Math.min(...it.records.map((record) => record.ttl))
  return Number.isFinite(least) ? `${least} s` : ''
}

/** The other library: one line where it takes the same way, its own table where it does not. */
function others(it: Resolution, paint: Paint): readonly string[] {
  const [main, other] = [mainWalk(it), otherWalk(it)]
  if (main === null || other === null) return []
  const way = (walk: ResolverWalk): string =>
    [...new Set(walk.queries.map((one) => `${one.name} ${one.type} ${one.transport}`))].join('\n')
  const same = way(main) === way(other) && main.end === other.end && main.queries.length === other.queries.length
  if (same) return ['', `  ${other.libc} sends the same and gets the same.`]
  if (outcomeOf(it).kind === 'by-turns')
    return ['', `  a moment later, as ${other.libc} asks: told otherwise by the same server`, ...table(other, paint)]
  const why = difference(main, other, it.resolvConf.text)
  const worse = main.end === 'found' && other.end !== 'found'
  const text = `${other.libc} ${endText(other, main)}${why === null ? '' : `; ${why}`}`
  return ['', `  ${worse ? `${paint.mark('warning')} ` : ''}${text}`, ...table(other, paint)]
}

function endText(other: ResolverWalk, main: ResolverWalk): string {
  if (other.end === main.end) return 'gets the same by another way'
  return other.end === 'found' ? 'finds it' : `does not find it (${shortEnd[other.end]})`
}

const shortEnd: Readonly<Record<ResolverWalk['end'], string>> = {
  found: 'found',
  nodata: 'no data',
  'other-name': 'answered for another name',
  nxdomain: 'NXDOMAIN',
  servfail: 'SERVFAIL',
  refused: 'REFUSED',
  timeout: 'no answer',
  unreachable: 'port unreachable',
  'cut-off': 'cut off',
}

function isOverTcp({ queries }: ResolverWalk): boolean {
  return queries.length > 0 && queries.every((it) => it.transport === 'tcp')
}

function difference(main: ResolverWalk, other: ResolverWalk, resolvConf: string): string | null {
  const musl = main.libc === 'musl' ? main : other
  const glibc = main.libc === 'glibc' ? main : other
  if (isOverTcp(glibc) && !isOverTcp(musl))
    return 'glibc asks over TCP alone (use-vc), musl does not know that option and asks over UDP'
  if (
    musl.candidates.length < glibc.candidates.length &&
    musl.queries.every((it) => it.type !== 'A' && it.type !== 'AAAA')
  )
    return 'musl uses the search list for addresses alone'
  if (musl.candidates.length < glibc.candidates.length) return 'musl has no search list for a name with so many dots'
  if (musl.end === 'nxdomain' && musl.queries.some((it) => it.answer === 'ok' && it.name === glibc.winner))
    return 'one family has an address and the other is NXDOMAIN, which no name that is there is: musl believes that'
  const hasRoot = parseResolvConf(resolvConf).search.includes('.')
  if (hasRoot && musl.end === 'timeout' && musl.queries.every((it) => it.answer !== 'timeout'))
    return 'musl makes a broken query of the `.` in the search list, which no server answers'
  if (glibc.end === 'other-name') return 'glibc throws away records of another name, musl takes them'
  if (musl.end === 'nodata' && glibc.queries.length > musl.queries.length)
    return 'musl stops at a name without data, glibc goes on with the list'
  if (new Set(musl.queries.map((it) => it.server)).size > 1)
    return 'musl asks all nameservers at once, glibc one after the other'
  if (musl.queries.some((it) => it.answer === 'servfail'))
    return 'musl asks again after SERVFAIL until its time is up, glibc goes on'
  if (musl.queries.some((it) => it.answer === 'timeout'))
    return 'musl gives up after its timeout in all, glibc waits for each try'
  return null
}

function servers(it: Resolution, paint: Paint): readonly string[] {
  if (it.servers.length === 0) return []
  const differing = disagreements(it)
  const names = it.servers.map((server) => server.pod ?? server.ip)
  const denied = outcomeOf(it).kind === 'not-found' && (it.service ?? null) !== null
  // What bears a server's address need not come from it, and nobody but this node was asked from.
  if (differing.length === 0 && denied)
    return [
      '',
      `  from ${it.from.node} the same comes from the address of ${names.length === 1 ? '' : 'each of '}` +
        `${some(names, 4)}.`,
    ]
  if (differing.length === 0)
    return [
      '',
      '  asked by itself, ' +
        (names.length === 1 ? `${names[0]} answers the same` : `each of ${some(names, 4)} gives the same answer`) +
        '.',
    ]
  return [
    '',
    `  ${paint.mark('error')} asked by themselves, the servers disagree:`,
    ...differing.flatMap(({ name, says }) => [
      `    ${bare(name)}`,
      ...says.map((one) => `      ${some(one.servers, 4)}: ${one.answer}`),
    ]),
  ]
}

function bare(name: string): string {
  return name.replace(/\.$/, '')
}

function ordinal(n: number): string {
  return ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh'][n] ?? `${n}th`
}
