import { check } from '../../findings/check.ts'
import { finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView, WaitingSockets } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full, ms, some } from '../../phrases.ts'
import { answerTime } from '../../relations/dns/answer-time.ts'
import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { type Gives, givesOf } from '../../relations/service/just-replaced.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { answersOfServices } from '../../relations/service/service-names.ts'
import type { Home } from '../../relations/service/gone-addresses.ts'
import {
  peersAmong,
  type SocketSight,
  socketSights,
  unseenSockets,
  waitingOf,
} from '../../relations/service/pod-sockets.ts'
import { goneAsked, nameGivesGone, toldWrongly } from '../../relations/symptom.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { noSockets, socketsUncounted } from './socket-words.ts'

/**
 * The address of a pod goes with the pod: who looked a headless Service up once, or holds a list of endpoints that
 * nobody renews, calls where nobody is. No lookup fails, no Service is silent, and no object shows it.
 */
export default check({
  code: 'SVC254',
  slug: 'service/asks-gone-address',
  title: 'a program waits for an address that nobody has any more',
  fine: 'no pod that was looked into waits for an address of the cluster that nobody has',
  severity: 'error',
  needs: ['insideViews', 'pods', 'nodes'],
  wants: ['services', 'endpointSlices', 'clusterDns', 'apiSlices', 'podWays', 'crossings', 'nameAnswers'],
  remedies: [],
  decides: [],

  run({ insideViews, pods, nodes, scope, ...given }) {
    const { services, endpointSlices, clusterDns, apiSlices, podWays, crossings, nameAnswers } = given
    const sights = socketSights(insideViews, pods)
    const unseen = unseenSockets(insideViews, sights)
    if (sights.length + unseen.length === 0) return notApplicable(noSockets)
    const peerOf = peersAmong({
      pods,
      nodes: { known: true, value: nodes },
      services,
      endpointSlices,
      clusterDns,
      apiSlices,
      podWays,
      scope,
    })
    const waits = sights.flatMap((sight) =>
      waitingOf(sight, { clusterDns, crossings }).flatMap((waiting): readonly Wait[] => {
        const peer = peerOf(sight.pod, waiting)
        return peer.kind === 'gone' ? [{ sight, waiting, home: peer.home }] : []
      }),
    )
    const groups = Map.groupBy(
      waits,
      ({ sight, waiting }) => `${subjectKey(workloadOfPod(sight.pod))} ${waiting.ip} ${waiting.port}`,
    )
    // An endpoint need be no pod.
    const isWhole = scope.namespace === null && services.known && endpointSlices.known
    const found = [...groups.values()].flatMap((its) =>
      verdict(its, {
        isWhole,
        services,
        clusterDns,
        isAsked: its.some(({ sight }) => isTargetPod(scope, sight.pod)),
        gives: (on, ip) => whatDnsGives(on, ip, { nameAnswers, endpointSlices, insideViews }),
      }),
    )
    return found.length > 0 ? found : okOrUntold(sights.length, unseen, socketsUncounted)
  },

  words: {
    headline: ({ args }) =>
      `Pod ${args.pod} calls ${args.at}, ` +
      (args.node === null
        ? 'which looks like the address of a Service, and no Service has it: nobody answers.'
        : `an address of the pods of node ${args.node} that no pod ${whoHas(args)}: nobody answers.`),
    detail: ({ args }) =>
      `${count(args.sockets, 'connect')} without an answer, for ${ms(args.ms)} or more · inside ` +
      `${count(args.pods, 'pod')} · in ${args.range}`,
    note: ({ args }) =>
      args.headless.length > 0
        ? `headless, and of this port: Service ${some(args.headless)}. Its name leads to the pods' own addresses: ` +
          (args.gives === 'gone'
            ? 'DNS, too, says still what they were before (DNS165), so a program that looks it up each time calls there'
            : 'a program that looked it up once, and keeps what it got, calls a pod that is gone') +
          orDns(args)
        : 'a program that keeps an address, and does not look the name up again, calls a pod or Service that is gone' +
          (args.whole ? '' : '; not all that may have it was read: it may be there, and not answer'),
    help: ({ subject: on, args }) => [
      (args.kept === null && (args.gives === null || args.gives === 'new')
        ? ''
        : 'see first what DNS gives: while that is the old address, neither the program nor a restart helps; else ') +
        'have the program look the name up for each connection, or call a Service with an address of its own; a ' +
        'restart helps until the address changes again',
      `kubectl get pods,services -A -o wide | grep -wF '${args.ip}'`,
      `kubectl -n ${on.namespace} exec ${args.name} -c ${args.container} -- cat /proc/net/tcp /proc/net/tcp6`,
      `kubectl -n ${on.namespace} logs ${args.name} -c ${args.container} --tail=50`,
      ...(args.restarts ? [`kubectl -n ${on.namespace} rollout restart ${on.kind.toLowerCase()} ${on.name}`] : []),
    ],
  },
})

interface Kept {
  readonly gives: Gives | null
  readonly kept: number | null
}

/** What else may be why it calls there. */
function orDns({ gives, kept }: Kept): string {
  if (gives === 'both') return '; or DNS gives it still: some of its answers are from before the change (DNS165)'
  if (gives !== null || kept === null) return ''
  return `; or DNS gives it still: the Corefile has such addresses kept for ${kept} s (SVC283)`
}

