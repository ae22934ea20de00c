import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import fc from 'fast-check'
import { programFile } from '../../../test/build/program-file.ts'
import { run } from '../program.ts'
import { completionScript } from './scripts.ts'

/** The real thing: the shell's own script, which calls the program by its name. */
const folder = mkdtempSync(join(tmpdir(), 'hopscope-completion-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const kubeconfig = join(folder, 'kubeconfig')
writeFileSync(
  kubeconfig,
  `{"contexts": [
    {"name": "prod-eu", "context": {"cluster": "a", "user": "b", "namespace": "shop"}},
    {"name": "arn:aws:eks:eu:1:cluster/test", "context": {"cluster": "a", "user": "b"}}]}`,
)
const program = join(folder, 'hopscope')
writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${programFile}' "$@"\n`, { mode: 0o755 })
const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, KUBECONFIG: kubeconfig }

async function asked(...words: readonly string[]): Promise<readonly string[]> {
  let said = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
  vi.stubEnv('KUBECONFIG', kubeconfig)
  try {
    await run(['__complete', ...words])
  } finally {
    write.mockRestore()
    vi.unstubAllEnvs()
  }
  return said.trimEnd().split('\n')
}
const wordsOf = (lines: readonly string[]): readonly string[] =>
  lines.filter((it) => !it.startsWith(':')).map((it) => it.split('\t')[0] ?? '')

describe('what may stand there', () => {
  test.each([
    { words: ['res'], expected: ['resolve'] },
    { words: ['-n', 'shop', 'res'], expected: ['resolve'] },
    { words: ['svc/web', '--strict', '--only', 'SVC201'], expected: ['SVC201'] },
    { words: ['--fail'], expected: ['--fail-on'] },
    { words: ['dns', 'cap'], expected: ['capacity'] },
    { words: ['--context', 'pr'], expected: ['prod-eu'] },
    { words: ['dns', '--context=pr'], expected: ['--context=prod-eu'] },
    { words: ['diagnose', '-n', ''], expected: ['default', 'kube-system', 'shop'] },
    { words: ['diagnose', '--fail-on', ''], expected: ['error', 'warning', 'info'] },
    { words: ['explain', 'DNS101'], expected: ['DNS101'] },
    { words: ['explain', 'node-local'], expected: ['node-local-dns'] },
    { words: ['diagnose', '--only', 'SVC201'], expected: ['SVC201'] },
    { words: ['dns', '--node-a'], expected: ['--node-access'] },
    { words: ['completion', ''], expected: ['bash', 'zsh', 'fish'] },
    { words: ['version', ''], expected: [] },
    { words: ['ui', '--allow'], expected: ['--allow-probe'] },
    { words: ['ui', ''], expected: [] },
    { words: ['monitor', '--look'], expected: ['--lookups', '--lookups-every'] },
    { words: ['monitor', '--lookups', ''], expected: ['auto', 'always', 'never'] },
    { words: ['monitor', ''], expected: [] },
  ])('$words', async ({ words, expected }) => {
    expect(wordsOf(await asked(...words))).toEqual(expected)
  })
  test('a broken kubeconfig is no error', async () => {
    writeFileSync(join(folder, 'broken'), 'a: [')
    expect(await asked('dns', '--kubeconfig', join(folder, 'broken'), '--context', '')).toEqual([':4'])
  })
})

/** As bash does at a TAB: it sets the variables, calls the function, and reads COMPREPLY. */
function inBash(line: string): readonly string[] {
  const script = `${completionScript('bash')}
COMP_LINE=$1 COMP_POINT=\${#1}
_hopscope
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', line], { env, encoding: 'utf8' })
  return stdout.trimEnd().split('\n')
}

describe('in bash', () => {
  test.each([
    ['hopscope expl', ['explain']],
    ['hopscope dns --context=prod', ['prod-eu']],
    ['hopscope dns --context arn:aws:e', ['eks:eu:1:cluster/test']],
  ])('%s', (line, expected) => expect(inBash(line)).toEqual(expected))
})

describe('names that someone else chose', () => {
  const letters = 'aZ9.-_:@/=+,$(){}`\'"\\;&|<>*?[]~!#^% \t\u001b\u00e9'
  const drawn = fc.sample(fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 12 }), 500)
  const ran = join(folder, 'ran')
  const hostile = [
    `a$(touch ${ran})`,
    `a\`touch ${ran}\``,
    `a;touch ${ran}`,
    `a|touch ${ran}`,
    `a&touch ${ran}`,
    `a>${ran}`,
    `a\n${ran}`,
    '-oexec',
    '--kubeconfig=x',
    '~',
    '=ls',
    'a b',
    'a*',
    'a{b,c}',
    "a'b",
    'a"b',
    'a\\b',
    '',
  ]
  const names = ['good', 'a@b/c:1=2,3+4', ...hostile, ...drawn]
  const file = join(folder, 'hostile')
  writeFileSync(
    file,
    JSON.stringify({
      contexts: names.map((name) => ({ name, context: { cluster: name, user: name, namespace: name } })),
      clusters: names.map((name) => ({ name, cluster: { server: 'https://127.0.0.1' } })),
      users: names.map((name) => ({ name, user: {} })),
    }),
  )

  test.each(['--context', '--cluster', '--user', '--namespace', '--probe-namespace'])(
    'what %s offers, bash reads as that one word, and runs nothing',
    async (flag) => {
      for (const ask of [[flag, ''], [`${flag}=`]]) {
        const words = wordsOf(await asked('dns', '--kubeconfig', file, ...ask))
        const bare = words.map((it) => it.replace(/^--[a-z-]+=/, ''))
        expect(bare).toContain('good')
        expect(bare).toContain('a@b/c:1=2,3+4')
        expect(hostile.filter((it) => bare.includes(it))).toEqual([])
        const line = words.map((it) => `printf '<%s>\\n' x ${it}`).join('\n')
        const { stdout, stderr } = spawnSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8' })
        expect(stderr).toBe('')
        expect(stdout).toBe(words.map((it) => `<x>\n<${it}>\n`).join(''))
        expect(existsSync(ran)).toBe(false)
      }
    },
  )

  test('bash completes files itself, which quotes them', () => {
    writeFileSync(join(folder, 'cap$(touch ran)'), '')
    expect(inBash(`hopscope dns --from ${folder}/cap`)).toEqual([''])
  })
})

