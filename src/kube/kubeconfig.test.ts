import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, describe, expect, it, test, vi } from 'vitest'
import { ToolError } from '../tool-error.ts'
import { parseKubeconfig } from './kubeconfig-file.ts'
import { loadTarget, type Surroundings } from './kubeconfig.ts'

const dir = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
afterAll(() => rmSync(dir, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

function around(env: Record<string, string> = {}, more: Partial<Surroundings> = {}): Surroundings {
  return { env, home: join(dir, 'nobody'), serviceAccountDir: join(dir, 'no-account'), ...more }
}

async function error(promise: Promise<unknown>): Promise<ToolError> {
  const caught: unknown = await promise.catch((reason: unknown) => reason)
  if (!(caught instanceof ToolError)) throw new Error(`expected a ToolError, got ${String(caught)}`)
  return caught
}

const two = file(
  'two',
  `
apiVersion: v1
kind: Config
current-context: prod-eu
clusters:
- name: eu
  cluster: { server: https://10.0.0.1:6443/, certificate-authority: ca.crt }
- name: us
  cluster: { server: https://10.0.0.2:6443 }
contexts:
- name: prod-eu
  context: { cluster: eu, user: anna, namespace: shop }
- name: prod-us
  context: { cluster: us, user: anna }
- name: broken
  context: { cluster: gone, user: anna }
users:
- name: anna
  user:
    token: 12345678901234567890
    exec: { command: ./login, args: null, env: [{name: A, value: "1"}] }
- name: ben
  user: null
`,
)

describe('loadTarget', () => {
  it('takes the current context, with paths relative to the file', async () => {
    const target = await loadTarget({ kubeconfig: two }, around())
    expect(target).toMatchObject({
      context: 'prod-eu',
      server: 'https://10.0.0.1:6443',
      namespace: 'shop',
      userName: 'anna',
    })
    expect(target.cluster.caFile).toBe(join(dir, 'ca.crt'))
    expect(target.user).toMatchObject({
      token: '12345678901234567890',
      exec: { command: join(dir, 'login'), args: [], env: [{ name: 'A', value: '1' }] },
    })
  })

  it('lets flags choose context, cluster and user', async () => {
    expect(await loadTarget({ kubeconfig: two, context: 'prod-us' }, around())).toMatchObject({
      server: 'https://10.0.0.2:6443',
      namespace: 'default',
    })
    expect(await loadTarget({ kubeconfig: two, cluster: 'us', user: 'ben' }, around())).toMatchObject({
      context: 'prod-eu',
      server: 'https://10.0.0.2:6443',
      userName: 'ben',
    })
  })

  it('merges KUBECONFIG: the first to name a thing wins, missing files do not matter', async () => {
    const other = file(
      'other',
      'current-context: local\nclusters: [{name: eu, cluster: {server: "https://9.9.9.9"}}, {name: kind, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: local, context: {cluster: kind, user: ben}}]\nusers: null\n',
    )
    const env = { KUBECONFIG: [join(dir, 'missing'), two, other].join(delimiter) }
    expect(await loadTarget({}, around(env))).toMatchObject({ context: 'prod-eu', server: 'https://10.0.0.1:6443' })
    expect(await loadTarget({ context: 'local' }, around(env))).toMatchObject({
      server: 'https://127.0.0.1:1',
      userName: 'ben',
    })
  })

  it('reads ~/.kube/config', async () => {
    mkdirSync(join(dir, 'home', '.kube'), { recursive: true })
    file(
      'home/.kube/config',
      'current-context: c\nclusters: [{name: k, cluster: {server: "https://h"}}]\ncontexts: [{name: c, context: {cluster: k}}]',
    )
    expect(await loadTarget({}, around({}, { home: join(dir, 'home') }))).toMatchObject({
      server: 'https://h',
      userName: '',
    })
  })

  it('uses the service account in a pod', async () => {
    mkdirSync(join(dir, 'account'))
    file('account/token', 'abc')
    file('account/namespace', 'tools')
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
    const target = await loadTarget({}, around(env, { serviceAccountDir: join(dir, 'account') }))
    expect(target).toMatchObject({
      context: 'in-cluster',
      server: 'https://[fd00::1]:443',
      namespace: 'tools',
      user: { tokenFile: join(dir, 'account/token') },
    })
  })
})

describe('errors', () => {
  it('no kubeconfig at all', async () => {
    expect(await error(loadTarget({}, around()))).toMatchObject({
      code: 'no-kubeconfig',
      message: `no kubeconfig: looked for ${join(dir, 'nobody/.kube/config')}`,
    })
    expect(await error(loadTarget({ kubeconfig: '/nope' }, around()))).toMatchObject({
      code: 'no-kubeconfig',
      message: 'no such kubeconfig file: /nope',
    })
    expect(await error(loadTarget({ kubeconfig: file('empty', '') }, around()))).toMatchObject({
      code: 'no-kubeconfig',
    })
  })

  it('an unknown context, with the closest names', async () => {
    expect(await error(loadTarget({ kubeconfig: two, context: 'prod-ue' }, around()))).toMatchObject({
      code: 'unknown-context',
      message: `no context \`prod-ue\` in kubeconfig ${two}`,
      hint: 'the closest names are `prod-us`, `prod-eu`',
    })
    expect((await error(loadTarget({ kubeconfig: two, context: 'zzz' }, around()))).hint).toBe(
      'there are: `prod-eu`, `prod-us`, `broken`',
    )
  })

  it('a context whose cluster is gone, or no current context', async () => {
    expect(await error(loadTarget({ kubeconfig: two, context: 'broken' }, around()))).toMatchObject({
      code: 'bad-kubeconfig',
    })
    const none = file('none', 'clusters: []\ncontexts: [{name: a, context: {cluster: b}}]')
    expect(await error(loadTarget({ kubeconfig: none }, around()))).toMatchObject({
      code: 'unknown-context',
      hint: 'pick one with --context: `a`',
    })
  })

  it('a garbled file, whose content stays out of the message', async () => {
    const garbled = await error(
      loadTarget({ kubeconfig: file('garbled', 'users:\n- name: a\n  user: {token: s3cret\n- b') }, around()),
    )
    expect(garbled.code).toBe('bad-kubeconfig')
    expect(garbled.message).toMatch(/is not valid YAML \(line \d+, column \d+\)$/)
    expect(JSON.stringify([garbled.message, garbled.hint])).not.toContain('s3cret')
    expect(await error(loadTarget({ kubeconfig: file('text', 'hello') }, around()))).toMatchObject({
      code: 'bad-kubeconfig',
    })
    expect((await error(loadTarget({ kubeconfig: file('pod', 'kind: Pod') }, around()))).message).toContain(
      'it holds a Pod',
    )
    expect(await error(loadTarget({ kubeconfig: dir }, around()))).toMatchObject({ code: 'bad-kubeconfig' })
  })
})

it('says nothing of a line that it does not understand: a secret may stand in it', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  try {
    parseKubeconfig('users: [{name: a, user: {token: !vault hunter2-secret}}]\n', '/x')
    expect(() => parseKubeconfig('token: hunter2-secret\n  : [', '/x')).toThrow(
      expect.not.stringContaining('hunter2') as string,
    )
    expect(warn).not.toHaveBeenCalled()
  } finally {
    warn.mockRestore()
  }
})

describe('a file that kubectl reads', () => {
  const doc = (namespace: string, more = ''): string => `apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: k, user: u, namespace: ${namespace}}}]
clusters: [{name: k, cluster: {server: "https://192.0.2.1:6443"${more}}}]
users: [{name: u, user: {token: t}}]
`
  const load = (bytes: string | Buffer): ReturnType<typeof loadTarget> => {
    const path = join(mkdtempSync(join(tmpdir(), 'kc-')), 'config')
    writeFileSync(path, bytes)
    return loadTarget({ kubeconfig: path }, { env: {}, home: '/nonexistent', serviceAccountDir: '/nonexistent' })
  }
  const utf16 = Buffer.from(doc('shop'), 'utf16le')

  test.each<readonly [string, string | Buffer, object]>([
    [
      'UTF-16 with a byte order mark, as PowerShell writes it',
      Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
      { namespace: 'shop' },
    ],
    [
      'the same with the bytes the other way',
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
      { namespace: 'shop' },
    ],
    ['UTF-8 with a byte order mark', `\uFEFF${doc('shop')}`, { namespace: 'shop' }],
    ['two documents: the first counts', `${doc('shop')}---\n${doc('other')}`, { namespace: 'shop' }],
    [
      'a key that stands twice: the last counts',
      doc('shop').replace('current-context: c', 'current-context: x\ncurrent-context: c'),
      { namespace: 'shop' },
    ],
    [
      'insecure-skip-tls-verify: yes',
      doc('shop', ', insecure-skip-tls-verify: yes'),
      { cluster: { skipTlsVerify: true } },
    ],
    [
      'insecure-skip-tls-verify: Off',
      doc('shop', ', insecure-skip-tls-verify: Off'),
      { cluster: { skipTlsVerify: false } },
    ],
    ['HTTPS:// in capitals', doc('shop').replace('https://', 'HTTPS://'), { server: 'HTTPS://192.0.2.1:6443' }],
  ])('%s', async (_name, bytes, target) => expect(await load(bytes)).toMatchObject(target))
})
