import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Container, EndLink, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { ownAddress } from '../../relations/service/service-endpoints.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { podsUnready } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * The kubelet tells each container of the Services of its namespace by variables as Docker's links had them
 * (pkg/kubelet/envvars): `REDIS_PORT=tcp://10.96.31.44:6379` for Service `redis`. A program whose own settings are read
 * from variables with its name before them takes that one for its port, if a Service is called like it.
 */
export default check({
  code: 'SVC265',
  slug: 'service/link-variables',
  title: 'a variable that tells of a Service ends the program that reads it',
  fine: 'no program says at its end that it read a variable of a Service',
  severity: 'error',
  needs: ['pods', 'services'],
  remedies: [],
  decides: [],

  run({ pods, services }) {
    const told = pods.filter(isLive).flatMap((pod) => {
      const container = pod.containers.find((it) => it.endLink !== undefined && !it.ready)
      return container === undefined ? [] : [{ pod, container }]
    })
    if (told.length === 0) return notApplicable('no program here says at its end that it read an address of a Service')
    const beside = Map.groupBy(services, (it) => it.namespace)
    const found = told.flatMap(({ pod, container }) => {
      const { endLink: link } = container
      const service = link === undefined ? null : meantBy(link, beside.get(pod.namespace) ?? [])
      return service === null || link === undefined || pod.serviceLinks === 'off'
        ? []
        : [{ pod, container, service, link }]
    })
    if (found.length === 0) return ok(told.length)
    const groups = Map.groupBy(found, (it) => `${subjectKey(workloadOfPod(it.pod))} ${it.service.name}`)
    return [...groups.values()].flatMap(verdict)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} ends because of ${args.variable}, a variable that the kubelet sets for Service ` +
      `\`${args.service}\`, and that the program takes for a setting of its own.`,
    detail: ({ args }) =>
      `container ${args.container} of ${count(args.pods.length, 'pod')} named it at its end: ${some(args.pods)} · ` +
      'enableServiceLinks is true',
    note: ({ args }) =>
      `every Service of the namespace is told to every container so: ${args.variable} holds tcp://, an address ` +
      'and a port',
    help: ({ subject: on, args }) => [
      'set enableServiceLinks: false in the pod template: who looks Services up by name misses nothing; ' +
        `or give the Service another name than ${args.service}`,
      `kubectl -n ${on.namespace} logs ${args.pods[0] ?? ''} -c ${args.container} --previous --tail=20`,
      `kubectl -n ${on.namespace} get service ${args.service}`,
    ],
  },
})

/** pkg/kubelet/envvars: makeEnvVariableName. */
function variableOf({ name }: Service): string {
  return `${name.replaceAll('-', '_').toUpperCase()}_PORT`
}

/** By the variable that is named; where none is, by the address that stood in it. */
function meantBy({ variable, ip, port }: EndLink, services: readonly Service[]): Service | null {
  const addressed = services.filter((it) => it.type !== 'ExternalName' && ownAddress(it) !== null)
  const named = addressed.find((it) => variableOf(it) === variable)
  if (named !== undefined) return named
  return addressed.find((it) => it.clusterIP === ip && it.ports.some((one) => one.port === port)) ?? null
}

interface Seen {
  readonly pod: Pod
  readonly container: Container
  readonly service: Service
  readonly link: EndLink
}

function verdict(its: readonly Seen[]) {
  const [first] = its
  if (first === undefined) return []
  const { pod, container, service, link } = first
  const on = workloadOfPod(pod)
  const variable = variableOf(service)
  return [
    finding({
      subject: on,
      also: [subject('Service', service.namespace, service.name)],
      confidence: 'inferred',
      args: {
        service: service.name,
        variable,
        container: container.name,
        pods: its.map((it) => it.pod.name),
      },
      evidence: [
        {
          kind: 'fact',
          label: `container ${container.name}, at its end`,
          value: [...(link.variable === null ? [] : [link.variable]), `tcp://${link.ip}:${link.port}`].join(' '),
        },
        {
          kind: 'fact',
          label: `Service ${full(service)}`,
          value: `clusterIP ${service.clusterIP}, so that ${variable} is set`,
        },
      ],
      causes: [podsUnready(on)],
    }),
  ]
}
