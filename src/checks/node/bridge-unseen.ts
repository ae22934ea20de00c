import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import type { NodeNetwork } from '../../model/node-network.ts'
import { subject } from '../../model/subject.ts'
import { servicesAtHome } from '../../relations/path/claimed-by-ways.ts'
import { dnsLossOnNode } from '../../relations/symptom.ts'

/**
 * Two pods of a node on one bridge: the answer of the second crosses the bridge alone, and iptables, which would give
 * it the Service's address back, sees it with bridge-nf-call-iptables alone (Documentation/networking/ip-sysctl.rst).
 * The client drops an answer from an address that it did not ask.
 */
export default check({
  code: 'NOD533',
  slug: 'node/bridge-unseen',
  title: 'packets that cross the bridge of a node skip its rules',
  fine: 'iptables sees what crosses the bridge of each node that was read',
  severity: 'warning',
  needs: ['nodeNetworks'],
  wants: ['contacts', 'pods'],
  remedies: [],
  decides: ['DNS-29', 'PRX-12'],

  run({ nodeNetworks: { nodes }, contacts, pods }) {
    const bridged = nodes.filter((it) => it.links.some((link) => link.kind === 'bridge' && link.addresses.length > 0))
    if (bridged.length === 0)
      return nodes.every((it) => it.links.length === 0)
        ? cannotTell('not-asked', 'interfaces of nodes were not read', 'leave out --conntrack-from kube-proxy')
        : notApplicable('no node that was read has a bridge')
    // nftables mode needs the switch as well: its tables hook where those of iptables do.
    const off = bridged.filter((it) => it.bridgeCalls === 'off' || it.bridgeCalls === 'no-module')
    if (off.length > 0) return off.map((it) => verdict(it, servicesAtHome(it.node, contacts, pods)))
    const on = bridged.filter((it) => it.bridgeCalls === 'on')
    const silent = nodes.filter((it) => it.links.length === 0 || (bridged.includes(it) && !on.includes(it)))
    return on.length === 0
      ? cannotTell('failed', 'no node showed bridge-nf-call-iptables')
      : okOrUntold(
          on.length,
          silent.map((it) => it.node),
          'interfaces or bridge-nf-call-iptables were not read',
        )
  },

  words: {
    headline: ({ subject: on }) =>
      `Packets between two pods of node ${on.name} skip its rules: a Service that leads to a pod of the same node ` +
      'is not answered.',
    detail: ({ args }) =>
      args.noModule
        ? `the module br_netfilter is not loaded, and pods share ${args.bridges.join(', ')}`
        : `net.bridge.bridge-nf-call-iptables = 0, and pods share ${args.bridges.join(', ')}`,
    note: () => 'the answer comes from the address of the pod, and not from that of the Service: it is dropped',
    help: ({ subject: on }) => [
      'load the module and turn the switch on, in /etc/modules-load.d and /etc/sysctl.d as well',
      `on ${on.name}:  modprobe br_netfilter && sysctl -w net.bridge.bridge-nf-call-iptables=1`,
    ],
  },
})

function verdict({ node, bridgeCalls, links }: NodeNetwork, failing: readonly string[]) {
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    // The switch alone hurts nobody: pods of one Service may all run elsewhere.
    severity: failing.length > 0 ? 'error' : 'warning',
    args: {
      noModule: bridgeCalls === 'no-module',
      bridges: links.filter((it) => it.kind === 'bridge').map((it) => it.name),
    },
    evidence: [
      {
        kind: 'fact',
        label: 'net.bridge.bridge-nf-call-iptables',
        value: bridgeCalls === 'off' ? '0' : 'not there: br_netfilter is not loaded',
      },
    ],
    // The DNS server of that node is such a pod: its answers come from its own address (DNS142).
    causes: [dnsLossOnNode(node), `dns-service:node/${node}`, ...failing],
  })
}
