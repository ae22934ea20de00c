import type { Evidence } from '../../findings/evidence.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { type AnswerTime, answerTime } from '../../relations/dns/answer-time.ts'
import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { goneAsked } from '../../relations/symptom.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { bareName } from '../../wire/dns-name.ts'

/** `ttl 30` is what kubeadm ships: for as long a replaced pod's address is given, and clients try again. */
const usualSeconds = 60

/** From the reading of the pods to the last question of the probe: an answer that is older was there before. */
const runSeconds = 45

/**
 * The address of a pod goes with the pod. A name of a headless Service gives pods' own addresses, so that it leads to
 * nobody for as long as the answer lives, in each cache of CoreDNS and in each client: 5 s by default, an hour with
 * `ttl 3600`. The program is not to blame: it asks each time.
 */
export default check({
  code: 'SVC283',
  slug: 'service/name-of-gone-pod',
  title: "DNS leads a headless Service's name to an address that is gone",
  fine: 'names of headless Services lead to pods that are there, and are kept for a minute at most',
  severity: 'error',
  needs: ['clusterDns', 'services', 'pods'],
  wants: ['nameAnswers', 'endpointSlices'],
  remedies: [],
  decides: [],

  run({ clusterDns: dns, services, pods, nameAnswers, endpointSlices }) {
    const headless = services.filter((it) => it.clusterIP === 'None' && it.selector !== null)
    if (headless.length === 0) return notApplicable('no headless Service with a selector is here')
    const text = dns.corefile.known ? dns.corefile.value : null
    const kept = text === null ? null : answerTime(askedCorefile(text, dns), dns.domain)
    const answers = nameAnswers.known ? nameAnswers.value.answers : []
    const slices = endpointSlices.known ? endpointSlices.value : null
    const isThere = addressesThere(pods, slices)
    const stale = headless.flatMap((service): readonly Stale[] =>
      slices === null
        ? []
        : answers
            .filter((it) => isOf(it, service))
            .flatMap((answer) => {
              const gone = answer.addresses.filter((ip) => !isThere.has(ip.toLowerCase()))
              const [ip] = gone
              return ip === undefined || (answer.ttl ?? 0) <= usualSeconds ? [] : [{ service, answer, ip }]
            }),
    )
    if (stale.length > 0)
      return [...Map.groupBy(stale, (it) => full(it.service)).values()].flatMap(([first, ...more]) =>
        first === undefined ? [] : [ofStale([first, ...more], { dns, text, kept, pods })],
      )
    if (kept === null)
      return nameAnswers.known
        ? ok(answers.length)
        : cannotTell('not-asked', 'the Corefile was not read, and no such name was asked for', '--probe')
    return kept.seconds <= usualSeconds
      ? ok(headless.length, `${kept.seconds} s`)
      : byText(headless, { dns, text, kept })
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.ip === null
        ? `CoreDNS gives addresses of pods behind ${count(args.services, 'headless Service')} for ${args.seconds} s: ` +
          'a pod that is created again is not found for as long.'
        : `DNS gives ${args.name} the address ${args.ip}, which no pod of Service ${full(on)} has any more, ` +
          `for ${args.seconds} s more.`,
    detail: ({ args }) =>
      args.ip === null
        ? `headless: ${some(args.names)} · usual are 5 to 30 s`
        : `${count(args.answers, 'answer')} · ` +
          (args.now === null ? 'no such pod is there now' : `the pod is at ${args.now}`) +
          (args.kept === null ? '' : ` · kept for ${args.kept} s by the Corefile`),
    note: ({ args }) =>
      (args.ip === null ? 'nothing fails until such a pod is replaced: then ' : '') +
      'each server of CoreDNS, and each client by the TTL, keeps an address until its time is over; ' +
      'a program that looks the name up each time gets it each time, and to start it again changes nothing',
    help: ({ subject: on, args }) => [
      'let answers of the cluster be kept for some seconds: `ttl 5`, or 30 at most, in the block of `kubernetes`' +
        ' (and no `success` with a long least in that of `cache`)',
      `kubectl -n ${args.mapNamespace} edit configmap ${args.mapName}`,
      ...(args.ip === null
        ? []
        : [
            `kubectl -n ${args.mapNamespace} rollout restart deployment ${args.workload}`,
            `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name} -o wide`,
          ]),
    ],
  },
})

interface Stale {
  readonly service: Service
  readonly answer: NameAnswer
  readonly ip: string
}

type Group = readonly [Stale, ...Stale[]]

interface Around {
  readonly dns: ClusterDns
  readonly text: string | null
  readonly kept: AnswerTime | null
  readonly pods: readonly Pod[]
}

