import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { count, full, some } from '../../phrases.ts'
import { declaredPorts, portText } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { svcUnanswered } from '../../relations/symptom.ts'
import { serviceSubject, targetPortEvidence } from './words.ts'

/**
 * Names of ports are unique within a container, not within a pod. A targetPort by name leads to the first container
 * that has it (endpointslice/utils.go FindPort): a sidecar that calls its port `http` as well takes the Service.
 */
export default check({
  code: 'SVC243',
  slug: 'service/target-port-name-twice',
  title: 'the name of a target port is that of two ports',
  fine: 'every named target port is one port of its pods',
  severity: 'warning',
  needs: ['services', 'pods'],
  remedies: [],
  decides: [],

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
    const found = named.flatMap((it) => {
      const twice = it.live.filter((pod) => portsOf(pod, it.port).length > 1)
      return twice.length === 0 ? [] : [verdict({ ...it, twice })]
    })
    return found.length > 0 ? found : ok(named.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} leads to port ${args.first} of container ${args.container}: its target port ` +
      `\`${args.name}\` is the name of ${args.other} as well.`,
    detail: ({ args }) =>
      `port ${args.port} · in ${args.twice} of ${count(args.of, 'pod')} \`${args.name}\` is ${args.all}`,
    note: () => 'the first container of the pod that has the name is taken, and nobody says so',
    help: ({ subject: on, args }) => [
      'name the ports apart, or put the number of the one that is meant into targetPort',
      `kubectl -n ${on.namespace} get pod ${args.example} ` +
        '-o jsonpath=\'{range .spec.containers[*]}{.name} {.ports}{"\\n"}{end}\'',
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name}`,
    ],
  },
})

interface Named {
  readonly container: string
  readonly number: number
}

/** Different numbers of that name, in the order in which the control plane looks at them. */
function portsOf(pod: Pod, { targetPort, protocol }: ServicePort): readonly Named[] {
  const all = pod.containers.flatMap((it) =>
    declaredPorts({ ...pod, containers: [it] }, protocol)
      .filter((one) => one.name === targetPort)
      .map((one) => ({ container: it.name, number: one.port })),
  )
  return all.filter((it, at) => all.findIndex((one) => one.number === it.number) === at)
}

interface Twice {
  readonly service: Service
  readonly port: ServicePort
  readonly index: number
  readonly live: readonly Pod[]
  readonly twice: readonly Pod[]
}

function verdict({ service, port, index, live, twice }: Twice) {
  const [example] = twice
  const ports = example === undefined ? [] : portsOf(example, port)
  const [first, ...others] = ports
  const all = some(ports.map((it) => `${it.number} (${it.container})`))
  // The Service's own number says which of them was meant.
  const isOther = others.some((it) => it.number === port.port) && first?.number !== port.port
  return finding({
    subject: serviceSubject(service),
    confidence: isOther ? 'inferred' : 'possible',
    severity: isOther ? 'error' : 'warning',
    args: {
      name: port.targetPort,
      port: portText(port),
      first: first?.number ?? null,
      container: first?.container ?? '',
      other: some(others.map((it) => `${it.number} of ${it.container}`)),
      all,
      twice: twice.length,
      of: live.length,
      example: example?.name ?? '',
    },
    evidence: [targetPortEvidence(service, index, `pods have ${all}`)],
    causes: [svcUnanswered(service)],
  })
}
