import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Outside } from '../../model/outside.ts'
import type { Service } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { beforeControllers, controllersByClass } from '../../relations/ingress/controller-services.ts'
import { proxyProtocolOf } from '../../relations/ingress/proxy-protocol.ts'
import { hidesClients } from '../../relations/service/hides-clients.ts'
import { ingressSubject } from './words.ts'

const lists = ['whitelist-source-range', 'allowlist-source-range', 'denylist-source-range'].map(
  (it) => `nginx.ingress.kubernetes.io/${it}`,
)

/**
 * With externalTrafficPolicy Cluster a node hands a connection on under its own address: an allow-list of the
 * controller then judges nodes. Load balancers that speak the PROXY protocol or send to pods themselves do not hide
 * the client.
 */
export default check({
  code: 'ING337',
  slug: 'ingress/allow-list-sees-node',
  title: 'an allow-list judges the address of a node',
  fine: "allow-lists of Ingresses see their clients' addresses",
  severity: 'info',
  needs: ['ingresses', 'ingressClasses', 'ingressControllers', 'services', 'pods'],
  wants: ['outside', 'nodes', 'ingressConfigs'],
  remedies: [],
  decides: ['LB-08'],

  run({ ingresses, ingressClasses, ingressControllers, services, pods, outside, nodes, ingressConfigs, scope }) {
    const { target } = scope
    const listed = ingresses.flatMap((ingress) => {
      const by = lists.find((it) => ingress.annotated?.includes(it))
      return by === undefined || letsEverybody(ingress) ? [] : [{ ingress, by }]
    })
    if (listed.length === 0) return notApplicable('no Ingress here has an allow-list')
    const beforeOf = beforeControllers({ ingressClasses, ingressControllers, services, pods })
    const controllersOf = controllersByClass({ ingressClasses, ingressControllers })
    // Where Ingresses alone are in scope, the Services of the controller's namespace were looked at beside it.
    const frontsOf = (it: Ingress): readonly Front[] => {
      const own = beforeOf(it).services
      return own.length > 0 ? own : controllersOf(it).flatMap(knownFronts)
    }
    const found = listed.flatMap(({ ingress, by }) => {
      // The client's own address comes beside the connection.
      const told = controllersOf(ingress).some((it) => proxyProtocolOf(ingressConfigs, it.pod).kind === 'wanted')
      const hiding = told ? [] : frontsOf(ingress).filter((it) => hidesClients(it, nodes) !== 'no')
      const shuts = !by.includes('denylist') && keepsNodesOut(ingress, nodes)
      const isSure = shuts && hiding.length > 0 && hiding.every((it) => hidesClients(it, nodes) === 'yes')
      const isAsked =
        target.kind === 'object' && target.object.namespace === ingress.namespace && target.object.name === ingress.name
      return hiding.length === 0
        ? []
        : [verdict(ingress, { by, hiding, isSure, refused: isAsked && isRefused(outside) })]
    })
    if (found.length > 0) return found
    // Whose address a controller sees is settled before it: by a Service that was read, or by its node's own address.
    const unseen = listed.filter(({ ingress }) => {
      const before = beforeOf(ingress)
      return frontsOf(ingress).length === 0 && !before.onHost
    })
    return unseen.length === 0
      ? ok(listed.length)
      : cannotTell(
          'not-there',
          `what stands before the controller of ${some(unseen.map((it) => full(it.ingress)))} was not read`,
        )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} lets clients in by their address, and Service ${some(args.services, 2)} may hide it ` +
      `behind a node's.`,
    detail: ({ args }) =>
      `${args.by} · externalTrafficPolicy Cluster` +
      (args.isSure ? ' · it lets the address of no node in' : '') +
      (args.refused ? ' · asked from outside, it answers 403' : ''),
    note: () =>
      'not so where the load balancer speaks the PROXY protocol, sends to pods itself, or where the controller ' +
      'trusts X-Forwarded-For',
    help: ({ args }) => [
      "see the client's address in the controller's access log; externalTrafficPolicy: Local keeps it",
      ...args.services
        .slice(0, 1)
        .map((it) => `kubectl -n ${it.split('/')[0]} get service ${it.split('/')[1]} -o yaml`),
    ],
  },
})

type Front = Pick<Service, 'namespace' | 'name' | 'type' | 'externalTrafficPolicy' | 'loadBalancer'>

function knownFronts({ fronts = [] }: IngressController): readonly Front[] {
  return fronts.flatMap(({ namespace, name, type, wants, externalTrafficPolicy: policy }): readonly Front[] => {
    if (wants.length > 0 || policy === undefined) return []
    return [{ namespace, name, type, ...(policy === 'Local' ? { externalTrafficPolicy: policy } : {}) }]
  })
}

/** As the solvers of cert-manager write it: a list that takes nobody out. */
function letsEverybody({ allowed = [] }: Ingress): boolean {
  return allowed.some((it) => it.endsWith('/0'))
}

function keepsNodesOut({ allowed }: Ingress, nodes: Known<readonly Node[]>): boolean {
  if (allowed === undefined || !nodes.known) return false
  const addresses = nodes.value.flatMap(({ ip, podCidrs = [] }) => [
    ...(ip === null ? [] : [ip]),
    ...podCidrs.map((it) => it.split('/', 1)[0] ?? ''),
  ])
  return !addresses.some((ip) => allowed.some((it) => it === ip || contains(it, ip)))
}

function isRefused(outside: Known<Outside>): boolean {
  return outside.known && outside.value.answers.some((it) => it.status === 403)
}

interface Seen {
  readonly by: string
  readonly hiding: readonly Front[]
  /** It lets no node in, and kube-proxy hands all connections on under the address of one. */
  readonly isSure: boolean
  readonly refused: boolean
}

function verdict(ingress: Ingress, { by, hiding, isSure, refused }: Seen) {
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'possible',
    severity: refused || isSure ? 'warning' : 'info',
    args: { by: by.split('/')[1] ?? by, services: hiding.map(full), isSure, refused },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['${by}']`,
        lines: ['annotations:', `  ${by}: …`],
        at: 1,
        mark: by,
        label: 'by the address that the controller sees',
      },
    ],
  })
}
