// A tenant who writes whatever the API lets through: what a look at its namespace takes, says and leaves. That nothing
// false is found there is the control's own case.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import hostile from '../faults/controls/hostile-namespace.ts'
import type { Lab } from '../lab.ts'
import { hopscope, type Ran } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'
import { labelled } from './safety-cases.ts'

const group = 'hostile'
const most = 300
/** What a terminal obeys, or turns a line around for; a newline and a tab aside. */
const obeyed = /(?![\n\t])[\p{Cc}\u202A-\u202E\u2066-\u2069]/u
/** What the tenant has made a line of its own, in hopscope's words. */
const forged = /^✓ All 44 checks that apply are fine\./m
/** Tells at its end the most memory that it had, as Linux counts it. */
const telling = String.raw`import { readFileSync } from 'node:fs'
process.on('exit', () => {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))
  process.stderr.write('peak ' + kilobytes)
})`

interface Look {
  readonly name: string
  readonly args: readonly string[]
}

const looks = (namespace: string): readonly Look[] => [
  { name: 'read', args: ['diagnose', '-n', namespace] },
  { name: 'probe', args: ['diagnose', '-n', namespace, '--probe', '--node-access', '--verbose'] },
  { name: 'JSON', args: ['diagnose', '-n', namespace, '--probe', '-o', 'json'] },
]

export async function hostileCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-hostile-'))
  const file = join(folder, 'telling.mjs')
  const run = (args: readonly string[]): Promise<Ran> =>
    hopscope(args, { kubeconfig: lab.kubeconfig, env: { NODE_OPTIONS: `--import ${file}` } })
  const namespace = hostile.reach.kind === 'namespace' ? hostile.reach.namespace : ''
  try {
    await writeFile(file, telling)
    await hostile.inject(lab)
    const usual = looks('default')
    for (const [index, { name, args }] of looks(namespace).entries()) {
      const bounds = `< ${most} MiB, at most twice the time of another namespace and 20 s`
      const expected = `exit 0, ${bounds}, nothing forged or left`
      const result = await expectThat(group, `a look, ${name}`, expected, async () => {
        const other = await run(usual[index]?.args ?? [])
        return judged(lab, await run(args), other.seconds)
      })
      results.push(result)
      tell(result)
    }
    const ran = await expectThat(group, 'what the texts would have run', 'nothing in any container', () =>
      wasHere(lab, namespace),
    )
    results.push(ran)
    tell(ran)
  } finally {
    await hostile.remove(lab)
    await rm(folder, { recursive: true, force: true })
  }
  return results
}

type Judged = { readonly got: string; readonly passed: boolean; readonly detail: string }

async function judged(lab: Lab, ran: Ran, usual: number): Promise<Judged> {
  const mebibytes = Math.round(Number(/peak (\d+)$/.exec(ran.stderr)?.[1] ?? Infinity) / 1024)
  const said = `${ran.stdout}${ran.stderr}`
  const left = await labelled(lab)
  const troubles = [
    ...(ran.code === 0 ? [] : [`exit ${ran.code}`]),
    ...(mebibytes < most ? [] : [`${mebibytes} MiB`]),
    ...(ran.seconds < usual * 2 + 20 ? [] : [`${ran.seconds.toFixed(1)} s, of ${usual.toFixed(1)} s usually`]),
    ...(obeyed.test(said) ? ['what a terminal obeys is printed'] : []),
    ...(forged.test(said) ? ['a line is forged'] : []),
    ...left,
  ]
  return {
    got: troubles.length > 0 ? troubles.join(', ') : `exit 0, ${mebibytes} MiB, as fast as usual, nothing`,
    passed: troubles.length === 0,
    detail: said,
  }
}

/** The file that each planted command would make, where there is a shell to look with. */
async function wasHere(lab: Lab, namespace: string): Promise<Judged> {
  const names = (await lab.kubectl(['-n', namespace, 'get', 'pods', '-o', 'name'])).trim().split('\n')
  const look = 'for it in /tmp/hopscope-was-here hopscope-was-here x; do [ -e "$it" ] && echo "$it"; done; echo looked'
  const found: string[] = []
  let looked = 0
  for (const name of names) {
    const said = await lab.kubectl(['-n', namespace, 'exec', name, '--', 'sh', '-c', look]).catch(() => '')
    const lines = said.trim().split('\n')
    if (lines.at(-1) === 'looked') looked += 1
    found.push(...lines.slice(0, -1).map((it) => `${name}: ${it}`))
  }
  return {
    got: found.length > 0 ? found.join(', ') : `nothing in ${looked} of ${names.length} pods`,
    passed: found.length === 0 && looked > 0,
    detail: names.join(' '),
  }
}
