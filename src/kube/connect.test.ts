import { apiPath } from './address.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { known, unknown } from '../model/known.ts'
import type { Cluster } from './cluster.ts'
import { clusterOver } from './connect.ts'
import { pods } from './resources.ts'
import { bodyOf, sendJson, serve, transportTo, type TestServer } from '../../test/fakes/api-server.ts'

let server: TestServer
let cluster: Cluster

afterEach(async () => {
  cluster.close()
  await server.close()
})

async function serveWith(answer: Parameters<typeof serve>[0]): Promise<void> {
  server = await serve(answer)
  cluster = clusterOver(transportTo(server), 2000)
}

const web = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } }

describe('objects', () => {
  it('gets one, without managedFields', async () => {
    await serveWith((_, response) => sendJson(response, 200, { ...web, metadata: { name: 'web', managedFields: [1] } }))
    expect(await cluster.get(pods, 'shop', 'web', (raw) => raw)).toEqual(known(web))
    expect(server.requests[0]?.url).toBe('/api/v1/namespaces/shop/pods/web')
  })

  it('keeps the names of those who wrote the status of a load balancer', async () => {
    const status = { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } }
    const managedFields = [
      { manager: 'glbc', subresource: 'status', fieldsV1: { 'f:status': {} } },
      { manager: 'kubectl', fieldsV1: {} },
    ]
    await serveWith((_, response) =>
      sendJson(response, 200, { ...web, metadata: { name: 'web', managedFields }, status }),
    )
    expect(await cluster.get(pods, 'shop', 'web', (raw) => raw)).toEqual(
      known({ ...web, metadata: { name: 'web', managedFields: [{ manager: 'glbc', subresource: 'status' }] }, status }),
    )
  })

  it('says what is not there', async () => {
    await serveWith((_, response) => sendJson(response, 404, {}))
    expect(await cluster.get(pods, 'shop', 'web', (raw) => raw)).toEqual(
      unknown('not-there', 'get pods in namespace shop: web'),
    )
  })

  it('creates, in earnest or not', async () => {
    await serveWith((request, response) => void bodyOf(request).then((body) => sendJson(response, 201, body)))
    expect(await cluster.create(pods, 'shop', web, { dryRun: true })).toEqual(known(web))
    expect(await cluster.create(pods, 'shop', web)).toEqual(known(web))
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/v1/namespaces/shop/pods?dryRun=All&fieldManager=hopscope',
      'POST /api/v1/namespaces/shop/pods?fieldManager=hopscope',
    ])
  })

  it.each([
    [200, known('deleted')],
    [202, known('deleted')],
    [404, known('deleted')],
    [409, known('deleted')],
    [403, unknown('forbidden', 'delete pods in namespace shop')],
  ])('deletes: %d', async (status, expected) => {
    let body: unknown
    await serveWith(
      (request, response) =>
        void bodyOf(request).then((sent) => {
          body = sent
          sendJson(response, status, {})
        }),
    )
    expect(await cluster.delete(pods, 'shop', 'web', { graceSeconds: 0, uid: 'u1' })).toEqual(expected)
    expect(body).toMatchObject({ gracePeriodSeconds: 0, preconditions: { uid: 'u1' } })
  })
})

describe('questions', () => {
  it('asks whether this user may', async () => {
    let body: unknown
    await serveWith(
      (request, response) =>
        void bodyOf(request).then((sent) => {
          body = sent
          sendJson(response, 201, { status: { allowed: false } })
        }),
    )
    expect(await cluster.mayI('create', pods, 'shop', 'exec')).toEqual(known(false))
    expect(body).toMatchObject({
      spec: {
        resourceAttributes: { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace: 'shop' },
      },
    })
  })

  it('does not take a missing verdict for a no', async () => {
    await serveWith((_, response) => sendJson(response, 201, {}))
    expect(await cluster.mayI('list', pods, null)).toMatchObject({ known: false, why: { reason: 'failed' } })
  })

  it('knows the version', async () => {
    await serveWith((_, response) =>
      sendJson(response, 200, { major: '1', gitVersion: 'v1.34.4', platform: 'linux/amd64' }),
    )
    expect(await cluster.version()).toEqual(known({ gitVersion: 'v1.34.4', platform: 'linux/amd64' }))
  })

  it.each([
    'v1.33.1 \u001B[31m✓ All 44 checks are fine.',
    'v1.33.1\n✓ All 44 checks are fine.',
    '\u202E1.33.1',
    `v1.33.${'1'.repeat(1000)}`,
    '',
    '<html>',
    null,
    133,
    { toString: null },
  ])('takes nothing for a version that is none: %j', async (gitVersion) => {
    await serveWith((_, response) => sendJson(response, 200, { gitVersion, platform: 'linux/amd64' }))
    expect(await cluster.version()).toEqual(unknown('failed', 'get /version: what the server says is no version'))
  })

  it.each(['v1.33.1', 'v1.30.2+k3s1', 'v1.27.4-gke.900', 'v1.29.0-eks-036c24b', 'v1.28.6+6216ea1', '1.31.0-alpha.1'])(
    'knows %s for one',
    async (gitVersion) => {
      await serveWith((_, response) => sendJson(response, 200, { gitVersion, platform: '\u001B[2J' }))
      expect(await cluster.version()).toEqual(known({ gitVersion, platform: 'unknown' }))
    },
  )

  it('reads any path as text', async () => {
    await serveWith((request, response) =>
      request.url === '/metrics' ? response.end('up 1\n') : sendJson(response, 403, {}),
    )
    expect(await cluster.raw(apiPath`/metrics`)).toEqual(known('up 1\n'))
    expect(await cluster.raw(apiPath`/api/v1/namespaces/kube-system/pods/dns:9153/proxy/metrics`)).toEqual(
      unknown('forbidden', 'get pods/proxy in namespace kube-system'),
    )
  })
})
