import type {
  OtherPolicyKind,
  PolicyPort,
  Selector,
  TierPeer,
  TierRule,
  TierRules,
} from '../../model/network-policy.ts'
import type { Protocol } from '../../model/pod.ts'
import { type Fields, fields, isObject, list, stringMap, text, texts, whole } from './json.ts'
import { projectSelector } from './network-policy.ts'
import { withoutSource } from './other-policy.ts'
import { createIntern, type Intern } from '../../wire/intern.ts'

/**
 * The rules of a policy of the network-policy API: AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1),
 * ClusterNetworkPolicy of either tier (v1alpha2); and what a policy of Cilium denies. null for all others.
 */
export function tierOf(kind: OtherPolicyKind, namespace: string | null, raw: unknown): TierRules | null {
  if (!isObject(fields(raw)['spec']) && !Array.isArray(fields(raw)['specs'])) return null
  const spec = fields(fields(raw)['spec'])
  const intern = createIntern()
  switch (kind) {
    case 'AdminNetworkPolicy':
      return ofApi(spec, 'admin', intern)
    case 'BaselineAdminNetworkPolicy':
      return ofApi(spec, 'baseline', intern)
    case 'ClusterNetworkPolicy':
      return ofApi(spec, spec['tier'] === 'Baseline' ? 'baseline' : 'admin', intern)
    case 'CiliumNetworkPolicy':
    case 'CiliumClusterwideNetworkPolicy':
      return ofCilium(isObject(fields(raw)['spec']) ? [spec] : list(fields(raw)['specs']).map(fields), {
        namespace,
        intern,
      })
    default:
      return null
  }
}

const everything: Selector = { matchLabels: {}, matchExpressions: [] }
const everybody: TierPeer = { namespaces: everything, pods: everything }

function ofApi(spec: Fields, tier: TierRules['tier'], intern: Intern): TierRules {
  const rules = (key: 'ingress' | 'egress'): readonly TierRule[] =>
    list(spec[key])
      .map(fields)
      .map((it) => apiRule(it, key === 'ingress' ? 'Ingress' : 'Egress', intern))
  return {
    tier,
    // A baseline of v1alpha1 is the only one.
    priority: whole(spec['priority']) ?? 0,
    subject: podsOf(fields(spec['subject']), intern),
    rules: [...rules('ingress'), ...rules('egress')],
  }
}

/** `{ namespaces }`, or `{ pods: { namespaceSelector, podSelector } }`; null for what is neither. */
function podsOf(it: Fields, intern: Intern): TierPeer | null {
  if (isObject(it['namespaces']))
    return { namespaces: projectSelector(fields(it['namespaces']), intern), pods: everything }
  if (!isObject(it['pods'])) return null
  const { namespaceSelector, podSelector } = fields(it['pods'])
  return {
    namespaces: projectSelector(fields(namespaceSelector), intern),
    pods: projectSelector(fields(podSelector), intern),
  }
}

function apiRule(rule: Fields, direction: TierRule['direction'], intern: Intern): TierRule {
  const said = text(rule['action'])
  const peers = list(rule[direction === 'Ingress' ? 'from' : 'to']).map(fields)
  const ofPods = peers.map((it) => podsOf(it, intern))
  const isOther = (it: Fields, at: number): boolean => ofPods[at] === null && !Array.isArray(it['networks'])
  const others = peers.filter(isOther)
  const isOutside = (it: Fields): boolean => isObject(it['nodes']) || Array.isArray(it['domainNames'])
  const ports = [
    ...list(rule['ports']).map(fields).map(portsOfAdmin),
    ...list(rule['protocols']).map(fields).map(portsOfCluster),
  ]
  const action = actions.find(([word]) => word === said)?.[1] ?? null
  return {
    direction,
    action: action ?? 'Allow',
    name: text(rule['name']),
    peers: ofPods.filter((it) => it !== null),
    networks: peers.flatMap((it) => texts(it['networks'])),
    others: action !== null && others.every(isOutside) && !ports.includes(null) ? outsideOr(others) : 'maybe',
    ports: ports.flatMap((it) => it ?? []),
  }
}

/** `Accept` is what v1alpha2 says for `Allow`. */
const actions = [
  ['Allow', 'Allow'],
  ['Accept', 'Allow'],
  ['Deny', 'Deny'],
  ['Pass', 'Pass'],
] as const

function outsideOr(others: readonly unknown[]): 'none' | 'outside' {
  return others.length === 0 ? 'none' : 'outside'
}

const protocols = ['TCP', 'UDP', 'SCTP'] as const

function protocolOf(it: unknown): Protocol | null {
  return protocols.find((one) => one === it) ?? null
}

/** `portNumber`, `portRange`, or `namedPort`, which says no protocol; null for what is none of them. */
function portsOfAdmin(it: Fields): readonly PolicyPort[] | null {
  const [number, range, named] = [fields(it['portNumber']), fields(it['portRange']), text(it['namedPort'])]
  if (named !== null) return protocols.map((protocol) => ({ protocol, port: named, endPort: null }))
  const one = whole(number['port'])
  if (one !== null) return portOf(protocolOf(number['protocol'] ?? 'TCP'), one, null)
  return portOf(protocolOf(range['protocol'] ?? 'TCP'), whole(range['start']), whole(range['end']))
}

