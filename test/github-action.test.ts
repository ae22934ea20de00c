import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { isLeft } from './build/effort.ts'
import { programFile } from './build/program-file.ts'
import { scratch } from './build/program.ts'

const root = join(import.meta.dirname, '..')
const { inputs, outputs, runs } = parse(readFileSync(join(root, 'deploy/github-action/action.yml'), 'utf8')) as {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly outputs: Readonly<Record<string, unknown>>
  readonly runs: {
    readonly steps: readonly { readonly run: string; readonly env: Readonly<Record<string, string>> }[]
  }
}
const [step] = runs.steps

/** As a runner does it: inputs become variables, the script is what stands there. */
function ran(given: Readonly<Record<string, string>>) {
  if (step === undefined) throw new Error('no step')
  const folder = scratch()
  mkdirSync(join(folder, 'bin'))
  const snapshot = join(root, 'scenarios/service-selector-typo/snapshot.hops')
  // No registry and no cluster: the program itself, and a recording in place of what it would collect.
  writeFileSync(
    join(folder, 'bin/npx'),
    `#!/bin/bash
printf '%s\\n' "$@" >> "${folder}/asked"
shift 4
if [ "$1" = collect ]; then cp "${snapshot}" "$3"; else exec "${process.execPath}" "${programFile}" "$@"; fi
`,
    { mode: 0o755 },
  )
  const env: Record<string, string> = {
    HOME: folder,
    RUNNER_TEMP: folder,
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    GITHUB_OUTPUT: join(folder, 'output'),
    PATH: [join(folder, 'bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
  }
  for (const [name, text] of Object.entries(step.env)) {
    const [, input = ''] = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(text) ?? []
    expect(Object.keys(inputs)).toContain(input)
    env[name] = given[input] ?? inputs[input]?.default ?? ''
  }
  const { status, stdout, stderr } = spawnSync('bash', ['-c', step.run], { cwd: folder, env, encoding: 'utf8' })
  const read = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : ''
  return { folder, status, stdout, stderr, asked: read('asked'), summary: read('summary'), output: read('output') }
}

test.skipIf(isLeft(3))('looks once, tells it in each way, and fails as the report does', () => {
  const { status, stdout, summary, output, asked } = ran({ namespace: 'shop', target: 'svc/cart' })
  expect(stdout).toContain('SVC201')
  expect(status).toBe(1)
  expect(summary).toMatch(/^## Service f-selector\/cart selects no pod/)
  expect(asked.match(/^collect$/gm)?.length).toBe(1)
  expect(asked).toMatch(/--namespace\nshop\n--\nsvc\/cart/)
  for (const name of Object.keys(outputs)) {
    const [, file = ''] = new RegExp(`^${name}=(.*)$`, 'm').exec(output) ?? []
    expect(existsSync(file), name).toBe(true)
  }
})

// One by one: each starts the program several times, which takes its time on a busy machine.
test.each(Object.keys(inputs))('the input %s is never part of the script', (name) => {
  expect(step?.run).not.toContain('${{')
  const { folder } = ran({ [name]: '$(touch owned)`touch owned`"; touch owned; #' })
  expect(existsSync(join(folder, 'owned'))).toBe(false)
})
