import { node, proxyConfig } from '../../../test/build/node.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import check from './proxy-refuses-config.ts'

const with_ = (about: Parameters<typeof proxyConfig>[0], of: Partial<Node> = {}) => ({
  nodes: ['worker-1', 'worker-2'].map((name) => node(name, { proxy: 'ready', proxyConfig: proxyConfig(about), ...of })),
})
const found = {
  subject: 'ConfigMap/kube-system/kube-proxy',
  severity: 'warning' as const,
  confidence: 'inferred' as const,
}

describeCheck(check, [
  {
    it: 'a mode that there is not',
    given: with_({ mode: 'iptable', refused: ['mode'] }),
    expect: [{ ...found, args: { fields: ['mode'], ready: 2 }, says: /does not take mode of its configuration/ }],
  },
  {
    it: 'the same, and it does not run',
    given: with_({ mode: 'iptable', refused: ['mode'] }, { proxy: 'not-ready' }),
    expect: [{ ...found, severity: 'error', args: { ready: 0 } }],
  },
  {
    it: 'nftables on a kernel that is too old',
    given: with_({ mode: 'nftables' }, { kernel: '4.18.0-553.el8.x86_64', proxy: 'not-ready' }),
    expect: [{ ...found, severity: 'error', args: { kind: 'kernel', ready: 0 }, says: /older than 5\.13/ }],
  },
  {
    it: 'the same, and it runs: it may be told not to look',
    given: with_({ mode: 'nftables' }, { kernel: '5.4.0-200-generic' }),
    expect: [{ ...found, confidence: 'possible', args: { kind: 'kernel' } }],
  },
  { it: 'nftables on a newer one', given: with_({ mode: 'nftables' }, { kernel: '5.14.0-427.el9' }), expect: 'ok' },
  { it: 'nftables on 6.x', given: with_({ mode: 'nftables' }, { kernel: '6.1.0' }), expect: 'ok' },
  { it: 'an old kernel, and iptables', given: with_({ mode: 'iptables' }, { kernel: '4.18.0' }), expect: 'ok' },
  {
    it: 'two fields',
    given: with_({ refused: ['nodePortAddresses', 'bindAddress'] }),
    expect: [{ ...found, says: /does not take nodePortAddresses, bindAddress of/ }],
  },
  {
    it: 'ranges by node, and the nodes have none',
    given: with_({ detectLocalMode: 'NodeCIDR' }),
    expect: [{ ...found, says: /waits for a range of pods on worker-1, worker-2/ }],
  },
  {
    it: 'ranges by node, and the nodes have them',
    given: with_({ detectLocalMode: 'NodeCIDR' }, { podCidrs: ['10.244.1.0/24'] }),
    expect: 'ok',
  },
  { it: 'nodes without a range, which nobody asks for', given: with_({}), expect: 'ok' },
  {
    it: 'it may not be read',
    given: {
      nodes: [node('worker-1', { proxy: 'ready', proxyConfig: unknown('forbidden', 'get configmaps in kube-system') })],
    },
    expect: 'cannot-tell',
    says: /get configmaps/,
  },
  {
    it: 'it is in no ConfigMap',
    given: {
      nodes: [node('worker-1', { proxy: 'ready', proxyConfig: unknown('not-there', 'no ConfigMap kube-proxy') })],
    },
    expect: 'not-applicable',
  },
  { it: 'no kube-proxy, or an old recording', given: { nodes: [node('worker-1')] }, expect: 'not-applicable' },
])
