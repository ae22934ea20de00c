import { check } from '../../findings/check.ts'
import { finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { DestinationRule, TlsMode } from '../../model/mesh.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { hostTakes, wholeHost } from '../../relations/mesh/mesh-hosts.ts'
import { noneHere, unseenKinds } from '../../relations/mesh/mesh-kinds.ts'
import { meshServices, type MeshService, targetPorts } from '../../relations/mesh/mesh-services.ts'
import { type AskedMtls, mtlsOf } from '../../relations/mesh/mtls.ts'
import { objectLines } from './mesh-words.ts'

/**
 * A DestinationRule tells the clients' proxies which TLS to speak, a PeerAuthentication the servers' which to take.
 * Where both are told, nothing makes them agree: 503 with UF or UC, right after one of them was applied (istio,
 * ops/common-problems/network-issues: 503 errors after setting destination rule).
 */
export default check({
  code: 'MSH803',
  slug: 'mesh/mtls-contradicts',
  title: 'a DestinationRule and the server disagree on mTLS',
  fine: 'no DestinationRule speaks another TLS than its server takes',
  severity: 'error',
  needs: ['mesh', 'services', 'pods'],
  wants: ['clusterDns'],
  remedies: [],
  decides: ['MESH-02'],

  run({ mesh, services, pods, clusterDns, scope }) {
    const rules = mesh.destinationRules
      .filter((it) => scope.namespace === null || it.namespace === scope.namespace)
      .flatMap((rule) => tlsOf(rule).map((tls) => ({ rule, ...tls })))
    if (rules.length === 0)
      return noneHere(mesh, ['DestinationRule'], 'no DestinationRule here says which TLS to speak')
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const all = meshServices(services, pods)
    const found = rules.flatMap(({ rule, mode, path }): readonly Verdict<Contradiction>[] => {
      const host = wholeHost(rule.host, rule.namespace, domain)
      const its = all.filter(({ service: { name, namespace } }) => hostTakes(host, wholeHost(name, namespace, domain)))
      for (const it of its) {
        const fault = faultOf(mode, it, (pod, port) => mtlsOf(mesh, pod, port))
        if (fault !== null) return [contradiction(rule, { mode, path, service: full(it.service), ...fault })]
      }
      return []
    })
    return found.length === 0 ? (unseenKinds(mesh, ['PeerAuthentication']) ?? ok(rules.length)) : found
  },

  words: {
    headline: ({ subject: on, args }) =>
      `DestinationRule ${full(on)} lets clients speak ${spoken[args.mode]} to Service ${args.service}, ` +
      `${says[args.fault]}.`,
    detail: ({ args }) => `${args.path}: ${args.mode} · ${args.by ?? 'no PeerAuthentication'}: ${args.takes}`,
    note: () => 'the proxies answer 503 with the flag UF or UC',
    help: ({ subject: on, args }) => [
      args.fault === 'no-proxy'
        ? 'take tls.mode ISTIO_MUTUAL away, or bring the pods of the Service into the mesh'
        : 'let the DestinationRule say ISTIO_MUTUAL, or nothing: then the mesh finds out by itself',
      'kubectl get peerauthentications.security.istio.io -A',
      `kubectl -n ${on.namespace} edit destinationrules.networking.istio.io ${on.name}   # ${args.path}`,
    ],
  },
})

type Fault = 'strict' | 'disabled' | 'no-proxy'

type Contradiction = {
  readonly mode: TlsMode
  readonly path: string
  readonly service: string
  readonly fault: Fault
  /** The PeerAuthentication that says what the server takes. */
  readonly by: string | null
  readonly takes: string
}

const spoken: Readonly<Record<TlsMode, string>> = {
  DISABLE: 'plain text',
  SIMPLE: "TLS without the mesh's certificates",
  MUTUAL: 'TLS with certificates of their own',
  ISTIO_MUTUAL: "the mesh's mTLS",
}

const says: Readonly<Record<Fault, string>> = {
  strict: 'whose pods take nothing but mTLS of the mesh',
  disabled: 'whose pods take no mTLS',
  'no-proxy': 'whose pods have no proxy to take it',
}

function tlsOf(rule: DestinationRule): readonly { readonly mode: TlsMode; readonly path: string }[] {
  return [
    ...(rule.tls === null ? [] : [{ mode: rule.tls, path: 'spec.trafficPolicy.tls.mode' }]),
    ...rule.subsets.flatMap(({ tls }, at) =>
      tls === null ? [] : [{ mode: tls, path: `spec.subsets[${at}].trafficPolicy.tls.mode` }],
    ),
  ]
}

function faultOf(
  mode: TlsMode,
  { service, inside, outside }: MeshService,
  asked: (pod: MeshService['inside'][number], port: number) => AskedMtls | 'unknown',
): Pick<Contradiction, 'fault' | 'by' | 'takes'> | null {
  if (mode === 'ISTIO_MUTUAL' && inside.length === 0 && outside.length > 0)
    return { fault: 'no-proxy', by: null, takes: `${outside.length} pods without a proxy` }
  for (const pod of inside)
    for (const port of targetPorts(service, pod)) {
      const it = asked(pod, port)
      if (it === 'unknown') continue
      const by = it.by === null ? null : `PeerAuthentication ${full(it.by)}`
      if (it.mode === 'STRICT' && mode !== 'ISTIO_MUTUAL') return { fault: 'strict', by, takes: it.mode }
      if (it.mode === 'DISABLE' && mode === 'ISTIO_MUTUAL') return { fault: 'disabled', by, takes: it.mode }
    }
  return null
}

function contradiction(rule: DestinationRule, args: Contradiction): Verdict<Contradiction> {
  const on = subject('DestinationRule', rule.namespace, rule.name)
  return finding({
    subject: on,
    confidence: 'inferred',
    args,
    evidence: [
      objectLines(on, {
        path: args.path,
        lines: [`host: ${rule.host}`, 'tls:', `  mode: ${args.mode}`],
        mark: args.mode,
        label: `the server: ${args.takes}`,
      }),
    ],
  })
}
