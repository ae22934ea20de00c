// npm run new-command -- NAME "what it answers": a command of hopscope, its use-case without a terminal, a test, and
// the lines in program.ts and called.ts. What it writes compiles and passes; every TODO in it is yours.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { camel } from './new-check.ts'
import { verbs } from '../src/report/called.ts'

export interface NewCommand {
  readonly name: string
  readonly answers: string
}

export function commandObjection({ name, answers }: NewCommand): string | null {
  if (!/^[a-z]+(-[a-z]+)*$/.test(name)) return `\`${name}\` is no name of a command: one verb, in small letters`
  if ((verbs as readonly string[]).includes(name)) return `there is a command ${name} already`
  return answers.trim() === '' || /[.'`]/.test(answers) ? 'say in one line what it answers, without a full stop' : null
}

/** Its files, by their paths from the root. */
export function commandScaffold({ name }: NewCommand): ReadonlyMap<string, string> {
  const it = camel(name)
  const type = `${it.charAt(0).toUpperCase()}${it.slice(1)}`
  return new Map([
    [
      `src/session/${name}.ts`,
      `import type { Model } from '../model/sources.ts'
import { readSnapshot } from '../snapshot/read.ts'

export interface ${type}Ask {
  readonly from: string
}

export interface ${type} {
  readonly pods: number | null
}

/** TODO: the use-case: no process, no terminal. What needs a cluster runs in withCluster: see resolve/resolve.ts. */
export async function ${it}Of(ask: ${type}Ask): Promise<${type}> {
  return ${it}In(await readSnapshot(ask.from))
}

/** TODO: what is computed, pure; what is shared goes into src/answers. Unknown is null, never 0. */
export function ${it}In({ sources }: Model): ${type} {
  return { pods: sources.pods.known ? sources.pods.value.length : null }
}
`,
    ],
    [
      `src/session/${name}.test.ts`,
      `import { expect, test } from 'vitest'
import { modelOf } from '../../test/describe-check.ts'
import { unknown } from '../model/known.ts'
import { ${it}In } from './${name}.ts'

test.each([
  { it: 'no pod', given: modelOf({ pods: [] }), expected: 0 },
  { it: 'pods forbidden', given: modelOf({}, { pods: unknown('forbidden', 'list pods in shop') }), expected: null },
])('$it', ({ given, expected }) => expect(${it}In(given).pods).toBe(expected))
`,
    ],
    [
      `src/cli/${name}.ts`,
      `import { ${it}Of } from '../session/${name}.ts'
import { say } from './terminal/say.ts'

export interface ${type}Flags {
  readonly from: string
}

/** Parse, call, print. Returns 0, 1, 2 or 130. */
export async function ${it}Command(flags: ${type}Flags): Promise<number> {
  const { pods } = await ${it}Of(flags)
  say(pods === null ? 'how many pods there are is not known' : \`\${pods} pods\`)
  return pods === null ? 2 : 0
}
`,
    ],
  ])
}

/** program.ts with one more command, before \`version\`. */
export function addCommand(program: string, { name, answers }: NewCommand): string {
  const it = camel(name)
  const type = `${it.charAt(0).toUpperCase()}${it.slice(1)}Flags`
  const lines = `  command('${name}', '${answers}')
    .requiredOption('--from <file>', 'the snapshot to read')
    .action(async (flags: import('./${name}.ts').${type}) => {
      code = await (await import('./${name}.ts')).${it}Command(flags)
    })
`
  return program.replace("  command('version',", `${lines}  command('version',`)
}

/** called.ts with the verb, so that printed commands carry the cluster. */
export function addVerb(called: string, { name }: NewCommand): string {
  return called.replace("  'version',\n", `  '${name}',\n  'version',\n`)
}

function main([name, answers]: readonly string[]): number {
  if (name === undefined || answers === undefined) {
    process.stderr.write('usage: npm run new-command -- NAME "what it answers"\n')
    return 2
  }
  const it = { name, answers }
  const root = join(import.meta.dirname, '..')
  const files = commandScaffold(it)
  const taken = [...files.keys()].find((path) => existsSync(join(root, path)))
  const wrong = commandObjection(it) ?? (taken === undefined ? null : `${taken} is there already`)
  if (wrong !== null) {
    process.stderr.write(`error: ${wrong}\n`)
    return 2
  }
  const changed = new Map([
    ['src/cli/program.ts', addCommand],
    ['src/report/called.ts', addVerb],
  ])
  for (const [path, text] of files) writeFileSync(join(root, path), text)
  for (const [path, change] of changed)
    writeFileSync(join(root, path), change(readFileSync(join(root, path), 'utf8'), it))
  process.stdout.write([...files.keys(), ...changed.keys()].map((path) => `wrote ${path}\n`).join(''))
  process.stdout.write(
    `next: replace every TODO, then  npx vitest run src/session/${name}.test.ts  and  npm run docs\n`,
  )
  return 0
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))
