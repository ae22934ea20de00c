// Bad input and bad weather, each one clear line with a hint and the right exit code.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeIsWell } from '../breaks/node-ready.ts'
import type { Lab } from '../lab.ts'
import { hopscope, reportOf, subjectOf } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const group = 'refusals'

/**
 * Its lease runs out, and the node turns NotReady within a minute: while the other refusals are tried. Returns the pid.
 */
async function stopKubelet(lab: Lab, node: string): Promise<number> {
  const { pid } = JSON.parse(await readFile(join(lab.stateDir, 'pid', `${node}-kubelet`), 'utf8')) as {
    readonly pid: number
  }
  process.kill(pid, 'SIGSTOP')
  return pid
}

export async function refusalCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-refusals-'))
  const results: Result[] = []
  const keep = async (result: Promise<Result>): Promise<void> => {
    results.push(await result)
    tell(await result)
  }
  const refused = (
    name: string,
    says: RegExp,
    args: readonly string[],
    kubeconfig: string | null = lab.kubeconfig,
  ): Promise<void> =>
    keep(
      expectThat(group, name, `exit 2, ${says.source}`, async () => {
        const ran = await hopscope(args, { kubeconfig, env: kubeconfig === null ? { HOME: folder } : {} })
        const lines = ran.stderr.trimEnd().split('\n')
        const clear =
          lines.filter((it) => it.startsWith('error: ')).length === 1 && lines.some((it) => it.startsWith('  help: '))
        return {
          got: `exit ${ran.code}, ${(lines[0] ?? '').replaceAll(`${folder}/`, '')}`,
          passed: ran.code === 2 && ran.stdout === '' && clear && says.test(ran.stderr),
          detail: ran.stderr + ran.stdout,
        }
      }),
    )
  const kubelet = await stopKubelet(lab, 'worker-3')
  try {
    const good = await readFile(lab.kubeconfig, 'utf8')
    const nobody = join(folder, 'unreachable')
    await writeFile(nobody, good.replace(/https:\/\/[\d.:]+/, 'https://127.0.0.1:1'))
    await refused('no kubeconfig', /no kubeconfig/i, ['diagnose'], null)
    await refused('unreachable server', /cannot reach cluster .*127\.0\.0\.1:1/, ['diagnose'], nobody)
    await refused('unknown context', /context `nope`/, ['diagnose', '--context', 'nope'])
    await refused('unknown namespace', /namespace `shp`[\s\S]*`shop`/, ['diagnose', '-n', 'shp'])
    await refused('unknown target', /no Service `crt` in namespace shop[\s\S]*`cart`/, [
      'diagnose',
      'svc/crt',
      '-n',
      'shop',
    ])
    await refused('unknown flag', /unknown option/, ['diagnose', '--prob'])
    await refused('unknown code', /no check `DNS999`/, ['diagnose', '--only', 'DNS999'])
    await refused('unknown output format', /choices are text, json/i, ['diagnose', '-o', 'xml'])
    await refused('unknown node', /node `worker-99`/, ['diagnose', 'dns', '--probe', '--node', 'worker-99'])
    const foreign = join(folder, 'foreign.hops')
    await writeFile(foreign, 'not a snapshot')
    await refused('foreign snapshot', /is neither a hopscope snapshot nor/, ['diagnose', '--from', foreign])

    const snapshot = join(folder, 'cut.hops')
    await hopscope(['collect', '-n', 'shop', '--out', snapshot], { kubeconfig: lab.kubeconfig })
    const bytes = await readFile(snapshot)
    await writeFile(snapshot, bytes.subarray(0, Math.floor(bytes.length / 2)))
    await refused('truncated snapshot', /truncated|cut short|ends/, ['diagnose', '--from', snapshot])

    await keep(
      expectThat(group, 'an image that cannot be pulled', 'cannot tell, never ok', async () => {
        const ran = await hopscope(['diagnose', 'dns', '--probe', '--image', 'registry.invalid/none:1', '-o', 'json'], {
          kubeconfig: lab.kubeconfig,
        })
        const report = reportOf(ran)
        const said = report?.cannotTell.some((it) => /image/i.test(it.why)) === true
        return {
          got: `exit ${ran.code}, ${said ? 'image named' : 'image not named'}`,
          passed: report !== null && said && !report.ok.includes('DNS110'),
          detail: ran.stdout + ran.stderr,
        }
      }),
    )
    await keep(
      expectThat(group, 'a node that is NotReady', 'NOD501 Node/worker-3, and no ok for its DNS', async () => {
        await lab.kubectl(['wait', '--for=condition=Ready=Unknown', 'node/worker-3', '--timeout=90s'])
        const ran = await hopscope(['diagnose', 'dns', '--probe', '--node', 'worker-3', '-o', 'json'], {
          kubeconfig: lab.kubeconfig,
        })
        const report = reportOf(ran)
        const found = report?.findings.find((it) => it.code === 'NOD501')
        const said = report?.cannotTell.some((it) => it.why.includes('worker-3')) === true
        return {
          got: `exit ${ran.code}, ${found === undefined ? 'no NOD501' : `NOD501 ${subjectOf(found)}`}`,
          passed:
            ran.code === 1 && found?.subject.name === 'worker-3' && said && report?.ok.includes('DNS110') === false,
          detail: ran.stdout + ran.stderr,
        }
      }),
    )
    return results
  } finally {
    process.kill(kubelet, 'SIGCONT')
    // Ready comes first, and the cases behind this one would meet its taints and pods that are not.
    await nodeIsWell(lab, 'worker-3')
    await rm(folder, { recursive: true, force: true })
  }
}