function isOf({ reason, answer }: NameAnswer, service: Service): boolean {
  if ((reason.kind !== 'member' && reason.kind !== 'service') || answer !== 'ok') return false
  return reason.service.namespace === service.namespace && reason.service.name === service.name
}

/** Ready or not, and those of pods that end: each may be answered still, and rightly. */
function addressesThere(pods: readonly Pod[], slices: readonly EndpointSlice[] | null): ReadonlySet<string> {
  const ofPods = pods.filter(isLive).flatMap((it) => [it.ip ?? '', ...(it.ips ?? [])])
  const ofSlices = (slices ?? []).flatMap((it) => it.endpoints.map((one) => one.ip))
  return new Set([...ofPods, ...ofSlices].map((it) => it.toLowerCase()))
}

function ofStale([first, ...more]: Group, { dns, text, kept, pods }: Around): Verdict<Told> {
  const its = [first, ...more].toSorted((a, b) => (b.answer.ttl ?? 0) - (a.answer.ttl ?? 0))
  const { service, answer, ip } = its[0] ?? first
  const { reason } = answer
  const now =
    reason.kind === 'member' ? (pods.find((it) => full(it) === `${service.namespace}/${reason.pod}`) ?? null) : null
  const ages = its.map((it) => (kept === null ? null : kept.seconds - (it.answer.ttl ?? 0)))
  // A pod that was made while the probe ran has an address that was not read: its answer is as young.
  const isOld = ages.some((it) => it !== null && it > runSeconds)
  return finding({
    subject: subject('Service', service.namespace, service.name),
    also: [corefileObject(dns), ...(now === null ? [] : [subject('Pod', now.namespace, now.name)])],
    confidence: isOld ? 'observed' : 'possible',
    severity: isOld ? 'error' : 'warning',
    args: {
      name: bareName(answer.name),
      ip,
      seconds: answer.ttl ?? 0,
      kept: kept?.seconds ?? null,
      answers: its.length,
      now: now?.ip ?? null,
      services: 1,
      names: [full(service)],
      ...mapOf(dns),
    },
    evidence: [
      ...its.slice(0, 4).map((it): Evidence => ({
        kind: 'fact',
        label: `${bareName(it.answer.name)} at ${it.answer.server.pod ?? it.answer.server.ip}, from ${it.answer.node}`,
        value: `${it.answer.addresses.join(', ')}, kept for ${it.answer.ttl} s more`,
      })),
      ...linesOf(dns, text, kept),
    ],
    causes: pods.map((it) => goneAsked(it, ip)),
  })
}

function mapOf(dns: ClusterDns) {
  const { namespace, name } = corefileObject(dns)
  return { mapNamespace: namespace ?? 'kube-system', mapName: name, workload: dns.workload?.name ?? 'coredns' }
}

type Told = {
  readonly name: string
  /** null: none is known to be led astray now. */
  readonly ip: string | null
  readonly seconds: number
  readonly kept: number | null
  readonly answers: number
  /** Where the pod of that name is. */
  readonly now: string | null
  readonly services: number
  readonly names: readonly string[]
} & ReturnType<typeof mapOf>

function byText(
  headless: readonly Service[],
  { dns, text, kept }: Pick<Around, 'dns' | 'text'> & { kept: AnswerTime },
): Verdict<Told> {
  return finding({
    subject: corefileObject(dns),
    also: headless.slice(0, 5).map((it) => subject('Service', it.namespace, it.name)),
    confidence: 'inferred',
    severity: 'info',
    args: {
      name: '',
      ip: null,
      seconds: kept.seconds,
      kept: kept.seconds,
      answers: 0,
      now: null,
      services: headless.length,
      names: headless.map(full),
      ...mapOf(dns),
    },
    evidence: linesOf(dns, text, kept),
  })
}

function linesOf(dns: ClusterDns, text: string | null, kept: AnswerTime | null): readonly Evidence[] {
  if (text === null || kept === null) return []
  const ttl = kept.kubernetes.block?.find((it) => it.name === 'ttl')
  const success = kept.cache?.block?.find((it) => it.name === 'success') ?? kept.cache
  return [
    corefileEvidence(dns, text, {
      line: ttl?.line ?? kept.kubernetes.line,
      mark: ttl === undefined ? 'kubernetes' : 'ttl',
      label: 'the TTL of addresses of the cluster',
    }),
    ...(success === null
      ? []
      : [corefileEvidence(dns, text, { line: success.line, mark: success.name, label: 'keeps them, too' })]),
  ]
}
