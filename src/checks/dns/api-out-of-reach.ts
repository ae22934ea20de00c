import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { knowsWhatIsNew } from '../../relations/dns/behind-the-times.ts'
import { dnsServerSubject } from '../../relations/dns/dns-servers.ts'
import { logEvidence, type Signed, signsOf } from '../../relations/dns/server-log-signs.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { type Subject, subject } from '../../model/subject.ts'
import type { Pod } from '../../model/pod.ts'
import { apiOutOfReach, dnsServersDown, dnsWatchEnded } from '../../relations/symptom.ts'
import { count, some, shown, told } from '../../phrases.ts'

/** A watch that is cut while an API server restarts leaves a line or two; what lasts is said again within seconds. */
const fewTimes = 3

/** Logs are read from so long before the run on. */
const logSeconds = 120

const kinds = ['forbidden', 'api-unreachable', 'unsynced'] as const

/**
 * The plugin `kubernetes` has its names from the API server. A server that has never had them is never ready; one
 * that had them goes on with what it knew, and answers with addresses of pods that are gone.
 */
export default check({
  code: 'DNS130',
  slug: 'dns/api-out-of-reach',
  title: "CoreDNS can't read Services from the API server",
  fine: 'no log of a DNS server complains of the API server',
  severity: 'error',
  needs: ['clusterDns', 'dnsServerLogs'],
  wants: ['nameAnswers', 'services'],
  remedies: [],
  decides: ['DNS-35', 'DNS-36', 'DNS-37'],
  doubts: true,

  run({ clusterDns, dnsServerLogs, nameAnswers, services }) {
    const pods = clusterDns.pods.filter((it) => !isOver(it) && !it.deleting)
    if (pods.length === 0) return notApplicable('there are no pods of the DNS server')
    const read = dnsServerLogs.filter((it) => it.run === 'now')
    if (read.length === 0) return cannotTell('not-there', 'no log of a DNS server that runs now was read')
    const ready = new Set(pods.filter((it) => it.ready).map((it) => it.name))
    // Each start waits for a moment: of a server that crashes that says nothing.
    const crashing = new Set(
      pods.filter((it) => it.containers.some((one) => one.waiting === 'CrashLoopBackOff')).map((it) => it.name),
    )
    const all = signsOf({ known: true, value: read }, pods, ...kinds)
      .filter(({ log, sign }) => !ready.has(log.pod) || (sign.times >= fewTimes && sign.kind !== 'unsynced'))
      .filter(({ log, sign }) => sign.kind !== 'unsynced' || !crashing.has(log.pod))
    // What is refused is told apart from what is not reached; that a server waits follows from either.
    const signed = kinds.map((kind) => all.filter((it) => it.sign.kind === kind)).find((it) => it.length > 0) ?? []
    const [first] = signed
    const ended = signsOf({ known: true, value: read }, pods, 'watch-ended')
    const deaf = pods.filter((it) => ended.some(({ log }) => log.pod === it.name))
    // One restart of an API server ends each watch once: whether they stand again, no line says. Of one server alone
    // it is that server, or the one API server of several that it watched. What it has of a Service that is younger
    // than its log speaks for the latter, and proves nothing.
    const silent = deaf.filter(
      ({ name }) =>
        !nameAnswers.known ||
        !services.known ||
        !knowsWhatIsNew(name, { answers: nameAnswers.value, services: services.value, withinSeconds: logSeconds }),
    )
    if (first === undefined && silent.length > 0 && deaf.length < pods.length)
      return silent.map((it) => watchEnded(it, { ended, of: pods.length }))
    if (first === undefined && deaf.length > 0)
      return cannotTell(
        'ambiguous',
        `${some(deaf.map((it) => it.name))}: its watch of the API server ended with an error, ` +
          'and whether it hears of changes again does not stand in its log: compare what each server says (DNS165)',
      )
    // A watch over a dead connection says nothing for a quarter of an hour.
    if (first === undefined) return ok(read.length, 'by their logs; a watch that is dead says nothing')
    const forbidden = first.sign.kind === 'forbidden'
    const waiting = new Set(all.map(({ log }) => log.pod).filter((it) => !ready.has(it))).size
    return finding({
      subject: dnsServerSubject(clusterDns),
      confidence: 'observed',
      severity: waiting > 0 ? 'error' : 'warning',
      args: {
        kind: forbidden ? ('forbidden' as const) : ('unreachable' as const),
        said: first.sign.kind === 'unsynced' ? '' : first.sign.said,
        what: /cannot \w+ resource "([^"]*)"/.exec(first.sign.said)?.[1] ?? 'objects',
        waiting,
        of: pods.length,
        pod: first.log.pod,
      },
      evidence: [
        logEvidence(signed),
        { kind: 'fact', label: 'DNS servers ready', value: `${ready.size} of ${pods.length}` },
      ],
      // A crash that is caught between two starts looks the same.
      symptoms: [
        ...(first.sign.kind === 'unsynced' ? [dnsServersDown] : []),
        ...(forbidden ? [] : homesOf(signed, pods).map(apiOutOfReach)),
      ],
      causes: waiting > 0 ? [dnsServersDown] : [],
    })
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.kind === 'watch-ended')
        return (
          `DNS server ${on.name} may hear of no changes any more: its watch of the API server ended with an error, ` +
          'and nothing says that it stands again.'
        )
      const why =
        args.kind === 'forbidden' ? `CoreDNS is not allowed to read ${args.what}` : "CoreDNS can't reach the API server"
      return args.waiting > 0
        ? `${why}, so ${args.waiting} of ${count(args.of, 'DNS server')} will not become ready.`
        : `${why}: it answers with what it knew before.`
    },
    detail: ({ subject: on, args }) => {
      if (args.kind === 'watch-ended') return `1 of ${count(args.of, 'DNS server')} · ${told(args.said)}`
      const allReady = args.of === 1 ? 'its server is ready' : `all ${args.of} servers are ready`
      const waiting = args.waiting === 0 ? allReady : `${args.waiting} of ${count(args.of, 'server')} not ready`
      return (
        `${on.kind} ${on.namespace}/${on.name} · ${waiting} · ` +
        (args.kind === 'forbidden' ? `may not read ${args.what}` : shown(args.said, 'it waits for the API server'))
      )
    },
    note: ({ args }) => notes[args.kind],
    help: ({ subject: on, args }) => helps[args.kind](on, args),
  },
})

