// npm run lab -- record NAME… | --all: breaks the cluster, writes scenarios/NAME, and takes the break back.
// After a change of words `npm run scenarios` writes again what the recordings print; it needs no cluster.
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { arch, release, tmpdir, type } from 'node:os'
import { join } from 'node:path'
import { faults } from '../faults/all.ts'
import type { Fault } from '../faults/fault.ts'
import { type Lab, LabError, openLab } from '../lab.ts'
import { judge } from './fault-cases.ts'
import { hopscope } from './hopscope.ts'
import { throughNode } from '../breaks/outside.ts'

const scenarios = join(import.meta.dirname, '../../scenarios')

export async function recordCommand(args: readonly string[]): Promise<number> {
  const lab = await openLab()
  const all = args.includes('--all')
  const wanted = all ? faults : faults.filter((it) => args.includes(it.name))
  if (wanted.length === 0)
    throw new LabError(
      `record which fault? ${faults.map((it) => it.name).join(', ')}`,
      'npm run lab -- record dns-race-lossy',
    )
  const failed: string[] = []
  for (const fault of wanted) {
    process.stdout.write(`${fault.name} ...\n`)
    const said = await record(lab, fault).catch((error: unknown) => {
      if (!(error instanceof LabError)) throw error
      failed.push(fault.name)
      return `${error.message}\n${error.hint}`
    })
    process.stdout.write(`${fault.name}: ${said}\n`)
  }
  if (failed.length > 0) process.stdout.write(`not recorded: ${failed.join(', ')}\n`)
  return failed.length === 0 ? 0 : 1
}

async function record(lab: Lab, fault: Fault): Promise<string> {
  const folder = join(scenarios, fault.name)
  const snapshot = join(folder, 'snapshot.hops')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  try {
    await fault.inject(lab)
    const asked = [...fromEveryNode(throughNode(fault.diagnose)), '--probe', '--node-access', '--out', snapshot]
    const ran = await hopscope(['collect', ...asked], { kubeconfig: lab.kubeconfig })
    if (ran.code !== 0) throw new LabError(`collect failed: ${ran.stderr}`)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  } finally {
    await fault.takeBack(lab)
    await fault.remove(lab)
  }
  await mustTell(fault, snapshot, folder)
  await golden(folder)
  await writeFile(join(folder, 'README.md'), await readme(fault, lab.kubeconfig))
  const told = await hopscope(['diagnose', '--from', snapshot, '-q'], { kubeconfig: null })
  return told.stdout.split('\n')[0] ?? ''
}

/** Alone in the cluster, a fault of one node is best told beside the nodes that are well. */
function fromEveryNode(args: readonly string[]): readonly string[] {
  return args.filter((it, index) => it !== '--node' && args[index - 1] !== '--node')
}

/** A recording with a second fault in it would teach the tests the wrong thing: it is put aside, for a look at why. */
async function mustTell(fault: Fault, snapshot: string, folder: string): Promise<void> {
  const judged = judge(await hopscope(['diagnose', '--from', snapshot, '-o', 'json'], { kubeconfig: null }), fault)
  if (judged.passed) return
  const aside = join(tmpdir(), `hopscope-not-recorded-${fault.name}.hops`)
  await copyFile(snapshot, aside)
  await rm(folder, { recursive: true, force: true })
  const hint = `is another fault on (npm run lab -- fault list)? The recording: hopscope diagnose --from ${aside}`
  throw new LabError(`${fault.name} was not recorded: the diagnosis says ${judged.got}\n${judged.detail}`, hint)
}

/** What the same bytes must print from now on. */
async function golden(folder: string): Promise<void> {
  const snapshot = join(folder, 'snapshot.hops')
  const text = await hopscope(['diagnose', '--from', snapshot, '--color', 'never'], { kubeconfig: null })
  const json = await hopscope(['diagnose', '--from', snapshot, '-o', 'json'], { kubeconfig: null })
  await writeFile(join(folder, 'expect.txt'), text.stdout)
  await writeFile(join(folder, 'expect.json'), json.stdout)
}

const noCause = 'none: this is a control and must come out clean'

async function readme(fault: Fault, kubeconfig: string): Promise<string> {
  const version = await hopscope(['version'], { kubeconfig })
  const { cause } = fault
  const machine = `${type()} ${release()} ${arch()}`
  return `# ${fault.name}

${fault.breaks}

- **A user would say:** ${fault.symptom}
- **Known root cause:** ${cause === null ? noCause : `${cause.code} ${cause.subject}`}
- **Made by:** \`npm run lab -- record ${fault.name}\`, with ${version.stdout.trim()}
- **Where:** the lab's cluster (Kubernetes v1.34, bridge CNI, kube-proxy in iptables mode), ${machine}
`
}
