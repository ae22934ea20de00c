import { describe, expect, test } from 'vitest'
import { cluster, dnsWithoutEndpoints, noEndpoints, replicaDead } from '../../../test/build/dns-faults.ts'
import { node } from '../../../test/build/node.ts'
import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import check from './no-dns-endpoints.ts'

const service = { subject: 'Service/kube-system/kube-dns' }

const unselected = (selector: Readonly<Record<string, string>>): ClusterDns => {
  const dns = clusterDns()
  return { ...dns, service: { ...dns.service!, selector }, slices: dns.slices.map((it) => ({ ...it, endpoints: [] })) }
}

const fargate = { 'eks.amazonaws.com/compute-type': 'fargate' }
const down = dnsWithoutEndpoints(2)
const offFargate: ClusterDns = {
  ...down,
  pods: down.pods.map((it) => ({ ...it, node: null, computeType: 'ec2' })),
}
const waiting: ClusterDns = {
  ...down,
  pods: down.pods.map((it) => ({
    ...it,
    containers: it.containers.map((one) => ({ ...one, ready: false, waiting: 'CrashLoopBackOff', restarts: 9 })),
  })),
}

describeCheck(check, [
  {
    it: 'scaled to 0',
    given: cluster({ network: noEndpoints, dns: dnsWithoutEndpoints(0) }),
    expect: [
      { ...service, confidence: 'inferred', args: { desired: 0, endpoints: 0, workload: 'Deployment coredns' } },
    ],
  },
  {
    it: 'no pod is ready',
    given: cluster({ network: noEndpoints, dns: dnsWithoutEndpoints(2) }),
    expect: [{ ...service, args: { desired: 2, endpoints: 2, pods: 2 } }],
  },
  {
    it: 'no slice at all, and no workload found',
    given: cluster({ dns: { ...dnsWithoutEndpoints(0), slices: [], workload: null } }),
    expect: [{ ...service, args: { desired: 'unknown', workload: 'none found' } }],
  },
  {
    it: 'its selector finds no server',
    given: { clusterDns: unselected({ app: 'coredns' }) },
    expect: [{ ...service, args: { missed: 2, restore: '{"spec":{"selector":{"app":null,"k8s-app":"kube-dns"}}}' } }],
  },
  ...(
    [
      ['169.254.169.254', 'warning'],
      ['10.96.0.10', 'error'],
    ] as const
  ).map(([ip, severity]) => ({
    it: `pods ask ${ip} and are answered`,
    given: {
      ...cluster({ network: noEndpoints, dns: dnsWithoutEndpoints(0) }),
      insideViews: [insideView('web-1', { resolvConf: known(`nameserver ${ip}\n`) })],
    },
    expect: [{ ...service, severity }],
  })),
  {
    it: 'EKS of Fargate alone, and its servers wait for nodes of EC2',
    given: { clusterDns: offFargate, nodes: [node('f-1', { labels: fargate })] },
    expect: [
      { ...service, args: { isOffFargate: true }, says: /compute-type: ec2, and each node is one of Fargate\./ },
    ],
  },
  {
    it: 'the same with a node of EC2: something else keeps them',
    given: { clusterDns: offFargate, nodes: [node('f-1', { labels: fargate }), node('n-1')] },
    expect: [{ ...service, args: { isOffFargate: false } }],
  },
  {
    it: 'all of its pods wait for the same',
    given: { clusterDns: waiting },
    expect: [{ ...service, says: /server behind the DNS Service is ready: CrashLoopBackOff in container coredns/ }],
  },
  { it: 'without a probe', given: { clusterDns: dnsWithoutEndpoints(0) }, expect: [service] },

  {
    it: 'no Service kube-dns: DNS may be kept elsewhere',
    given: { clusterDns: { ...dnsWithoutEndpoints(0), service: null } },
    expect: 'cannot-tell',
    says: /does not know where this cluster keeps its DNS/,
  },
  {
    it: 'kube-system forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'get services in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission: get services in kube-system/,
  },

  { it: 'two ready', given: cluster(), expect: 'ok' },
  { it: 'ready but dead: a matter for lookups', given: cluster({ network: replicaDead('10.2.2.2') }), expect: 'ok' },
])

describe('what it says', () => {
  test.each([
    [
      0,
      'The cluster has no DNS: Deployment coredns is scaled to 0.',
      'kubectl -n kube-system scale deployment/coredns --replicas=2',
    ],
    [
      2,
      'The cluster has no DNS: no server behind the DNS Service is ready.',
      'kubectl -n kube-system describe pods -l k8s-app=kube-dns',
    ],
  ])('for %i wanted pods', (desired, headline, command) => {
    const finding = diagnose(modelOf({ clusterDns: dnsWithoutEndpoints(desired) }), { checks: [check] }).results[0]
      ?.findings[0]
    if (finding === undefined) throw new Error('no finding')
    expect(check.words.headline(finding)).toBe(headline)
    expect(check.words.help(finding)).toContain(command)
  })

  test('for a selector that finds no ready server', () => {
    const finding = diagnose(modelOf({ clusterDns: unselected({ 'k8s-app': 'coredns' }) }), { checks: [check] })
      .results[0]?.findings[0]
    if (finding === undefined) throw new Error('no finding')
    expect(check.words.headline(finding)).toBe(
      'The cluster has no DNS: the selector of the DNS Service finds none of 2 ready servers.',
    )
    expect(check.words.help(finding)[1]).toBe(
      `kubectl -n kube-system patch service kube-dns --type=merge -p '{"spec":{"selector":{"k8s-app":"kube-dns"}}}'`,
    )
  })
})
