// `hopscope matrix --probe`: every cell that is measured agrees with what policies say, and what says so is tried by
// hand here; where nobody enforces them, or something else denies, each such cell is named.
import { setTimeout as sleep } from 'node:timers/promises'
import { addRules, removeRules } from '../breaks/firewall.ts'
import { onNode, pods } from '../breaks/place.ts'
import { until } from '../breaks/until.ts'
import type { Lab } from '../lab.ts'
import { POD_CIDR } from '../plan.ts'
import { TABLE } from '../policy/rules.ts'
import { hopscope } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const group = 'matrix'
const NAMESPACE = 'lab-matrix'
const names = ['anna', 'bert', 'carl', 'dora', 'emil'] as const
const [FIRST, SECOND] = [8080, 8081]

interface Cell {
  readonly row: number
  readonly column: number
  readonly policies: string
  readonly measured: string | null
  readonly disagrees: string | null
}

interface Place {
  readonly workload: { readonly name: string } | null
  readonly port?: number
}

interface Matrix {
  readonly rows: readonly Place[]
  readonly columns: readonly Place[]
  readonly cells: readonly Cell[]
  readonly diagnosis: { readonly findings: readonly { readonly code: string }[] }
}

const serve = `httpd -h /tmp -p ${FIRST}; httpd -f -h /tmp -p ${SECOND}`

function workload(app: string, nodeName: string): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace: NAMESPACE },
    spec: {
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: {
          nodeName,
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: 'main',
              image: 'docker.io/library/busybox:1.36',
              command: ['sh', '-c', serve],
              ports: [{ name: 'first', containerPort: FIRST }, { containerPort: SECOND }],
            },
          ],
        },
      },
    },
  }
}

function policy(app: string, spec: object): object {
  const metadata = { name: `for-${app}`, namespace: NAMESPACE }
  const podSelector = { matchLabels: { app } }
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector, ...spec } }
}

const from = (app: string): object => ({ podSelector: { matchLabels: { app } } })

function policies(annas: string): readonly object[] {
  return [
    policy('bert', { ingress: [{ ports: [{ port: 'first' }] }] }),
    policy('carl', {
      ingress: [{ from: [from('anna')] }, { from: [from('bert')], ports: [{ port: 8081, endPort: 8090 }] }],
    }),
    policy('dora', { ingress: [{ from: [{ ipBlock: { cidr: POD_CIDR, except: [`${annas}/32`] } }] }] }),
    policy('emil', {
      policyTypes: ['Egress'],
      egress: [{ to: [from('bert'), from('dora')], ports: [{ port: FIRST }] }],
    }),
  ]
}

/** What these policies do in the lab, by hand: everything else is open. */
function isOpen(source: string, target: string, port: number): boolean {
  if (source === 'emil' && !((target === 'bert' || target === 'dora') && port === FIRST)) return false
  if (target === 'bert') return port === FIRST
  if (target === 'carl') return source === 'anna' || (source === 'bert' && port === SECOND)
  return target !== 'dora' || source !== 'anna'
}

/** Whether an ipBlock lets pods in is left to the CNI by the API; the lab's enforcer goes by the address. */
function meant(source: string, target: string, port: number): string {
  if (!isOpen(source, target, port)) return 'deny'
  return target === 'dora' ? 'left-to-cni' : 'allow'
}

const nameAt = (its: readonly Place[], index: number): string => its[index]?.workload?.name ?? 'outside'

/** Cells between two different workloads: one does not ask itself. */
function between({ rows, columns, cells }: Matrix) {
  return cells.flatMap((it) => {
    const [source, target] = [nameAt(rows, it.row), nameAt(columns, it.column)]
    const port = columns[it.column]?.port ?? 0
    return source === target || source === 'outside' || target === 'outside' ? [] : [{ ...it, source, target, port }]
  })
}

const text = ({ source, target, port, policies: said, measured }: ReturnType<typeof between>[number]): string =>
  `${source} to ${target}:${port}: ${said}, measured ${measured}`

async function matrix(
  lab: Lab,
): Promise<{ readonly code: number | null; readonly seen: Matrix; readonly all: string }> {
  const ran = await hopscope(['matrix', '-n', NAMESPACE, '--probe', '-o', 'json'], { kubeconfig: lab.kubeconfig })
  if (ran.stdout === '') throw new Error(ran.stderr)
  return { code: ran.code, seen: JSON.parse(ran.stdout) as Matrix, all: `${ran.stderr}\n${ran.stdout}` }
}

