import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { Mesh, MeshGateway, VirtualService } from '../../model/mesh.ts'
import { subject } from '../../model/subject.ts'
import { full, some, count } from '../../phrases.ts'
import { hostTakes } from '../../relations/mesh/mesh-hosts.ts'
import { mayBeElsewhere, noneHere, unseenKinds } from '../../relations/mesh/mesh-kinds.ts'
import { objectLines } from './mesh-words.ts'

/**
 * A VirtualService is heard by the Gateways that it names, for the hosts that both have; a Gateway is heard by the pods
 * that it selects, on ports that a Service brings to them. Whatever is missing of that, nobody says so: requests get a
 * 404 or no connection (istio analyzers IST0101, IST0104, IST0132, IST0162).
 */
export default check({
  code: 'MSH802',
  slug: 'mesh/gateway-unserved',
  title: 'a VirtualService or Gateway of the mesh is served by nobody',
  fine: 'every VirtualService is served by the Gateways that it names, and every Gateway by a pod',
  severity: 'error',
  needs: ['mesh'],
  remedies: [],
  decides: ['MESH-04', 'MESH-17'],

  run({ mesh, scope }) {
    const isHere = (it: { readonly namespace: string }): boolean =>
      scope.namespace === null || it.namespace === scope.namespace
    const routes = mesh.virtualServices.filter(isHere).filter((it) => it.gateways.some((one) => one !== 'mesh'))
    const gateways = mesh.gateways.filter(isHere)
    if (routes.length + gateways.length === 0)
      return noneHere(mesh, ['Gateway', 'VirtualService'], 'no Gateway of Istio is here, and none is named')
    const found = [...routes.flatMap((it) => ofRoute(it, mesh)), ...gateways.flatMap(ofGateway)]
    if (found.length > 0) return found
    const untold = routes.length === 0 ? null : unseenKinds(mesh, ['Gateway'])
    if (untold !== null) return untold
    const unseen = gateways.filter((it) => it.pods === null)
    return unseen.length === 0
      ? ok(routes.length + gateways.length)
      : cannotTell(
          'cut-off',
          `the pods of ${unseen.length} of ${count(gateways.length, 'Gateway')} of Istio were not looked at: ` +
            some(unseen.map(full)),
        )
  },

  words: {
    headline: ({ subject: on, args }) => `${on.kind} ${full(on)} ${says[args.fault](args)}.`,
    detail: ({ args }) => `${args.what}${args.there.length === 0 ? '' : ` · there are: ${some(args.there)}`}`,
    note: ({ args }) => notes[args.fault],
    help: ({ subject: on, args }) => [
      helps[args.fault],
      'kubectl get gateways.networking.istio.io -A',
      on.kind === 'Gateway'
        ? `kubectl -n ${on.namespace} get gateways.networking.istio.io ${on.name} -o yaml`
        : `kubectl -n ${on.namespace} edit virtualservices.networking.istio.io ${on.name}   # ${args.path}`,
    ],
  },
})

type Fault = 'no-gateway' | 'other-hosts' | 'no-pods' | 'closed-port'

type Unserved = {
  readonly fault: Fault
  readonly what: string
  readonly path: string
  readonly there: readonly string[]
}

const says: Readonly<Record<Fault, (args: Unserved) => string>> = {
  'no-gateway': ({ what }) => `is for Gateway ${what}, which does not exist`,
  'other-hosts': ({ what }) => `has no host in common with Gateway ${what}`,
  'no-pods': ({ what }) => `selects no pod: none bears ${what}`,
  'closed-port': ({ what }) => `listens on port ${what}, which no Service before its pods has`,
}

const notes: Readonly<Record<Fault, string>> = {
  'no-gateway': 'no proxy is told of the route: requests get a 404',
  'other-hosts': 'the Gateway takes other hosts alone: requests get a 404',
  'no-pods': 'no proxy listens for it',
  'closed-port': 'connections from outside do not come as far as the proxy',
}

