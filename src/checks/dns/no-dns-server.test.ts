import { answered, never } from '../../../test/build/lookups.ts'
import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './no-dns-server.ts'

const all = clusterDns()
const debug = (about: object = {}) =>
  pod('dns-debug', {
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-dns' },
    ip: '10.2.9.9',
    owner: null,
    containers: [container({ image: 'busybox:1.36', ports: [] })],
    ...about,
  })
const beside = (one: ReturnType<typeof debug>) => ({
  ...all,
  pods: [...all.pods, one],
  slices: [slice('kube-dns', [...all.pods, one], { namespace: 'kube-system' })],
})
const silent = ({ server }: { readonly server: { readonly ip: string } }) =>
  server.ip === '10.2.9.9' ? never() : answered()

describeCheck(check, [
  {
    it: 'it does not answer',
    given: cluster({ dns: beside(debug()), network: silent }),
    expect: [
      {
        subject: 'Pod/kube-system/dns-debug',
        severity: 'error',
        confidence: 'observed',
        args: { servers: 3, owner: null },
        says: 'no owner: made by hand; the DNS servers are made by ',
      },
    ],
  },
  {
    it: 'nobody asked it',
    given: { clusterDns: beside(debug()) },
    expect: [{ subject: 'Pod/kube-system/dns-debug', severity: 'warning', confidence: 'inferred' }],
  },
  {
    it: 'a second Deployment of DNS servers',
    given: cluster({ dns: beside(debug({ containers: [container({ image: 'coredns/coredns:1.12', ports: [] })] })) }),
    expect: 'ok',
  },
  { it: 'it answers, whatever its image is called', given: cluster({ dns: beside(debug()) }), expect: 'ok' },
  { it: 'servers alone', given: cluster(), expect: 'ok' },
  { it: 'a Service without a selector', given: { clusterDns: { ...all, service: null } }, expect: 'not-applicable' },
  { it: 'the DNS could not be read', given: modelOf({}), expect: 'cannot-tell' },
])
