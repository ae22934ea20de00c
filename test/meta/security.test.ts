import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { mostObjects } from '../../src/kube/limits.ts'
import { dialMs } from '../../src/kube/proxy.ts'
import { mostHubs } from '../../src/probe/plan/plan-between.ts'
import { mostInside } from '../../src/probe/plan/plan-inside.ts'
import { mostLogs } from '../../src/probe/plan/plan-program-logs.ts'
import { bulkBytes } from '../../src/probe/pod/node/bulk-answerer.ts'
import { mostPoints } from '../../src/wire/pcap/reader.ts'
import { read, root } from './sources.ts'

const page = read('docs/security.md').split('\n')

/** What is not promised needs no test. */
const promises = page.filter((it) => it.startsWith('- ') && !it.startsWith('- can lie'))

/** What may stand outside of a list: what is meant, what is at each level, and what is not promised. */
const plain = [
  /^$/,
  /^#{1,2} \S/,
  /^Each sentence of a list names the test that holds it/,
  /^\*\*(?:Reading|Probes|Captures|Nodes|Changes)\*\* /,
  /^Exec in `kube-system` and pods on the host's network are powerful rights/,
]

const testsOf = (line: string): readonly string[] =>
  [...line.matchAll(/`([^`]+)`/g)]
    .map(([, it]) => it ?? '')
    .filter((it) => /^(?:src|test|lab|scripts)\/.*\.ts$/.test(it))

interface Rule {
  readonly resources?: readonly string[]
  readonly verbs: readonly string[]
}

const readsSecrets = ({ resources = [], verbs }: Rule): boolean =>
  resources.some((it) => /^(?:secrets(?:\/.*)?|\*(?:\/.*)?)$/.test(it)) &&
  verbs.some((it) => ['get', 'list', 'watch', '*'].includes(it))

test('no right to read Secrets is asked for', () => {
  const roles = readdirSync(join(root, 'deploy')).filter((it) => it.endsWith('.yaml'))
  const rules = roles.flatMap((file) =>
    parseAllDocuments(read(`deploy/${file}`)).flatMap((it) => (it.toJS() as { rules?: readonly Rule[] }).rules ?? []),
  )
  expect(rules.length).toBeGreaterThan(10)
  expect(rules.filter(readsSecrets)).toEqual([])
})

test.each([
  [{ resources: ['pods', 'secrets'], verbs: ['list'] }, true],
  [{ resources: ['*'], verbs: ['get'] }, true],
  [{ resources: ['secrets'], verbs: ['*'] }, true],
  [{ resources: ['secrets'], verbs: ['create'] }, false],
  [{ resources: ['pods/log'], verbs: ['get'] }, false],
])('whether %j reads Secrets: %s', (rule, expected) => expect(readsSecrets(rule)).toBe(expected))

test('the page promises something', () => expect(promises.length).toBeGreaterThan(30))

test('and promises it in its lists, each sentence with its test', () => {
  const outside = page.filter((it) => !it.startsWith('- ') && !plain.some((one) => one.test(it)))
  expect(outside).toEqual([])
  expect(page.filter((it) => /^\s+-/.test(it))).toEqual([])
})

/** A test that has the name of a number holds that it is heeded, and not what the page says it is. */
test.each([
  ['A proxy that takes connections and says nothing costs ten seconds', dialMs, 10_000],
  [
    'At most 24 application containers are looked out of, of ten pods, four of one pod',
    mostInside,
    { pods: 10, ofPod: 4, containers: 24 },
  ],
  ['The first two probe pods also take TCP connections', mostHubs, 2],
  ['send 16 KiB at most', bulkBytes, 16 * 1024],
  ['lists end at 400,000', mostObjects, 400_000],
  ['is read up to 512 of them', mostPoints, 512],
  ['500 lines of at most 20 pods', mostLogs.pods, 20],
] as const)('%s', (said, is, expected) => {
  expect(page.some((it) => it.includes(said))).toBe(true)
  expect(is).toEqual(expected)
})

test.each(promises)('%s', (line) => {
  const tests = testsOf(line)
  expect(tests).not.toEqual([])
  expect(tests.filter((it) => !existsSync(join(root, it)))).toEqual([])
  // A file of helpers holds nothing.
  expect(tests.filter((it) => !/\.test\.ts$|^lab\/test\/.*-cases\.ts$/.test(it))).toEqual([])
})
