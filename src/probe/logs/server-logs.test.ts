import { sealedHash } from '../../kube/sealed-hash.ts'
import { describe, expect, it } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { container } from '../../../test/build/pod.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { known, type Known, unknown } from '../../model/known.ts'
import { planServerLogs, readServerLogs } from './server-logs.ts'

type Log = (pod: string, previous: boolean) => Known<readonly string[]>

const running = (hash: string) => `[INFO] plugin/reload: Running configuration SHA512 = ${hash.repeat(64)}`
const started = ['.:53', running('a1'), 'CoreDNS-1.14.7']

function clusterWith(
  log: Log,
  back: readonly string[] = started,
): { readonly cluster: Cluster; readonly asked: string[] } {
  const asked: string[] = []
  const cluster: Partial<Cluster> = {
    logs: (namespace, pod, { container: name, previous, sinceSeconds, tailLines }) => {
      asked.push(
        `${namespace}/${pod}/${name} ${previous === true ? 'previous' : `last ${sinceSeconds ?? '∞'} s`} ${tailLines}`,
      )
      if (previous !== true && sinceSeconds === undefined) return Promise.resolve(known(each(back)))
      const found = log(pod, previous === true)
      return Promise.resolve(found.known ? known(each(found.value)) : found)
    },
  }
  return { cluster: cluster as Cluster, asked }
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

const dns = clusterDns()
const crashing = {
  ...dns,
  pods: dns.pods.map((pod, index) =>
    index === 1 ? { ...pod, ready: false, containers: [container({ name: 'coredns', restarts: 3 })] } : pod,
  ),
}
const signal = new AbortController().signal

describe('logs of the DNS servers', () => {
  it('reads both runs of one that was started again, and it first', async () => {
    const { cluster, asked } = clusterWith((_pod, previous) =>
      known(
        previous
          ? ['[FATAL] plugin/loop: Loop (127.0.0.1:1 -> :53) detected for zone ".", see']
          : ['[INFO] 10.2.0.7 - "A IN private.shop.example. udp"'],
      ),
    )
    const read = await readServerLogs(cluster, planServerLogs(crashing), signal)
    expect(asked).toEqual([
      'kube-system/coredns-1/coredns last 120 s 400',
      'kube-system/coredns-1/coredns previous 400',
      'kube-system/coredns-0/coredns last 120 s 400',
      'kube-system/coredns-1/coredns last ∞ s 2000',
      'kube-system/coredns-0/coredns last ∞ s 2000',
    ])
    expect(read).toMatchObject({
      known: true,
      value: [
        { pod: 'coredns-1', run: 'now', lines: 1, signs: [] },
        { pod: 'coredns-1', run: 'before', signs: [{ kind: 'loop', times: 1 }] },
        { pod: 'coredns-0', config: sealedHash('a1'.repeat(64)) },
      ],
    })
    expect(JSON.stringify(read)).not.toContain('private.shop.example')
  })

  it('knows what runs by the last reload, however long ago it was, and nothing by a start that may be past', async () => {
    const configOf = async (lines: readonly string[], back: readonly string[]) => {
      const read = await readServerLogs(clusterWith(() => known(lines), back).cluster, planServerLogs(dns), signal)
      return read.known ? read.value[0]?.config : 'unread'
    }
    expect(await configOf([], [...started, '[INFO] Reloading', running('b2'), '[INFO] Reloading complete'])).toBe(
      sealedHash('b2'.repeat(64)),
    )
    expect(await configOf([running('c3')], started)).toBe(sealedHash('c3'.repeat(64)))
    expect(
      await configOf(
        [],
        Array.from({ length: 2000 }, () => '[INFO] 10.2.0.7 - "A IN x. udp"'),
      ),
    ).toBeUndefined()
  })

  it('goes on without a log that is gone, and is forbidden when none may be read', async () => {
    const gone = clusterWith((_pod, previous) =>
      previous ? unknown('not-there', 'previous terminated container not found') : known([]),
    )
    expect(await readServerLogs(gone.cluster, planServerLogs(crashing), signal)).toMatchObject({
      known: true,
      value: [{ run: 'now' }, { run: 'now' }],
    })
    const refused = clusterWith(() => unknown('forbidden', 'get pods/log in namespace kube-system'))
    expect(await readServerLogs(refused.cluster, planServerLogs(dns), signal)).toMatchObject({
      known: false,
      why: { reason: 'forbidden' },
    })
  })

  it('has nothing to read without servers', async () => {
    expect(
      await readServerLogs(clusterWith(() => known([])).cluster, planServerLogs({ ...dns, pods: [] }), signal),
    ).toMatchObject({ known: false, why: { reason: 'not-there' } })
  })
})