/** `{ tcp: { destinationPort: { number } | { range } } }`, or `destinationNamedPort`; null for what is none of them. */
function portsOfCluster(it: Fields): readonly PolicyPort[] | null {
  const named = text(it['destinationNamedPort'])
  if (named !== null) return protocols.map((protocol) => ({ protocol, port: named, endPort: null }))
  const protocol = protocols.find((one) => isObject(it[one.toLowerCase()]))
  if (protocol === undefined) return null
  const { destinationPort } = fields(it[protocol.toLowerCase()])
  if (destinationPort === undefined) return [{ protocol, port: null, endPort: null }]
  const { number, range } = fields(destinationPort)
  const { start, end } = fields(range)
  return portOf(protocol, whole(number) ?? whole(start), whole(number) === null ? whole(end) : null)
}

function portOf(protocol: Protocol | null, port: number | null, endPort: number | null): readonly PolicyPort[] | null {
  return protocol === null || port === null ? null : [{ protocol, port, endPort }]
}

/** Denials of Cilium decide before all that allows, in whatever policy that is (Cilium, "Deny Policies"). */
interface Home {
  /** null: the whole cluster. */
  readonly namespace: string | null
  readonly intern: Intern
}

function ofCilium(specs: readonly Fields[], home: Home): TierRules | null {
  const denying = specs.filter((it) => ['ingressDeny', 'egressDeny'].some((key) => list(it[key]).length > 0))
  const [only] = denying
  if (only === undefined) return null
  const rules = denying.flatMap((it) => [
    ...list(it['ingressDeny']).map((one) => ciliumRule(fields(one), 'Ingress', home)),
    ...list(it['egressDeny']).map((one) => ciliumRule(fields(one), 'Egress', home)),
  ])
  // Each of several specs has a choice of pods of its own.
  const subject = denying.length === 1 ? ciliumPods(fields(only['endpointSelector']), home) : null
  return { tier: 'admin', priority: -1, subject, rules }
}

const ciliumKeys = { Ingress: 'from', Egress: 'to' } as const
const podsOfAll = ['all', 'cluster']

function ciliumRule(rule: Fields, direction: TierRule['direction'], home: Home): TierRule {
  const side = ciliumKeys[direction]
  const endpoints = rule[`${side}Endpoints`]
  const pods = list(endpoints).map((it) => ciliumPods(fields(it), home))
  const entities = texts(rule[`${side}Entities`])
  const named = Object.keys(rule).filter((it) => /^(?:from|to)[A-Z]/.test(it) && it !== 'toPorts')
  const isForAll = named.length === 0 ? Array.isArray(rule['toPorts']) : entities.some((it) => podsOfAll.includes(it))
  const ports = list(rule['toPorts'])
    .map(fields)
    .flatMap((it) => list(it['ports']).map(fields).map(ciliumPorts))
  const known = ['Endpoints', 'Entities', 'CIDR', 'Nodes'].map((it) => `${side}${it}`)
  const isTold = named.every((it) => known.includes(it)) && !pods.includes(null) && !ports.includes(null)
  return {
    direction,
    action: 'Deny',
    name: null,
    peers: isForAll ? [everybody] : pods.filter((it) => it !== null),
    // A pod of the cluster is known by its identity, and by no address (Cilium, "CIDR Based").
    networks: [],
    others:
      isTold && named.length + ports.length > 0 ? outsideOr(named.filter((it) => !it.endsWith('Endpoints'))) : 'maybe',
    ports: ports.flatMap((it) => it ?? []),
  }
}

/** What Cilium calls all protocols. */
const every = 'ANY'

function ciliumPorts(it: Fields): readonly PolicyPort[] | null {
  const said = text(it['protocol']) ?? every
  const number = Number(text(it['port']) ?? it['port'])
  const of = said === every ? protocols : protocols.filter((one) => one === said)
  if (!Number.isInteger(number) || number < 0 || of.length === 0) return null
  return of.map((protocol) => ({ protocol, port: number === 0 ? null : number, endPort: whole(it['endPort']) }))
}

const namespaceKey = 'io.kubernetes.pod.namespace'
const namespaceLabel = 'io.cilium.k8s.namespace.labels.'

/**
 * An endpoint selector: labels of pods, their namespace and its labels among them. A policy of a namespace means pods
 * of its own where it names none; null for what labels don't tell (accounts, clusters, reserved ones).
 */
function ciliumPods(selector: Fields, { namespace, intern }: Home): TierPeer | null {
  const pairs = Object.entries(stringMap(selector['matchLabels'])).map(
    ([key, value]) => [withoutSource(key), value] as const,
  )
  const expressions = projectSelector({ matchExpressions: selector['matchExpressions'] }, intern).matchExpressions.map(
    (it) => ({ ...it, key: withoutSource(it.key) }),
  )
  const keys = [...pairs.map(([key]) => key), ...expressions.map((it) => it.key)]
  const isOfNamespace = (key: string): boolean => key === namespaceKey || key.startsWith(namespaceLabel)
  if (keys.some((it) => !isOfNamespace(it) && /:|^io\.(?:cilium|kubernetes)\./.test(it))) return null
  const named = (key: string): string =>
    key === namespaceKey ? 'kubernetes.io/metadata.name' : key.slice(namespaceLabel.length)
  const own =
    namespace !== null && !keys.some(isOfNamespace) ? [['kubernetes.io/metadata.name', namespace] as const] : []
  return {
    namespaces: {
      matchLabels: Object.fromEntries([
        ...own,
        ...pairs.filter(([key]) => isOfNamespace(key)).map(([key, value]) => [named(key), value] as const),
      ]),
      matchExpressions: expressions.filter((it) => isOfNamespace(it.key)).map((it) => ({ ...it, key: named(it.key) })),
    },
    pods: {
      matchLabels: Object.fromEntries(pairs.filter(([key]) => !isOfNamespace(key))),
      matchExpressions: expressions.filter((it) => !isOfNamespace(it.key)),
    },
  }
}
