import { expect, test } from 'vitest'
import { hopscope, kubeconfigOf } from '../../../test/build/program.ts'
import { sendJson, serve } from '../../../test/fakes/api-server.ts'

const pods = Array.from({ length: 5 }, (_, i) => ({
  metadata: { name: `web-${i}`, namespace: 'shop', uid: `u${i}` },
  spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'c', state: { running: {} } }] },
}))

test('--max-log-requests: no more logs are open at once, and whoever waits is named', async () => {
  const open = { now: 0, most: 0 }
  const server = await serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    if (pathname.endsWith('/log')) {
      open.now += 1
      open.most = Math.max(open.most, open.now)
      response.on('close', () => (open.now -= 1))
      return void response.writeHead(200).write('2026-01-01T00:00:00Z hello\n')
    }
    if (pathname === '/version') return sendJson(response, 200, { gitVersion: 'v1.33.1', platform: 'linux/amd64' })
    if (searchParams.has('watch')) return void response.writeHead(200).flushHeaders()
    const items = pathname.endsWith('/pods') ? pods : []
    sendJson(response, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items })
  })
  try {
    const args = ['logs', 'web', '--for', '1s', '--max-log-requests', '2']
    const { out, said } = await hopscope(kubeconfigOf(server.url), args)
    expect(out.match(/hello/g)).toHaveLength(2)
    expect(`${out}${said}`).toContain('waits: 2 logs are read at once')
    expect(open.most).toBe(2)
  } finally {
    await server.close()
  }
})
