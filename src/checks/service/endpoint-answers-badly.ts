import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts, DirectContact, HttpContact } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import { lateOf } from '../../model/http-error.ts'
import { type Known, known, leftOut } from '../../model/known.ts'
import type { ProgramLog } from '../../model/program-log.ts'
import { subjectKey } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { endText, excuseOf, isBadEnd, urlText } from '../../relations/ingress/http-answers.ts'
import { type Needs, needsOfPods } from '../../relations/service/needs-of-pods.ts'
import { isWrongProtocol, mayBeOther, nameOfEndpoint } from '../../relations/service/http-of-endpoint.ts'
import { lacksOfPods } from '../../relations/service/lacks-of-pods.ts'
import { httpPattern } from '../../relations/service/http-pattern.ts'
import { routeOfContact, routesTo } from '../../relations/ingress/http-of-ingress.ts'
import {
  dnsLossOnNode,
  endpointsAnswerBadly,
  ingressBackendFails,
  largeLost,
  svcUnanswered,
} from '../../relations/symptom.ts'
import { homesOfBad } from '../../relations/service/bad-endpoints-homes.ts'
import { dueToShared } from '../../relations/service/shared-address.ts'
import type { Pod } from '../../model/pod.ts'
import { lookOf, noteOf, type Pattern, patterns } from './bad-answer-words.ts'
import { serviceSubject } from './words.ts'
import { count, full, some } from '../../phrases.ts'

/**
 * A Service sends each user to any of its endpoints, so one of three that answers 500 is a third of the users' errors.
 * Through a controller that is a matter of luck, and of its retries; asked one by one it shows every time.
 */
