import type { Evidence } from '../../findings/evidence.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, Selector } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import type { NearRule } from '../../relations/policy/near-rule.ts'
import type { Flow } from '../../relations/policy/policy-flow.ts'
import { rulesOf } from '../../relations/policy/policy-rule-union.ts'
import type { Direction } from '../../relations/policy/policy-applies-to-pod.ts'
import { once } from '../../relations/once.ts'
import type { DnsGroup } from '../../relations/policy/policy-dns.ts'
import { isEverything } from '../../relations/selector.ts'
import { dnsLossInNamespace, dnsLossInPod } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, full, some } from '../../phrases.ts'

export function policySubject(policy: NetworkPolicy): Subject {
  return subject('NetworkPolicy', policy.namespace, policy.name)
}

/** The rules of one direction as YAML, with the caret at `mark`: by default at the list that lacks something. */
export function rulesEvidence(policy: NetworkPolicy, direction: Direction, label: string, mark?: string): Evidence {
  const name = direction.toLowerCase()
  const rules = rulesOf(policy, direction)
  const lines = rules.length === 0 ? [`${name}: []`] : [`${name}:`, ...rules.flatMap((it) => ruleLines(it, direction))]
  const at = mark === undefined ? -1 : lines.findIndex((it) => it.includes(mark))
  return {
    kind: 'config',
    object: policySubject(policy),
    path: `spec.${name}`,
    lines: shorten(lines, at),
    at: Math.max(0, at),
    mark: at < 0 || mark === undefined ? `${name}:` : mark,
    label,
  }
}

function portText({ port, endPort, protocol }: PolicyPort): string {
  const number = port === null ? '' : `port: ${port}, `
  return `${number}${endPort === null ? '' : `endPort: ${endPort}, `}protocol: ${protocol}`
}

/** The rules with what keeps the flow out marked: one part of a port, or that nothing allows it. */
export function deniedEvidence(policy: NetworkPolicy, direction: Direction, near: NearRule | null): Evidence {
  return near === null
    ? rulesEvidence(policy, direction, 'nothing here allows it')
    : rulesEvidence(near.policy, direction, `the peer is right, the ${parts[near.part]} is not`, portText(near.port))
}

const parts = { protocol: 'protocol', port: 'port', name: "port's name" } as const

/** The smallest change where a rule has the other end as a peer already; '' where none has. */
export function nearText(near: NearRule | null, { port, protocol }: Pick<Flow, 'port' | 'protocol'>): string {
  if (near === null) return ''
  const has = `a rule of NetworkPolicy ${full(near.policy)} has the other end as a peer already`
  switch (near.part) {
    case 'protocol':
      return `${has}, and allows ${near.port.protocol}: make its protocol ${protocol}, the port is right`
    case 'name':
      return (
        `${has}, and names port \`${near.port.port}\`, which no container there has on ${protocol} ${port}: ` +
        `name the container's port so, or write ${port}`
      )
    case 'port':
      return `${has}, and not this port: let it have ${protocol} ${port} among its ports`
  }
}

/** Enough to see what is there, never cutting off the line that is pointed at. */
function shorten(lines: readonly string[], at: number): readonly string[] {
  const last = Math.max(14, at + 1)
  return lines.length > last ? [...lines.slice(0, last), `# ${lines.length - last} more lines`] : lines
}

function ruleLines(rule: PolicyRule, direction: Direction): readonly string[] {
  const peers =
    rule.peers.length === 0
      ? []
      : [direction === 'Egress' ? 'to:' : 'from:', ...rule.peers.map((it) => `- ${peerText(it)}`)]
  const ports = rule.ports.length === 0 ? [] : ['ports:', ...rule.ports.map((it) => `- {${portText(it)}}`)]
  const lines = [...peers, ...ports]
  return lines.length === 0 ? ['- {}'] : lines.map((it, index) => `${index === 0 ? '- ' : '  '}${it}`)
}

export function peerText(it: PolicyPeer): string {
  const parts = [
    ...(it.namespaceSelector === null ? [] : [`namespaceSelector: ${selectorYaml(it.namespaceSelector)}`]),
    ...(it.podSelector === null ? [] : [`podSelector: ${selectorYaml(it.podSelector)}`]),
    ...(it.ipBlock === null
      ? []
      : [
          `ipBlock: {cidr: ${it.ipBlock.cidr}` +
            `${it.ipBlock.except.length === 0 ? '' : `, except: [${it.ipBlock.except.join(', ')}]`}}`,
        ]),
  ]
  return parts.length === 1 ? `${parts[0]}` : `{${parts.join(', ')}}`
}

