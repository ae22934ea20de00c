// Remedies on the real cluster, as a user types them: the refusal in the right words, the plan, the objects as the kubelet
// takes them, the exact undo. Node caches, kills and races have their own file (fix-cases.ts).
import { readdir, readFile } from 'node:fs/promises'
import dnsRaceLossy from '../faults/dns-race-lossy.ts'
import { applyWeave, removeWeave } from '../faults/weave-tc-broken.ts'
import type { Lab } from '../lab.ts'
import { hopscope, type Ran } from './hopscope.ts'
import { reportOldKernel, reportTrueKernel } from './old-kernel.ts'
import { expectThat, type Result } from './result.ts'

const group = 'remedies'

interface Said {
  readonly got: string
  readonly passed: boolean
  readonly detail?: string
}

export async function remedyCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (name: string, expected: string, run: () => Promise<Said>): Promise<void> => {
    const result = await expectThat(group, name, expected, run)
    results.push(result)
    tell(result)
  }
  await weaveTc(lab, keep)
  return results
}

type Keep = (name: string, expected: string, run: () => Promise<Said>) => Promise<void>

const weave = ['-n', 'kube-system', 'get', 'daemonset', 'weave-net', '-o', 'json']

async function weaveTc(lab: Lab, keep: Keep): Promise<void> {
  try {
    await Promise.all([applyWeave(lab), dnsRaceLossy.inject(lab)])
    await keep('weave-tc on kernels that lose no race', 'refused, with the reason', async () => {
      const ran = await fix(lab, ['DNS101', '--node-access', '--remedy', 'weave-tc', '--plan'])
      return { got: `exit ${ran.code}, ${/heals the race that weave-tc is made for/.test(ran.stdout) ? 'the kernel is named' : 'no reason'}`, passed: ran.code === 1 && /kernel 6\S+ of worker-1 heals the race/.test(ran.stdout), detail: said(ran) }
    })
    await reportOldKernel(lab, 'worker-1')
    await keep('weave-tc where a node cache is possible', 'the cache first', async () => {
      const ran = await fix(lab, ['DNS101', '--node-access'])
      return { got: `exit ${ran.code}, ${/weave-tc +not here +a DNS cache on each node is possible/.test(ran.stdout) ? 'the cache first' : 'not so'}`, passed: ran.code === 1 && /weave-tc +not here +a DNS cache on each node is possible/.test(ran.stdout), detail: said(ran) }
    })
    await keep('weave-tc in a DaemonSet like Weave\'s', 'mounted on 3 nodes, undone exactly', () => planned(lab))
  } finally {
    await reportTrueKernel(lab, 'worker-1')
    await Promise.all([removeWeave(lab), dnsRaceLossy.takeBack(lab)])
  }
}

/** The image does nothing: what is looked at is the object, and what the kubelet makes of it. */
async function planned(lab: Lab): Promise<Said> {
  const before = await withoutStatus(lab, weave)
  const plan = await fix(lab, ['DNS101', '--node-access', '--remedy', 'weave-tc', '--remedy-image', 'registry.k8s.io/pause:3.10', '--plan'])
  const id = planId(plan)
  if (id === null) return { got: 'no plan', passed: false, detail: said(plan) }
  const applied = await fix(lab, ['--apply', id, '--yes-context', 'hopscope-lab', '--no-verify-after'])
  const mounted = await processesWith(/ \/lib\/tc /, / \/run\/xtables\.lock /)
  const names = await lab.kubectl([...weave.slice(0, -1), 'jsonpath={.spec.template.spec.containers[*].name}'])
  const undone = await fix(lab, ['--undo', id])
  const after = await withoutStatus(lab, weave)
  const same = JSON.stringify(before) === JSON.stringify(after)
  return {
    got: `mounted on ${mounted} nodes, ${same ? 'undone exactly' : 'changed by the undo'}`,
    passed: applied.code === 0 && undone.code === 0 && mounted === lab.nodes.length && names === 'weave weave-npc weave-tc' && same,
    detail: [said(plan), said(applied), said(undone), JSON.stringify(before), JSON.stringify(after)].join('\n'),
  }
}

/** How many processes of this machine have a mount like each of these. */
async function processesWith(...mounts: readonly RegExp[]): Promise<number> {
  const pids = (await readdir('/proc')).filter((it) => /^\d+$/.test(it))
  const tables = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '')))
  return tables.filter((table) => mounts.every((it) => it.test(table))).length
}

/** An object as its owner wrote it: what the API server counts and reports is left out. */
export async function withoutStatus(lab: Lab, get: readonly string[]): Promise<object> {
  const { status: _status, metadata, ...rest } = JSON.parse(await lab.kubectl(get)) as { readonly status?: object; readonly metadata: Readonly<Record<string, unknown>> }
  const { resourceVersion: _version, generation: _generation, managedFields: _fields, ...kept } = metadata
  const counted = ['deployment.kubernetes.io/revision', 'deprecated.daemonset.template.generation']
  const annotations = Object.entries((kept['annotations'] ?? {}) as Readonly<Record<string, string>>).filter(([key]) => !counted.includes(key))
  return { ...rest, metadata: { ...kept, annotations: Object.fromEntries(annotations) } }
}

function fix(lab: Lab, args: readonly string[]): Promise<Ran> {
  return hopscope(['fix', ...args], { kubeconfig: lab.kubeconfig })
}

function planId(ran: Ran): string | null {
  return /^Plan ([0-9a-f]{8}) /m.exec(ran.stdout)?.[1] ?? null
}

function said(ran: Ran): string {
  return `exit ${ran.code}\n${ran.stdout}${ran.stderr}`
}
