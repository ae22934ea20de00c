import type { Finding } from '../../findings/finding.ts'
import type { Args } from '../../findings/verdict.ts'
import type { Model } from '../../model/sources.ts'
import { blindNodes } from './lookup-loss.ts'
import type { Subject } from '../../model/subject.ts'

/** What the nodes that measured anything have in common, when each of them, of two at least, has such a finding. */
interface EveryNode {
  readonly nodes: readonly string[]
  /** The DNS Service, which is what they all ask. */
  readonly subject: Subject
  readonly symptoms: readonly string[]
  readonly causes: readonly string[]
}

/**
 * A fault that every node sees is not one fault a node: it stands where all of them go, or on the way that all of them
 * take. null where one node is well, where one node alone was probed, and where the DNS Service is not known.
 */
function onEveryNode(findings: readonly Finding[], { sources: { dnsProbe, clusterDns } }: Model): EveryNode | null {
  if (!dnsProbe.known || !clusterDns.known || clusterDns.value.service === null) return null
  const blind = blindNodes(dnsProbe.value)
  const nodes = dnsProbe.value.nodes.filter((it) => !blind.has(it))
  const having = new Set(findings.flatMap((it) => (it.subject.kind === 'Node' ? [it.subject.name] : [])))
  if (nodes.length < 2 || !nodes.every((it) => having.has(it))) return null
  const { namespace, name } = clusterDns.value.service
  return {
    nodes: nodes.toSorted(),
    subject: { kind: 'Service', namespace, name },
    symptoms: [...new Set(findings.flatMap((it) => it.symptoms))],
    causes: [...new Set(findings.flatMap((it) => it.causes))],
  }
}

/**
 * Findings that every node has, as one: the first of them, on the DNS Service, with the sums of these counts and the
 * number of nodes, which is null in each of them. null where onEveryNode is; a count that one of them lacks is 0.
 */
export function asOne<A extends Args & { readonly nodes: number | null }>(
  findings: readonly Finding<A>[],
  model: Model,
  counts: readonly (keyof A & string)[],
): Finding<A> | null {
  const [first] = findings
  const every = onEveryNode(findings, model)
  if (first === undefined || every === null) return null
  const { nodes, subject, symptoms, causes } = every
  const sums = Object.fromEntries(counts.map((it) => [it, total(findings, it)]))
  return { ...first, subject, args: { ...first.args, ...sums, nodes: nodes.length }, symptoms, causes }
}

function total(findings: readonly Finding[], arg: string): number {
  const counts = findings.map((it) => it.args[arg])
  return counts.every((it) => typeof it === 'number') ? counts.reduce((sum: number, it) => sum + it, 0) : 0
}
