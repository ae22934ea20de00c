import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Container, EndLink, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { imageProgram } from '../../relations/image-program.ts'
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
    const beside = Map.groupBy(services, (it) => it.namespace)
    const guessed = guesses(pods.filter(isLive), beside)
    if (told.length + guessed.length === 0)
      return notApplicable('no program here says at its end that it read an address of a Service')
    const found = told.flatMap(({ pod, container }) => {
      const { endLink: link } = container
      const service = link === undefined ? null : meantBy(link, beside.get(pod.namespace) ?? [])
      return service === null || link === undefined || pod.serviceLinks === 'off'
        ? []
        : [{ pod, container, service, link }]
    })
    const all = [...found, ...guessed]
    if (all.length === 0) return ok(told.length)
    const groups = Map.groupBy(all, (it) => `${subjectKey(workloadOfPod(it.pod))} ${it.service.name}`)
    return [...groups.values()].flatMap(verdict)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.isGuess
        ? `${on.kind} ${full(on)} crashes, and its program reads ${args.prefix}_* as its settings, as the ` +
          'variables of ' +
          `Service \`${args.service}\` are called.`
        : `${on.kind} ${full(on)} ends because of ${args.variable}, a variable that the kubelet sets for Service ` +
          `\`${args.service}\`, and that the program takes for a setting of its own.`,
    detail: ({ args }) =>
      `container ${args.container} of ${count(args.pods.length, 'pod')}` +
      `${args.isGuess ? '' : ' named it at its end'}: ${some(args.pods)} · enableServiceLinks is true`,
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
  /** null: its program is known for it, and said nothing that was read. */
  readonly link: EndLink | null
}

/**
 * Programs that take every variable of a prefix for a setting of theirs, by the last part of their image: Neo4j and
 * Confluent's images by their entry points (docker-neo4j, `add_env_setting`; cp-*, "SCHEMA_REGISTRY_PORT is
 * deprecated"), Solr's `bin/solr` (SOLR_PORT), Kong ("Environment Variables"), Authelia (AUTHELIA_*).
 */
const byPrefix: readonly (readonly [image: RegExp, prefix: string])[] = [
  [/^neo4j/, 'NEO4J'],
  [/^cp-schema-registry/, 'SCHEMA_REGISTRY'],
  [/^cp-kafka-rest/, 'KAFKA_REST'],
  [/^cp-(?:kafka|server|enterprise-kafka)$/, 'KAFKA'],
  [/^cp-zookeeper/, 'ZOOKEEPER'],
  [/^cp-ksqldb-server/, 'KSQL'],
  [/^solr$/, 'SOLR'],
  [/^kong/, 'KONG'],
  [/^authelia$/, 'AUTHELIA'],
]

function prefixOf({ image }: Container): string | null {
  const name = imageProgram(image)
  return byPrefix.find(([sign]) => sign.test(name))?.[1] ?? null
}

/** Crashing by an end of its own, in a namespace with a Service whose variables begin as its settings do. */
function guesses(pods: readonly Pod[], beside: ReadonlyMap<string, readonly Service[]>): readonly Seen[] {
  return pods.flatMap((pod): readonly Seen[] => {
    const container = pod.containers.find((it) => isCrashed(it) && prefixOf(it) !== null)
    if (container === undefined || pod.serviceLinks === 'off') return []
    const service = (beside.get(pod.namespace) ?? []).find(
      (it) =>
        it.type !== 'ExternalName' &&
        ownAddress(it) !== null &&
        variableOf(it).startsWith(`${prefixOf(container) ?? ''}_`),
    )
    return service === undefined ? [] : [{ pod, container, service, link: null }]
  })
}

function isCrashed({ waiting, endLink, endStart, endSaid, lastTermination }: Container): boolean {
  const isOther = endLink !== undefined || endStart !== undefined || endSaid !== undefined
  return waiting === 'CrashLoopBackOff' && !isOther && lastTermination === 'Error'
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
      confidence: link === null ? 'possible' : 'inferred',
      severity: link === null ? 'warning' : 'error',
      args: {
        isGuess: link === null,
        prefix: prefixOf(container) ?? '',
        service: service.name,
        variable,
        container: container.name,
        pods: its.map((it) => it.pod.name),
      },
      evidence: [
        link === null
          ? { kind: 'fact', label: `container ${container.name}`, value: container.image }
          : {
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
      causes: link === null ? [] : [podsUnready(on)],
    }),
  ]
}