const helps: Readonly<Record<Fault, string>> = {
  'no-gateway': 'name the Gateway as namespace/name, or by its name alone where it is in the same namespace',
  'other-hosts': "add the host to the Gateway's servers, or to the VirtualService",
  'no-pods': "make the Gateway's selector and the labels of the proxies' pods say the same",
  'closed-port': 'add the port to the Service before the proxies, or let the Gateway listen on one that it has',
}

function ofRoute(route: VirtualService, mesh: Mesh): readonly Verdict<Unserved>[] {
  return route.gateways.flatMap((name, at): readonly Verdict<Unserved>[] => {
    if (name === 'mesh') return []
    const whole = name.includes('/') ? name : `${route.namespace}/${name}`
    const gateway = mesh.gateways.find((it) => `${it.namespace}/${it.name}` === whole)
    const path = `spec.gateways[${at}]`
    const names = mesh.gateways.map((it) => `${it.namespace}/${it.name}`)
    if (gateway === undefined) {
      if (mayBeElsewhere(mesh, 'Gateway')) return []
      const near = names.filter((it) => it.endsWith(`/${whole.split('/')[1]}`))
      const there = near.length > 0 ? near : closest(whole, names)
      return [unserved('VirtualService', route, { fault: 'no-gateway', what: whole, path, there }, name)]
    }
    const taken = gateway.servers.flatMap((it) => it.hosts)
    if (route.hosts.some((host) => taken.some((it) => isShared(it, host, route.namespace)))) return []
    return [unserved('VirtualService', route, { fault: 'other-hosts', what: whole, path, there: taken }, name)]
  })
}

/** `namespace/host`, with `*` for every namespace and `.` for the Gateway's own, which may be the route's. */
function isShared(taken: string, host: string, namespace: string): boolean {
  const [home, pattern] = taken.includes('/') ? taken.split('/', 2) : ['*', taken]
  if (home !== '*' && home !== '.' && home !== namespace) return false
  return hostTakes(pattern ?? '', host) || hostTakes(host, pattern ?? '')
}

function ofGateway(gateway: MeshGateway): readonly Verdict<Unserved>[] {
  const wanted = Object.entries(gateway.selector).map(([key, value]) => `${key}=${value}`)
  if (gateway.pods === 0)
    return [
      unserved(
        'Gateway',
        gateway,
        { fault: 'no-pods', what: wanted.join(','), path: 'spec.selector', there: [] },
        null,
      ),
    ]
  const { open } = gateway
  if (open === null) return []
  return gateway.servers.flatMap((it, at) =>
    open.includes(it.port)
      ? []
      : [
          unserved(
            'Gateway',
            gateway,
            {
              fault: 'closed-port',
              what: String(it.port),
              path: `spec.servers[${at}].port`,
              there: open.map(String),
            },
            String(it.port),
          ),
        ],
  )
}

function unserved(
  kind: 'Gateway' | 'VirtualService',
  { namespace, name, ...rest }: VirtualService | MeshGateway,
  args: Unserved,
  mark: string | null,
): Verdict<Unserved> {
  const on = subject(kind, namespace, name)
  const lines = linesOf(rest, args)
  return finding({
    subject: on,
    confidence: 'inferred',
    args,
    evidence: [
      objectLines(on, { path: args.path, lines, mark: mark ?? lines[1]?.trim() ?? '', label: labels[args.fault] }),
    ],
  })
}

const labels: Readonly<Record<Fault, string>> = {
  'no-gateway': 'no such Gateway',
  'other-hosts': 'takes other hosts',
  'no-pods': 'no pod bears this',
  'closed-port': 'in no Service before its pods',
}

function linesOf(
  rest: Omit<VirtualService, 'namespace' | 'name'> | Omit<MeshGateway, 'namespace' | 'name'>,
  args: Unserved,
): readonly string[] {
  if ('gateways' in rest) return ['gateways:', ...rest.gateways.slice(0, 10).map((it) => `- ${it}`)]
  if (args.fault === 'closed-port') return ['port:', `  number: ${args.what}`]
  return ['selector:', ...Object.entries(rest.selector).map(([key, value]) => `  ${key}: ${value}`)]
}
