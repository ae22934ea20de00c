// As in a cluster that was built node by node: both servers were placed while one node was all there was.
import { type Lab } from '../../lab.ts'
import { COREDNS, corednsPods, corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { patch, restartServers } from '../../breaks/coredns-manifest.ts'
import { until } from '../../breaks/until.ts'

const NODE = 'worker-1'

async function cordon(lab: Lab, verb: 'cordon' | 'uncordon'): Promise<void> {
  await lab.kubectl([verb, ...lab.nodes.map((it) => it.name).filter((it) => it !== NODE)])
}

async function allOnOne(lab: Lab): Promise<boolean> {
  const servers = await corednsPods(lab)
  return servers.length === 2 && servers.every((it) => it.ready && it.node === NODE)
}

export default coreDnsFault({
  name: 'dns-servers-on-one-node',
  kind: 'risk',
  breaks: 'both CoreDNS pods run on one node, and nothing spreads them',
  symptom: 'none yet; when that node goes, the cluster has no DNS',
  cause: { code: 'DNS111', subject: `Deployment/${COREDNS.namespace}/${COREDNS.deployment}` },
  async change(lab) {
    if (await allOnOne(lab)) return
    await cordon(lab, 'cordon')
    try {
      await patch(lab, `deployment/${COREDNS.deployment}`, {
        spec: { template: { spec: { topologySpreadConstraints: null } } },
      })
      await restartServers(lab)
      await until('both servers are on one node', () => allOnOne(lab))
      await corednsServes(lab)
    } finally {
      await cordon(lab, 'uncordon')
    }
  },
  inEffect: allOnOne,
  undo: (lab) => cordon(lab, 'uncordon'),
})
