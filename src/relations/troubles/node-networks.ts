import type { Trouble } from '../../findings/trouble.ts'
import type { Model } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { carries } from '../node/mtu-paths.ts'
import { proxyState } from '../node/proxy-state.ts'
import { largeLost, proxyUnwell } from '../symptom.ts'

/** What was seen on nodes to go wrong. Routes, sysctls and rules are causes: what they cost is in contacts. */
export function networkTroubles({ sources: { nodeNetworks } }: Model): readonly Trouble[] {
  if (!nodeNetworks.known) return []
  const { nodes, paths } = nodeNetworks.value
  return [
    ...paths.flatMap((path): readonly Trouble[] => {
      const verdict = carries(path)
      if (verdict === 'all' || verdict === 'silent') return []
      const { node, to, mtu, asked } = path
      return [
        {
          kind: 'contact-failed',
          source: 'nodeNetworks',
          sufferer: subject('Node', null, node),
          involved: [subject('Node', null, to)],
          keys: [verdict === 'small' ? largeLost(node, to) : largeLost(to, node)],
          asked: `packets of ${mtu} bytes ${verdict === 'small' ? 'to' : 'back from'} node ${to}`,
          from: `from a pod on node ${node}`,
          how: 'lost, while small ones pass',
          bad: asked,
          of: asked,
          ms: null,
          weight: 'outage',
        },
      ]
    }),
    ...nodes.flatMap(({ node, proxy }): readonly Trouble[] => {
      const state = proxyState(proxy)
      if (state !== 'unwell' && state !== 'mute') return []
      return [
        {
          kind: 'not-as-declared',
          source: 'nodeNetworks',
          sufferer: subject('Node', null, node),
          involved: [],
          keys: [proxyUnwell(node)],
          asked: "kube-proxy's /healthz",
          from: `on node ${node}`,
          how: proxy.said,
          bad: 1,
          of: 1,
          ms: null,
          weight: 'nuisance',
        },
      ]
    }),
  ]
}
