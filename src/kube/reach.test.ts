import { afterEach, describe, expect, it } from 'vitest'
import { clusterOver } from './connect.ts'
import { checkReachable } from './reach.ts'
import { sendJson, serve, targetAt, testdata, type TestServer } from '../../test/fakes/api-server.ts'
import { openTransport, type Transport } from './transport.ts'

let server: TestServer | null = null
let transport: Transport | null = null

afterEach(async () => {
  transport?.close()
  await server?.close()
  server = null
})

const base64 = (name: string) => btoa(testdata(name))
const ca = { caData: base64('ca.crt') }

async function tls(
  cert: string,
  answer: Parameters<typeof serve>[0] = (_, response) =>
    sendJson(response, 200, { gitVersion: 'v1.34.0', platform: 'linux/amd64' }),
  more: object = {},
): Promise<TestServer> {
  return (server = await serve(answer, { key: testdata('server.key'), cert: testdata(cert), ...more }))
}

async function reach(
  url: string,
  user: Parameters<typeof targetAt>[1] = {},
  cluster: Parameters<typeof targetAt>[2] = ca,
  timeoutMs = 2000,
): Promise<void> {
  transport = openTransport(targetAt(url, user, cluster), {}, {})
  await checkReachable(clusterOver(transport, timeoutMs), timeoutMs)
}

describe('a server with a good certificate', () => {
  it('is reached, also with a client certificate', async () => {
    const { url } = await tls('server.crt', undefined, { requestCert: true, ca: testdata('ca.crt') })
    await reach(url, { certData: base64('client.crt'), keyData: base64('client.key') })
  })

  it('is reached under another name when tls-server-name says so', async () => {
    const { url } = await tls('server-elsewhere.crt')
    await reach(url, {}, { ...ca, tlsServerName: 'api.example.com' })
  })

  it('is reached whatever it is when verification is off', async () => {
    const { url } = await tls('server-expired.crt')
    await reach(url, {}, { skipTlsVerify: true })
  })

  it('may forbid /version', async () => {
    const { url } = await tls('server.crt', (_, response) => sendJson(response, 403, {}))
    await reach(url)
  })
})

describe('certificates', () => {
  it("an expired server's", async () => {
    const { url } = await tls('server-expired.crt')
    await expect(reach(url)).rejects.toMatchObject({
      code: 'certificate',
      message: expect.stringMatching(
        /^cannot reach cluster `test` \(https:\/\/127\.0\.0\.1:\d+\): TLS certificate expired \d+ years ago$/,
      ),
      hint: expect.stringContaining("the cluster's certificate"),
    })
  })

  it("an expired client's, which an API server answers with 401", async () => {
    const { url } = await tls('server.crt', (_, response) => sendJson(response, 401, { message: 'Unauthorized' }))
    await expect(
      reach(url, { certData: base64('client-expired.crt'), keyData: base64('client.key') }),
    ).rejects.toMatchObject({
      code: 'certificate',
      message: expect.stringMatching(/TLS certificate expired \d+ years ago$/),
      hint: expect.stringContaining("your kubeconfig's client certificate"),
    })
  })

  it("an expired client's, which a stricter server ends the handshake over", async () => {
    const { url } = await tls('server.crt', undefined, {
      requestCert: true,
      rejectUnauthorized: true,
      ca: testdata('ca.crt'),
    })
    await expect(
      reach(url, { certData: base64('client-expired.crt'), keyData: base64('client.key') }),
    ).rejects.toMatchObject({ hint: expect.stringContaining('client certificate') })
  })

  it('an authority that the kubeconfig does not know', async () => {
    const { url } = await tls('server.crt')
    await expect(reach(url, {}, { caData: base64('other-ca.crt') })).rejects.toMatchObject({
      code: 'certificate',
      message: expect.stringContaining('signed by an authority that the kubeconfig does not name'),
    })
    await expect(reach(url, {}, {})).rejects.toMatchObject({
      code: 'certificate',
      hint: expect.stringContaining('no certificate-authority-data'),
    })
  })

  it('other names', async () => {
    const { url } = await tls('server-elsewhere.crt')
    await expect(reach(url)).rejects.toMatchObject({
      code: 'certificate',
      message: expect.stringMatching(/for other names: api\.example\.com$/),
    })
  })

  it('a client key that belongs to another certificate', async () => {
    await expect(
      reach('https://127.0.0.1:1', { certData: base64('client.crt'), keyData: base64('server.key') }),
    ).rejects.toMatchObject({ code: 'bad-kubeconfig' })
  })
})

describe('no answer', () => {
  it('refused', async () => {
    const { url } = await tls('server.crt')
    await server?.close()
    await expect(reach(url)).rejects.toMatchObject({
      code: 'unreachable',
      message: `cannot reach cluster \`test\` (${url}): connection refused`,
    })
  })

  it('no such host', async () => {
    await expect(reach('https://no-such-host.invalid')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/no such host|cannot be resolved/),
    })
  })

  it('too slow', async () => {
    const { url } = await tls('server.crt', () => {})
    await expect(reach(url, {}, ca, 100)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/no answer within 0\.1 s$/),
    })
  })

  it('not TLS', async () => {
    server = await serve((_, response) => response.end('hello'))
    await expect(reach(server.url.replace('http', 'https'))).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/does not speak TLS|TLS handshake failed/),
    })
  })

  it('starting', async () => {
    const { url } = await tls('server.crt', (_, response) =>
      sendJson(response, 503, { message: 'apiserver not ready' }),
    )
    await expect(reach(url)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/it answered 503: “apiserver not ready”$/),
    })
  })
})

it('rejected credentials, without the credentials', async () => {
  const { url } = await tls('server.crt', (_, response) => sendJson(response, 401, { message: 'Unauthorized' }))
  await expect(reach(url, { token: 's3cret' })).rejects.toMatchObject({
    code: 'unauthorized',
    message: `cluster \`test\` (${url}) does not accept the credentials of user \`tester\``,
  })
})
