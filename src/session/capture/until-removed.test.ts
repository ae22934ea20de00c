import { afterEach, expect, test } from 'vitest'
import { sendJson, serve, type TestServer, transportTo } from '../../../test/fakes/api-server.ts'
import { clusterOver } from '../../kube/connect.ts'
import { untilRemoved } from './until-removed.ts'

let server: TestServer | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

const pod = (uid: string) => ({ kind: 'Pod', metadata: { namespace: 'shop', name: 'web', uid, resourceVersion: '7' } })

interface World {
  /** What a get of the pod says, look by look; the last goes on. */
  readonly gets: readonly (string | number)[]
  readonly watch: 'refused' | readonly string[]
}

async function removed({ gets, watch }: World, isAwaited: boolean): Promise<{ readonly isGone: boolean }> {
  let looks = 0
  server = await serve((request, response) => {
    const at = new URL(request.url ?? '', 'http://a')
    if (at.searchParams.has('watch')) {
      if (watch === 'refused') return sendJson(response, 403, { kind: 'Status', message: 'no' })
      response.writeHead(200, { 'content-type': 'application/json' })
      for (const uid of watch) response.write(`${JSON.stringify({ type: 'DELETED', object: pod(uid) })}\n`)
      return undefined
    }
    if (!at.pathname.endsWith('/web')) {
      return watch === 'refused'
        ? sendJson(response, 403, { kind: 'Status', message: 'no' })
        : sendJson(response, 200, { kind: 'PodList', metadata: { resourceVersion: '7' }, items: [] })
    }
    const its = gets[Math.min(looks++, gets.length - 1)] ?? 404
    return typeof its === 'number'
      ? sendJson(response, its, { kind: 'Status', message: 'it is so' })
      : sendJson(response, 200, pod(its))
  })
  const cluster = clusterOver(transportTo(server), 2000)
  const signal = AbortSignal.timeout(20_000)
  const its = { namespace: 'shop', name: 'web', uid: 'a' }
  const { gone, enough } = untilRemoved(cluster, its, { signal, everyMs: 30 })
  const isGone = await Promise.race([
    new Promise<boolean>((resolve) => gone.addEventListener('abort', () => resolve(true), { once: true })),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), isAwaited ? 15_000 : 500)),
  ])
  enough()
  cluster.close()
  return { isGone }
}

test.each<readonly [string, World, boolean]>([
  ['the watch says so', { gets: ['a'], watch: ['a'] }, true],
  ['another of its name went', { gets: ['a'], watch: ['b'] }, false],
  ['it was gone before the watch began', { gets: [404], watch: [] }, true],
  ['another has its name by now', { gets: ['b'], watch: [] }, true],
  ['who may not watch looks', { gets: ['a', 404], watch: 'refused' }, true],
  ['an error is no removal', { gets: [500], watch: 'refused' }, false],
])(
  '%s',
  async (_, world, isGone) => {
    expect(await removed(world, isGone)).toEqual({ isGone })
  },
  20_000,
)
