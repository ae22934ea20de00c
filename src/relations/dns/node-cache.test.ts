import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import type { Pod } from '../../model/pod.ts'
import { cacheHoldsService } from './node-cache.ts'

function cache(node: string, localip: string, about: Partial<Pod> = {}): Pod {
  const made = pod(`node-local-dns-${node}`, { namespace: 'kube-system', node, ...about })
  return {
    ...made,
    containers: made.containers.map((it) => ({ ...it, args: ['-localip', localip, '-conf', '/etc/Corefile'] })),
  }
}
const vip = clusterDns().service?.clusterIP ?? ''

test("a cache holds the Service's address where it says so, and runs", () => {
  const nodeCaches = [
    cache('worker-1', `169.254.20.10,${vip}`),
    cache('worker-2', '169.254.20.10'),
    cache('worker-3', vip, { phase: 'Pending' }),
  ]
  expect(
    ['worker-1', 'worker-2', 'worker-3', 'worker-4'].map((it) => cacheHoldsService(clusterDns({ nodeCaches }), it)),
  ).toEqual([true, false, false, false])
})
