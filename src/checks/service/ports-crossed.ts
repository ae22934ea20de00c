import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { count, full, some } from '../../phrases.ts'
import { declaredPorts, targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { notFoundBySome } from '../../relations/symptom.ts'
import { serviceSubject, targetPortEvidence } from './words.ts'

/**
 * Port `http` leads to the container port `admin`, and `admin` to `http`: both are there, so nothing complains, and
 * clients get the other one's answers. Kubernetes compares no name of a Service's port with one of a container's.
 */
export default check({
  code: 'SVC241',
  slug: 'service/ports-crossed',
  title: "the ports of a Service lead to each other's container ports",
  fine: 'no ports of a Service are crossed',
  severity: 'warning',
  needs: ['services', 'pods'],
  remedies: [],
  decides: [],

  run({ services, pods }) {
    const podsOf = podsOfServices(pods)
    // Clients of a headless Service connect to pods on a port of their own choice.
    const judged = services
      .map((service) => ({ service, live: podsOf(service).filter(isLive) }))
      .filter(({ service, live }) => service.ports.length > 1 && service.clusterIP !== 'None' && live.length > 0)
    if (judged.length === 0) return notApplicable('no Service with pods here has more than one port')
    const found = judged.flatMap(({ service, live }) => {
      const crossed = crossedPorts(service, live)
      return crossed.length === 0 ? [] : [verdict(service, crossed, live.length)]
    })
    return found.length > 0 ? found : ok(judged.length)
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${full(on)} has its ports crossed: ${args.ways}.`,
    detail: ({ args }) => `${args.names} are names of its ports and of container ports of ${count(args.pods, 'pod')}`,
    note: () => 'each port reaches a process, so nothing complains, and clients get what is meant for the other',
    help: ({ subject: on, args }) => [
      'if the names mean the same in both places, let each port lead to the container port of its own name',
      `kubectl -n ${on.namespace} patch service ${on.name} --type=json -p '${args.patch}'`,
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.spec.ports}'`,
    ],
  },
})

interface Crossed {
  readonly index: number
  readonly name: string
  /** The name of the container port that it leads to, which is another port's own. */
  readonly to: string
}

/** Those that lead to one another's, in every pod alike: a port that shares another's target may be meant so. */
function crossedPorts(service: Service, pods: readonly Pod[]): readonly Crossed[] {
  const led = service.ports.flatMap((port, index): readonly Crossed[] => {
    if (port.name === null) return []
    const to = service.ports.find((it) => it !== port && leadsTo(port, it, pods))?.name ?? null
    return to === null ? [] : [{ index, name: port.name, to }]
  })
  const isClosed = new Set(led.map((it) => it.name)).symmetricDifference(new Set(led.map((it) => it.to))).size === 0
  return isClosed ? led : []
}

/** The one is answered by the container port of the other's name in every pod, and has one of its own name there. */
function leadsTo(port: ServicePort, other: ServicePort, pods: readonly Pod[]): boolean {
  if (other.name === null || other.protocol !== port.protocol) return false
  return pods.every((pod) => {
    const named = (name: string | null): number | undefined =>
      declaredPorts(pod, port.protocol).find((it) => it.name === name)?.port
    const [own, theirs] = [named(port.name), named(other.name)]
    return own !== undefined && theirs !== undefined && own !== theirs && targetPortIn(pod, port) === theirs
  })
}

function verdict(service: Service, crossed: readonly Crossed[], pods: number) {
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    args: {
      ways: some(crossed.map((it) => `${it.name} leads to ${it.to}`)),
      names: some(crossed.map((it) => it.name)),
      pods,
      patch: JSON.stringify(
        crossed.map(({ index, name }) => ({
          op: 'replace',
          path: `/spec/ports/${index}/targetPort`,
          value: name,
        })),
      ),
    },
    evidence: crossed
      .slice(0, 4)
      .map((it) => targetPortEvidence(service, it.index, `is the port ${it.to} of the pods`)),
    causes: [notFoundBySome(service)],
  })
}