interface Asked {
  readonly nameAnswers: Known<NameAnswers>
  readonly endpointSlices: Known<readonly EndpointSlice[]>
  readonly insideViews: readonly InsideView[]
}

/** What the DNS servers said of its name, and what its pods found by it. */
function whatDnsGives(
  { namespace, name }: Service,
  gone: string,
  { nameAnswers, endpointSlices, insideViews }: Asked,
): Gives | null {
  const told = nameAnswers.known ? (answersOfServices(nameAnswers.value).get(`${namespace}/${name}`) ?? []).flat() : []
  const inside = insideViews
    .flatMap((it) => it.resolving?.names ?? [])
    .filter((it) => it.service.namespace === namespace && it.service.name === name)
  const slices = endpointSlices.known ? slicesOfServices(endpointSlices.value)({ namespace, name }) : null
  return givesOf([...told, ...inside], gone, slices)
}

function whoHas({ whole, namespace }: { readonly whole: boolean; readonly namespace: string }): string {
  return whole ? 'has any more' : `of namespace ${namespace} has`
}

interface Wait {
  readonly sight: SocketSight
  readonly waiting: WaitingSockets
  readonly home: Home
}

/** Up to a minute a replaced pod's address is given anywhere. */
const usualSeconds = 60

/** For how long DNS gives an address, by the Corefile, where that is long; null: it is not, or was not read. */
function keptBy(dns: Known<ClusterDns>): number | null {
  if (!dns.known || !dns.value.corefile.known) return null
  const kept = answerTime(askedCorefile(dns.value.corefile.value, dns.value), dns.value.domain)
  return kept === null || kept.seconds <= usualSeconds ? null : kept.seconds
}

interface Seen {
  readonly clusterDns: Known<ClusterDns>
  readonly isWhole: boolean
  readonly isAsked: boolean
  readonly services: Known<readonly Service[]>
  readonly gives: (on: Service, ip: string) => Gives | null
}

/** Whoever follows the endpoints calls one that has just gone for a moment. */
const momentMs = 3000

const restartable: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

function verdict(its: readonly Wait[], { isWhole, isAsked, services, clusterDns, gives: givesFor }: Seen) {
  const [first] = its
  if (first === undefined) return []
  const { sight, waiting, home } = first
  const { pod, container } = sight
  const on = workloadOfPod(pod)
  const longest = Math.max(...its.map((it) => it.waiting.ms))
  const headless = headlessOf(pod, waiting.port, services)
  const stays = longest >= momentMs || its.some((it) => it.waiting.reads > 1)
  const isKnown = home.node !== null && (isWhole || headless.length > 0)
  const all = headless.map((it) => givesFor(it, waiting.ip))
  // Of several the one that may be meant.
  const gives = all.find((it) => it === 'gone') ?? all.find((it) => it === 'both') ?? all[0] ?? null
  const isSure = isKnown && (stays || isAsked) && gives !== 'both'
  return [
    finding({
      subject: on,
      also: [
        ...its.map((it) => subject('Pod', it.sight.pod.namespace, it.sight.pod.name)),
        ...headless.map((it) => subject('Service', it.namespace, it.name)),
      ],
      confidence: isKnown && isWhole ? 'observed' : confidenceOf(isKnown),
      severity: gives === 'gone' ? 'info' : severityOf(isSure),
      args: {
        pod: full(pod),
        name: pod.name,
        namespace: pod.namespace,
        container,
        at: isIpv6(waiting.ip) ? `[${waiting.ip}]:${waiting.port}` : `${waiting.ip}:${waiting.port}`,
        ip: waiting.ip,
        node: home.node,
        range: home.range,
        sockets: its.reduce((sum, it) => sum + it.waiting.sockets, 0),
        ms: longest,
        pods: its.length,
        whole: isWhole,
        headless: headless.map(full),
        gives,
        kept: headless.length === 0 ? null : keptBy(clusterDns),
        restarts: restartable.has(on.kind),
      },
      evidence: [
        {
          kind: 'shares',
          label: 'connects without an answer (SYN_SENT in /proc/net/tcp)',
          rows: its.map((it) => ({
            where: `pod ${full(it.sight.pod)} to ${it.waiting.ip} port ${it.waiting.port}`,
            bad: it.waiting.sockets,
            of: it.waiting.sockets,
            note: `${ms(it.waiting.ms)} or more`,
          })),
        },
      ],
      symptoms: its.map((it) => goneAsked(it.sight.pod, it.waiting.ip)),
      dueTo: [toldWrongly(on), ...(gives === 'gone' ? headless.map(nameGivesGone) : [])],
    }),
  ]
}

function severityOf(isSure: boolean): 'error' | 'warning' {
  return isSure ? 'error' : 'warning'
}

function confidenceOf(isKnown: boolean): 'inferred' | 'possible' {
  return isKnown ? 'inferred' : 'possible'
}

/** Those of its namespace whose pods are called at this port. */
function headlessOf(pod: Pod, port: number, services: Known<readonly Service[]>): readonly Service[] {
  return (services.known ? services.value : []).filter(
    (it) =>
      it.namespace === pod.namespace &&
      it.clusterIP === 'None' &&
      it.ports.some((one) => one.protocol === 'TCP' && (one.port === port || one.targetPort === port)),
  )
}
