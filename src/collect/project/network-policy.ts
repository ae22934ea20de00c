import type { NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, Selector } from '../../model/network-policy.ts'
import type { Intern } from '../../wire/intern.ts'
import { identity } from './identity.ts'
import { type Fields, fields, isObject, list, oneOf, port, stringMap, text, texts, whole } from './json.ts'

/** `networking.k8s.io/v1 NetworkPolicy`; null for what is none. An absent podSelector selects every pod. */
export function projectNetworkPolicy(raw: unknown, intern: Intern): NetworkPolicy | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  return {
    namespace: it.namespace,
    name: it.name,
    podSelector: projectSelector(fields(spec['podSelector']), intern),
    types: policyTypes(spec),
    ingress: list(spec['ingress']).map((rule) => projectRule(fields(rule), 'from', intern)),
    egress: list(spec['egress']).map((rule) => projectRule(fields(rule), 'to', intern)),
  }
}

/** Absent: Ingress always, Egress when there is an egress rule (networking/v1 types.go, PolicyTypes). */
function policyTypes(spec: Fields): NetworkPolicy['types'] {
  const said = texts(spec['policyTypes'])
  if (said.length > 0) return (['Ingress', 'Egress'] as const).filter((it) => said.includes(it))
  return list(spec['egress']).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}

function projectRule(raw: Fields, peers: 'from' | 'to', intern: Intern): PolicyRule {
  return {
    peers: list(raw[peers]).map((it) => projectPeer(fields(it), intern)),
    ports: list(raw['ports']).map((it) => projectPort(fields(it))),
  }
}

/** A peer that names nothing known (a field of a newer API) stays a peer with three nulls: it selects nobody. */
function projectPeer(raw: Fields, intern: Intern): PolicyPeer {
  const block = fields(raw['ipBlock'])
  const cidr = text(block['cidr'])
  return {
    podSelector: isObject(raw['podSelector']) ? projectSelector(fields(raw['podSelector']), intern) : null,
    namespaceSelector: isObject(raw['namespaceSelector'])
      ? projectSelector(fields(raw['namespaceSelector']), intern)
      : null,
    ipBlock: cidr === null ? null : { cidr, except: texts(block['except']) },
  }
}

function projectPort(raw: Fields): PolicyPort {
  return {
    protocol: oneOf(raw['protocol'], ['TCP', 'UDP', 'SCTP']),
    port: port(raw['port']),
    endPort: whole(raw['endPort']),
  }
}

/** `metav1.LabelSelector`. An operator that does not exist would be refused by the API server. */
export function projectSelector(raw: Fields, intern: Intern): Selector {
  return {
    matchLabels: intern.labels(stringMap(raw['matchLabels'])),
    matchExpressions: list(raw['matchExpressions'])
      .map(fields)
      .flatMap((it) => {
        const key = text(it['key'])
        if (key === null) return []
        return [
          {
            key,
            operator: oneOf(it['operator'], ['In', 'NotIn', 'Exists', 'DoesNotExist']),
            values: texts(it['values']),
          },
        ]
      }),
  }
}
