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
  const roles = readdirSync(join(root, 'deploy'), { recursive: true, encoding: 'utf8' }).filter((it) =>
    it.endsWith('.yaml'),
  )
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

/**
 * What would harm most if it were not so, with the very case that holds it: a file that is there proves nothing of a
 * sentence whose case was renamed, moved or taken out. Some
 * of them were seen to fail with the sentence made untrue in the source, not all.
 */
test.each([
  [
    'No role in `deploy/` allows to read Secrets',
    'test/meta/security.test.ts',
    'no right to read Secrets is asked for',
  ],
  ['Of Secrets in a file that somebody made with kubectl', 'src/collect/project/secret.test.ts', 'no byte of a value'],
  ['never a user or a password', 'src/wire/destinations.test.ts', 'no password of a URL is ever kept'],
  ['Pods are unprivileged, limited', 'src/probe/pods/pod-manifest.test.ts', 'asks for no privilege'],
  ['A pod that others created again', 'src/probe/pods/pods.test.ts', 'one that was made anew by others is left alone'],
  ['A pod whose creation got no clear answer', 'src/probe/pods/pods.test.ts', 'it is gone in the end'],
  ['Only pods of this run, or old ones', 'src/probe/pods/pods.test.ts', 'of all pods and clocks, only its own go'],
  ['However a use-case ends', 'src/session/with-cluster.test.ts', 'what it made is gone or is named'],
  ['no certificate, no key', 'src/probe/ingress/ingress-configs.test.ts', 'no script reads a certificate, a key'],
  ['A script that runs in a container is a constant', 'test/meta/constant-scripts.test.ts', 'has no substitution'],
  ['A script in a container ends itself', 'src/kube/container-command.test.ts', 'ends itself in time'],
  ['What captures on a node ends', 'src/probe/capture/capture-script.test.ts', 'hears nothing any more'],
  ['The pod of a capture, which does nothing', 'src/probe/pod/node/hold.test.ts', 'for who has not come yet'],
  ['A pod of any kind is held', 'src/probe/pod/node/hold.test.ts', 'ends soon after nobody holds it'],
  ['A pod of any kind is held', 'src/probe/pods/pod-run.test.ts', 'nobody makes a pod that is not held'],
  ['a load that can be held', 'src/probe/load/load-run.test.ts', 'waits for somebody to hold its pod'],
  ['made under a key of the run', 'src/kube/sealed-hash.test.ts', 'each process has a key of its own'],
  ['silence is no yes', 'src/ui/live.test.ts', 'silence is no yes'],
  ['It listens on 127.0.0.1', 'src/ui/serve.test.ts', 'listens on 127.0.0.1 and nowhere else'],
  ['The link has 128 random bits, is good once', 'src/ui/door.test.ts', 'it is good once'],
  ['A request that is addressed to another name', 'src/ui/serve.test.ts', 'by a foreign name, or from a foreign page'],
  ['A request that is addressed to another name', 'src/ui/serve.test.ts', 'a form from %s begins nothing'],
  ['A probe slows down, then stops', 'src/probe/pod/load/watchdog.test.ts', 'halves first, and stops only'],
  ['a redirect is followed to the same host', 'src/probe/pod/contacts/http-asks.test.ts', 'sends nobody elsewhere'],
  ['answer no datagrams but those', 'src/probe/pod/node/mtu-answerer.test.ts', 'answers this run alone'],
  ['hang up on whoever does not know', 'src/probe/pod/contacts/between-asks.test.ts', 'a stranger is told nothing'],
  ['`--no-logs` reads no log by any call', 'src/cli/flags/rights.test.ts', 'by its own call or by a path'],
  ['never for loopback', 'src/kube/proxy.test.ts', 'never sends loopback through a proxy'],
  ['A plan that others can write to, a link', 'src/plan/allowed.test.ts', 'that is a link is refused'],
  ['They are read, never reset', 'src/probe/node/node-networks.test.ts', 'writes, resets and sets nothing'],
  ['A plan holds only kinds and names', 'src/plan/allowed.test.ts', 'every remedy has its list'],
  ['What an admission webhook would make', 'src/plan/as-planned.test.ts', 'before anything is written'],
  ['Undo restores the fields', 'src/plan/three-way.test.ts', 'what others changed elsewhere stays'],
  ['Killed after any write', 'src/plan/crash.test.ts', 'undo restores the cluster, whatever the plan'],
  ['Two people do not apply at once', 'src/plan/apply.test.ts', 'of two plans at once, one refuses'],
  ['The rights that `fix` needs', 'test/meta/rights-of-fix.test.ts', 'grants no wildcard, no secret'],
  ['cannot run anything', 'src/probe/plan/planted-shell.test.ts', 'a string of any object of the cluster'],
  ['cannot read a secret of others', 'src/snapshot/planted-secrets.test.ts', 'of every kind, in every free text'],
  ['cannot have the token sent elsewhere', 'src/kube/request.test.ts', 'takes the token nowhere'],
  ['cannot name a domain that becomes a script', 'src/wire/dns-name.test.ts', 'holds nothing but letters, digits'],
  ['no plan is applied without its journal', 'src/cli/disks.test.ts', 'for the journal of a plan lets nothing be'],
  ['who edits an object while a plan is applied', 'src/plan/apply.test.ts', 'in the instant before it is'],
] as const)('%s: by a case of %s', (said, file, title) => {
  const line = promises.find((it) => it.includes(said))
  expect(line, said).toBeDefined()
  expect(testsOf(line ?? '')).toContain(file)
  const titles = [...read(file).matchAll(/\b(?:test|it|describe)\b[^\n]*?\(\s*(['"`])((?:(?!\1)[^\n])+)\1/g)]
  expect(titles.map(([, , it]) => it).filter((it) => it?.includes(title))).not.toEqual([])
})

test.each(promises)('%s', (line) => {
  const tests = testsOf(line)
  expect(tests).not.toEqual([])
  expect(tests.filter((it) => !existsSync(join(root, it)))).toEqual([])
  // A file of helpers holds nothing.
  expect(tests.filter((it) => !/\.test\.ts$|^lab\/test\/.*-cases\.ts$/.test(it))).toEqual([])
})
