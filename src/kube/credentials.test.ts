import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { credentialSource } from './credentials.ts'
import type { ExecSpec } from './kubeconfig-file.ts'
import { jwtExpiry, oidcToken } from './oidc.ts'
import { openTransport } from './transport.ts'
import { targetAt } from '../../test/fakes/api-server.ts'

const dir = mkdtempSync(join(tmpdir(), 'credentials-'))
afterAll(() => rmSync(dir, { recursive: true }))

function plugin(script: string, more: Partial<ExecSpec> = {}): ExecSpec {
  return {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', script],
    env: [],
    installHint: null,
    interactiveMode: 'Never',
    provideClusterInfo: true,
    ...more,
  }
}

const print = (status: string) => `console.log(JSON.stringify({ kind: 'ExecCredential', status: ${status} }))`
const from = (user: Parameters<typeof targetAt>[1]) => credentialSource(targetAt('https://api:6443', user), 'the CA')

describe('credential plugins', () => {
  it('learn about the cluster, and give a token', async () => {
    const script = print(
      "{ token: process.env.A + JSON.parse(process.env.KUBERNETES_EXEC_INFO).spec.cluster['certificate-authority-data'] }",
    )
    const source = from({ exec: plugin(script, { env: [{ name: 'A', value: 'x-' }] }) })
    expect(await source.current()).toMatchObject({ authorization: `Bearer x-${btoa('the CA')}` })
  })

  it('run once for many requests, again after a 401 or when the credential has expired', async () => {
    const counter = join(dir, 'runs')
    const counting = (status: string) =>
      `require('fs').appendFileSync(${JSON.stringify(counter)}, '.'); const n = require('fs').readFileSync(${JSON.stringify(counter)}).length; ${print(status)}`
    const source = from({ exec: plugin(counting("{ token: 't' + n }")) })
    const both = await Promise.all([source.current(), source.current()])
    expect(both.map((each) => each.authorization)).toEqual(['Bearer t1', 'Bearer t1'])
    expect(source.renew()).toBe(true)
    expect((await source.current()).authorization).toBe('Bearer t2')
    const expiring = from({ exec: plugin(counting("{ token: 't' + n, expirationTimestamp: '2020-01-01T00:00:00Z' }")) })
    expect((await expiring.current()).authorization).toBe('Bearer t4')
  })

  it.each([
    [
      'a missing command',
      plugin('', { command: 'no-such-plugin', installHint: 'get it from example.com' }),
      'credential plugin `no-such-plugin` of user `tester` is not installed',
      'get it from example.com',
    ],
    [
      'a failing one',
      plugin("console.error('please log in, token=abc123'); process.exit(7)"),
      /failed \(exit code 7\): please log in, token=\[redacted\]$/,
      'you may have to log in again with it',
    ],
    [
      'one that prints something else',
      plugin("console.log('hello s3cret')"),
      /printed no ExecCredential/,
      'run it by hand to see what it prints',
    ],
    [
      'one that needs a person',
      plugin('', { interactiveMode: 'Always' }),
      /needs a terminal/,
      'run this in a terminal, or use another --context',
    ],
  ])('%s is one clear line', async (_name, exec, message, hint) => {
    await expect(from({ exec }).current()).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(message),
      hint,
    })
  })
})

describe('a credential that no request can carry is said, and is not the network', () => {
  const bad = 'SECRET\r\nx-evil: 1'
  it.each([
    ['a token', { token: 'SECRET\u0001x' }, {}],
    ['a token of several lines', { token: bad }, {}],
    ['a user to be', { token: 'x' }, { as: bad }],
    ['a group to be of', { token: 'x' }, { as: 'a', asGroup: ['b', bad] }],
  ])('%s', async (_name, user, who) => {
    const transport = openTransport(targetAt('http://127.0.0.1:9', user), who, {})
    const sent = transport.send({ path: '/version', signal: AbortSignal.timeout(5000) })
    await expect(sent).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/^the (?:token of user `tester`|user or group to impersonate) has characters/),
    })
    await expect(sent).rejects.not.toMatchObject({ message: expect.stringMatching(/SECRET|evil/) })
    transport.close()
  })
})

describe('token files', () => {
  it('win over a token, and are read again after a 401', async () => {
    const tokenFile = join(dir, 'token')
    writeFileSync(tokenFile, 'one\n')
    const source = from({ tokenFile, token: 'static' })
    expect((await source.current()).authorization).toBe('Bearer one')
    writeFileSync(tokenFile, 'two\n')
    expect((await source.current()).authorization).toBe('Bearer one')
    expect(source.renew()).toBe(true)
    expect((await source.current()).authorization).toBe('Bearer two')
  })

  it('must exist', async () => {
    await expect(from({ tokenFile: '/nope' }).current()).rejects.toMatchObject({ code: 'bad-kubeconfig' })
  })
})

describe('certificates', () => {
  it('are base64 of PEM', () => {
    expect(() => from({ certData: btoa('s3cret') })).toThrow(
      'the client certificate of user `tester` in the kubeconfig is not base64 of a PEM file',
    )
    expect(() => from({ certFile: '/nope' })).toThrow(/cannot read the client certificate/)
  })
})

const token = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`

describe('OIDC', () => {
  it('uses an id-token while it is valid, and leaves renewing to kubectl', () => {
    expect(oidcToken({ 'id-token': token({ exp: 2000 }) }, 'u', 1_000_000)).toBe(token({ exp: 2000 }))
    expect(() => oidcToken({ 'id-token': token({ exp: 2000 }) }, 'u', 9_300_000)).toThrow(
      'the OIDC id-token of user `u` expired 2 hours ago',
    )
    expect(() => oidcToken({}, 'u')).toThrow(/has no OIDC id-token/)
  })

  it('takes a token without a readable end as valid', () => {
    expect(jwtExpiry('opaque')).toBeNull()
    expect(jwtExpiry(token({ exp: 'soon' }))).toBeNull()
  })
})

it('refuses auth-providers that Kubernetes has dropped', async () => {
  await expect(from({ authProvider: { name: 'gcp', config: {} } }).current()).rejects.toMatchObject({
    code: 'unauthorized',
  })
})
