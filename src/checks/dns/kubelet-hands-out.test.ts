import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import check from './kubelet-hands-out.ts'

const given = (servers: readonly string[], about: Partial<ClusterDns> = {}) => ({
  clusterDns: clusterDns({ handedOut: known(servers), ...about }),
  services: [service('dns', { clusterIP: '10.96.0.53' })],
  pods: [pod('web-1')],
})
const view = (ip: string) => insideView('web-1', { resolvConf: known(`nameserver ${ip}\n`) })
const cache = pod('node-local-dns-1', {
  namespace: 'kube-system',
  containers: [container({ args: ['-localip', '169.254.20.10'] })],
})
const subject = 'ConfigMap/kube-system/kubelet-config'

describeCheck(check, [
  {
    it: 'an address that no Service has',
    given: given(['10.100.0.10']),
    expect: [
      {
        subject,
        severity: 'warning',
        confidence: 'inferred',
        args: { isWhole: true, seen: false },
        says: /which no Service has: the DNS Service is at 10\.96\.0\.10/,
      },
    ],
  },
  {
    it: 'and Services of one namespace alone were read',
    given: given(['10.100.0.10']),
    scope: { namespace: 'shop' },
    expect: [{ subject, args: { isWhole: false }, says: /and the DNS Service is at 10\.96\.0\.10/ }],
  },
  {
    it: 'the same, of an address like those of Services',
    given: given(['10.96.0.77']),
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
    says: /has 10\.96\.0\.77 was not read -A/,
  },
  { it: 'the same, and all of them were read', given: given(['10.96.0.77']), expect: [{ subject }] },
  {
    it: 'and a pod has it',
    given: { ...given(['10.100.0.10']), insideViews: [view('10.100.0.10')] },
    expect: [{ subject, confidence: 'observed', args: { seen: true } }],
  },
  {
    it: 'and pods have another: kubelets run with another file',
    given: { ...given(['10.100.0.10']), insideViews: [view('10.96.0.10')] },
    expect: 'ok',
    says: /seen to have others/,
  },
  { it: "the DNS Service's address", given: given(['10.96.0.10']), expect: 'ok' },
  { it: "a cache's address", given: given(['169.254.20.10']), expect: 'ok' },
  {
    it: 'an address of the kind of a cache, and the caches have another',
    given: given(['169.254.25.10'], { nodeCaches: [cache] }),
    expect: [
      { subject, args: { caches: ['169.254.20.10'] }, says: /which no cache of the nodes has: they are at 169/ },
    ],
  },
  { it: "the caches' own", given: given(['169.254.20.10'], { nodeCaches: [cache] }), expect: 'ok' },
  { it: "another Service's address", given: given(['10.96.0.53']), expect: 'ok' },
  { it: 'one that is there beside it', given: given(['10.100.0.10', '10.96.0.10']), expect: 'ok' },
  { it: 'of the other family', given: given(['fd00::a']), expect: 'ok' },
  { it: 'none', given: given([]), expect: 'not-applicable' },
  { it: 'no such ConfigMap', given: { ...given([]), clusterDns: clusterDns() }, expect: 'not-applicable' },
  {
    it: 'it may not be read',
    given: given([], { handedOut: unknown('forbidden', 'get configmaps in kube-system') }),
    expect: 'cannot-tell',
    says: /kubelet-config was not read/,
  },
  { it: 'no DNS Service', given: given(['10.96.0.10'], { service: null }), expect: 'cannot-tell' },
])
