import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { count, full, some } from '../../phrases.ts'
import { portText } from '../../relations/service/service-endpoints.ts'
import { isServing, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { answersProbe, ledTo, type Led } from '../../relations/service/told-listens.ts'
import { portUnserved, svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { type IpFamily, familyOf } from '../../wire/ip-family.ts'
import type { Listen } from '../../wire/listens.ts'
import { serviceSubject } from './words.ts'

/**
 * kube-proxy makes no IPv4 of IPv6: a Service's address of a family leads to the pods' addresses of that family, and a
 * program that listens on 0.0.0.0, or nginx by `listen 80`, has nobody there for IPv6.
 */
export default check({
  code: 'SVC285',
  slug: 'service/listens-one-family',
  title: 'a program does not listen in a family that its Service offers',
  fine: 'programs listen in the address families that their Services offer',
  severity: 'warning',
  needs: ['services', 'pods'],
  remedies: [],
  decides: [],

  run({ services, pods }) {
    const podsOf = podsOfServices(pods)
    const offering = services.filter((it) => familiesOf(it).includes('IPv6'))
    const judged = offering.flatMap((service) => {
      const serving = podsOf(service).filter(isServing)
      return service.ports.flatMap((port): readonly Part[] => {
        const led = serving.flatMap((it) => ledTo(it, port) ?? [])
        return port.protocol !== 'TCP' || led.length === 0 || led.length < serving.length
          ? []
          : [{ service, port, led }]
      })
    })
    if (judged.length === 0) return notApplicable('no Service here offers IPv6 and leads to one container of each pod')
    const found = judged.flatMap((part) => {
      const deaf = part.led.map((it) => deafTo(it, part.service))
      const [first] = deaf
      return first == null || deaf.includes(null) ? [] : [verdict(part, first)]
    })
    return found.length > 0 ? found : ok(judged.length, 'by what their specs spell out')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} offers ${args.alone ? `${args.family} alone` : args.families.join(' and ')}, and its pods ` +
      `listen on port ${args.target} for ${args.heard} alone.`,
    detail: ({ args }) =>
      `${args.by} in container ${args.container} of ${count(args.of, 'pod')}` +
      `${args.file === null ? '' : ` · ${args.file}`} · port ${args.port}`,
    note: ({ args }) =>
      args.alone
        ? `connections to its address come to the pods by ${args.family}, and are refused`
        : `clients that take its ${args.family} address are refused, or try the other one after it`,
    help: ({ subject: on, args }) => [
      args.family === 'IPv6'
        ? 'let it listen on [::] as well (nginx: a second `listen [::]:PORT`), or offer IPv4 alone (spec.ipFamilies)'
        : 'let it listen on 0.0.0.0 as well, or offer IPv6 alone (spec.ipFamilies)',
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.spec.ipFamilies} {.spec.clusterIPs}'`,
      `kubectl -n ${on.namespace} exec ${args.example} -- cat /proc/net/tcp /proc/net/tcp6`,
    ],
  },
})

interface Part {
  readonly service: Service
  readonly port: ServicePort
  readonly led: readonly Led[]
}

interface Deaf {
  readonly led: Led
  readonly family: IpFamily
  readonly listen: Listen
}

function hasIpv6({ families, clusterIP }: Service): boolean {
  return families === undefined && clusterIP !== null && clusterIP !== 'None' && familyOf(clusterIP) === 'IPv6'
}

function familiesOf(service: Service): readonly IpFamily[] {
  return service.families ?? (hasIpv6(service) ? ['IPv6'] : [])
}

/** The family that a Service offers, that the pod has, and nothing of the container's settings listens to. */
function deafTo(led: Led, service: Service): Deaf | null {
  const { pod, container, target } = led
  const listens = (container.listens ?? []).filter((it) => it.port === target || it.port === null)
  const [listen] = listens
  if (listen === undefined || listens.some((it) => it.only === undefined)) return null
  // The kubelet asks the first of a pod's addresses: who answers there listens to that family, whatever is written.
  const proven = answersProbe(pod, container, target) && pod.ip !== null ? familyOf(pod.ip) : null
  const family = familiesOf(service).find(
    (it) => it !== proven && addressesOf(pod).includes(it) && listens.every(({ only }) => only !== it),
  )
  return family === undefined ? null : { led, family, listen }
}

function addressesOf({ ip, ips = [] }: Pod): readonly IpFamily[] {
  return [...ips, ...(ip === null ? [] : [ip])].map(familyOf)
}

function verdict({ service, port, led }: Part, { led: { pod, container, target }, family, listen }: Deaf) {
  const families = familiesOf(service)
  return finding({
    subject: serviceSubject(service),
    also: [workloadOfPod(pod)],
    confidence: 'possible',
    args: {
      family,
      heard: family === 'IPv6' ? ('IPv4' as const) : ('IPv6' as const),
      families,
      alone: families.length === 1,
      port: portText(port),
      target,
      by: listen.by,
      file: listen.map === undefined ? null : `line ${listen.line} of ${listen.key} in ConfigMap ${listen.map}`,
      container: container.name,
      of: led.length,
      example: pod.name,
    },
    evidence: [
      {
        kind: 'fact',
        label: `${listen.by} of container ${container.name}`,
        value: `port ${target}, ${listen.only} alone`,
      },
      { kind: 'fact', label: 'pods', value: some(led.map((it) => it.pod.name)) },
    ],
    symptoms: [portUnserved(service, port.port)],
    causes: families.length === 1 ? [svcUnanswered(service)] : [],
  })
}
