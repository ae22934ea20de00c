import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { callAround } from '../../relations/mesh/around-sidecar.ts'
import { meshServices, takesPlain } from '../../relations/mesh/mesh-services.ts'
import { goesByProxy } from '../../relations/mesh/mtls.ts'
import { isExported } from '../../relations/mesh/registered-hosts.ts'
import { calledBy, callableFrom, type ToldCall, toldCalls } from '../../relations/service/called-services.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * Proxies of namespaces that a Service is not exported to know nothing of it: what they call goes out as to a stranger,
 * without mTLS, which a STRICT server resets, and not at all where the mesh has REGISTRY_ONLY (istio,
 * pilot/pkg/model/push_context.go, IsServiceVisible). Whom a node's ztunnel carries is not judged.
 */
export default check({
  code: 'MSH817',
  slug: 'mesh/hidden-from-caller',
  title: 'a Service of the mesh is not exported to who calls it',
  fine: 'Services that are not exported to all are to who is told to call them',
  severity: 'warning',
  needs: ['mesh', 'services', 'pods'],
  wants: ['namespaces', 'clusterDns', 'beside'],
  remedies: [],
  decides: ['MESH-10'],

  run({ mesh, services, pods, namespaces, clusterDns, beside, scope }) {
    const limited = services.filter((it) => it.exportTo !== undefined)
    if (limited.length === 0)
      return notApplicable('no Service here limits by networking.istio.io/exportTo who knows it')
    const callable = callableFrom({ services, namespaces, clusterDns, scope })
    const hidden = toldCalls(pods.filter(goesByProxy)).flatMap((it) => {
      const to = calledBy(it.pod, it.call, callable)
      if (to.is !== 'there' || isExported(to.service.exportTo, to.service.namespace, it.pod.namespace)) return []
      return callAround(it.pod, to.service, it.call.port) === null ? [{ ...it, service: to.service }] : []
    })
    if (hidden.length === 0) return ok(limited.length)
    const isClosed = beside.known && beside.value.meshSettings.some((it) => it.outbound === 'REGISTRY_ONLY')
    return [...Map.groupBy(hidden, (it) => it.service)].map(([service, its]): Verdict<Hidden> => {
      const [own] = meshServices([service], pods)
      const isOpen = !isClosed && own !== undefined && takesPlain(mesh, own)
      return verdict(service, its, isOpen)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} is not exported to the namespace of ${some(args.callers, 2)}, ` +
      `${args.callers.length === 1 ? 'which is' : 'which are'} told to call it.`,
    detail: ({ args }) => `networking.istio.io/exportTo: ${some(args.exportTo)} · told by ${args.by}`,
    note: () =>
      'such calls go out without mTLS, which a STRICT server resets; where the mesh has REGISTRY_ONLY they get 502',
    help: ({ subject: on, args }) => [
      `add ${some(args.add)} to the annotation, or take it away`,
      `kubectl -n ${on.namespace} edit service ${on.name}`,
    ],
  },
})

type Hidden = {
  readonly callers: readonly string[]
  readonly exportTo: readonly string[]
  readonly by: string
  readonly add: readonly string[]
}

function verdict(service: Service, its: readonly ToldCall[], isOpen: boolean): Verdict<Hidden> {
  const callers = its.map(({ pod }) => workloadOfPod(pod))
  return finding({
    subject: subject('Service', service.namespace, service.name),
    also: callers,
    // Strangers may be called, and the server takes plain text: nothing fails, and rules of the mesh do not hold.
    ...(isOpen ? { severity: 'info' as const } : {}),
    confidence: 'inferred',
    args: {
      callers: [...new Set(callers.map((it) => `${it.kind} ${full(it)}`))],
      exportTo: service.exportTo ?? [],
      by: its[0]?.call.by ?? 'the command line',
      add: [...new Set(its.map(({ pod }) => pod.namespace))],
    },
    evidence: its.slice(0, 4).map(({ pod, call }) => ({
      kind: 'fact',
      label: call.by ?? full(workloadOfPod(pod)),
      value: call.host,
    })),
  })
}