const pairs = names.length * (names.length - 1) * 2

export async function matrixCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (...given: Parameters<typeof expectThat>): Promise<void> => {
    const result = await expectThat(...given)
    results.push(result)
    tell(result)
  }
  await lab.kubectl(['create', 'namespace', NAMESPACE])
  try {
    const nodes = lab.nodes.map((it) => it.name)
    const items = names.map((it, index) => workload(it, nodes[index % nodes.length] ?? ''))
    await apply(lab, items)
    await lab.kubectl(['-n', NAMESPACE, 'wait', '--for=condition=Available', 'deployment', '--all', '--timeout=60s'])
    const annas = (await pods(lab, NAMESPACE, 'app=anna'))[0]?.ip ?? ''
    await apply(lab, policies(annas))
    // The enforcer of policies follows within a second or two.
    await sleep(4000)
    await keep(group, 'each cell is as policies say', `exit 0, ${pairs} of ${pairs} right`, () => agrees(lab))
    await keep(group, 'something else denies', 'exit 1, 2 stopped, POL422', () => stopped(lab, annas))
    await keep(group, 'nobody enforces', 'exit 1, all that is denied opens, POL411', () => unenforced(lab))
  } finally {
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=true'])
  }
  return results
}

async function apply(lab: Lab, items: readonly object[]): Promise<void> {
  await lab.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
}

async function agrees(lab: Lab) {
  const { code, seen, all } = await matrix(lab)
  const cells = between(seen)
  const wrong = cells.filter((it) => {
    const open = isOpen(it.source, it.target, it.port)
    const isSaid = it.policies === meant(it.source, it.target, it.port)
    return !isSaid || (it.measured === 'open') !== open || it.measured === null || it.disagrees !== null
  })
  const got = `exit ${code}, ${cells.length - wrong.length} of ${cells.length} right`
  return { got, passed: got === `exit 0, ${pairs} of ${pairs} right`, detail: `${wrong.map(text).join('\n')}\n${all}` }
}

/** A rule that no policy knows, between two pods that may speak. */
async function stopped(lab: Lab, annas: string) {
  const bert = (await pods(lab, NAMESPACE, 'app=bert'))[0]
  const emils = (await pods(lab, NAMESPACE, 'app=emil'))[0]?.ip ?? ''
  const place = onNode(lab, bert?.node ?? '')
  const rules = [annas, emils].map((ip) => ({
    table: 'raw' as const,
    chain: 'PREROUTING',
    rule: ['-s', `${ip}/32`, '-d', `${bert?.ip}/32`, '-p', 'tcp', '-m', 'tcp', '--dport', `${FIRST}`, '-j', 'DROP'],
  }))
  try {
    await addRules(place, rules)
    const { code, seen, all } = await matrix(lab)
    const bad = between(seen).filter((it) => it.disagrees === 'stopped')
    const got = `exit ${code}, ${bad.length} stopped, ${codes(seen)}`
    return { got, passed: got === 'exit 1, 2 stopped, POL422', detail: `${bad.map(text).join('\n')}\n${all}` }
  } finally {
    await removeRules(place, rules)
  }
}

/** The rules of the enforcer are taken from the nodes; it writes them again when something changes. */
async function unenforced(lab: Lab) {
  await Promise.all(lab.nodes.map(({ netns }) => onNode(lab, netns).run(['nft', 'flush', 'table', 'inet', TABLE])))
  try {
    const { code, seen, all } = await matrix(lab)
    const cells = between(seen)
    const denied = cells.filter((it) => !isOpen(it.source, it.target, it.port))
    const named = denied.filter((it) => it.disagrees === 'not-enforced').length
    const others = cells.filter((it) => it.disagrees !== null).length - named
    const which = named === denied.length && others === 0 ? 'all that is denied opens' : `${named} of ${denied.length}`
    const got = `exit ${code}, ${which}, ${codes(seen)}`
    return { got, passed: got === 'exit 1, all that is denied opens, POL411', detail: all }
  } finally {
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--wait=true'])
    await until('the rules are there again', async () => {
      const listed = await onNode(lab, lab.nodes[0]?.netns ?? '').run(['nft', 'list', 'table', 'inet', TABLE])
      return listed.stdout.includes('established')
    })
  }
}

function codes({ diagnosis }: Matrix): string {
  return [...new Set(diagnosis.findings.map((it) => it.code))].join(' ')
}
