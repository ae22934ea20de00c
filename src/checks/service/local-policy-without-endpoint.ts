import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contact } from '../../model/contacts.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { contactsOfServices, tally } from '../../relations/service/service-contacts.ts'
import { isServing, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { serviceSubject } from './words.ts'
import { count, full, some } from '../../phrases.ts'

/**
 * With `internalTrafficPolicy: Local` kube-proxy drops what has no endpoint on the client's own node, without a word
 * and without a refusal (pkg/proxy/iptables/proxier.go, "has no local endpoints"): clients run into a timeout, on some
 * nodes.
 */
export default check({
  code: 'SVC213',
  slug: 'service/local-policy-without-endpoint',
  title: 'a Service keeps to its node, and some nodes have no endpoint',
  fine: 'Services that keep to their node have an endpoint on each',
  severity: 'warning',
  needs: ['services', 'pods', 'nodes'],
  wants: ['contacts'],
  remedies: [],
  decides: ['SVC-20'],

  run({ services, pods, nodes, contacts }) {
    const local = services.filter((it) => it.internalTrafficPolicy === 'Local' && it.clusterIP !== 'None')
    if (local.length === 0) return notApplicable('no Service here has internalTrafficPolicy Local')
    const [podsOf, contactsOf] = [podsOfServices(pods), contactsOfServices(contacts)]
    const clients = pods.filter((it) => it.phase === 'Running' && !it.hostNetwork)
    const homes = new Set(clients.map((it) => it.node))
    const open = nodes.filter((it) => it.ready === 'True' && !it.unschedulable)
    const found = local.flatMap((service) => {
      const serving = podsOf(service).filter(isServing)
      const seen = contactsOf(service)
      // Where pods of the scope run, or where somebody asked and was not answered.
      const asked = new Set(seen.filter((it) => it.via.kind === 'service' && it.tries.length > 0).map((it) => it.node))
      const busy = open.filter((it) => homes.has(it.name) || asked.has(it.name))
      return serving.length === 0 ? [] : judge(service, { serving, busy, seen })
    })
    return found.length > 0 ? found : ok(local.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} has no endpoint on ${args.without}, and keeps to its node: ` +
      'connections from there are dropped.',
    detail: ({ args }) => `internalTrafficPolicy Local · endpoints on ${args.with} · ${args.measured}`,
    note: () => 'dropped, not refused: clients wait until their timeout, on these nodes alone',
    help: ({ subject: on, args }) => [
      args.daemon
        ? 'find out why the DaemonSet has no ready pod there'
        : 'let it use all endpoints, or run a pod on each node (a DaemonSet)',
      ...(args.daemon
        ? [`kubectl -n ${on.namespace} get pods -o wide`]
        : [
            `kubectl -n ${on.namespace} patch service ${on.name} --type=merge -p ` +
              `'{"spec":{"internalTrafficPolicy":"Cluster"}}'`,
          ]),
    ],
  },
})

interface Seen {
  readonly serving: readonly Pod[]
  /** Nodes where application pods run, which may be clients, and those that were asked from. */
  readonly busy: readonly Node[]
  readonly seen: readonly Contact[]
}

function judge(service: Service, { serving, busy, seen }: Seen) {
  const having = new Set(serving.flatMap((it) => it.node ?? []))
  // A data plane that answers all the same (a hint that it does not know the policy) has the last word.
  const answered = new Set(seen.filter((it) => it.via.kind === 'service' && tally([it]).open > 0).map((it) => it.node))
  const without = busy.map((it) => it.name).filter((it) => !having.has(it) && !answered.has(it))
  if (without.length === 0) return []
  const lost = seen.filter((it) => it.via.kind === 'service' && without.includes(it.node) && tally([it]).failed > 0)
  const daemon = serving.every((it) => workloadOfPod(it).kind === 'DaemonSet')
  return [
    finding({
      subject: serviceSubject(service),
      confidence: lost.length > 0 ? 'observed' : 'inferred',
      severity: lost.length > 0 ? 'error' : 'warning',
      args: {
        without: some(without),
        with: some([...having]),
        measured:
          lost.length > 0
            ? `connections from ${some([...new Set(lost.map((it) => it.node))])} fail`
            : 'not measured from there',
        daemon,
      },
      evidence: [
        {
          kind: 'config',
          object: serviceSubject(service),
          path: 'spec.internalTrafficPolicy',
          lines: ['spec:', '  internalTrafficPolicy: Local'],
          at: 1,
          mark: 'Local',
          label: `no endpoint on ${count(without.length, 'node')}`,
        },
        { kind: 'fact', label: 'nodes with an endpoint', value: some([...having], 6) },
        { kind: 'fact', label: 'nodes with pods and without an endpoint', value: some(without, 6) },
      ],
      causes: [svcUnanswered(service)],
    }),
  ]
}
