import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import check from './own-servers-silent.ts'

interface Asker {
  readonly about: Partial<Pod>
  readonly servers: readonly (readonly [ip: string, result: Answer | null])[]
}

const nodeFile: Partial<Pod> = { dnsPolicy: 'Default' }
const dead = [
  ['192.0.2.1', 'timeout'],
  ['192.0.2.2', 'unreachable'],
] as const
const given = (...askers: readonly Asker[]) => ({
  clusterDns: clusterDns(),
  pods: askers.map(({ about }, index) => pod(`cron${index}-1`, about)),
  insideViews: askers.map(({ servers }, index) =>
    insideView(`cron${index}-1`, {
      resolvConf: known(servers.map(([ip]) => `nameserver ${ip}\n`).join('')),
      resolving: resolving({
        servers: known(servers.map(([ip, result]) => ({ ip, tool: 'nslookup', result, ms: 5000 }))),
      }),
    }),
  ),
})

describeCheck(check, [
  {
    it: "the node's file names servers that are gone",
    given: given({ about: nodeFile, servers: dead }),
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        confidence: 'observed',
        args: { servers: ['192.0.2.1', '192.0.2.2'], policy: 'Default' },
        says: /No server of node worker-1's resolv.conf answers/,
      },
    ],
  },
  {
    it: 'two pods of the node: one fault',
    given: given({ about: nodeFile, servers: dead }, { about: nodeFile, servers: dead }),
    expect: [{ subject: 'Node/worker-1', args: { pods: ['cron0-1', 'cron1-1'] } }],
  },
  {
    it: 'of two nodes: one each',
    given: given({ about: nodeFile, servers: dead }, { about: { ...nodeFile, node: 'worker-2' }, servers: dead }),
    expect: [{ subject: 'Node/worker-1' }, { subject: 'Node/worker-2' }],
  },
  {
    it: 'the same servers answer another pod of the node: it is this pod',
    given: given({ about: nodeFile, servers: dead }, { about: nodeFile, servers: [['192.0.2.1', 'nxdomain']] }),
    expect: [{ subject: 'Deployment/shop/cron0' }],
  },
  {
    it: 'ClusterFirst on the host network has the file as well',
    given: given({ about: { hostNetwork: true }, servers: dead }),
    expect: [{ subject: 'Node/worker-1', args: { policy: 'ClusterFirst' } }],
  },
  {
    it: 'dnsConfig names them',
    given: given({ about: { dnsPolicy: 'None' }, servers: dead }),
    expect: [{ subject: 'Deployment/shop/cron0', args: { policy: 'None' } }],
  },
  {
    it: 'one of them answers',
    given: given({ about: nodeFile, servers: [...dead, ['192.0.2.3', 'nxdomain']] }),
    expect: 'ok',
  },
  {
    it: 'the tool does not tell',
    given: given({ about: nodeFile, servers: [['192.0.2.1', null]] }),
    expect: 'cannot-tell',
    says: /does not say whether a nameserver answered/,
  },
  {
    it: "the cluster's own is among them",
    given: given({ about: { dnsPolicy: 'None' }, servers: [['10.96.0.10', 'timeout']] }),
    expect: 'not-applicable',
  },
  {
    it: 'what a kubelet writes for ClusterFirst is another fault',
    given: given({ about: {}, servers: dead }),
    expect: 'not-applicable',
  },
  {
    it: 'nobody looked into pods',
    given: modelOf(
      { pods: [pod('web-1')], clusterDns: clusterDns() },
      { insideViews: unknown('not-asked', '--probe') },
    ),
    expect: 'cannot-tell',
  },
])
