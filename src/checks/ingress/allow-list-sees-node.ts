import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside, ControllerSettings } from '../../model/beside.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { type Known, known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Outside } from '../../model/outside.ts'
import type { Service } from '../../model/service.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { isPrivate } from '../../relations/private-address.ts'
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
    const controllersOf = controllersByClass({ ingressClasses, ingressControllers })
    const free = ingresses.filter((it) => isForNginx(it, known(ingressClasses)) && !hasOwnList(it))
    const globals = beside.known ? globalLists(free, { controllersOf, ingressControllers, beside: beside.value }) : []
    const shut = [
      ...closed.map((it) => closedVerdict(it)),
      ...globals
        .filter(
          (it) => keepsEverybodyOut({ denied: it.denied }) && !it.its.some((one) => isAsked(one) && isLetIn(outside)),
        )
        .map(closedByMap),
    ]
    const letting = globals.filter((it) => it.allowed !== undefined && !letsEverybody(it))
    if (listed.length + letting.length === 0)
      return shut.length > 0 ? shut : notApplicable('no list of addresses is for Ingresses here')
    const beforeOf = beforeControllers({ ingressClasses, ingressControllers, services, pods })
    // Where Ingresses alone are in scope, the Services of the controller's namespace were looked at beside it.
    const frontsOf = (it: Ingress): readonly Front[] => {
      const own = beforeOf(it).services
      return own.length > 0 ? own : controllersOf(it).flatMap(knownFronts)
    }
    const all = [
      ...listed.map(({ ingress, by }) => ({ ingress, by, list: listOf(ingress, by) })),
      ...letting.flatMap((it) => it.its.slice(0, 1).map((ingress) => ({ ingress, by: it.key, list: it }))),
    ]
    const found = all.flatMap(({ ingress, by, list }) => {
      // The client's own address comes beside the connection.
      const told = controllersOf(ingress).some(
        (it) => proxyProtocolOf(ingressConfigs, it.pod).kind === 'wanted' || isForwarded(it, beside),
      )
      const hiding = told ? [] : frontsOf(ingress).filter((it) => hidesClients(it, nodes) !== 'no')
      const shuts = !by.includes('denylist') && keepsNodesOut(list, nodes)
      const isSure = shuts && hiding.length > 0 && hiding.every((it) => hidesClients(it, nodes) === 'yes')
      if (hiding.length === 0) {
        const fronts = isAsked(ingress) && isLetIn(outside) ? [] : frontsOf(ingress)
        return isPrivateOnly(list, by) && isOnInternet(fronts) ? [privateVerdict(list, by, fronts)] : []
      }
      const letsNodes = !by.includes('denylist') && letsNodesIn(list, nodes)
      return [verdict(list, { by, hiding, isSure, letsNodes, refused: isAsked(ingress) && isRefused(outside) })]
    })
    if (found.length + shut.length > 0) return [...shut, ...found]
    // Whose address a controller sees is settled before it: by a Service that was read, or by its node's own address.
    const unseen = all.filter(({ ingress }) => {
      const before = beforeOf(ingress)
      return frontsOf(ingress).length === 0 && !before.onHost
    })
    return unseen.length === 0
      ? ok(all.length)
      : cannotTell(
          'not-there',
          `what stands before the controller of ${some(unseen.map((it) => full(it.ingress)))} was not read`,
        )
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.kind === 'closed')
        return (
          `${on.kind} ${full(on)} has every client refused: its list of those who are kept out holds all ` +
          'addresses.'
        )
      if (args.kind === 'private')
        return (
          `${on.kind} ${full(on)} lets private addresses alone in, and its requests come by public ones, through ` +
          `Service ${some(args.services, 2)}.`
        )
      return (
        `${on.kind} ${full(on)} ${args.kind === 'denied' ? 'keeps clients out' : 'lets clients in'} by their ` +
        `address, and Service ${some(args.services, 2)} may hide it behind a node's.`
      )
    },
    detail: ({ args }) => {
      if (args.kind === 'closed')
        return `${args.by}: ${everybody}` + (args.refused ? ' · satisfy: any, so whoever signs in comes through' : '')
      if (args.kind === 'private') return `${args.by} · the client's own address is kept on the way`
      return (
        `${args.by} · externalTrafficPolicy Cluster` +
        (args.isSure ? ' · it lets the address of no node in' : '') +
        (args.letsNodes ? ' · it lets the address of every node in, and with that whoever comes through one' : '') +
        (args.refused ? ' · asked from outside, it answers 403' : '')
      )
    },
    note: ({ args }) => notes[args.kind],
    help: ({ subject: on, args }) => [
      helps[args.kind],
      ...(args.kind === 'closed' || args.kind === 'private'
        ? [`kubectl -n ${on.namespace} edit ${on.kind.toLowerCase()} ${on.name}`]
        : []),
      ...args.services
        .slice(0, 1)
        .map((it) => `kubectl -n ${it.split('/')[0]} get service ${it.split('/')[1]} -o yaml`),
    ],
  },
})

