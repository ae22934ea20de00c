import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DestinationRule, TlsMode } from '../../model/mesh.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { hostTakes, wholeHost } from '../../relations/mesh/mesh-hosts.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { portIsPlain } from '../../relations/service/port-is-plain.ts'
import { portText } from '../../relations/service/service-endpoints.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { objectLines } from './mesh-words.ts'

/**
 * `SIMPLE` and `MUTUAL` have the client's proxy speak TLS to the server itself, which its own proxy passes through: a
 * server of plain HTTP ends it, and callers get a 503 with UF (istio, tasks/traffic-management, TLS origination).
 * What a port is called says nothing here: for TLS origination it has to be called http.
 */
export default check({
  code: 'MSH814',
  slug: 'mesh/tls-to-plain-port',
  title: 'a DestinationRule has TLS spoken to a port that speaks plain HTTP',
  fine: 'DestinationRules have TLS spoken to ports that speak it',
  severity: 'error',
  needs: ['mesh', 'services', 'pods'],
  wants: ['clusterDns', 'contacts'],
  remedies: [],
  decides: ['MESH-02'],

  run({ mesh, services, pods, clusterDns, contacts, scope }) {
    const rules = mesh.destinationRules.filter(
      (it) => (scope.namespace === null || it.namespace === scope.namespace) && isOwnTls(it.tls),
    )
    if (mesh.destinationRules.length === 0) return noneHere(mesh, ['DestinationRule'], 'no DestinationRule is here')
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const podsOf = podsOfServices(pods)
    const aimed = rules.flatMap((rule) => {
      const host = wholeHost(rule.host, rule.namespace, domain)
      return services
        .filter((it) => it.type !== 'ExternalName' && it.selector !== null)
        .filter((it) => hostTakes(host, wholeHost(it.name, it.namespace, domain)))
        .map((service) => ({ rule, service }))
    })
    if (aimed.length === 0) return notApplicable('no DestinationRule here has TLS of its own spoken to a Service')
    return aimed.map(({ rule, service }) => {
      const ports = service.ports.filter((it) => it.protocol === 'TCP')
      const found = ports.map((port) => ({
        port,
        sign: portIsPlain(service, port, { pods: podsOf(service), contacts }),
      }))
      const [first] = found
      // What is said of one port alone is not read: another port may be the one that is meant.
      const isPlain = found.every((it) => it.sign === 'answered' || it.sign === 'probe')
      if (first === undefined || first.sign === null || !isPlain) return ok(1)
      return verdict(rule, { service: full(service), name: service.name, port: portText(first.port), sign: first.sign })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `DestinationRule ${full(on)} has TLS spoken to port ${args.port} of Service ${args.service}, which ` +
      `${args.sign === 'answered' ? 'speaks' : 'looks like'} plain HTTP.`,
    detail: ({ args }) =>
      `trafficPolicy.tls.mode ${args.mode} · ` +
      (args.sign === 'answered'
        ? 'a pod of it answered plain HTTP there'
        : 'the readiness probe of its pods asks there by plain HTTP'),
    note: () => 'the proxies of callers answer 503, with the flag UF',
    help: ({ subject: on, args }) => [
      "take tls.mode away: the mesh's own mTLS needs none; or set it for the port for TLS alone, in portLevelSettings",
      `kubectl -n ${on.namespace} edit destinationrules.networking.istio.io ${on.name}`,
      `kubectl get service -A --field-selector metadata.name=${args.name} -o yaml`,
    ],
  },
})

function isOwnTls(tls: TlsMode | null): boolean {
  return tls === 'SIMPLE' || tls === 'MUTUAL'
}

interface Plain {
  readonly service: string
  readonly name: string
  readonly port: string
  readonly sign: 'answered' | 'probe' | 'name'
}

function verdict({ namespace, name, tls }: DestinationRule, plain: Plain) {
  const on = subject('DestinationRule', namespace, name)
  const isSure = plain.sign === 'answered'
  return finding({
    subject: on,
    confidence: isSure ? 'inferred' : 'possible',
    severity: isSure ? 'error' : 'warning',
    args: { ...plain, mode: tls ?? '' },
    evidence: [
      objectLines(on, {
        path: 'spec.trafficPolicy.tls',
        lines: ['tls:', `  mode: ${tls ?? ''}`],
        mark: 'mode:',
        label: 'TLS to what speaks plain HTTP',
      }),
    ],
  })
}
