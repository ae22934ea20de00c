import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { scratch } from '../../test/build/program.ts'
import { diagnoseFile } from './diagnose-file.ts'
import { openRecording } from './open-recording.ts'

const bundles = join(import.meta.dirname, '../../test/fixtures/bundles')
const at = (name: string): string => join(bundles, name)

function written(text: string | Buffer): string {
  const file = join(scratch(), 'FILE')
  writeFileSync(file, text)
  return file
}

test('a recording of ours is read as ever, and rests on nothing else', async () => {
  const { model, taken } = await openRecording(join(bundles, '../../../scenarios/healthy/snapshot.hops'), undefined)
  expect([model.scope.namespace, taken]).toEqual(['shop', null])
})

test.each([
  ['get-shop.json', undefined, 'shop'],
  ['get-shop.json', 'shop', 'shop'],
  ['dump.txt', undefined, 'default'],
  ['dump.txt', 'kube-system', 'kube-system'],
  ['dump', undefined, 'shop'],
])('%s with -n %s is of namespace %s', async (name, namespace, expected) => {
  const { model } = await openRecording(at(name), namespace)
  expect(model.scope).toEqual({ namespace: expected, target: { kind: 'everything' }, level: 'read' })
  expect(model.sources.pods.known).toBe(true)
  expect(model.sources.networkPolicies).toMatchObject({ known: false, why: { reason: 'cut-off' } })
})

const items = readFileSync(at('get-shop.json'), 'utf8')

test.each([
  ['YAML', stringify(JSON.parse(items))],
  ['YAML behind a mark and a comment', `\uFEFF# kubectl get all\n---\n${stringify(JSON.parse(items))}`],
  ['UTF-16, as PowerShell writes it', Buffer.from(`\uFEFF${items}`, 'utf16le')],
])('%s is read as JSON is', async (_it, text) => {
  const [{ model }, same] = await Promise.all([
    openRecording(written(text), undefined),
    openRecording(at('get-shop.json'), undefined),
  ])
  expect(model.sources).toEqual(same.model.sources)
})

test('of what kubectl get wrote is said what it is taken for', async () => {
  expect((await openRecording(at('get-shop.json'), undefined)).taken).toMatch(
    /^kubectl get is taken to have written all/,
  )
  expect((await openRecording(at('dump'), undefined)).taken).toBeNull()
})

const two = JSON.parse(readFileSync(at('get-shop.json'), 'utf8')) as { items: object[] }
two.items.push({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'other' }, spec: {}, status: {} })
const whole = written(JSON.stringify(two))

test.each([
  [undefined, null],
  [null, null],
  // Narrowed by whoever judges it.
  ['other', null],
])('a file of every namespace with -n %s is read as of %s', async (namespace, expected) => {
  expect((await openRecording(whole, namespace)).model.scope.namespace).toBe(expected)
})

const three = join(scratch(), 'three')
cpSync(at('dump'), three, { recursive: true })
for (const it of ['one', 'two']) cpSync(at('dump/shop'), join(three, it), { recursive: true })

test.each([
  ['a namespace that a dump does not hold', at('dump'), 'shp', /holds nothing of namespace `shp`$/],
  ['a namespace that is not in the cluster', whole, 'othre', /holds nothing of namespace `othre`$/],
  ['every namespace of a dump', at('dump'), null, /does not hold every namespace$/],
  ['no namespace of a dump of three', three, undefined, /does not hold every namespace$/],
  ['an archive', written(Buffer.from([0x1f, 0x8b, 8, 0])), undefined, /is an archive$/],
  ['a folder that is none', scratch(), undefined, /is a folder, and no bundle that is known$/],
  ['no file', join(scratch(), 'none'), undefined, /^no file /],
  ['a file that is neither', written('replicas: 2'), undefined, /neither a hopscope snapshot nor Kubernetes objects/],
  ['what is no text', written(Buffer.from([1, 2, 3])), undefined, /is no hopscope snapshot$/],
  ['a list in YAML that is cut off', written('apiVersion: v1\nitems:\n- kind: Pod\n'), undefined, /is cut off, or /],
])('%s is refused', async (_it, path, namespace, expected) => {
  await expect(openRecording(path, namespace)).rejects.toMatchObject({
    name: 'ToolError',
    message: expect.stringMatching(expected),
  })
})

test('secrets are taken out at the door, as of a cluster', async () => {
  const items = two.items.map((it) =>
    (it as { kind: string }).kind === 'Pod'
      ? { ...it, spec: { containers: [{ name: 'a', image: 'a', args: ['--password=hunter2hunter2'] }] } }
      : it,
  )
  const { model } = await openRecording(written(JSON.stringify({ ...two, items })), undefined)
  expect(JSON.stringify(model)).not.toContain('hunter2')
})

test('a target in a bundle means what it means in a cluster', async () => {
  const ask = { from: at('get-shop.json'), namespace: undefined }
  const { model } = await diagnoseFile({ ...ask, target: 'svc/web' })
  expect(model.scope.target).toMatchObject({ kind: 'object', object: { kind: 'Service', name: 'web' } })
  await expect(diagnoseFile({ ...ask, target: 'svc/wbe' })).rejects.toThrow('no Service `wbe` in namespace shop')
})

test('a pipe is read to its end', async () => {
  const pipe = join(scratch(), 'pipe')
  execFileSync('mkfifo', [pipe])
  const [{ model }] = await Promise.all([
    openRecording(pipe, undefined),
    writeFile(pipe, readFileSync(at('get-shop.json'))),
  ])
  expect(model.scope.namespace).toBe('shop')
})
