import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { dnsServerSubject } from '../../relations/dns/dns-servers.ts'
import { logEvidence, signsOf } from '../../relations/dns/server-log-signs.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { dnsServersDown } from '../../relations/symptom.ts'
import { count, some } from '../../phrases.ts'

/** A watch that is cut while an API server restarts leaves a line or two; what lasts is said again within seconds. */
const fewTimes = 3

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
  remedies: [],
  decides: ['DNS-35', 'DNS-36', 'DNS-37'],

  run({ clusterDns, dnsServerLogs }) {
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
    // One restart of an API server ends each watch once: whether they stand again, no line says.
    if (first === undefined && ended.length > 0)
      return cannotTell(
        'ambiguous',
        `${some([...new Set(ended.map(({ log }) => log.pod))])}: its watch of the API server ended with an error, ` +
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
        forbidden,
        said: first.sign.kind === 'unsynced' ? 'it waits for the API server' : first.sign.said,
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
      symptoms: first.sign.kind === 'unsynced' ? [dnsServersDown] : [],
      causes: waiting > 0 ? [dnsServersDown] : [],
    })
  },

  words: {
    headline: ({ args }) => {
      const why = args.forbidden ? `CoreDNS is not allowed to read ${args.what}` : "CoreDNS can't reach the API server"
      return args.waiting > 0
        ? `${why}, so ${args.waiting} of ${count(args.of, 'DNS server')} will not become ready.`
        : `${why}: it answers with what it knew before.`
    },
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · ` +
      (args.waiting === 0
        ? `${args.of === 1 ? 'its server is' : `all ${args.of} servers are`} ready`
        : `${args.waiting} of ${count(args.of, 'server')} not ready`) +
      ` · ${args.forbidden ? `may not read ${args.what}` : args.said}`,
    note: ({ args }) =>
      args.forbidden
        ? 'a server is ready when it has read Services, EndpointSlices and Namespaces once; ' +
          'after an upgrade an old ClusterRole often lacks endpointslices'
        : 'a server that never read them is never ready; one that did goes on answering, with addresses that grow old',
    help: ({ subject: on, args }) =>
      args.forbidden
        ? [
            'give it back to the ClusterRole: list and watch on endpoints, services, pods, ' +
              'namespaces and endpointslices.discovery.k8s.io',
            'kubectl get clusterroles | grep -i dns',
            `sa=$(kubectl -n ${on.namespace} get pod ${args.pod} -o jsonpath={.spec.serviceAccountName})`,
            `kubectl auth can-i list endpointslices.discovery.k8s.io -A --as system:serviceaccount:${on.namespace}:$sa`,
            `kubectl -n ${on.namespace} rollout restart ${on.kind.toLowerCase()}/${on.name}`,
          ]
        : [
            "see what stands between CoreDNS's pods and the API server: a NetworkPolicy on their namespace, " +
              'a firewall, kube-proxy on their node',
            `kubectl -n ${on.namespace} get networkpolicies`,
            'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes',
            `kubectl -n ${on.namespace} logs ${args.pod} --tail=20`,
          ],
  },
})