function selectorYaml(selector: Selector): string {
  if (isEverything(selector)) return '{}'
  const pairs = Object.entries(selector.matchLabels).map(([key, value]) => `${key}: ${value}`)
  const expressions = selector.matchExpressions.map(
    (it) =>
      `{key: ${it.key}, operator: ${it.operator}` +
      `${it.values.length === 0 ? '' : `, values: [${it.values.join(', ')}]`}}`,
  )
  const parts = [
    ...(pairs.length === 0 ? [] : [`matchLabels: {${pairs.join(', ')}}`]),
    ...(expressions.length === 0 ? [] : [`matchExpressions: [${expressions.join(', ')}]`]),
  ]
  return `{${parts.join(', ')}}`
}

/** How many pods of which workloads, most first. */
export function workloadsEvidence(label: string, pods: readonly Pod[]): Evidence {
  const groups = [...Map.groupBy(pods, (it) => subjectKey(workloadOfPod(it)))].toSorted(
    ([a, as], [b, bs]) => bs.length - as.length || textOrder(a, b),
  )
  return {
    kind: 'shares',
    label,
    rows: groups.map(([where, its]) => ({
      where,
      bad: its.length,
      of: its.length,
      note: some(its.map((it) => it.name)),
    })),
  }
}

/** `3 pods of Deployment web`; a pod that nothing owns is called by its name: `pod w-99`. */
export function workloadsText(pods: readonly Pod[]): string {
  const bare = [...new Set(pods.filter((it) => it.owner === null).map((it) => it.name))].toSorted()
  const owned = pods.filter((it) => it.owner !== null)
  const names = [...new Set(owned.map((it) => `${workloadOfPod(it).kind} ${workloadOfPod(it).name}`))].toSorted()
  const ownedText = `${count(owned.length, 'pod')} of ${some(names, 2)}`
  if (bare.length === 0) return ownedText
  const bareText = bare.length === 1 ? `pod ${bare[0]}` : `${bare.length} pods (${some(bare, 2)})`
  return owned.length === 0 ? bareText : `${ownedText} and ${bareText}`
}

/** What pods of the group saw from inside. */
export function viewsOf(group: DnsGroup, views: Known<readonly InsideView[]>): readonly InsideView[] {
  if (!views.known) return []
  const names = [...new Set(group.pods.map((it) => it.name))]
  const found = names.flatMap((it) => viewsByPod(views.value).get(`${group.namespace}/${it}`) ?? [])
  return found.toSorted((a, b) => a.place - b.place).map((it) => it.view)
}

const viewsByPod = once((views: readonly InsideView[]) =>
  Map.groupBy(
    views.map((view, place) => ({ view, place })),
    ({ view }) => `${view.namespace}/${view.pod}`,
  ),
)

/**
 * What losing DNS here causes: the pods of the group, by name; and the namespace as a whole where the policy takes
 * in all of it, so that a probe pod's losses there are its work too.
 */
export function dnsLosses(policy: NetworkPolicy, group: DnsGroup): readonly string[] {
  if (policy.namespace === group.namespace && isEverything(policy.podSelector))
    return [dnsLossInNamespace(group.namespace), `${dnsLossInNamespace(group.namespace)}/*`]
  return group.pods.map(dnsLossInPod)
}

/**
 * A policy that lets DNS out, for exactly the pods that `policy` isolates already. With an empty podSelector it would
 * isolate every other pod of the namespace.
 */
export function allowDns(
  policy: NetworkPolicy,
  ports: readonly { readonly port: number; readonly protocol: 'UDP' | 'TCP' }[],
  dns: { readonly namespace: string; readonly labels: Readonly<Record<string, string>>; readonly ip?: string | null },
): string {
  const expressions = policy.podSelector.matchExpressions
  const podSelector = {
    ...(Object.keys(policy.podSelector.matchLabels).length === 0
      ? {}
      : { matchLabels: policy.podSelector.matchLabels }),
    ...(expressions.length === 0
      ? {}
      : {
          matchExpressions: expressions.map(({ key, operator, values }) => ({
            key,
            operator,
            ...(values.length === 0 ? {} : { values }),
          })),
        }),
  }
  const block = dns.ip == null ? null : [{ ipBlock: { cidr: `${dns.ip}/${isIpv6(dns.ip) ? 128 : 32}` } }]
  const to = block ?? [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': dns.namespace } },
      podSelector: { matchLabels: dns.labels },
    },
  ]
  return JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${policy.name}-dns` },
    spec: { podSelector, policyTypes: ['Egress'], egress: [{ to, ports }] },
  })
}
