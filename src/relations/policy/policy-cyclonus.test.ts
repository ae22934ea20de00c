import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { projectNetworkPolicy } from '../../collect/project/network-policy.ts'
import { known } from '../../model/known.ts'
import type { ContainerPort, Protocol } from '../../model/pod.ts'
import { createIntern } from '../../wire/intern.ts'
import { type PodLike, policyRules } from './policy-allows.ts'

/*
 * cyclonus (github.com/mattfenwick/cyclonus v0.5.6) generates policies to test CNIs with, and says by an evaluator of
 * its own which connections pass. The file has every step of every case that it generates, as
 * lab/policy/cyclonus-suite/main.go writes them: `go run . | gzip -9`.
 */
interface Step {
  readonly name: string
  readonly policies: readonly unknown[] | null
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly pods: readonly {
    readonly namespace: string
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly ip: string
  }[]
  /** From each pod to each other one, for each of its ports: `1` passes. */
  readonly cells: string
}

const file = join(import.meta.dirname, '../../../test/fixtures/cyclonus-suite.jsonl.gz')
const steps = gunzipSync(readFileSync(file))
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Step)

const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']
const ports: readonly ContainerPort[] = [80, 81].flatMap((port) =>
  protocols.map((protocol) => ({ name: `serve-${port}-${protocol.toLowerCase()}`, port, protocol })),
)

interface Compared {
  readonly flow: string
  readonly theirs: 'allowed' | 'denied'
  readonly ours: 'allowed' | 'denied' | 'unknown'
  readonly why: string
}

function compare({ policies: raw, namespaces, pods, cells }: Step): readonly Compared[] {
  const intern = createIntern()
  const policies = (raw ?? []).flatMap((it) => projectNetworkPolicy(it, intern) ?? [])
  const decide = policyRules(policies, known(Object.entries(namespaces).map(([name, labels]) => ({ name, labels }))))
  const ends = pods.map((it): PodLike => ({ kind: 'pod', node: 'node', hostNetwork: false, ports, ...it }))
  const flows = ends.flatMap((from) =>
    ends.filter((to) => to !== from).flatMap((to) => ports.map(({ port, protocol }) => ({ from, to, port, protocol }))),
  )
  expect(cells).toHaveLength(flows.length)
  return flows.map((flow, index) => {
    const decision = decide(flow)
    const { from, to, port, protocol } = flow
    return {
      flow: `${from.namespace}/${from.name} -> ${to.namespace}/${to.name} ${protocol} ${port}`,
      theirs: cells[index] === '1' ? 'allowed' : 'denied',
      ours: decision.kind,
      why: decision.kind === 'unknown' ? decision.why : '',
    }
  })
}

const compared = steps.map((step) => ({ step, cells: compare(step) }))
const all = compared.flatMap((it) => it.cells)
const decided = all.filter((it) => it.ours !== 'unknown')
const open = all.filter((it) => it.ours === 'unknown')

describe(`cyclonus: ${decided.length} of ${all.length} connections of ${steps.length} steps are decided`, () => {
  test('each as cyclonus decides it', () => {
    expect(steps.length).toBeGreaterThan(200)
    const differs = compared.flatMap(({ step, cells }) =>
      cells.filter((it) => it.ours !== 'unknown' && it.ours !== it.theirs).map((it) => `${step.name}: ${it.flow}`),
    )
    expect(differs).toEqual([])
  })

  test('and the others are those that the API leaves to the CNI: a block that covers the address of a pod', () => {
    expect([...new Set(open.map((it) => it.why))]).toEqual([
      'an ipBlock covers the address of a pod: whether that counts is left to the CNI',
    ])
    expect(open.length).toBeLessThan(all.length / 20)
    // A block only adds: what it leaves open is denied without it, so that cyclonus, which counts it, allows it.
    expect(open.filter((it) => it.theirs === 'denied')).toEqual([])
  })
})
