import type { Finding } from '../../findings/finding.ts'
import type { Model } from '../../model/sources.ts'
import { blindNodes } from './lookup-loss.ts'
import type { Subject } from '../../model/subject.ts'

/** What the nodes that measured anything have in common, when each of them, of two at least, has such a finding. */
export interface EveryNode {
  readonly nodes: readonly string[]
  /** The DNS Service, which is what they all ask. */
  readonly subject: Subject
  readonly symptoms: readonly string[]
  readonly explains: readonly string[]
}

/**
 * A fault that every node sees is not one fault a node: it stands where all of them go, or on the way that all of them
 * take. null where one node is well, where one node alone was probed, and where the DNS Service is not known.
 */
export function onEveryNode(
  findings: readonly Finding[],
  { sources: { dnsProbe, clusterDns } }: Model,
): EveryNode | null {
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
    explains: [...new Set(findings.flatMap((it) => it.explains))],
  }
}

/** The sum of a count over findings; null where one of them has none. */
export function total(findings: readonly Finding[], arg: string): number | null {
  const counts = findings.map((it) => it.args[arg])
  return counts.every((it) => typeof it === 'number') ? counts.reduce((sum: number, it) => sum + it, 0) : null
}
