import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { isAmbientNamespace, usesWaypoint } from '../../relations/mesh/ambient-flows.ts'
import { isAmbient } from '../../relations/mesh/mtls.ts'
import { labelOf, type Labels } from '../../relations/selector.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'

/**
 * In the ambient mode a label leads traffic by a waypoint, which is a Gateway (istio, "Configure waypoint proxies").
 * Where no such Gateway is, ztunnel goes straight to the pods: rules for HTTP do not hold, and a policy that lets in
 * the waypoint alone lets in nobody.
 */
export default check({
  code: 'MSH839',
  slug: 'mesh/waypoint-missing',
  title: 'a label names a waypoint that is not there',
  fine: 'waypoints that labels name are there',
  severity: 'warning',
  needs: ['namespaces', 'pods', 'gateways'],
  wants: ['services'],
  remedies: [],
  decides: [],

  run({ namespaces, pods, gateways, services, scope }) {
    const ambient = new Set([
      ...namespaces.filter(isAmbientNamespace).map((it) => it.name),
      ...pods.filter((it) => isLive(it) && isAmbient(it)).map((it) => it.namespace),
    ])
    const all: readonly Labelled[] = [
      ...namespaces.map((it) => ({ on: subject('Namespace', null, it.name), home: it.name, labels: it.labels })),
      ...(services.known ? services.value : []).map((it) => ({
        on: subject('Service', it.namespace, it.name),
        home: it.namespace,
        labels: it.labels ?? {},
      })),
    ]
    const led = all.flatMap((it) => {
      if (!ambient.has(it.home) || !usesWaypoint(it.labels)) return []
      const namespace = labelOf(it.labels, 'istio.io/use-waypoint-namespace') ?? it.home
      // Gateways of other namespaces were not read.
      if (scope.namespace !== null && scope.namespace !== namespace) return []
      return [{ ...it, namespace, name: labelOf(it.labels, 'istio.io/use-waypoint') ?? '' }]
    })
    if (led.length === 0) return notApplicable('no label here leads traffic of the ambient mode by a waypoint')
    const there = new Set(gateways.map(full))
    const found = led.flatMap((it) => {
      if (there.has(full(it))) return []
      const own = gateways.filter((one) => one.namespace === it.namespace).map((one) => one.name)
      const of = pods.filter((one) => isLive(one) && one.namespace === it.home)
      return [
        finding({
          subject: it.on,
          also: [subject('Gateway', it.namespace, it.name)],
          confidence: 'inferred',
          args: { waypoint: it.name, home: it.home, in: it.namespace, own, pods: of.length },
          evidence: [
            {
              kind: 'config',
              object: it.on,
              path: 'metadata.labels',
              lines: [`istio.io/use-waypoint: ${it.name}`],
              at: 0,
              mark: it.name,
              label: `namespace ${it.namespace} has no such Gateway`,
            },
          ],
          causes: [],
        }),
      ]
    })
    return found.length > 0 ? found : ok(led.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace === null ? on.name : full(on)} is to be reached by waypoint ${args.waypoint}, ` +
      `and namespace ${args.in} has no such Gateway.`,
    detail: ({ args }) =>
      `${count(args.pods, 'pod')} of namespace ${args.home} · ` +
      (args.own.length === 0 ? 'no Gateway there' : `Gateways there: ${args.own.join(', ')}`),
    note: () =>
      'ztunnel then goes straight to the pods: what an HTTPRoute or an AuthorizationPolicy says of HTTP does not ' +
      "hold, and a policy that lets in the waypoint's account alone lets in nobody",
    help: ({ args }) => [
      `make it, \`istioctl waypoint apply -n ${args.in} --name ${args.waypoint}\`, or take the label off`,
      `kubectl -n ${args.in} get gateways.gateway.networking.k8s.io`,
    ],
  },
})

interface Labelled {
  readonly on: Subject
  readonly home: string
  readonly labels: Labels
}