/** As zsh does at a TAB: it has split the line, calls the function, and shows what that describes. */
function inZsh(line: string): readonly string[] {
  const script = `compdef() { : }
_files() { print -r -- FILES }
_describe() { print -rl -- "\${(@)found}" }
${completionScript('zsh')}
words=("\${(@s: :)1}") CURRENT=\${#words}
_hopscope`
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script, 'zsh', line], { env, encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').flatMap((it) => (it === '' ? [] : [it.replace(/(?<!\\):.*/, '').replaceAll('\\:', ':')]))
}

function inFish(line: string): readonly string[] {
  const script = `${completionScript('fish')}\ncomplete -C $argv[1]`
  const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script, line], { env, encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').flatMap((it) => (it === '' ? [] : [it.split('\t')[0] ?? '']))
}

/** At the beginning of a word, within one, and behind `=`. */
const lines: readonly (readonly [string, readonly string[]])[] = [
  ['hopscope expl', ['explain']],
  ['hopscope dns --context prod', ['prod-eu']],
  ['hopscope dns --context ', ['arn:aws:eks:eu:1:cluster/test', 'prod-eu']],
  ['hopscope dns --context=arn:aws:e', ['--context=arn:aws:eks:eu:1:cluster/test']],
  ['hopscope dns --node-a', ['--node-access']],
  ['hopscope diagnose sv', ['svc/']],
  ['hopscope completion ', ['bash', 'fish', 'zsh']],
  ['hopscope version ', []],
]

describe.skipIf(!existsSync('/usr/bin/zsh'))('in zsh', () => {
  test.each(lines)('%s', (line, expected) => expect(inZsh(line).toSorted()).toEqual(expected))
  test('files are its own', () => expect(inZsh(`hopscope dns --from ${folder}/cap`)).toEqual(['FILES']))
})

describe.skipIf(!existsSync('/usr/bin/fish'))('in fish', () => {
  test.each(lines)('%s', (line, expected) => expect(inFish(line).toSorted()).toEqual(expected))
  test('files are its own', () => {
    expect(inFish(`hopscope dns --kubeconfig ${folder}/kubec`)).toEqual([`${folder}/kubeconfig`])
  })
})

test('there is none for another shell', () => {
  expect(() => completionScript('tcsh')).toThrow(/no completion/)
})
