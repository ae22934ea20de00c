import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../kube/cluster.ts'
import { apiPath } from '../../kube/address.ts'
import { withoutExec, withoutLogs } from '../../kube/left-out.ts'
import { known, leftOut, leftOutBy } from '../../model/known.ts'
import { defaultImage } from '../../model/probe-image.ts'
import { probeFlags } from './probe.ts'
import { conntrackWay, probeNamespaceOf } from '../../session/gather.ts'

const parsed = (...args: readonly string[]) => probeFlags(new Command()).parse(args, { from: 'user' }).opts()

describe('flags of what may be done', () => {
  const digest = `registry.example.com/node@sha256:${'ab'.repeat(32)}`
  test.each([
    [[], { exec: true, conntrackFrom: 'pod', image: defaultImage }],
    [['--no-exec'], { exec: false }],
    [['--no-http'], { http: false, logs: true }],
    [['--no-logs'], { http: true, logs: false }],
    [['--probe-namespace', 'probes'], { probeNamespace: 'probes' }],
    [['--conntrack-from', 'kube-proxy'], { conntrackFrom: 'kube-proxy' }],
    [['--probe-image', digest], { image: digest }],
    [['--image', digest], { image: digest }],
  ] as const)('%j', (args, expected) => expect(parsed(...args)).toMatchObject(expected))

  test.each([
    `node@sha256:${'ab'.repeat(31)}`,
    `node@sha256:${'AB'.repeat(32)}`,
    `${digest}@sha256:${'ab'.repeat(32)}`,
    'node@latest',
    'node:24:slim',
    'Node',
    'node slim',
    'node\nx',
    '',
    '--probe',
    'https://registry.example.com/node',
  ])('an image that no kubelet takes is told at once: %j', (image) => {
    const command = probeFlags(new Command())
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
    expect(() => command.parse([`--probe-image=${image}`], { from: 'user' })).toThrow(/a digest is|an image is/)
  })

  test.each([
    'node',
    'localhost:5000/node:24_slim.1',
    '[fd00::1]:5000/team/node',
    `Registry.Example.com/a/b__c/node:24@sha256:${'0f'.repeat(32)}`,
  ])('any other is taken as it is: %s', (image) => {
    expect(parsed('--probe-image', image)).toMatchObject({ image })
  })

  test('the default is a tag, which a node that has it does not pull again', () => {
    expect(defaultImage).toMatch(/^docker\.io\/library\/node:\d+-slim$/)
  })

  test('an exec that was left out is not asked for by another flag', () => {
    expect(() => conntrackWay({ exec: false, conntrackFrom: 'kube-proxy' })).toThrow(/--no-exec leaves exec out/)
    expect(conntrackWay({ exec: false, conntrackFrom: 'pod' })).toBe('host-network-pod')
    expect(conntrackWay({})).toBe('host-network-pod')
  })
})

describe('a cluster without exec', () => {
  test('sends none, says which flag it was, and is the same otherwise', async () => {
    const asked: string[] = []
    class Real {
      readonly context = 'lab'
      exec(): Promise<unknown> {
        asked.push('exec')
        return Promise.resolve(known({ code: 0, stdout: '', stderr: '' }))
      }
      version(): string {
        asked.push('version')
        return this.context
      }
    }
    const cluster = withoutExec(new Real() as unknown as Cluster)
    const ran = await cluster.exec('shop', 'web-1', {} as never)
    expect(ran.known ? null : leftOutBy(ran.why)).toBe('--no-exec')
    expect([cluster.context, cluster.version(), asked]).toEqual(['lab', 'lab', ['version']])
  })

  test.each([
    ['not-asked', leftOut('--no-exec'), '--no-exec'],
    ['not-asked', 'needs --node-access', null],
    ['failed', leftOut('--no-exec'), null],
    ['not-asked', 'left out by --no-exec; rm -rf', null],
  ] as const)('%s: %s', (reason, detail, flag) => expect(leftOutBy({ reason, detail })).toBe(flag))
})

test('a cluster without logs reads none, by its own call or by a path, and gives all else', async () => {
  const asked: string[] = []
  const answer = (what: string) => {
    asked.push(what)
    return Promise.resolve(known(what))
  }
  const cluster = withoutLogs({ logs: () => answer('logs'), raw: answer } as unknown as Cluster)
  const logs = [
    await cluster.logs('shop', 'web-1', {}),
    await cluster.raw(apiPath`/api/v1/namespaces/shop/pods/web-1/log?container=log`),
    await cluster.raw(apiPath`/api/v1/namespaces/shop/pods/web-1/log`),
  ]
  for (const it of logs) expect(it.known ? null : leftOutBy(it.why)).toBe('--no-logs')
  expect(asked).toEqual([])
  for (const it of [apiPath`/api/v1/namespaces/shop/pods/log`, apiPath`/version?of=/pods/web-1/log`])
    expect(await cluster.raw(it)).toEqual(known(it))
})

describe('the namespace of the probes', () => {
  const with_ = (answer: unknown) => ({ get: () => Promise.resolve(answer) }) as unknown as Cluster
  test('one that is not there is told before anything is begun', async () => {
    const gone = with_({ known: false, why: { reason: 'not-there', detail: 'get namespaces: probes' } })
    await expect(probeNamespaceOf(gone, { probeNamespace: 'probes' })).rejects.toThrow(/no namespace `probes`/)
  })
  test.each([
    ['there', known('probes'), 'probes', 'probes'],
    ['one that may not be looked at', { known: false, why: { reason: 'forbidden', detail: 'x' } }, 'probes', 'probes'],
    ['none named', known('x'), undefined, null],
  ] as const)('%s', async (_name, answer, named, expected) =>
    expect(await probeNamespaceOf(with_(answer), named === undefined ? {} : { probeNamespace: named })).toBe(expected),
  )
})
