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
import { idleOf, isAwaited, toldText, withNextPods } from '../../relations/service/next-pods.ts'
import { meshOf } from '../../relations/service/mesh-sidecar.ts'
import { askedSchemeOf } from '../../relations/service/port-wants-tls.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * TLS begins with bytes that a server of plain HTTP answers with an error or hangs up on, and the other way round. How
 * a port is asked is seen by its readiness probe: the kubelet asks so, and the pod is ready.
 */
export default check({
  code: 'SVC267',
  slug: 'service/called-by-tls',
  title: 'a program is told https where pods answer http, or the other way',
  fine: 'Services are called by http and https as their pods answer the kubelet',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns', 'workloads', 'beside'],
  remedies: [],
  decides: [],

  run({ pods, services, clusterDns, namespaces, workloads, beside, scope }) {
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const podsOf = podsOfServices(pods)
    const judged = toldCalls(withNextPods(pods, workloads)).flatMap((it) => {
      const isTold = it.call.scheme !== undefined && !mayGetTls(it)
      const called = isTold ? calledBy(it.pod, it.call, around) : null
      if (called === null || called.is !== 'there') return []
      const port = called.service.ports.find((one) => one.port === it.call.port && one.protocol === 'TCP')
      const asked = port === undefined ? null : askedSchemeOf(port, podsOf(called.service).filter(isLive))
      return port === undefined || asked === null ? [] : [{ ...it, service: called.service, port, asked }]
    })
    if (judged.length === 0)
      return notApplicable('no URL of http or https here is of a Service whose pods are asked so')
    const wrongly = judged.filter((it) => it.call.scheme !== it.asked)
    const once = new Map(
      wrongly.map((it) => [`${subjectKey(workloadOfPod(it.pod))} ${full(it.service)}:${it.port.port}`, it]),
    )
    const scalers = beside.known ? (beside.value.scalers ?? []) : []
    const found = [...once.values()].map((it) => verdict(it, isAwaited(it.pod, scalers)))
    return found.length > 0 ? found : ok(judged.length, spelledOut)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${toldText(on, args.idle)} call ${args.told}://${args.host}:${args.port}, ` +
      `and the pods behind it answer ${args.asked} there.`,
    detail: ({ args }) =>
      `${args.by ?? 'its command'} in container ${args.container}` +
      `${args.map === null ? '' : ` by ConfigMap ${args.map}`} · ` +
      `the kubelet asks target port ${args.target} of Service ${args.service} by ${args.asked}, ` +
      'and its pods are ready',
    note: ({ args }) =>
      args.told === 'https'
        ? 'a server of plain HTTP takes the first bytes of TLS for a bad request: clients say “wrong version number” ' +
          'or “first record does not look like a TLS handshake”'
        : 'a server of TLS answers plain HTTP with 400, or hangs up',
    help: ({ subject: on, args }) => [
      `write ${args.asked}:// in ${args.by ?? 'its argument'} of ` +
        `${args.map === null ? `${on.kind} ${on.name}` : `ConfigMap ${args.map}`}, ` +
        `or call a port that speaks ${args.told}`,
      `kubectl -n ${args.namespace} get service ${args.name} -o yaml`,
    ],
  },
})

/** A program of a mesh calls by http, and its proxy makes TLS of it where a DestinationRule says so. */
function mayGetTls({ pod, call }: ToldCall): boolean {
  return call.scheme === 'http' && meshOf(pod) !== null
}

interface Wrong extends ToldCall {
  readonly service: Service
  readonly port: ServicePort
  readonly asked: 'http' | 'https'
}

function verdict({ pod, container, call, service, port, asked }: Wrong, isDue: boolean) {
  const on = workloadOfPod(pod)
  const told = call.scheme ?? 'http'
  const line = `${told}://${call.host}:${port.port}`
  return finding({
    subject: on,
    also: [subject('Service', service.namespace, service.name)],
    // Whether a program reads a file that it mounts is not told by its spec.
    confidence: call.key === undefined ? 'inferred' : 'possible',
    ...(isDue ? {} : { severity: 'info' as const }),
    args: {
      idle: idleOf(pod),
      told,
      asked,
      host: call.host,
      port: port.port,
      target: port.targetPort,
      by: call.by,
      map: call.map ?? null,
      container,
      service: full(service),
      namespace: service.namespace,
      name: service.name,
    },
    evidence: [
      {
        kind: 'config',
        object: call.map === undefined ? on : subject('ConfigMap', pod.namespace, call.map),
        path: placeOf({ pod, container, call }),
        lines: [call.by === null ? line : `${call.by}: ${line}`],
        at: 0,
        mark: `${told}:`,
        label: `readiness probes of its pods ask by ${asked}`,
      },
    ],
    causes: [toldWrongly(on)],
  })
}

function placeOf({ container, call: { by, map, key } }: ToldCall): string {
  if (map !== undefined) return key === undefined ? 'data' : `data[${key}]`
  return `containers[${container}].${by === null || by.startsWith('-') ? 'args' : 'env'}`
}
