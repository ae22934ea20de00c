import { check } from '../../findings/check.ts'
import { finding, ok } from '../../findings/verdict.ts'
import type { Mesh, MeshGateway } from '../../model/mesh.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'

/**
 * Browsers use one HTTP/2 connection for all hosts of a certificate (RFC 9113 9.1.1). A proxy of Istio has the routes
 * of a connection from the Gateway whose SNI it came by: requests for the other's host get a 404 (istio.io, "404 errors
 * occur when multiple gateways configured with same TLS certificate").
 */
export default check({
  code: 'MSH831',
  slug: 'mesh/gateways-share-certificate',
  title: 'two Gateways of the mesh serve one certificate',
  fine: 'no two Gateways of the mesh serve different hosts of one proxy with one certificate',
  severity: 'warning',
  needs: ['mesh'],
  remedies: [],
  decides: [],

  run({ mesh, scope }) {
    const its = mesh.gateways.filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    if (its.length === 0) return noneHere(mesh, ['Gateway'], 'no Gateway of Istio is here')
    const served = its.flatMap((gateway) =>
      gateway.servers.flatMap(({ port, credential, hosts }): readonly Served[] =>
        credential === undefined ? [] : [{ gateway, port, credential, hosts }],
      ),
    )
    const alike = Map.groupBy(served, (it) => keyOf(it))
    const found = [...alike.values()].flatMap((all) => verdict(all, mesh, scope))
    return found.length > 0 ? found : ok(its.length)
  },

  words: {
    headline: ({ args }) =>
      `${count(args.gateways.length, 'Gateway')} of one proxy serve ${some(args.hosts, 4)} with the same ` +
      'certificate, ' +
      `Secret ${args.credential}: browsers that have a connection for one host use it for the other, and get a 404.`,
    detail: ({ args }) =>
      `${some(args.gateways, 4)} · port ${args.port} · if the certificate is for all of these hosts`,
    note: () => 'only clients of HTTP/2 that keep connections do so: curl sees nothing of it',
    help: ({ args }) => [
      'serve these hosts by one Gateway of this certificate, which all VirtualServices name; or give each its own',
      `kubectl -n ${args.namespace} get gateways.networking.istio.io -o yaml`,
    ],
  },
})

interface Served {
  readonly gateway: MeshGateway
  readonly port: number
  readonly credential: string
  readonly hosts: readonly string[]
}

function keyOf({ gateway, port, credential }: Served): string {
  const selector = Object.entries(gateway.selector)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
  return `${selector.join(',')} ${port} ${credential}`
}

function verdict(all: readonly Served[], mesh: Mesh, scope: Scope) {
  const gateways = [...new Map(all.map((it) => [full(it.gateway), it.gateway])).values()]
  const [first] = gateways
  const [served] = all
  const hosts = [...new Set(all.flatMap((it) => it.hosts))]
  // One host in both is another matter: and without two hosts there is no other to ask for.
  if (first === undefined || served === undefined || gateways.length < 2 || hosts.length < 2) return []
  const [on, ...also] = gateways.map((it) => subject('Gateway', it.namespace, it.name))
  if (on === undefined) return []
  const routes = mesh.virtualServices
    .filter((route) => gateways.some((it) => names(route, it)))
    .map((it) => subject('VirtualService', it.namespace, it.name))
  const isAsked = [on, ...also, ...routes].some((it) => isTarget(scope, it))
  return [
    finding({
      subject: on,
      also: [...also, ...routes],
      confidence: 'possible',
      severity: isAsked ? 'warning' : 'info',
      args: {
        gateways: gateways.map(full),
        hosts,
        credential: served.credential,
        port: served.port,
        namespace: first.namespace,
      },
      evidence: all.map(({ gateway, credential, hosts: its }) => ({
        kind: 'fact' as const,
        label: `Gateway ${full(gateway)}`,
        value: `${some(its, 4)} with credentialName ${credential}`,
      })),
    }),
  ]
}

function names(route: { readonly namespace: string; readonly gateways: readonly string[] }, gateway: MeshGateway) {
  return route.gateways.some((it) =>
    it.includes('/') ? it === full(gateway) : route.namespace === gateway.namespace && it === gateway.name,
  )
}
