import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import {
  callableFrom,
  calledBy,
  spelledOut,
  type ToldCall,
  toldCalls,
} from '../../relations/service/called-services.ts'
import { idleOf, isAwaited, scalersOf, toldText, withNextPods } from '../../relations/service/next-pods.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * OTLP is spoken by gRPC on port 4317 and by HTTP on 4318 (OpenTelemetry, OTLP Exporter Configuration and the IANA
 * registry). Either server hangs up on the other, and the program goes on without its telemetry.
 */
export default check({
  code: 'SVC269',
  slug: 'service/otlp-protocol',
  title: 'telemetry is sent by another protocol than its port takes',
  fine: 'telemetry is sent by the protocol that its port is for',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns', 'workloads', 'beside'],
  remedies: [],
  decides: [],

  run({ pods, services, clusterDns, namespaces, workloads, beside, scope }) {
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const judged = toldCalls(withNextPods(pods, workloads)).flatMap((it): readonly Judged[] => {
      const { otlp, port: told } = it.call
      const called = otlp === undefined ? null : calledBy(it.pod, it.call, around)
      if (otlp === undefined || called === null || called.is !== 'there') return []
      const port = called.service.ports.find((one) => one.port === told)
      const takes = port === undefined ? null : takenBy(port)
      return port === undefined || takes === null ? [] : [{ ...it, otlp, service: called.service, port, takes }]
    })
    if (judged.length === 0) return notApplicable('no exporter of OTLP here is told a protocol and a port of either')
    const wrongly = judged.filter((it) => it.otlp !== it.takes)
    const once = new Map(wrongly.map((it) => [`${subjectKey(workloadOfPod(it.pod))} ${it.call.by}`, it]))
    const scalers = scalersOf(beside)
    const found = [...once.values()].map((it) => verdict(it, isAwaited(it.pod, scalers)))
    return found.length > 0 ? found : ok(judged.length, spelledOut)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${toldText(on, args.idle)} send its telemetry by ${named[args.told]} to port ${args.port} of Service ` +
      `${args.service}, which is for ${named[args.takes]}.`,
    detail: ({ args }) =>
      `${args.by ?? 'its command'} in container ${args.container} · port ${args.portName ?? args.port}`,
    note: () => 'by the names and numbers alone; what does not arrive is thrown away, and the program goes on',
    help: ({ subject: on, args }) => [
      `set OTEL_EXPORTER_OTLP_PROTOCOL to ${args.takes === 'grpc' ? 'grpc' : 'http/protobuf'}, or call the port for ` +
        named[args.told],
      `kubectl -n ${args.namespace} get service ${args.name} -o yaml`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
    ],
  },
})

const named = { grpc: 'gRPC', http: 'HTTP' } as const

/** By its name; else by its number, where the Service sends it on to the same. */
function takenBy({ name, port, targetPort }: ServicePort): 'grpc' | 'http' | null {
  const [isGrpc, isHttp] = [/grpc/i, /http/i].map((it) => it.test(name ?? ''))
  if (isGrpc !== isHttp) return isGrpc === true ? 'grpc' : 'http'
  const number = typeof targetPort === 'number' ? targetPort : port
  if (number === 4317) return 'grpc'
  return number === 4318 ? 'http' : null
}

interface Judged extends ToldCall {
  readonly otlp: 'grpc' | 'http'
  readonly service: Service
  readonly port: ServicePort
  readonly takes: 'grpc' | 'http'
}

function verdict({ pod, container, call, otlp, service, port, takes }: Judged, isDue: boolean) {
  const on = workloadOfPod(pod)
  return finding({
    subject: on,
    also: [subject('Service', service.namespace, service.name)],
    confidence: 'possible',
    ...(isDue ? {} : { severity: 'info' as const }),
    args: {
      idle: idleOf(pod),
      told: otlp,
      takes,
      by: call.by,
      container,
      port: port.port,
      portName: port.name,
      service: full(service),
      namespace: service.namespace,
      name: service.name,
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: `containers[${container}].env`,
        lines: [`${call.by}: ${call.host}:${port.port}`, `# by ${named[otlp]}`],
        at: 0,
        mark: `${port.port}`,
        label: `port ${port.name ?? ''} is for ${named[takes]}`,
      },
    ],
  })
}
