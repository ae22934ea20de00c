import { check } from '../../findings/check.ts'
import { finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { MeshFault, VirtualService } from '../../model/mesh.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { meshHosts } from '../../relations/mesh/mesh-hosts.ts'
import { isOfTcpAlone } from '../../relations/mesh/port-protocol.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { svcUnanswered } from '../../relations/symptom.ts'
import { objectLines } from './mesh-words.ts'

/**
 * `fault` is for tests: the proxy of the caller answers for the Service, or lets the request wait, and the pods hear
 * nothing of it (istio, tasks/traffic-management/fault-injection; Envoy's flags FI and DI). What a test left behind
 * looks like a Service that is down.
 */
export default check({
  code: 'MSH812',
  slug: 'mesh/fault-injected',
  title: 'a VirtualService answers requests by an error itself',
  fine: 'no VirtualService makes faults on purpose',
  severity: 'error',
  needs: ['mesh'],
  wants: ['services', 'clusterDns'],
  remedies: [],
  decides: ['MESH-04'],

  run({ mesh, services, clusterDns, scope }) {
    const { virtualServices } = mesh
    if (virtualServices.length === 0) return noneHere(mesh, ['VirtualService'], 'no VirtualService is here')
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const hostOf = meshHosts({ mesh, services: services.known ? services.value : [], scope, domain })
    return virtualServices.map((it): Verdict<Injected> => {
      const [worst] = (it.faults ?? []).toSorted((a, b) => weight(b) - weight(a))
      if (worst === undefined) return ok(1)
      const behind = it.hosts.flatMap((host) => {
        const at = hostOf(host, it.namespace)
        return at.is === 'service' ? [at.service] : []
      })
      // Where sidecars see no HTTP the rule is never asked: MSH811 says so.
      const isDeaf = behind.length > 0 && behind.every(isOfTcpAlone) && it.gateways.every((one) => one === 'mesh')
      return isDeaf ? ok(1) : verdict(it, worst, behind)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `VirtualService ${full(on)} ${args.does === 'delay' ? 'delays' : `answers ${answer(args)} to`} ` +
      `${args.percent === 100 ? 'every request' : `${args.percent} % of the requests`}` +
      `${args.of === 'all' ? '' : ' that its rule matches'} for ${some(args.hosts, 2)} itself.`,
    detail: ({ args }) => `${args.path} · a fault that is made on purpose, for tests`,
    note: () => "the caller's proxy does it, and the pods of the Service hear nothing: its access log says FI, or DI",
    help: ({ subject: on, args }) => [
      'take the fault out of the rule, once the test is over',
      `kubectl -n ${on.namespace} edit virtualservices.networking.istio.io ${on.name}   # ${args.path}`,
    ],
  },
})

type Injected = {
  readonly does: MeshFault['does']
  readonly status: number | null
  readonly percent: number
  readonly of: MeshFault['of']
  readonly hosts: readonly string[]
  readonly path: string
}

function answer({ status }: Pick<Injected, 'status'>): string {
  return status === null ? 'an error of gRPC' : String(status)
}

/** Nobody gets through. */
function isWhole({ does, percent, of, status }: MeshFault): boolean {
  return does === 'abort' && percent === 100 && of === 'all' && (status === null || status >= 400)
}

function weight(fault: MeshFault): number {
  return (isWhole(fault) ? 1000 : 0) + (fault.does === 'abort' ? 500 : 0) + fault.percent
}

function verdict(
  { namespace, name, hosts }: VirtualService,
  fault: MeshFault,
  behind: readonly Service[],
): Verdict<Injected> {
  const { does, status, percent, of, path } = fault
  const on = subject('VirtualService', namespace, name)
  return finding({
    subject: on,
    also: behind.map((it) => subject('Service', it.namespace, it.name)),
    confidence: 'inferred',
    ...(isWhole(fault) ? {} : { severity: 'warning' as const }),
    args: { does, status, percent, of, hosts, path },
    evidence: [
      objectLines(on, {
        path,
        lines: ['fault:', `  ${does}:`, ...(status === null ? [] : [`    httpStatus: ${status}`])],
        mark: `${does}:`,
        label: does === 'abort' ? 'the proxy answers, and asks nobody' : 'the proxy lets the request wait',
      }),
    ],
    causes: isWhole(fault) ? behind.map(svcUnanswered) : [],
  })
}