type Kind = 'closed' | 'private' | 'denied' | 'allowed'

const hidden =
  'not so where the load balancer speaks the PROXY protocol, sends to pods itself, or where the controller trusts ' +
  'X-Forwarded-For'

const notes: Readonly<Record<Kind, string>> = {
  closed: 'each request is answered 403 by the controller; what is let in by a list of its own comes after this',
  private: 'whoever comes from the internet is answered 403; that may be what it is for, as pods and a VPN get in',
  denied: hidden,
  allowed: hidden,
}

const seeLog = "see the client's address in the controller's access log; externalTrafficPolicy: Local keeps it"

const helps: Readonly<Record<Kind, string>> = {
  closed: 'take the range out of the list, or the list away; to let few in, use whitelist-source-range',
  private: 'add the public ranges that users come from, or take the list away',
  denied: seeLog,
  allowed: seeLog,
}

type Front = Pick<Service, 'namespace' | 'name' | 'type' | 'externalTrafficPolicy' | 'loadBalancer'>

/** Its ConfigMap, where a file holds it, has it believe the header of who is before it. */
function isForwarded(controller: IngressController, beside: Known<Beside>): boolean {
  const settings = beside.known ? settingsOf(controller, beside.value) : null
  return settings?.forwarded === 'on' || settings?.proxyProtocol === 'on'
}

function knownFronts({ fronts = [] }: IngressController): readonly Front[] {
  return fronts.flatMap(
    ({ namespace, name, type, addresses, wants, keepsClients, externalTrafficPolicy: policy }): readonly Front[] => {
      if (wants.length > 0 || policy === undefined) return []
      // What comes to pods under the client's address is as what comes to the nodes that have one.
      const isKept = policy === 'Local' || keepsClients === true
      const loadBalancer = { addresses, class: null, problem: null }
      return [
        {
          namespace,
          name,
          type,
          ...(type === 'LoadBalancer' ? { loadBalancer } : {}),
          ...(isKept ? { externalTrafficPolicy: 'Local' } : {}),
        },
      ]
    },
  )
}

const everybody = '0.0.0.0/0'

/** nginx asks `deny` before `allow`, and the first that fits decides (nginx.tmpl, Denylist; ngx_http_access_module). */
function keepsEverybodyOut({ denied = [] }: Pick<List, 'denied'>): boolean {
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
    args: {
      kind: 'closed' as Kind,
      by: 'denylist-source-range',
      services: [],
      isSure: !maySignIn,
      letsNodes: false,
      refused: maySignIn,
    },
    evidence: [listEvidence(listOf(ingress, by), by, 'every address is in it')],
    causes: failsOf(ingress),
  })
}

function failsOf(ingress: Ingress): readonly string[] {
  return [
    outsideFails(ingress),
    ...new Set(routesOf(ingress).map((it) => ingressBackendFails(ingress, it.backend.service))),
  ]
}

function closedByMap(list: GlobalList) {
  return finding({
    subject: list.on,
    also: list.its.slice(0, 20).map(ingressSubject),
    confidence: 'inferred',
    severity: 'error',
    args: { kind: 'closed' as Kind, by: list.closing, services: [], isSure: true, letsNodes: false, refused: false },
    evidence: [listEvidence(list, list.closing, 'every address is in it')],
    causes: list.its.flatMap(failsOf),
  })
}

/** Of an Ingress, or of all that have none of their own. */
interface List {
  readonly on: Subject
  readonly allowed?: readonly string[] | undefined
  readonly denied?: readonly string[] | undefined
}

interface GlobalList extends List {
  readonly its: readonly Ingress[]
  /** Of the list that lets in, and of the one that keeps out. */
  readonly key: string
  readonly closing: string
}

function listOf(ingress: Ingress, by: string): List {
  const { allowed, denied } = ingress
  const on = ingressSubject(ingress)
  return by.includes('denylist') ? { on, denied } : { on, allowed }
}

/** Any list of a location takes the place of those around it (ngx_http_access_module), and of the ConfigMap's. */
function hasOwnList({ annotated = [] }: Ingress): boolean {
  return lists.some((it) => annotated.includes(it))
}

/**
 * What ConfigMaps of ingress-nginx say for all: `block-cidrs` stands around the servers, and the other two are what
 * annotations have where nothing is said (nginx.tmpl; internal/ingress/defaults).
 */
function globalLists(
  free: readonly Ingress[],
  seen: {
    readonly controllersOf: (ingress: Ingress) => readonly IngressController[]
    readonly ingressControllers: readonly IngressController[]
    readonly beside: Beside
  },
): readonly GlobalList[] {
  const all = seen.ingressControllers.flatMap((controller): readonly GlobalList[] => {
    const settings = settingsOf(controller, seen.beside)
    const its = free.filter((it) => seen.controllersOf(it).includes(controller))
    return settings === null || its.length === 0 ? [] : [globalList(settings, its)]
  })
  return [...new Map(all.map((it) => [full(it.on), it])).values()]
}

