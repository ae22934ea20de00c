import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import {
  calledBy,
  callableFrom,
  spelledOut,
  type ToldCall,
  toldCalls,
} from '../../relations/service/called-services.ts'
import { idleOf, isAwaited, scalersOf, toldText, withNextPods } from '../../relations/service/next-pods.ts'
import { portInstead } from '../../relations/service/port-of-speech.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import type { Speech } from '../../wire/speeches.ts'

/**
 * A server of data has ports beside the one for its clients: RabbitMQ's management page on 15672, the monitoring of
 * NATS on 8222. A connection there opens, so that the Service is well for everybody who looks, and the first word on it
 * is not understood.
 */
export default check({
  code: 'SVC301',
  slug: 'service/port-of-another',
  title: "a URL names a port that is for something else than the URL's scheme",
  fine: 'ports that URLs name are for what their schemes speak',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns', 'workloads', 'beside'],
  remedies: [],
  decides: [],

  run({ pods, services, clusterDns, namespaces, workloads, beside, scope }) {
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const podsOf = podsOfServices(pods)
    const judged = toldCalls(withNextPods(pods, workloads)).flatMap((it): readonly Judged[] => {
      const { speaks, port: told } = it.call
      const called = speaks === undefined || told === null ? null : calledBy(it.pod, it.call, around)
      if (speaks === undefined || called === null || called.is !== 'there') return []
      const { service } = called
      const port = service.ports.find((one) => one.port === told && one.protocol === 'TCP')
      if (port === undefined) return []
      return [
        {
          ...it,
          speaks,
          service,
          port,
          fit: portInstead(speaks, port, { ports: service.ports, pods: podsOf(service) }),
        },
      ]
    })
    if (judged.length === 0)
      return notApplicable('no URL here of another scheme than the web names a port of a Service')
    const wrongly = judged.filter((it) => it.fit !== null)
    const once = new Map(
      wrongly.map((it) => [`${subjectKey(workloadOfPod(it.pod))} ${it.call.host}:${it.call.port}`, it]),
    )
    const scalers = scalersOf(beside)
    const found = [...once.values()].flatMap((it) => verdict(it, isAwaited(it.pod, scalers)))
    return found.length > 0 ? found : ok(judged.length, spelledOut)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${toldText(on, args.idle)} speak ${named[args.speaks]} to port ${args.port} of Service ${args.service}, ` +
      `which is called \`${args.isCalled}\`; its port for ${named[args.speaks]} is ${args.fit}.`,
    detail: ({ args }) => `${args.by ?? 'its command'} in container ${args.container}`,
    note: () => 'by the names and numbers of the ports alone: what answers there was not asked',
    help: ({ subject: on, args }) => [
      `set the port in ${args.by ?? 'its argument'} of ${on.kind} ${on.name} to ${args.fit}`,
      `kubectl -n ${args.namespace} get service ${args.name} -o yaml`,
    ],
  },
})

const named: Readonly<Record<Speech, string>> = {
  amqp: 'AMQP',
  redis: 'Redis',
  postgres: 'PostgreSQL',
  mysql: 'MySQL',
  mongodb: 'MongoDB',
  nats: 'NATS',
  grpc: 'gRPC',
  mqtt: 'MQTT',
  ldap: 'LDAP',
  bolt: 'Bolt',
}

interface Judged extends ToldCall {
  readonly speaks: Speech
  readonly service: Service
  readonly port: ServicePort
  readonly fit: ReturnType<typeof portInstead>
}

function verdict({ pod, container, call, speaks, service, port, fit }: Judged, isDue: boolean) {
  if (fit === null) return []
  const on = workloadOfPod(pod)
  const place = `${call.host}:${port.port}`
  return finding({
    subject: on,
    also: [subject('Service', service.namespace, service.name)],
    confidence: 'possible',
    ...(isDue ? {} : { severity: 'info' as const }),
    args: {
      idle: idleOf(pod),
      by: call.by,
      container,
      speaks,
      port: port.port,
      isCalled: fit.isCalled,
      fit: fit.port.port,
      service: full(service),
      namespace: service.namespace,
      name: service.name,
    },
    evidence: [
      {
        kind: 'config',
        object: call.map === undefined ? on : subject('ConfigMap', pod.namespace, call.map),
        path: pathOf(container, call),
        lines: [call.by === null ? `${speaks}://${place}` : `${call.by}: ${speaks}://${place}`],
        at: 0,
        mark: `${port.port}`,
        label: `port \`${fit.isCalled}\`; ${fit.port.port} is \`${fit.port.name ?? fit.port.targetPort}\``,
      },
    ],
    causes: [],
  })
}

function pathOf(container: string, { by, map, key }: ToldCall['call']): string {
  if (map !== undefined) return key === undefined ? 'data' : `data[${key}]`
  return `containers[${container}].${by === null || by.startsWith('-') ? 'args' : 'env'}`
}
