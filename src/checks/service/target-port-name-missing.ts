import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { closest } from '../../closest.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { subjectKey } from '../../model/subject.ts'
import { declaredPorts, portText, targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { noEndpoints, portUnserved, svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { serviceSubject, targetPortEvidence } from './words.ts'
import { count, full } from '../../phrases.ts'

/**
 * A targetPort by name is looked up in each pod. A pod without such a port becomes an endpoint without one: ready to
 * look at, and never sent a connection (endpointslice/utils.go FindPort: the name and the protocol have to match).
 */
export default check({
  code: 'SVC203',
  slug: 'service/target-port-name-missing',
  title: 'a Service names a target port that its pods do not declare',
  fine: 'every named target port is declared',
  severity: 'error',
  needs: ['services', 'pods'],
  remedies: [],
  decides: ['SVC-06'],

  run({ services, pods }) {
    const podsOf = podsOfServices(pods)
    const named = services
      .flatMap((service) =>
        service.ports.flatMap((port, index) =>
          typeof port.targetPort === 'string' ? [{ service, port, index, live: podsOf(service).filter(isLive) }] : [],
        ),
      )
      .filter((it) => it.live.length > 0)
    if (named.length === 0) return notApplicable('no Service with pods here names its target port')
    const found = named.flatMap(({ service, port, index, live }) => {
      const without = live.filter((it) => targetPortIn(it, port) === null)
      if (without.length === 0 || isRollout(live, without)) return []
      return [verdict({ service, port, index, live, without })]
    })
    return found.length > 0 ? found : ok(named.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} wants target port \`${args.name}\`, ` +
      'which ' +
      (args.without === args.of
        ? 'none of its pods declares'
        : `${args.without} of its ${args.of} pods do not declare`) +
      '.',
    detail: ({ args }) =>
      `port ${args.port} · missing in ${args.without} of ${count(args.of, 'pod')} · they declare ${args.declared}`,
    note: ({ args }) =>
      args.protocol === 'other'
        ? `a port of that name is declared for another protocol: name and protocol have to match`
        : 'a named target port is looked up in each pod; a pod without it gets no connections, ' +
          'and still counts as ready',
    help: ({ subject: on, args }) => [
      args.near === 'none'
        ? 'name the port in the container, or use its number'
        : `name the port that is there: \`${args.near}\``,
      `kubectl -n ${on.namespace} patch service ${on.name} --type=json -p ` +
        `'[{"op":"replace","path":"/spec/ports/${args.index}/targetPort",` +
        `"value":"${args.near === 'none' ? 'NAME' : args.near}"}]'`,
      `kubectl -n ${on.namespace} get pod ${args.example} -o jsonpath='{.spec.containers[*].ports}'`,
    ],
  },
})

/** Old and new pods of one Deployment side by side: one of the two sets is about to go, and the other serves. */
function isRollout(live: readonly Pod[], without: readonly Pod[]): boolean {
  const having = live.filter((it) => !without.includes(it))
  const oneWorkload = new Set(live.map((it) => subjectKey(workloadOfPod(it)))).size === 1
  return oneWorkload && having.some((it) => it.ready) && owners(having).isDisjointFrom(owners(without))
}

function owners(pods: readonly Pod[]): ReadonlySet<string> {
  return new Set(pods.map((it) => it.owner?.name ?? it.name))
}

interface Lacking {
  readonly service: Service
  readonly port: ServicePort
  readonly index: number
  readonly live: readonly Pod[]
  readonly without: readonly Pod[]
}

function verdict({ service, port, index, live, without }: Lacking) {
  const declared = without.flatMap((it) => declaredPorts(it, port.protocol))
  const names = [...new Set(declared.flatMap((it) => (it.name === null ? [] : [it.name])))]
  const near = closest(`${port.targetPort}`, names, 1)[0] ?? (names.length === 1 ? names[0] : undefined) ?? 'none'
  const texts = [
    ...new Set(declared.map((it) => (it.name === null ? `${it.port}` : `${it.name} (${it.port})`))),
  ].toSorted()
  const everywhere = without.length === live.length
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    // Clients of a headless Service connect to pods on a port of their own choice: only SRV records suffer.
    severity: everywhere && service.clusterIP !== 'None' ? 'error' : 'warning',
    args: {
      name: port.targetPort,
      port: portText(port),
      index,
      without: without.length,
      of: live.length,
      declared: texts.join(', ') || `no ${port.protocol} port`,
      near,
      example: without[0]?.name ?? 'none',
      protocol: without.some((it) => it.containers.some((one) => one.ports.some((had) => had.name === port.targetPort)))
        ? 'other'
        : 'same',
    },
    evidence: [
      targetPortEvidence(
        service,
        index,
        texts.length === 0 ? `pods declare no ${port.protocol} port` : `pods declare ${texts.join(', ')}`,
      ),
    ],
    symptoms: everywhere ? [portUnserved(service, port.port)] : [],
    causes: everywhere ? [noEndpoints(service), svcUnanswered(service)] : [svcUnanswered(service)],
  })
}