type Kind = 'forbidden' | 'unreachable' | 'watch-ended'

const notes: Readonly<Record<Kind, string>> = {
  forbidden:
    'a server is ready when it has read Services, EndpointSlices and Namespaces once; ' +
    'after an upgrade an old ClusterRole often lacks endpointslices',
  unreachable:
    'a server that never read them is never ready; one that did goes on answering, with addresses that grow old',
  'watch-ended':
    'a server that lost its API server for a moment watches again within seconds, and logs nothing of it; ' +
    'one that is cut off stays ready, and complains again after half a minute',
}

type Help = (on: Subject, args: { readonly pod: string }) => readonly string[]

const helps: Readonly<Record<Kind, Help>> = {
  forbidden: (on, { pod }) => [
    'give it back to the ClusterRole: list and watch on endpoints, services, pods, ' +
      'namespaces and endpointslices.discovery.k8s.io',
    'kubectl get clusterroles | grep -i dns',
    `sa=$(kubectl -n ${on.namespace} get pod ${pod} -o jsonpath={.spec.serviceAccountName})`,
    `kubectl auth can-i list endpointslices.discovery.k8s.io -A --as system:serviceaccount:${on.namespace}:$sa`,
    `kubectl -n ${on.namespace} rollout restart ${on.kind.toLowerCase()}/${on.name}`,
  ],
  unreachable: (on, { pod }) => [
    "see what stands between CoreDNS's pods and the API server: a NetworkPolicy on their namespace, " +
      'a firewall, kube-proxy on their node',
    `kubectl -n ${on.namespace} get networkpolicies`,
    'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes',
    `kubectl -n ${on.namespace} logs ${pod} --tail=20`,
  ],
  'watch-ended': (on) => [
    'look again in two minutes: a watch that stands again is no fault; or make a Service, and ask each server for it',
    `kubectl -n ${on.namespace} logs ${on.name} --since=5m | grep -i -E "plugin/kubernetes|failed to"`,
    'hopscope dns',
  ],
}

function homesOf(signed: readonly Signed[], pods: readonly Pod[]): readonly string[] {
  const complaining = new Set(signed.map(({ log }) => log.pod))
  return [...new Set(pods.flatMap((it) => (complaining.has(it.name) ? (it.node ?? []) : [])))]
}

function watchEnded(
  { namespace, name }: Pod,
  { ended, of }: { readonly ended: readonly Signed[]; readonly of: number },
) {
  const own = ended.filter(({ log }) => log.pod === name)
  return finding({
    subject: subject('Pod', namespace, name),
    confidence: 'possible',
    // One of several API servers that starts again ends the watches of one server, too.
    severity: 'info',
    args: { kind: 'watch-ended' as const, said: own[0]?.sign.said ?? '', what: 'objects', waiting: 0, of, pod: name },
    evidence: [logEvidence(own)],
    symptoms: [dnsWatchEnded(name)],
  })
}
