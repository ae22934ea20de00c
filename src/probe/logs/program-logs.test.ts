import { expect, test } from 'vitest'
import type { Cluster } from '../../kube/cluster.ts'
import { known, type Known, unknown } from '../../model/known.ts'
import { readProgramLogs } from './program-logs.ts'

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

function clusterWith(log: (pod: string, since: number) => Known<readonly string[]>): Cluster {
  const cluster: Partial<Cluster> = {
    logs: (_namespace, pod, { sinceSeconds = 0 }) => {
      const found = log(pod, sinceSeconds)
      return Promise.resolve(found.known ? known(each(found.value)) : found)
    },
  }
  return cluster as Cluster
}

const spec = (pod: string) => ({ namespace: 'shop', pod, container: 'web', hosts: new Set(['cart']) })
const read = { during: 12, signal: new AbortController().signal }
const line = 'connect to cart:80: connection refused for user anna, password hunter2'

test('how often, and how often of late, and nothing of the line itself', async () => {
  const cluster = clusterWith((_pod, since) => known(since === 12 ? [line] : [line, 'fine', line]))
  const logs = await readProgramLogs(cluster, [spec('web-1')], read)
  const complaint = { kind: 'refused', host: 'cart', port: 80, times: 2, during: 1 }
  expect(logs).toEqual(
    known([
      {
        namespace: 'shop',
        pod: 'web-1',
        container: 'web',
        seconds: 300,
        during: 12,
        lines: 3,
        complaints: [complaint],
      },
    ]),
  )
  expect(JSON.stringify(logs)).not.toMatch(/anna|hunter2/)
})

test('one that may not be read costs the others nothing; none that may be read is not known', async () => {
  const forbidden = unknown('forbidden', 'get pods/log in namespace shop')
  const cluster = clusterWith((pod) => (pod === 'web-1' ? forbidden : known([])))
  const both = await readProgramLogs(cluster, [spec('web-1'), spec('web-2')], read)
  expect(both.known && both.value.map((it) => it.pod)).toEqual(['web-2'])
  expect(await readProgramLogs(cluster, [spec('web-1')], read)).toEqual(forbidden)
})

test('a log that was made to hold all kinds of complaints is cut', async () => {
  const lines = Array.from({ length: 400 }, (_, i) => `connect ECONNREFUSED 10.0.0.${i % 250}:80`)
  const logs = await readProgramLogs(
    clusterWith(() => known(lines)),
    [spec('web-1')],
    read,
  )
  expect(logs.known && logs.value[0]?.complaints).toHaveLength(12)
})

test('lines that are longer than is read are counted, and a log that is too long is told as unread', async () => {
  const long = await readProgramLogs(
    clusterWith(() => known(['x'.repeat(5000), 'fine'])),
    [spec('web-1')],
    read,
  )
  expect(long.known && long.value[0]).toMatchObject({ lines: 2, cut: 1 })
  const endless = await readProgramLogs(
    clusterWith(() => unknown('cut-off', 'get pods/log: more than 64 MiB')),
    [spec('web-1')],
    read,
  )
  expect(endless.known && endless.value[0]).toMatchObject({ lines: 0, unread: 'too-long', complaints: [] })
})
