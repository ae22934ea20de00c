import { check } from '../../findings/check.ts'
import { cannotTell, finding, okOrUntold } from '../../findings/verdict.ts'
import type { NodeNetwork } from '../../model/node-network.ts'
import { subject } from '../../model/subject.ts'
import { count } from '../../phrases.ts'
import { brokenNode } from '../../relations/node/broken-ways.ts'

/** Fewer are a stray broadcast of some other network. */
const least = 3

/**
 * With rp_filter at 1 the kernel drops what comes in by another interface than its answer would leave by: two uplinks,
 * an overlay whose routes and packets disagree. It counts each (IPReversePathFilter), and says nothing else.
 */
export default check({
  code: 'NOD536',
  slug: 'node/reverse-path',
  title: 'a node drops packets that come in by another way than answers leave',
  fine: 'rp_filter dropped nothing while the probe ran',
  severity: 'warning',
  needs: ['nodeNetworks'],
  wants: ['pods', 'contacts', 'clusterDns'],
  remedies: [],
  decides: ['NET-05', 'PRX-12'],

  run({ nodeNetworks: { nodes }, ...around }) {
    const causes = brokenNode(nodes, around)
    const told = nodes.flatMap((it) => (it.reversePathDrops === null ? [] : [{ it, drops: it.reversePathDrops }]))
    const bad = told.filter(({ drops }) => drops >= least)
    if (bad.length > 0) return bad.map(({ it, drops }) => verdict(it, drops, causes(it.node)))
    const silent = nodes.filter((it) => it.reversePathDrops === null).map((it) => it.node)
    return told.length === 0
      ? cannotTell('failed', 'no node showed the counter of rp_filter')
      : okOrUntold(told.length, silent, 'the counter of rp_filter was not read')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} dropped ${count(args.drops, 'packet')} while the probe ran, since they came in by another ` +
      'way than their answers would leave by.',
    detail: ({ args }) =>
      args.strict.length === 0
        ? 'IPReversePathFilter grew · no interface that was read is strict'
        : `IPReversePathFilter grew · strict on ${args.strict.join(', ')}`,
    note: () => 'strict rp_filter (1) and asymmetric routes do not go together; 2, loose, only asks for some way back',
    help: ({ subject: on }) => [
      'fix the routes, or set rp_filter to 2 on the interface of the overlay and the uplink',
      `on ${on.name}:  sysctl -a | grep "\\.rp_filter"; nstat -az TcpExtIPReversePathFilter`,
    ],
  },
})

function verdict({ node, links }: NodeNetwork, drops: number, causes: readonly string[]) {
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: { drops, strict: links.filter((it) => it.reversePath === 'strict').map((it) => it.name) },
    evidence: [
      { kind: 'fact', label: 'TcpExt IPReversePathFilter', value: `${drops} more while the probe ran` },
      ...links
        .slice(0, 6)
        .map((it) => ({ kind: 'fact', label: `rp_filter of ${it.name}`, value: it.reversePath }) as const),
    ],
    causes,
  })
}
