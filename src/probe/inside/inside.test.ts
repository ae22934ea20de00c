import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { ExecResult } from '../../kube/cluster.ts'
import { dnsName, ipAddress } from '../../../test/build/names.ts'
import { shell } from '../../kube/container-command.ts'
import { known, unknown } from '../../model/known.ts'
import { insideScript } from './inside-script.ts'
import { insideView, readInside } from './inside.ts'
import { nslookupResult } from './tool-words.ts'
import { localCluster } from '../../../test/fakes/local-cluster.ts'

const name = dnsName('localhost')
const address = ipAddress('127.0.0.1')
const spec = { namespace: 'shop', pod: 'web-0', container: 'web', dnsService: address, name, names: [] }
const signal = new AbortController().signal

describe('the script', () => {
  it.each(['sh', 'bash'])('runs in %s and its output reads back', (program) => {
    const stdout = execFileSync(program, shell(insideScript, 50, name, address, '', '', '', '').slice(1), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const view = readInside(stdout, name, true)
    expect(view.resolvConf).toMatchObject({ known: true, value: expect.stringContaining('nameserver') as unknown })
    expect(view.lookup).toMatchObject({ known: true, value: { tool: 'getent', result: 'ok' } })
    expect(view.tcp53).toEqual(known('refused'))
    // A machine of its own has a route of the loopback at least, or none, and the file is there.
    expect(view.routes?.known).toBe(true)
  })

  it('says what a container without tools cannot tell', () => {
    const stdout = execFileSync('/bin/sh', shell(insideScript, 50, name, address, '', '', '', '').slice(1), {
      encoding: 'utf8',
      env: { PATH: '/nothing' },
    })
    const view = readInside(stdout, name, true)
    expect(view.resolvConf).toMatchObject({ known: true, value: expect.stringContaining('nameserver') as unknown })
    expect(view.lookup).toEqual(unknown('not-there', 'no getent, nslookup, python3 or node in the container'))
    expect(view.tcp53).toEqual(unknown('not-there', 'no nc, bash, python3 or node in the container'))
  })
})

function seen(answer: ExecResult | null, why = unknown('forbidden', 'create pods/exec')) {
  return insideView(localCluster({ exec: () => (answer === null ? why : known(answer)) }).cluster, spec, signal)
}

describe('an inside view', () => {
  it('is unknown where there is no shell', async () => {
    const noShell = unknown('not-there', 'the container has no shell')
    expect(
      await seen({ code: 127, stdout: '', stderr: 'exec: "sh": executable file not found in $PATH' }),
    ).toMatchObject({ resolvConf: noShell, lookup: noShell, tcp53: noShell })
    expect((await seen(null, unknown('not-there', 'exec: "sh": executable file not found in $PATH'))).lookup).toEqual(
      noShell,
    )
  })

  it.each([
    ['a shell that was ended by its watcher', known({ code: 137, stdout: '', stderr: '' }), 'timed-out'],
    ['a shell that does not end', unknown('timed-out', 'create pods/exec: sh did not end within 55 s'), 'timed-out'],
    ['a connection that breaks', known({ code: null, stdout: '', stderr: '' }), 'failed'],
    ['a pod that has gone', unknown('not-there', 'pods "web-0" not found'), 'not-there'],
    ['a container that has gone', unknown('failed', 'container not found ("web")'), 'failed'],
    ['a shell that fails', known({ code: 2, stdout: '', stderr: 'sh: profile not found\n' }), 'failed'],
  ] as const)('does not call it "no shell": %s', async (_what, answer, reason) => {
    const view = await insideView(localCluster({ exec: () => answer }).cluster, spec, signal)
    expect(view.lookup).toMatchObject({ known: false, why: { reason } })
    expect(view.lookup.known ? '' : view.lookup.why.detail).not.toMatch(/no shell/)
  })

  it('hands a refusal through', async () => {
    expect((await seen(null)).tcp53).toEqual(unknown('forbidden', 'create pods/exec'))
  })

  it('reads a lookup that took its timeout', () => {
    const table = 'Iface\tDestination\nGateway\neth0\t0001020A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n'
    const own = (words: string, code: number): string => `@start 100.00\n${words}@stop 100.00\n@exit ${code}\n`
    const stdout =
      `@resolv\nnameserver 10.0.0.10\n\n@end\n@listen\n0100007F:1F90\n${'0'.repeat(32)}:1F91\n@end\n` +
      `@own 8081 nc\n${own('nc: invalid option\n', 1)}@own 8081 bash\n${own('Connection refused\n', 1)}` +
      `@routes\n${table}\n@end\n@routes6\n\n@end\n` +
      '@look getent\n@start 100.00\n@stop 108.01\n@exit 137\n@tcp nc\n@start 108.01\n@stop 111.05\n@exit 1\n\n@done\n'
    expect(readInside(stdout, name, true)).toEqual({
      libc: null,
      listeners: known([
        { ip: '127.0.0.1', port: 8080 },
        { ip: '::', port: 8081, v4: 'refused' },
      ]),
      sockets: unknown('failed', 'the TCP sockets of the pod could not be read'),
      routes: known([{ to: '10.2.1.0/24', via: null, dev: 'eth0' }]),
      resolvConf: known('nameserver 10.0.0.10'),
      lookup: known({ tool: 'getent', name, result: 'timeout', ms: 8010 }),
      tcp53: known('timeout'),
    })
  })
})

describe('what the C library says counts above nslookup, which asks past it', () => {
  const look = (tool: string, code: number, text = ''): string =>
    `@look ${tool}\n@start 1.00\n${text}@stop 1.02\n@exit ${code}\n`
  const found = 'Name:\tx\nAddress: 10.96.0.1\n'
  const of = (...looks: readonly string[]) =>
    readInside(`@resolv\nnameserver 10.96.0.10\n@end\n${looks.join('')}@done\n`, name, false).lookup
  it.each([
    ['getent finds nothing, nslookup does', [look('getent', 2), look('nslookup', 0, found)], 'getent', 'not-found'],
    ['getent finds nothing, and nothing else is there', [look('getent', 2)], 'getent', 'not-found'],
    [
      'getent finds nothing, nslookup says why',
      [look('getent', 2), look('nslookup', 1, "** server can't find x: SERVFAIL\n")],
      'nslookup',
      'servfail',
    ],
    [
      'getent finds nothing, python asks the library as well',
      [look('getent', 2), look('python3', 0, 'address 10.96.0.1\n')],
      'python3',
      'ok',
    ],
    [
      'getent does not know the word',
      [look('getent', 1, 'Unknown database: ahosts\n'), look('nslookup', 0, found)],
      'nslookup',
      'ok',
    ],
  ] as const)('%s', (_, looks, tool, result) => {
    expect(of(...looks)).toMatchObject({ known: true, value: { tool, result } })
  })
})

describe('nslookup of busybox', () => {
  const head = 'Server:\t\t198.19.0.10\nAddress:\t198.19.0.10:53\n\n'
  it.each([
    [
      `${head}Name:\tkubernetes.default.svc.cluster.local\nAddress: 198.19.0.1\n\n*** Can't find kubernetes.default.svc.cluster.local: No answer\n`,
      10,
      'ok',
    ],
    [`${head}** server can't find nope.cluster.local: NXDOMAIN\n`, 10, 'nxdomain'],
    [`${head}** server can't find x: SERVFAIL\n`, 10, 'servfail'],
    [`${head}*** Can't find x: No answer\n`, 10, 'nodata'],
    [';; connection timed out; no servers could be reached\n', 10_000, 'timeout'],
    [
      "nslookup: write to '198.19.0.10': Connection refused\n;; connection timed out; no servers could be reached\n\n",
      10,
      'unreachable',
    ],
    [
      "nslookup: write to '198.19.0.10': Connection refused\n;; connection timed out; no servers could be reached\n\n",
      5010,
      'timeout',
    ],
    [';; connection timed out; no servers could be reached\n', 999, 'unreachable'],
    [';; connection timed out; no servers could be reached\n', 1000, 'timeout'],
    [
      'Server:    10.0.0.10\nAddress 1: 10.0.0.10 kube-dns\n\nName:      kubernetes.default\nAddress 1: 10.0.0.1 kubernetes.default.svc\n',
      10,
      'ok',
    ],
    ["Server:    10.0.0.10\nAddress 1: 10.0.0.10\n\nnslookup: can't resolve 'x'\n", 20, null],
    ["nslookup: can't resolve 'x'\n", 10_000, 'timeout'],
  ] as const)('%j', (text, ms, result) => {
    expect(nslookupResult(text, ms)).toBe(result)
  })
})
