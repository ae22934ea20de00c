import type { OtherPeer, OtherPolicy, OtherPolicyKind, OtherPolicyWords } from '../../model/network-policy.ts'
import { type Fields, fields, isObject, list, stringMap, text, texts } from './json.ts'

/** What a policy of Calico or Cilium says, as far as it can be told without evaluating its rules. */
export function wordsOf(kind: OtherPolicyKind, raw: unknown): Pick<OtherPolicy, 'says'> {
  const spec = fields(fields(raw)['spec'])
  if (kind === 'CalicoNetworkPolicy' || kind === 'CalicoGlobalNetworkPolicy') return { says: ofCalico(spec) }
  if (kind !== 'CiliumNetworkPolicy' && kind !== 'CiliumClusterwideNetworkPolicy') return {}
  const specs = isObject(fields(raw)['spec']) ? [spec] : list(fields(raw)['specs']).map(fields)
  return { says: ofCilium(specs) }
}

type Direction = OtherPolicyWords['types'][number]

/**
 * Where no types are said, the rules say them, and one without any is for what comes in (libcalico-go, defaulting of
 * `types`). One that is for the host, before anything is tracked, decides otherwise: its pods are not told.
 */
function ofCalico(spec: Fields): OtherPolicyWords {
  const [ingress, egress] = [list(spec['ingress']).map(fields), list(spec['egress']).map(fields)]
  const said = texts(spec['types']).filter((it): it is Direction => it === 'Ingress' || it === 'Egress')
  const usual: readonly Direction[] = [
    ...(egress.length === 0 || ingress.length > 0 ? (['Ingress'] as const) : []),
    ...(egress.length > 0 ? (['Egress'] as const) : []),
  ]
  const isForHost = ['doNotTrack', 'preDNAT', 'applyOnForward'].some((key) => spec[key] === true)
  const chooses = ['namespaceSelector', 'serviceAccountSelector'].some(
    (key) => !['', 'all()'].includes((text(spec[key]) ?? '').trim()),
  )
  return {
    types: said.length > 0 ? said : usual,
    allows: [
      ...(ingress.some(mayAllow) ? (['Ingress'] as const) : []),
      ...(egress.some(mayAllow) ? (['Egress'] as const) : []),
    ],
    selects: isForHost || chooses ? null : calicoPairs(text(spec['selector']) ?? 'all()'),
    fqdns: 'none',
    lookups: 'unwatched',
  }
}

function mayAllow(rule: Fields): boolean {
  return rule['action'] !== 'Deny' && rule['action'] !== 'Log'
}

/** `all()`, or `app == 'web' && tier == "front"`; null for all else that the language has. */
function calicoPairs(selector: string): Readonly<Record<string, string>> | null {
  const pairs: [string, string][] = []
  for (const part of selector
    .slice(0, 2000)
    .split('&&')
    .map((it) => it.trim())) {
    if (part === 'all()' || part === '') continue
    const [, key, value] = /^([A-Za-z0-9_./-]{1,320}) *== *(?:'([^']*)'|"[^"]*")$/.exec(part) ?? []
    if (key === undefined) return null
    // Of namespaces and accounts, but for the name of the namespace.
    if (/^(?:pcns\.|pcsa\.|projectcalico\.org\/(?!namespace$))/.test(key)) return null
    pairs.push([key, value ?? part.slice(part.indexOf('"') + 1, -1)])
  }
  return Object.fromEntries(pairs)
}

const sources = ['k8s:', 'k8s.', 'any:', 'any.']

/** `k8s:app`, and what is there of other sources, without them. */
export function withoutSource(key: string): string {
  const source = sources.find((it) => key.startsWith(it))
  return source === undefined ? key : key.slice(source.length)
}

/** `k8s:app`, `any:app` and `app` are one label. */
function ciliumPairs(pairs: Readonly<Record<string, string>>): Readonly<Record<string, string>> | null {
  const plain = Object.entries(pairs).map(([key, value]) => [withoutSource(key), value] as const)
  const isKnown = (key: string): boolean => key === ofNamespace || !/:|^io\.(?:cilium|kubernetes)\./.test(key)
  if (!plain.every(([key]) => isKnown(key))) return null
  return Object.fromEntries(plain)
}

const ofNamespace = 'io.kubernetes.pod.namespace'

const domains = ['Ingress', 'Egress'] as const

function ofCilium(specs: readonly Fields[]): OtherPolicyWords {
  const rules = (key: string): readonly Fields[] => specs.flatMap((it) => list(it[key]).map(fields))
  const [ingress, egress] = [rules('ingress'), rules('egress')]
  const watches = egress.some((rule) =>
    list(rule['toPorts']).some((it) => list(fields(fields(it)['rules'])['dns']).length > 0),
  )
  const [only] = specs
  const selector = specs.length === 1 ? fields(only?.['endpointSelector']) : null
  return {
    types: domains.filter((it) => specs.some((one) => isShutting(one, it))),
    // `- {}` is how somebody writes that nothing is let through.
    allows: domains.filter((it) => (it === 'Ingress' ? ingress : egress).some((one) => Object.keys(one).length > 0)),
    selects:
      selector === null || list(selector['matchExpressions']).length > 0
        ? null
        : ciliumPairs(stringMap(selector['matchLabels'])),
    fqdns: egress.some((it) => list(it['toFQDNs']).length > 0) ? 'named' : 'none',
    lookups: watches ? 'watched' : 'unwatched',
    peers: [...peersOf(ingress, 'Ingress'), ...peersOf(egress, 'Egress')],
  }
}

const mostPeers = 100

const peerKeys = {
  Ingress: { endpoints: 'fromEndpoints', entities: 'fromEntities' },
  Egress: { endpoints: 'toEndpoints', entities: 'toEntities' },
} as const

function peersOf(rules: readonly Fields[], direction: Direction): readonly OtherPeer[] {
  const { endpoints, entities } = peerKeys[direction]
  const found = rules.flatMap((rule): readonly OtherPeer['labels'][] => [
    ...list(rule[endpoints])
      .map(fields)
      .map((it) => (list(it['matchExpressions']).length > 0 ? null : ciliumPairs(stringMap(it['matchLabels'])))),
    // With ports alone it is for everybody.
    ...(texts(rule[entities]).some((it) => it === 'all' || it === 'cluster') || !Object.keys(rule).some(isPeerKey)
      ? [null]
      : []),
  ])
  const told = found.length > mostPeers ? [...found.slice(0, mostPeers), null] : found
  return told.map((labels) => ({ direction, labels }))
}

/** `fromEndpoints`, `toCIDR`, `toFQDNs` and all that name peers; the others name ports and protocols. */
function isPeerKey(key: string): boolean {
  return /^(?:from|to)[A-Z]/.test(key) && key !== 'toPorts'
}

/** `enableDefaultDeny: {ingress: false}` adds to what others let through, and shuts nothing. */
function isShutting(spec: Fields, direction: Direction): boolean {
  const key = keys[direction]
  return (
    isObject(spec['endpointSelector']) && Array.isArray(spec[key]) && fields(spec['enableDefaultDeny'])[key] !== false
  )
}

const keys = { Ingress: 'ingress', Egress: 'egress' } as const
