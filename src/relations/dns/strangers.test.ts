import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, never, probe } from '../../../test/build/lookups.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { known, unknown } from '../../model/known.ts'
import { serversIn } from './strangers.ts'

const all = clusterDns()
const beside = (about: object) => {
  const one = pod('debug', {
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-dns' },
    ip: '10.2.9.9',
    owner: null,
    containers: [container({ image: 'busybox:1.36', ports: [] })],
    ...about,
  })
  return { ...all, pods: [...all.pods, one], slices: [slice('kube-dns', [...all.pods, one])] }
}
const unasked = unknown('not-asked', 'needs --probe')

test.each([
  ['servers alone', all, unasked, 2],
  ['a pod that has only the labels', beside({}), unasked, 2],
  [
    'one with the image of a DNS server',
    beside({ containers: [container({ image: 'coredns/coredns:1.12' })] }),
    unasked,
    3,
  ],
  ['one that failed', beside({ phase: 'Failed', containers: [container({ image: 'coredns/coredns' })] }), unasked, 2],
  ['one on its way out', beside({ deleting: true, containers: [container({ image: 'coredns' })] }), unasked, 2],
])('%s', (_, dns, probed, servers) => expect(serversIn(dns, probed)).toHaveLength(servers))

test('who answers is a server, whatever its image is called, and who does not is none', () => {
  const dns = beside({})
  const lookups = (network = () => answered()) => known(probe({ nodes: ['worker-1'], dns, network }))
  expect(serversIn(dns, lookups())).toHaveLength(3)
  expect(
    serversIn(
      dns,
      lookups(() => never()),
    ),
  ).toHaveLength(2)
})
