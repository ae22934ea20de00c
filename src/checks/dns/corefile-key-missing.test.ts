import { clusterDns } from '../../../test/build/dns.ts'
import { container } from '../../../test/build/pod.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './corefile-key-missing.ts'

const stock = 'registry.k8s.io/coredns/coredns:v1.11.3'
const mounts = { corefileMap: 'coredns' }

function given(keys: readonly string[], pods: readonly Partial<Pod>[] = [mounts, mounts], wanted = 'Corefile') {
  const usual = clusterDns()
  const dns: ClusterDns = {
    ...usual,
    corefile: keys.includes(wanted) ? known('.:53 {\n}\n') : unknown('not-there', `no key ${wanted}`),
    corefileKeys: { configMap: 'coredns', wanted, keys },
    pods: usual.pods.map((it, at) => ({
      ...it,
      containers: [container({ name: 'coredns', image: stock })],
      ...pods[at],
    })),
  }
  return { clusterDns: dns }
}

const older: ClusterDns = { ...clusterDns(), corefile: known('.:53 {\n}\n'), pods: given([]).clusterDns.pods }
const other = { ...mounts, corefileKey: 'main' }
const kubeDns = { containers: [container({ image: 'kube-dns' })] }

describeCheck(check, [
  { it: 'the key is there', given: given(['Corefile', 'NodeHosts']), expect: 'ok' },
  {
    it: 'it is not, and the servers run all the same',
    given: given(['corefile.txt']),
    expect: [
      {
        subject: 'ConfigMap/kube-system/coredns',
        severity: 'error',
        confidence: 'inferred',
        args: { missing: true, key: 'Corefile', keys: ['corefile.txt'], ready: 2 },
        says: /^ConfigMap kube-system\/coredns has no key Corefile/,
      },
    ],
  },
  {
    it: 'no key at all, and the servers list nothing of it',
    given: given([], [{}, { ready: false }]),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', confidence: 'possible', args: { keys: [], ready: 1 } }],
  },
  {
    it: 'a server of a new template lists a key that is not there',
    given: given(['Corefile'], [mounts, { ...mounts, corefileKey: 'other', ready: false }]),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', args: { missing: true, key: 'other' } }],
  },
  {
    it: 'another key is mounted, and is there alone',
    given: given(['main'], [other, other], 'main'),
    expect: 'ok',
  },
  {
    it: 'another key is mounted, and one beside it would be taken for it',
    given: given(['Corefile', 'main'], [other, other], 'main'),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', severity: 'info', args: { missing: false, key: 'main' } }],
  },
  {
    it: 'the servers mount another ConfigMap',
    given: given([], [{ corefileMap: 'other' }, { corefileMap: 'other' }]),
    expect: 'cannot-tell',
  },
  {
    it: 'it may not be read',
    given: { clusterDns: { ...older, corefile: unknown('forbidden', 'get it') } },
    expect: 'cannot-tell',
    says: /get it/,
  },
  { it: 'an older recording', given: { clusterDns: older }, expect: 'not-applicable' },
  {
    it: 'no CoreDNS',
    given: given([], [kubeDns, kubeDns]),
    expect: 'not-applicable',
  },
])
