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
import { meshOf } from '../../relations/service/mesh-sidecar.ts'
import { httpSpoken, otherSpoken, type Spoken } from '../../relations/service/port-tls.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * TLS begins with bytes that a plain server answers with an error or hangs up on, and the other way round. How a port
 * is asked is seen by its readiness probe: the kubelet asks so, and the pod is ready. A known server's own flags, and
 * names and numbers that are of one of the two alone, make it a suspicion.
 */
export default check({
  code: 'SVC267',
  slug: 'service/called-by-tls',
  title: 'a program is told TLS where pods speak plain, or the other way',
  fine: 'Services are called with TLS, or without it, as the pods behind them speak',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns', 'workloads', 'beside', 'contacts'],
  remedies: [],
  decides: [],

  run({ pods, services, clusterDns, namespaces, workloads, beside, contacts, scope }) {
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const podsOf = podsOfServices(pods)
    const judged = toldCalls(withNextPods(pods, workloads)).flatMap((it): readonly Judged[] => {
      const told = toldBy(it)
      const called = told === null ? null : calledBy(it.pod, it.call, around)
      if (told === null || called === null || called.is !== 'there') return []
      const port = portOf(called.service, it.call.port)
      if (port === undefined) return []
      const behind = podsOf(called.service).filter(isLive)
      const isWeb = it.call.scheme !== undefined
      const spoken = isWeb ? httpSpoken(called.service, port, { pods: behind, contacts }) : otherSpoken(port, behind)
      return spoken === null ? [] : [{ ...it, told, isWeb, service: called.service, port, spoken }]
    })
    if (judged.length === 0)
      return notApplicable('no URL that says whether it is of TLS is of a Service of which that is known')
    const wrongly = judged.filter((it) => it.told !== it.spoken.is)
    const once = new Map(
      wrongly.map((it) => [`${subjectKey(workloadOfPod(it.pod))} ${full(it.service)}:${it.port.port}`, it]),
    )
    const scalers = scalersOf(beside)
    const found = [...once.values()].map((it) => verdict(it, isAwaited(it.pod, scalers)))
    return found.length > 0 ? found : ok(judged.length, spelledOut)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.isWeb
        ? `${toldText(on, args.idle)} call ${args.told}://${args.host}:${args.port}, ` +
          `and the pods behind it answer ${args.speaks} there.`
        : `${toldText(on, args.idle)} call ${args.host}:${args.port} ${args.told}, ` +
          `and the pods behind it speak ${args.speaks === 'with TLS' ? 'TLS' : 'plain'} there.`,
    detail: ({ args }) =>
      `${args.by ?? 'its command'} in container ${args.container}` +
      `${args.map === null ? '' : ` by ConfigMap ${args.map}`} · ${signText(args)}`,
    note: ({ args }) =>
      args.told === 'https' || args.told === 'with TLS'
        ? 'a plain server takes the first bytes of TLS for a bad request: clients say “wrong version number” ' +
          'or “first record does not look like a TLS handshake”'
        : 'a server of TLS answers plain requests with an error, or hangs up',
    help: ({ subject: on, args }) => [
      (args.isWeb ? `write ${args.speaks}:// in ` : `call it ${args.speaks}, by the scheme or the setting in `) +
        `${args.by ?? 'its argument'} of ` +
        `${args.map === null ? `${on.kind} ${on.name}` : `ConfigMap ${args.map}`}, ` +
        `or call a port that speaks ${args.told.replace('with ', '').replace('without TLS', 'plain')}`,
      `kubectl -n ${args.namespace} get service ${args.name} -o yaml`,
    ],
  },
})

interface Signed {
  readonly sign: Spoken['by']
  readonly service: string
  readonly target: number | string
  readonly port: number
  readonly portName: string | null
  readonly speaks: string
}

function signText({ sign, service, target, port, portName, speaks }: Signed): string {
  switch (sign) {
    case 'probe':
      return `the kubelet asks target port ${target} of Service ${service} by ${speaks}, and its pods are ready`
    case 'answer':
      return `hopscope was answered by ${speaks} there`
    case 'server':
      return `the settings of the server behind Service ${service} ${
        speaks === 'with TLS' ? 'turn TLS on' : 'do not turn TLS on'
      }`
    case 'name':
      return `by the name of the port: ${portName ?? target}`
    case 'number':
      return `by the number of the port: ${port}`
  }
}

/** What a call says, and null where it says nothing or somebody on its way may change it. */
function toldBy(it: ToldCall): Spoken['is'] | null {
  const { scheme, tls } = it.call
  if (meshOf(it.pod) !== null && (scheme === 'http' || tls === 'off')) return null
  if (scheme !== undefined) return scheme === 'https' ? 'TLS' : 'plain'
  if (tls === undefined) return null
  return tls === 'on' ? 'TLS' : 'plain'
}

/** The one that is named; without a port, the only one. */
function portOf({ ports }: Service, port: number | null): ServicePort | undefined {
  const all = ports.filter((it) => it.protocol === 'TCP')
  if (port !== null) return all.find((it) => it.port === port)
  return all.length === 1 ? all[0] : undefined
}

/** A program of a mesh calls plainly, and its proxy makes TLS of it where a DestinationRule says so: see `toldBy`. */
interface Judged extends ToldCall {
  readonly told: Spoken['is']
  readonly isWeb: boolean
  readonly service: Service
  readonly port: ServicePort
  readonly spoken: Spoken
}

const words = {
  web: { TLS: 'https', plain: 'http' },
  other: { TLS: 'with TLS', plain: 'without TLS' },
} as const

function verdict({ pod, container, call, told: is, isWeb, service, port, spoken }: Judged, isDue: boolean) {
  const on = workloadOfPod(pod)
  const named = words[isWeb ? 'web' : 'other']
  const [told, speaks] = [named[is], named[spoken.is]]
  const place = `${call.host}:${port.port}`
  const line = isWeb ? `${told}://${place}` : `${place} # ${told}`
  const isSure = spoken.by === 'probe' || spoken.by === 'answer'
  return finding({
    subject: on,
    also: [subject('Service', service.namespace, service.name)],
    // Whether a program reads a file that it mounts is not told by its spec.
    confidence: isSure && call.key === undefined ? 'inferred' : 'possible',
    ...(isDue ? {} : { severity: 'info' as const }),
    args: {
      idle: idleOf(pod),
      told,
      speaks,
      isWeb,
      sign: spoken.by,
      portName: port.name,
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
        mark: isWeb ? `${told}:` : told,
        label: isWeb ? `its pods answer ${speaks}` : `its pods speak ${spoken.is}`,
      },
    ],
    causes: [toldWrongly(on)],
  })
}

function placeOf({ container, call: { by, map, key } }: ToldCall): string {
  if (map !== undefined) return key === undefined ? 'data' : `data[${key}]`
  return `containers[${container}].${by === null || by.startsWith('-') ? 'args' : 'env'}`
}
