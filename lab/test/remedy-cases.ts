// Remedies on the real cluster, as a user types them: the refusal in the right words, the plan, the objects as the
// kubelet takes them, the exact undo. Node caches, kills and races have their own file (fix-cases.ts).
import { readdir, readFile } from 'node:fs/promises'
import { corednsServes } from '../breaks/coredns.ts'
import dnsRaceLossy from '../faults/dns/dns-race-lossy.ts'
import { applyWeave, removeWeave } from '../faults/dns/weave-tc-broken.ts'
import type { Lab } from '../lab.ts'
import type { Ran } from './hopscope.ts'
import { reportOldKernel, reportTrueKernel } from './old-kernel.ts'
import { fix, type Keep, planId, said, type Said, withoutStatus } from './remedy-run.ts'
import { expectThat, type Result } from './result.ts'
import { smallRemedies } from './small-remedy-cases.ts'

const group = 'remedies'

export async function remedyCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep: Keep = async (name, expected, run) => {
    const result = await expectThat(group, name, expected, run)
    results.push(result)
    tell(result)
  }
  await smallRemedies(lab, keep)
  await weaveTc(lab, keep)
  await corefileEdits(lab, keep)
  return results
}

const weave = ['-n', 'kube-system', 'get', 'daemonset', 'weave-net', '-o', 'json']

async function weaveTc(lab: Lab, keep: Keep): Promise<void> {
  try {
    await Promise.all([applyWeave(lab), dnsRaceLossy.inject(lab)])
    await keep('weave-tc on kernels that lose no race', 'refused, with the reason', async () => {
      const ran = await fix(lab, ['DNS101', '--node-access', '--remedy', 'weave-tc', '--plan'])
      return {
        got:
          `exit ${ran.code}, ` +
          (/heals the race that weave-tc is made for/.test(ran.stdout) ? 'the kernel is named' : 'no reason'),
        passed: ran.code === 1 && /kernel 6\S+ of worker-1 heals the race/.test(ran.stdout),
        detail: said(ran),
      }
    })
    await reportOldKernel(lab, 'worker-1')
    await keep('weave-tc where a node cache is possible', 'the cache first', async () => {
      const ran = await fix(lab, ['DNS101', '--node-access'])
      return {
        got:
          `exit ${ran.code}, ` +
          (/weave-tc +not here +a DNS cache on each node is possible/.test(ran.stdout) ? 'the cache first' : 'not so'),
        passed: ran.code === 1 && /weave-tc +not here +a DNS cache on each node is possible/.test(ran.stdout),
        detail: said(ran),
      }
    })
    await keep("weave-tc in a DaemonSet like Weave's", 'mounted on 3 nodes, undone exactly', () => planned(lab))
  } finally {
    await reportTrueKernel(lab, 'worker-1')
    await Promise.all([removeWeave(lab), dnsRaceLossy.takeBack(lab)])
  }
}

const corefile = ['-n', 'kube-system', 'get', 'configmap', 'coredns', '-o', 'json']

/** A change takes the kubelet and `reload` about 75 s each way, so one Corefile has both faults and two plans. */
async function corefileEdits(lab: Lab, keep: Keep): Promise<void> {
  const own = JSON.parse(await lab.kubectl(corefile)) as ConfigMap
  try {
    const faulty = (own.data['Corefile'] ?? '')
      .replace(/^( *)errors$/m, '$1errors # all of them\n$1log')
      .replace(/^ *cache 30\n/m, '')
    await writeCorefile(lab, faulty)
    const before = await withoutStatus(lab, corefile)
    const plans: string[] = []
    for (const code of ['DNS121', 'DNS122']) {
      await keep(`corefile-edit against ${code}`, 'taken by every server, verified', async () => {
        const plan = await fix(lab, [code, '--plan'])
        const id = planId(plan)
        if (id === null) return { got: 'no plan', passed: false, detail: said(plan) }
        plans.unshift(id)
        const applied = await fix(lab, ['--apply', id, '--yes-context', 'hopscope-lab'])
        const [, taken = 'not taken'] =
          /reloaded \S+ (this very text is run by \d of \d DNS servers)/.exec(applied.stdout) ?? []
        return {
          got: `exit ${applied.code}, ${taken}`,
          passed: applied.code === 0 && taken.endsWith('2 of 2 DNS servers'),
          detail: said(plan) + said(applied),
        }
      })
    }
    await keep('corefile-edit undone, last first', 'the text as it was, comments too', async () => {
      const ran: Ran[] = []
      for (const id of plans) ran.push(await fix(lab, ['--undo', id]))
      const same = JSON.stringify(before) === JSON.stringify(await withoutStatus(lab, corefile))
      return {
        got: same ? 'the text as it was' : 'another text',
        passed: same && ran.every((it) => it.code === 0 && it.stdout.includes('this very text is run by 2 of 2')),
        detail: ran.map(said).join('\n'),
      }
    })
    await keep('a Corefile that the servers refuse', 'said, and taken back', async () => {
      // CoreDNS alone knows that its container has no such files: the text is right.
      await writeCorefile(lab, faulty.replace(/^( *)loadbalance$/m, '$1loadbalance\n$1tls /nonsense.crt /nonsense.key'))
      const wrong = await withoutStatus(lab, corefile)
      const plan = await fix(lab, ['DNS122', '--plan'])
      const applied = await fix(lab, ['--apply', planId(plan) ?? '', '--yes-context', 'hopscope-lab'])
      const same = JSON.stringify(wrong) === JSON.stringify(await withoutStatus(lab, corefile))
      const told = /refuses the new Corefile and goes on with the old one: .*nonsense/.test(applied.stdout)
      return {
        got: `exit ${applied.code}, ${told ? 'said' : 'not said'}, ${same ? 'taken back' : 'left'}`,
        passed: applied.code === 2 && told && same,
        detail: said(plan) + said(applied),
      }
    })
  } finally {
    await writeCorefile(lab, own.data['Corefile'] ?? '')
    await lab.kubectl(['-n', 'kube-system', 'rollout', 'restart', 'deployment/coredns'])
    await corednsServes(lab)
  }
}

interface ConfigMap {
  readonly data: Readonly<Record<string, string>>
}

async function writeCorefile(lab: Lab, text: string): Promise<void> {
  await lab.kubectl([
    '-n',
    'kube-system',
    'patch',
    'configmap',
    'coredns',
    '--patch',
    JSON.stringify({ data: { Corefile: text } }),
  ])
}

/** The image does nothing: what is looked at is the object, and what the kubelet makes of it. */
async function planned(lab: Lab): Promise<Said> {
  const before = await withoutStatus(lab, weave)
  const plan = await fix(lab, [
    'DNS101',
    '--node-access',
    '--remedy',
    'weave-tc',
    '--remedy-image',
    'registry.k8s.io/pause:3.10',
    '--plan',
  ])
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
    passed:
      applied.code === 0 &&
      undone.code === 0 &&
      mounted === lab.nodes.length &&
      names === 'weave weave-npc weave-tc' &&
      same,
    detail: [said(plan), said(applied), said(undone), JSON.stringify(before), JSON.stringify(after)].join('\n'),
  }
}

/** How many processes of this machine have a mount like each of these. */
async function processesWith(...mounts: readonly RegExp[]): Promise<number> {
  const pids = (await readdir('/proc')).filter((it) => /^\d+$/.test(it))
  const tables = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '')))
  return tables.filter((table) => mounts.every((it) => it.test(table))).length
}
