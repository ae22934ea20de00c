import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside } from '../../model/beside.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { type Known, known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Outside } from '../../model/outside.ts'
import type { Service } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { beforeControllers, controllersByClass } from '../../relations/ingress/controller-services.ts'
import { settingsOf } from '../../relations/ingress/controller-settings.ts'
import { routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { isForNginx } from '../../relations/ingress/nginx-paths.ts'
import { proxyProtocolOf } from '../../relations/ingress/proxy-protocol.ts'
import { hidesClients } from '../../relations/service/hides-clients.ts'
import { ingressBackendFails, outsideFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

const lists = ['whitelist-source-range', 'allowlist-source-range', 'denylist-source-range'].map(
  (it) => `nginx.ingress.kubernetes.io/${it}`,
)

/**
 * A list that keeps out, and holds all addresses, leaves nobody. And with externalTrafficPolicy Cluster a node hands a
 * connection on under its own address: an allow-list of the controller then judges nodes. Load balancers that speak the
 * PROXY protocol or send to pods themselves do not hide the client.
 */
export default check({
  code: 'ING337',
  slug: 'ingress/allow-list-sees-node',
  title: 'a list of addresses keeps everybody out, or judges a node',
  fine: "lists of addresses on Ingresses see their clients' own",
  severity: 'info',
  needs: ['ingresses', 'ingressClasses', 'ingressControllers', 'services', 'pods'],
  wants: ['outside', 'nodes', 'ingressConfigs', 'beside'],
  remedies: [],
  decides: ['LB-08'],

  run({
    ingresses,
    ingressClasses,
    ingressControllers,
    services,
    pods,
    outside,
    nodes,
    ingressConfigs,
    beside,
    scope,
  }) {
    const { target } = scope
    const isAsked = (it: Ingress): boolean =>
      target.kind === 'object' && target.object.namespace === it.namespace && target.object.name === it.name
    const closed = ingresses
      .filter((it) => keepsEverybodyOut(it) && isForNginx(it, known(ingressClasses)))
      .filter((it) => !(isAsked(it) && isLetIn(outside)))
    const listed = ingresses.flatMap((ingress) => {
      const by = lists.find((it) => ingress.annotated?.includes(it))
      return by === undefined || letsEverybody(ingress) || closed.includes(ingress) ? [] : [{ ingress, by }]
    })
    const shut = closed.map((it) => closedVerdict(it))
    if (listed.length === 0) return shut.length > 0 ? shut : notApplicable('no Ingress here has a list of addresses')
    const beforeOf = beforeControllers({ ingressClasses, ingressControllers, services, pods })
    const controllersOf = controllersByClass({ ingressClasses, ingressControllers })
    // Where Ingresses alone are in scope, the Services of the controller's namespace were looked at beside it.
    const frontsOf = (it: Ingress): readonly Front[] => {
      const own = beforeOf(it).services
      return own.length > 0 ? own : controllersOf(it).flatMap(knownFronts)
    }
    const found = listed.flatMap(({ ingress, by }) => {
      // The client's own address comes beside the connection.
      const told = controllersOf(ingress).some(
        (it) => proxyProtocolOf(ingressConfigs, it.pod).kind === 'wanted' || isForwarded(it, beside),
      )
      const hiding = told ? [] : frontsOf(ingress).filter((it) => hidesClients(it, nodes) !== 'no')
      const shuts = !by.includes('denylist') && keepsNodesOut(ingress, nodes)
      const isSure = shuts && hiding.length > 0 && hiding.every((it) => hidesClients(it, nodes) === 'yes')
      return hiding.length === 0
        ? []
        : [verdict(ingress, { by, hiding, isSure, refused: isAsked(ingress) && isRefused(outside) })]
    })
    if (found.length + shut.length > 0) return [...shut, ...found]
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
      args.kind === 'closed'
        ? `Ingress ${full(on)} refuses every client: its list of those who are kept out holds all addresses.`
        : `Ingress ${full(on)} ${args.kind === 'denied' ? 'keeps clients out' : 'lets clients in'} by their address, ` +
          `and Service ${some(args.services, 2)} may hide it behind a node's.`,
    detail: ({ args }) =>
      args.kind === 'closed'
        ? `${args.by}: ${everybody}` + (args.refused ? ' · satisfy: any, so whoever signs in comes through' : '')
        : `${args.by} · externalTrafficPolicy Cluster` +
          (args.isSure ? ' · it lets the address of no node in' : '') +
          (args.refused ? ' · asked from outside, it answers 403' : ''),
    note: ({ args }) =>
      args.kind === 'closed'
        ? 'each request is answered 403 by the controller; what is let in by a list of its own comes after this'
        : 'not so where the load balancer speaks the PROXY protocol, sends to pods itself, or where the controller ' +
          'trusts X-Forwarded-For',
    help: ({ subject: on, args }) => [
      args.kind === 'closed'
        ? 'take the range out of the list, or the annotation away; to let few in, use whitelist-source-range'
        : "see the client's address in the controller's access log; externalTrafficPolicy: Local keeps it",
      ...(args.kind === 'closed' ? [`kubectl -n ${on.namespace} edit ingress ${on.name}`] : []),
      ...args.services
        .slice(0, 1)
        .map((it) => `kubectl -n ${it.split('/')[0]} get service ${it.split('/')[1]} -o yaml`),
    ],
  },
})

type Front = Pick<Service, 'namespace' | 'name' | 'type' | 'externalTrafficPolicy' | 'loadBalancer'>

/** Its ConfigMap, where a file holds it, has it believe the header of who is before it. */
function isForwarded(controller: IngressController, beside: Known<Beside>): boolean {
  const settings = beside.known ? settingsOf(controller, beside.value) : null
  return settings?.forwarded === 'on' || settings?.proxyProtocol === 'on'
}

function knownFronts({ fronts = [] }: IngressController): readonly Front[] {
  return fronts.flatMap(({ namespace, name, type, wants, externalTrafficPolicy: policy }): readonly Front[] => {
    if (wants.length > 0 || policy === undefined) return []
    return [{ namespace, name, type, ...(policy === 'Local' ? { externalTrafficPolicy: policy } : {}) }]
  })
}

const everybody = '0.0.0.0/0'

/** nginx asks `deny` before `allow`, and the first that fits decides (nginx.tmpl, Denylist; ngx_http_access_module). */
function keepsEverybodyOut({ denied = [] }: Ingress): boolean {
  return denied.includes(everybody)
}

/** Whoever was answered otherwise than 403 got through, whatever the list says. */
function isLetIn(outside: Known<Outside>): boolean {
  return outside.known && outside.value.answers.some((it) => it.status !== null && it.status !== 403)
}

/** With `satisfy: any` whoever signs in comes through. */
function closedVerdict(ingress: Ingress) {
  const by = 'nginx.ingress.kubernetes.io/denylist-source-range'
  const maySignIn = ingress.annotated?.includes('nginx.ingress.kubernetes.io/satisfy') === true
  return finding({
    subject: ingressSubject(ingress),
    confidence: maySignIn ? 'possible' : 'inferred',
    severity: maySignIn ? 'warning' : 'error',
    args: { kind: 'closed', by: 'denylist-source-range', services: [], isSure: !maySignIn, refused: maySignIn },
    evidence: [listEvidence(ingress, by, 'every address is in it')],
    causes: [
      outsideFails(ingress),
      ...new Set(routesOf(ingress).map((it) => ingressBackendFails(ingress, it.backend.service))),
    ],
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
    args: {
      kind: by.includes('denylist') ? 'denied' : 'allowed',
      by: by.split('/')[1] ?? by,
      services: [...new Set(hiding.map(full))],
      isSure,
      refused,
    },
    evidence: [listEvidence(ingress, by, 'by the address that the controller sees')],
  })
}

/** Of a list that was not kept, as of a long one, its name alone. */
function listEvidence({ namespace, name, allowed, denied }: Ingress, by: string, label: string): Evidence {
  const ranges = by.includes('denylist') ? denied : allowed
  return {
    kind: 'config',
    object: ingressSubject({ namespace, name }),
    path: `metadata.annotations['${by}']`,
    lines: ['annotations:', `  ${by}: ${ranges === undefined ? '…' : some(ranges, 6)}`],
    at: 1,
    mark: by,
    label,
  }
}