export default check({
  code: 'SVC208',
  slug: 'service/endpoint-answers-badly',
  title: 'an endpoint of a Service answers HTTP badly',
  fine: 'each endpoint that was asked over HTTP answers without a server error',
  severity: 'error',
  needs: ['contacts'],
  wants: ['ingresses', 'networkPolicies', 'namespaces', 'pods', 'dnsProbe', 'services', 'clusterDns', 'programLogs'],
  remedies: [],
  decides: [],

  run({ contacts, ingresses, networkPolicies, namespaces, pods, dnsProbe, services, clusterDns, programLogs, scope }) {
    const excuse = excuseOf({ contacts: known(contacts), networkPolicies, namespaces, pods, dnsProbe, scope })
    const routes = ingresses.known ? ingresses.value : []
    const homes = new Map(
      (pods.known ? pods.value : []).flatMap((it) => (it.node === null || it.ip === null ? [] : [[it.ip, it.node]])),
    )
    const needsOf = needsOfPods(pods, services, clusterDns)
    const groups = [
      ...Map.groupBy(
        contacts.direct ?? [],
        ({ service, host, path }) => `${service.namespace}/${service.name}:${service.port} ${host}${path}`,
      ).values(),
    ]
    const flagged = (contacts.unasked ?? []).filter((it) => it.why === 'flag')
    if (flagged.length > 0) return cannotTell('not-asked', leftOut('--no-http'))
    if (groups.length === 0) return notApplicable('no endpoint was asked over HTTP')
    const speaking = new Set((contacts.direct ?? []).filter((it) => it.status !== null).map(placeOf))
    const verdicts = groups.flatMap((all) => {
      const its = all.filter((it) => excuse(it) === null)
      const [why] = all.flatMap((it) => excuse(it) ?? [])
      const [first] = all
      const blind =
        why === undefined || first === undefined
          ? []
          : [cannotTell('ambiguous', `Service ${full(first.service)}: ${why}`)]
      const around = {
        http: contacts.http,
        ingresses: routes,
        homes,
        pods: pods.known ? pods.value : [],
        needsOf,
        speaking,
        logs: programLogs,
      }
      return [...blind, ...judge(its, around)]
    })
    return [...sampled(contacts, groups.length), ...worstOfEach(verdicts)]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${some(args.sick)} of Service ${full(on)} ${args.sick.length === 1 ? 'answers' : 'answer'} HTTP badly: ` +
      `${some(args.what)}.`,
    detail: ({ args }) =>
      `${args.bad} of ${args.of} requests to ${count(args.endpoints, 'endpoint')} · ${args.url}, ` +
      `asked of the pods themselves · ${args.counts.join(', ')}`,
    note: ({ args }) =>
      args.lacks.length === 0
        ? noteOf(args)
        : `${args.sick.length === 1 ? 'its own log says' : 'their own logs say'} what may be why: ${some(args.lacks)}`,
    help: ({ subject: on, args }) => [
      lookOf(args),
      ...(args.pattern === 'across' || args.pattern === 'from-nodes'
        ? [
            `on a node that gets no answer:  tracepath -n ${args.ip}    ping -M do -s 1472 -c 3 ${args.ip}`,
            'on both nodes:  ip link show    iptables-save -c | grep -E "DROP|REJECT"',
          ]
        : [`kubectl -n ${on.namespace} logs ${args.sick[0]} --since=10m`]),
      `kubectl -n ${on.namespace} get pod ${args.sick[0]} -o wide`,
    ],
  },
})

/** What the bound of the plan left out is no part of what is well. */
function sampled({ direct = [], unasked = [] }: Contacts, groups: number) {
  const bounded = unasked.filter((it) => it.why === 'bound').length
  if (bounded === 0 || groups === 0) return []
  const asked = new Set(direct.map((it) => `${it.ip} ${it.port}`)).size
  return [
    ok(
      direct.length,
      `${count(asked, 'endpoint')} asked; of ${count(bounded, 'Service port')} not all, or none: the probe has a bound`,
    ),
  ]
}

type Judged = ReturnType<typeof judge>[number]

/** Several URLs of one Service that fail are one fault of it: the one that says most of it is told. */
function worstOfEach(verdicts: readonly Judged[]) {
  const found = verdicts.filter((it) => it.kind === 'finding')
  const weight = ({ found: { severity, args } }: (typeof found)[number]): number =>
    (severity === 'error' ? 0 : 10) + patterns.indexOf(args.pattern)
  const told = [...Map.groupBy(found, (it) => subjectKey(it.found.subject)).values()].flatMap((its) =>
    its.toSorted((a, b) => weight(a) - weight(b)).slice(0, 1),
  )
  return [...told, ...verdicts.filter((it) => it.kind !== 'finding')]
}

interface Around {
  readonly http: readonly HttpContact[]
  readonly ingresses: readonly Ingress[]
  /** The node of each address. */
  readonly homes: ReadonlyMap<string, string>
  readonly pods: readonly Pod[]
  /** What the pods that answered badly call, and what goes wrong where they miss something. */
  readonly needsOf: (bad: readonly DirectContact[]) => Needs
  /** Places that answered some request in HTTP: what they say to another one is no other protocol. */
  readonly speaking: ReadonlySet<string>
  readonly logs: Known<readonly ProgramLog[]>
}

function placeOf({ ip, port }: DirectContact): string {
  return `${ip} ${port}`
}

function judge(its: readonly DirectContact[], { http, ingresses, homes, pods, needsOf, speaking, logs }: Around) {
  const bad = its.filter((it) => isBadEnd(it) || isOddOne(it, its))
  const [first] = its
  const [worst] = bad
  if (first === undefined) return []
  if (worst === undefined) return [ok(its.length, `${urlText(first)}: ${some([...new Set(its.map(endText))])}`)]
  const { service } = first
  const routing = routesTo(ingresses, service)
  const routed = http.filter((it) =>
    routing.some(
      (one) =>
        one.namespace === it.ingress.namespace &&
        one.name === it.ingress.name &&
        routeOfContact(one, it)?.backend.service === service.name,
    ),
  )
  const through = routed.filter((it) => !isBadEnd(it))
  const pattern = patternOf(its, { bad, isServed: through.length > 0, homes, speaking })
  if (pattern === 'protocol' && through.length > 0)
    return [
      cannotTell(
        'ambiguous',
        `every endpoint of ${full(service)}:${service.port} that was asked for ${urlText(first)} hangs up, in plain ` +
          'HTTP and in TLS, and its Ingress is answered: another protocol, or an answer to this path that is no HTTP',
      ),
    ]
  const sick = [...new Set(bad.map(nameOfEndpoint))]
  const all = [...new Set(its.map(nameOfEndpoint))]
  const needs = needsOf(bad)
  const { lacks, evidence } = lacksOfPods(logs, service.namespace, sick)
  const homeOf = (it: DirectContact): string | null => homes.get(it.ip) ?? null
  const counts = [...Map.groupBy(its, endText)].map(([what, some]) => `${some.length} ${what}`)
  return [
    finding({
      subject: serviceSubject(service),
      confidence: 'observed',
      severity: isDoubtful(pattern, bad, routed) || !bad.some(isBadEnd) ? 'warning' : 'error',
      args: {
        pattern,
        sick,
        what: [...new Set(bad.map(endText))],
        bad: bad.length,
        of: its.length,
        endpoints: all.length,
        counts,
        url: urlText(worst),
        port: service.port,
        ip: worst.ip,
        homes: homesOfBad(its, bad, homeOf),
        on: [...new Set(bad.flatMap((it) => homeOf(it) ?? []))].toSorted(textOrder),
        calls: needs.calls,
        lacks,
      },
      evidence: [
        {
          kind: 'shares',
          label: 'requests that failed',
          rows: [...Map.groupBy(its, (it) => `${nameOfEndpoint(it)} ${it.ip}:${it.port} from ${it.node}`)].map(
            ([where, some]) => ({
              where,
              bad: some.filter((it) => bad.includes(it)).length,
              of: some.length,
              note: [...new Set(some.map(endText))].join(', '),
            }),
          ),
        },
        ...evidence,
      ],
      // A connection that fails is SVC207's, and has its causes.
      symptoms: [
        endpointsAnswerBadly(service),
        ...(bad.every((it) => it.status === null) ? [svcUnanswered(service)] : []),
      ],
      dueTo: [
        ...needs.keys,
        ...nodeOfAll(its, { bad, homes }),
        ...sizesOfAll(bad, homes),
        ...dueToShared(
          pods,
          bad.map((it) => it.ip),
        ),
      ],
      causes: [endpointsAnswerBadly(service), ...routing.map((it) => ingressBackendFails(it, service.name))],
    }),
  ]
}

/**
 * 404 where the others have the page: an older replica, or one that is another thing; or where the same endpoint has it
 * at other times: several of its processes share the port (SO_REUSEPORT). All of them at 404 is an answer.
 */
function isOddOne(it: DirectContact, its: readonly DirectContact[]): boolean {
  return it.status === 404 && its.some((one) => one.status !== null && one.status < 400 && one.path === it.path)
}

/** A guess, and a protocol that nobody may want to be HTTP, count for less; unless users get errors of it. */
function isDoubtful(pattern: Pattern, bad: readonly DirectContact[], routed: readonly HttpContact[]): boolean {
  return pattern === 'guess' || (pattern === 'protocol' && bad.every(mayBeOther) && !routed.some(isBadEnd))
}

/** The connection opened, and the end of an answer did not come in time. */
function isHung({ error }: DirectContact): boolean {
  return ['answer', 'body'].includes(lateOf(error) ?? '')
}

/** A request of a few bytes arrives, and an answer of many hangs after its headers, or before: where each one hangs. */
function sizesOfAll(bad: readonly DirectContact[], homes: ReadonlyMap<string, string>): readonly string[] {
  if (!bad.every(isHung)) return []
  return bad.flatMap((it) => {
    const home = homes.get(it.ip)
    return home === undefined || home === it.node ? [] : [largeLost(home, it.node)]
  })
}

/**
 * Names that the node of all bad ones does not find are why, where no good one runs there. A node's loss is told of the
 * node, and not of each pod there.
 */
function nodeOfAll(
  its: readonly DirectContact[],
  { bad, homes }: { readonly bad: readonly DirectContact[]; readonly homes: ReadonlyMap<string, string> },
): readonly string[] {
  const [node, ...others] = new Set(bad.map((it) => homes.get(it.ip)))
  const isShared = its.some((it) => !bad.includes(it) && homes.get(it.ip) === node)
  return node === undefined || others.length > 0 || isShared ? [] : [dnsLossOnNode(node)]
}

interface Ends {
  readonly bad: readonly DirectContact[]
  readonly isServed: boolean
  readonly speaking: ReadonlySet<string>
  readonly homes: ReadonlyMap<string, string>
}

/** Where users are served well, the path that was asked is perhaps not the one that pods get. */
function patternOf(its: readonly DirectContact[], { bad, isServed, homes, speaking }: Ends): Pattern {
  if (bad.length < its.length)
    return httpPattern(
      its,
      (it) => bad.includes(it),
      (it) => homes.get(it.ip) ?? null,
    )
  if (bad.every((it) => isWrongProtocol(it) && !speaking.has(placeOf(it)))) return 'protocol'
  if (bad.every(isHung)) return 'unfinished'
  return bad.every((it) => (isServed || it.basis === 'guessed') && it.status !== null && it.error === null)
    ? 'guess'
    : 'all'
}
