import { check } from '../../findings/check.ts'
import { finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { VirtualService } from '../../model/mesh.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { meshHosts } from '../../relations/mesh/mesh-hosts.ts'
import { isOfTcpAlone } from '../../relations/mesh/port-protocol.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { portText } from '../../relations/service/service-endpoints.ts'
import { objectLines } from './mesh-words.ts'

/**
 * Istio goes by what a port says of itself: `appProtocol` first, else the part of its name before the dash, else it
 * looks at the bytes (istio, ops/configuration/traffic-management/protocol-selection; pkg/config/protocol Parse). Where
 * that says TCP or TLS, a sidecar hands connections on, and no rule for HTTP is asked.
 */
export default check({
  code: 'MSH811',
  slug: 'mesh/rules-on-tcp',
  title: 'HTTP rules of a VirtualService are for a TCP port',
  fine: 'rules of VirtualServices are for ports of their protocol',
  severity: 'warning',
  needs: ['mesh', 'services'],
  wants: ['clusterDns'],
  remedies: [],
  decides: ['MESH-04'],

  run({ mesh, services, clusterDns, scope }) {
    const its = mesh.virtualServices.filter(isForSidecarsByHttp)
    if (its.length === 0)
      return noneHere(mesh, ['VirtualService'], 'no VirtualService with rules for HTTP is for sidecars here')
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const hostOf = meshHosts({ mesh, services, scope, domain })
    return its.map((it): Verdict<OnTcp> => {
      const behind = it.hosts.flatMap((host) => {
        const at = hostOf(host, it.namespace)
        return at.is === 'service' ? [at.service] : []
      })
      const deaf = behind.filter(isOfTcpAlone)
      const [first] = deaf
      return first === undefined || deaf.length < behind.length ? ok(1) : verdict(it, first)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `VirtualService ${full(on)} has rules for HTTP, and ${some(args.ports, 2)} of Service ${args.service} ` +
      `${args.ports.length === 1 ? 'is' : 'are'} TCP by ${args.by}: none of the rules is asked.`,
    detail: ({ args }) => `${args.rules} · the sidecars hand connections on as they come`,
    note: () =>
      'timeouts, retries, weights and matches of these rules do nothing; connections go to the Service as without them',
    help: ({ args }) => [
      args.by === 'appProtocol'
        ? 'set appProtocol: http at the port, if it speaks HTTP'
        : 'name the port http or http-…, or set appProtocol: http, if it speaks HTTP; else write the rules below `tcp`',
      `kubectl -n ${args.namespace} edit service ${args.name}`,
    ],
  },
})

type OnTcp = {
  readonly ports: readonly string[]
  readonly service: string
  readonly namespace: string
  readonly name: string
  readonly by: 'appProtocol' | 'name'
  readonly rules: string
}

/** At a Gateway its own server's protocol counts; and one with rules for TCP as well means both. */
function isForSidecarsByHttp({ gateways, destinations }: VirtualService): boolean {
  const isOf = (part: string): boolean => destinations.some((it) => it.path.startsWith(`spec.${part}[`))
  return gateways.includes('mesh') && isOf('http') && !isOf('tcp') && !isOf('tls')
}

function verdict({ namespace, name, destinations }: VirtualService, service: Service): Verdict<OnTcp> {
  const own = service.ports.filter((it) => it.protocol === 'TCP')
  const [first] = own
  const by = first?.appProtocol === undefined ? 'name' : 'appProtocol'
  const on = subject('Service', service.namespace, service.name)
  const said = by === 'name' ? `name: ${first?.name ?? ''}` : `appProtocol: ${first?.appProtocol ?? ''}`
  return finding({
    subject: subject('VirtualService', namespace, name),
    also: [on],
    confidence: 'inferred',
    args: {
      ports: own.map((it) => `port ${portText(it)}`),
      service: full(service),
      namespace: service.namespace,
      name: service.name,
      by,
      rules: some([...new Set(destinations.map((it) => it.path.split('.').slice(0, 2).join('.')))]),
    },
    evidence: [
      objectLines(on, {
        path: 'spec.ports',
        lines: ['ports:', `- port: ${first?.port ?? ''}`, `  ${said}`],
        mark: said,
        label: 'no HTTP for the sidecars',
      }),
    ],
  })
}