function globalList(settings: ControllerSettings, its: readonly Ingress[]): GlobalList {
  const { allowed, denied, blocked } = settings
  const isClosed = keepsEverybodyOut({ denied })
  // A list in the location leaves out what stands around it.
  const outer = allowed === undefined && denied === undefined ? blocked : undefined
  return {
    on: subject('ConfigMap', settings.namespace, settings.name),
    allowed,
    denied: denied ?? outer,
    its,
    key: 'whitelist-source-range',
    closing: isClosed ? 'denylist-source-range' : 'block-cidrs',
  }
}

/** As the solvers of cert-manager write it: a list that takes nobody out. */
function letsEverybody({ allowed = [] }: Pick<List, 'allowed'>): boolean {
  return allowed.some((it) => it.endsWith('/0'))
}

function keepsNodesOut({ allowed }: List, nodes: Known<readonly Node[]>): boolean {
  if (allowed === undefined || !nodes.known) return false
  const addresses = nodes.value.flatMap(({ ip, podCidrs = [] }) => [
    ...(ip === null ? [] : [ip]),
    ...podCidrs.map((it) => it.split('/', 1)[0] ?? ''),
  ])
  return !addresses.some((ip) => allowed.some((it) => it === ip || contains(it, ip)))
}

/** A list whose ranges were all kept, and that has the addresses of all nodes in it. */
function letsNodesIn({ allowed }: List, nodes: Known<readonly Node[]>): boolean {
  if (allowed === undefined || !nodes.known || nodes.value.length === 0) return false
  return nodes.value.every(({ ip }) => ip !== null && allowed.some((it) => it === ip || contains(it, ip)))
}

function isPrivateOnly({ allowed = [] }: List, by: string): boolean {
  return !by.includes('denylist') && allowed.length > 0 && allowed.every(isPrivate)
}

/** Each way in is a load balancer with addresses of the internet alone: names of one may be of an inner one. */
function isOnInternet(fronts: readonly Front[]): boolean {
  return (
    fronts.length > 0 &&
    fronts.every(({ type, loadBalancer }) => {
      const addresses = loadBalancer?.addresses ?? []
      return type === 'LoadBalancer' && addresses.length > 0 && addresses.every((it) => isIp(it) && !isPrivate(it))
    })
  )
}

function isIp(address: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address) || address.includes(':')
}

/** One Ingress may be for few; that all of a controller on the internet are is hardly meant. */
function privateVerdict(list: List, by: string, fronts: readonly Front[]) {
  return finding({
    subject: list.on,
    confidence: 'possible',
    severity: list.on.kind === 'ConfigMap' ? 'warning' : 'info',
    args: {
      kind: 'private' as Kind,
      by: by.split('/').at(-1) ?? by,
      services: [...new Set(fronts.map(full))],
      isSure: false,
      letsNodes: false,
      refused: false,
    },
    evidence: [listEvidence(list, by, 'nobody of the internet is in it')],
  })
}

function isRefused(outside: Known<Outside>): boolean {
  return outside.known && outside.value.answers.some((it) => it.status === 403)
}

interface Seen {
  readonly by: string
  readonly hiding: readonly Front[]
  /** It lets no node in, and kube-proxy hands all connections on under the address of one. */
  readonly isSure: boolean
  /** It lets each node in, and with it whoever comes through one. */
  readonly letsNodes: boolean
  readonly refused: boolean
}

function verdict(list: List, { by, hiding, isSure, letsNodes, refused }: Seen) {
  return finding({
    subject: list.on,
    confidence: 'possible',
    severity: refused || isSure ? 'warning' : 'info',
    args: {
      kind: (by.includes('denylist') ? 'denied' : 'allowed') as Kind,
      by: by.split('/').at(-1) ?? by,
      services: [...new Set(hiding.map(full))],
      isSure,
      letsNodes,
      refused,
    },
    evidence: [listEvidence(list, by, 'by the address that the controller sees')],
  })
}

/** Of a list that was not kept, as of a long one, its name alone. */
function listEvidence({ on, allowed, denied }: List, by: string, label: string): Evidence {
  const ranges = /denylist|block/.test(by) ? denied : allowed
  const isMap = on.kind === 'ConfigMap'
  return {
    kind: 'config',
    object: on,
    path: isMap ? `data['${by}']` : `metadata.annotations['${by}']`,
    lines: [isMap ? 'data:' : 'annotations:', `  ${by}: ${ranges === undefined ? '…' : some(ranges, 6)}`],
    at: 1,
    mark: by,
    label,
  }
}
