// Corefiles, held against the real CoreDNS: DNS114 never says "does not parse" of one that it starts with, and is never
// at ease about one that it refuses; and the hash by which a server is known to run a text is CoreDNS's own.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judgeCorefile } from '../../src/relations/dns/corefile-refusals.ts'
import { parseCorefile } from '../../src/wire/corefile.ts'
import { corefileVersionText } from '../../src/wire/corefile-version.ts'
import { runningConfig } from '../../src/wire/coredns-log.ts'
import type { Lab } from '../lab.ts'
import { BIN } from '../plan.ts'
import { changedCorefile } from './corefile-mutants.ts'
import { triedCorefiles } from './corefiles.ts'
import { expectThat, type Result } from './result.ts'

const group = 'corefiles'

export async function corefileCases(_lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'corefiles-'))
  const results: Result[] = []
  try {
    for (const { name, text, starts } of triedCorefiles) {
      const expected = starts ? 'starts, and nothing is said against it' : 'refused'
      const result = await expectThat(group, name, expected, async () => {
        const ran = await started(folder, text)
        const { refusals } = judgeCorefile(parseCorefile(text), { numbers: [1, 14, 7], stock: true })
        const said = ran.starts && refusals.length > 0 ? `starts, and hopscope says: ${refusals[0]?.text}` : null
        const got = said ?? (ran.starts ? `starts, and ${runs(text, ran.lines)}` : 'refused')
        return { got, passed: got === expected, detail: ran.lines.slice(-5).join('\n') }
      })
      results.push(result)
      tell(result)
    }
    const result = await changedOnes(folder)
    results.push(result)
    tell(result)
  } finally {
    await rm(folder, { recursive: true })
  }
  return results
}

const changes = 300

/**
 * Nobody chose these: what CoreDNS starts with is never said to be refused. Some of what it refuses is not seen, and
 * is said to be unproven (DNS114) until a server runs it; how many is printed.
 */
function changedOnes(folder: string): Promise<Result> {
  return expectThat(group, `${changes} of them, changed`, 'nothing is said against one that starts', async () => {
    const told: string[] = []
    let [refused, seen] = [0, 0]
    for (let nth = 0; nth < changes; nth += 1) {
      const text = changedCorefile(nth)
      const ran = await started(folder, text)
      const { refusals, doubts } = judgeCorefile(parseCorefile(text), { numbers: [1, 14, 7], stock: true })
      const [first] = refusals
      if (ran.starts && first !== undefined) told.push(`line ${first.line}: ${first.text}, and it starts:\n${text}`)
      if (ran.starts) continue
      refused += 1
      if (refusals.length + doubts.length > 0) seen += 1
    }
    return {
      got: `${told.length} wrongly refused; of ${refused} that it refuses ${seen} were seen`,
      passed: told.length === 0 && seen > refused / 2,
      detail: told.join('\n'),
    }
  })
}

/** Where the server names the hash of what it runs, it is that of this text. */
function runs(text: string, lines: readonly string[]): string {
  const said = runningConfig(lines)
  const version = corefileVersionText(text, 'none')
  if (said === null || version === null || said === createHash('sha512').update(version).digest('hex'))
    return 'nothing is said against it'
  return 'has another hash than hopscope makes of it'
}

interface Ran {
  readonly starts: boolean
  readonly lines: readonly string[]
}

/** In a network namespace of its own, where port 53 is free and nobody answers. It says its release once it serves. */
async function started(folder: string, text: string): Promise<Ran> {
  const file = join(folder, 'Corefile')
  await writeFile(file, text)
  const child = spawn(
    'unshare',
    ['-n', '--', 'sh', '-c', 'ip link set lo up; exec "$0" -conf "$1"', join(BIN, 'coredns'), file],
    { cwd: folder, env: { PATH: process.env['PATH'] ?? '' } },
  )
  let said = ''
  const done = Promise.withResolvers<boolean>()
  const hear = (more: Buffer): void => {
    said += more.toString()
    if (/^CoreDNS-\d/m.test(said)) done.resolve(true)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  child.on('error', done.reject)
  child.on('close', () => done.resolve(false))
  const late = setTimeout(() => done.reject(new Error(`after 20 s it neither serves nor ends: ${said}`)), 20_000)
  try {
    const starts = await done.promise
    return { starts, lines: said.split('\n') }
  } finally {
    clearTimeout(late)
    child.kill('SIGKILL')
  }
}
