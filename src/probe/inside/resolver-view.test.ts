import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ExecResult } from '../../kube/cluster.ts'
import { dnsName } from '../../../test/build/names.ts'
import { shell } from '../../kube/container-command.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import { libcOf } from './tool-words.ts'
import { readInside } from './inside.ts'
import { resolverScript } from './inside-script.ts'
import { resolvConfUnread } from './script-output.ts'
import { localCluster } from '../../../test/fakes/local-cluster.ts'
import { readView, resolverView } from './resolver-view.ts'

const spec = { namespace: 'shop', pod: 'web-0', container: 'web', name: dnsName('cart') }
const see = (exec: (command: readonly string[]) => Known<ExecResult>) =>
  resolverView(localCluster({ exec: (_, command) => exec(command) }).cluster, spec, new AbortController().signal)

describe('the script', () => {
  it.each(['sh', 'bash'])('runs in %s and its output reads back', (program) => {
    const view = readView(
      execFileSync(program, shell(resolverScript, 26, dnsName('localhost')).slice(1), {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    )
    expect(view.resolvConf).toMatchObject({ known: true, value: expect.stringContaining('nameserver') as unknown })
    expect(view.hosts).toMatchObject({ known: true, value: expect.stringContaining('localhost') as unknown })
    expect(view.lookup).toMatchObject({ known: true, value: { tool: 'getent ahosts', result: 'ok' } })
    expect(view.lookup.known ? view.lookup.value.addresses.length : 0).toBeGreaterThan(0)
  })
})

/** A file of mode 0, in a folder that others may enter: for whom it is not to be read, root must be somebody else. */
describe('a resolv.conf that the user may not read', () => {
  const etc = mkdtempSync('/tmp/hopscope-unreadable-')
  afterAll(() => rmSync(etc, { recursive: true, force: true }))
  chmodSync(etc, 0o755)
  for (const name of ['resolv.conf', 'hosts']) writeFileSync(join(etc, name), 'nameserver 192.0.2.53\n')
  chmodSync(join(etc, 'resolv.conf'), 0)
  const own = process.getuid?.() ?? 0
  const uid = own === 0 ? 65534 : own

  it.each(['sh', 'bash'])('is no empty one: %s', (program) => {
    const [flag = '', script = '', ...args] = shell(resolverScript, 26, dnsName('localhost')).slice(1)
    const ran = spawnSync(program, [flag, script.replaceAll('/etc/', `${etc}/`), ...args], {
      encoding: 'utf8',
      ...(own === 0 ? { uid } : {}),
    })
    const why = `/etc/resolv.conf is there, and user ${uid} of the container may not read it`
    expect(readView(ran.stdout).resolvConf).toEqual(unknown('failed', why))
    expect(readView(ran.stdout).hosts).toEqual(known('nameserver 192.0.2.53'))
    expect(readInside(ran.stdout, 'localhost', false)).toMatchObject({
      resolvConf: unknown('failed', why),
      resolvConfUnread: { uid },
    })
  })
})

describe('whose file it is not', () => {
  it.each([
    ['@resolv\n\n@end\n@unreadable 1000\n@hosts', { uid: 1000 }],
    ['@resolv\n\n@end\n@unreadable \n@hosts', { uid: null }],
    ['@resolv\n\n@end\n@unreadable 99999999999\n', { uid: null }],
    ['@resolv\nnameserver 10.96.0.10\n\n@end\n@hosts', null],
  ])('%j: %j', (stdout, told) => expect(resolvConfUnread(stdout)).toEqual(told))
})

describe('a view', () => {
  const noShell = unknown('not-there', 'exec: "sh": executable file not found in $PATH')
  it('without a shell takes what `cat` shows', async () => {
    const view = await see((command) =>
      command[0] === 'cat' ? known({ code: 0, stdout: `it is ${command[1]}`, stderr: '' }) : noShell,
    )
    expect(view).toMatchObject({
      resolvConf: known('it is /etc/resolv.conf'),
      hosts: known('it is /etc/hosts'),
      libc: null,
      lookup: { known: false },
    })
  })
  it('without either says so', async () => {
    expect((await see(() => noShell)).resolvConf).toEqual(
      unknown('not-there', 'the container has no shell and no `cat`'),
    )
  })
  it('is forbidden as a whole when exec is', async () => {
    expect(await see(() => unknown('forbidden', 'create pods/exec'))).toMatchObject({
      resolvConf: { why: { reason: 'forbidden' } },
      hosts: { why: { reason: 'forbidden' } },
      lookup: { why: { reason: 'forbidden' } },
    })
  })
})

it.each([
  ['musl\n', 'musl'],
  ['glibc\n', 'glibc'],
  ['musl\nglibc\n', null],
  ['', null],
])('files of %j: %s', (files, libc) => expect(libcOf(`@libc\n${files}@end\n`)).toBe(libc))
