import { clusterDns } from '../../../test/build/dns.ts'
import { container } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ClusterDns, LackingFile } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import check from './file-not-mounted.ts'

const text = '.:53 {\n    hosts /etc/k8shosts {\n       fallthrough\n    }\n}\n'
const hosts: LackingFile = { by: 'hosts', file: '/etc/k8shosts', line: 2, beside: null }
const conf: LackingFile = {
  by: 'conf',
  file: '/etc/coredns/Corefile',
  line: null,
  beside: { at: '/etc/coredns', files: ['Corefile-backup'] },
}
const upstreams: LackingFile = { by: 'forward', file: '/etc/upstream.conf', line: 2, beside: null }
const stock = 'registry.k8s.io/coredns/coredns:v1.11.3'
const given = (lacking: readonly LackingFile[], image = stock, ready: readonly boolean[] = [true, true]) => {
  const usual = clusterDns()
  const dns: ClusterDns = {
    ...usual,
    corefile: known(text),
    lacking,
    pods: usual.pods.map((it, at) => ({
      ...it,
      ready: ready[at] ?? true,
      containers: [container({ name: 'coredns', image })],
    })),
  }
  return { clusterDns: dns }
}

describeCheck(check, [
  {
    it: 'a hosts file, and the servers run all the same',
    given: given([hosts]),
    expect: [
      {
        subject: 'ConfigMap/kube-system/coredns',
        severity: 'warning',
        confidence: 'inferred',
        args: { by: 'hosts', file: '/etc/k8shosts', down: false, at: null },
        says: /nothing mounts it/,
      },
    ],
  },
  {
    it: 'the Corefile itself, under another name in the volume',
    given: given([conf], stock, [false, false]),
    expect: [
      {
        subject: 'Deployment/kube-system/coredns',
        severity: 'error',
        confidence: 'inferred',
        args: { by: 'conf', down: true, at: '/etc/coredns', files: ['Corefile-backup'] },
        says: /do not start/,
      },
    ],
  },
  {
    it: 'the same, and one server runs: it has read a Corefile',
    given: given([conf], stock, [true, false]),
    expect: 'ok',
  },
  {
    it: 'a file for forward, and all servers run what they started with',
    given: given([upstreams]),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', severity: 'warning', args: { by: 'forward', down: false } }],
  },
  {
    it: 'the same, and one does not start',
    given: given([upstreams], stock, [true, false]),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', severity: 'error', args: { down: true } }],
  },
  {
    it: 'an image of somebody that may hold it, and its servers run',
    given: given([upstreams], 'example.com/coredns:1.11.3'),
    expect: 'ok',
  },
  {
    it: 'an image of somebody that may hold it, and its servers do not',
    given: given([conf], 'example.com/coredns:1.11.3', [false, false]),
    expect: [{ subject: 'Deployment/kube-system/coredns', confidence: 'possible' }],
  },
  { it: 'all is mounted', given: given([]), expect: 'ok' },
  {
    it: 'a recording from before it was looked at',
    given: { clusterDns: clusterDns({ pods: given([]).clusterDns.pods }) },
    expect: 'cannot-tell',
    says: /a new recording/,
  },
  { it: 'kube-dns of old', given: given([], 'registry.k8s.io/k8s-dns-kube-dns-amd64:1.14'), expect: 'not-applicable' },
  { it: 'no server is there', given: { clusterDns: clusterDns({ pods: [] }) }, expect: 'not-applicable' },
  {
    it: 'kube-system forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'list pods in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
