// Seen: on worker-1 and worker-3 a lookup takes 5 s now and then; on worker-2, where both servers run, none does.
import type { Lab } from '../../lab.ts'
import { COREDNS, corednsPods, corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { patch, restartServers } from '../../breaks/coredns-manifest.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place } from '../../breaks/place.ts'
import { POD_CIDR } from '../../plan.ts'

const HOME = 'worker-2'
const lossy = ['-i', 'eth0', '-s', POD_CIDR, '-m', 'statistic', '--mode', 'random', '--probability', '0.15']
const RULES: readonly Rule[] = [{ table: 'raw', chain: 'PREROUTING', rule: [...lossy, '-j', 'DROP'] }]

const home = (lab: Lab): Place => onNode(lab, nodeNamed(lab, HOME).netns)

async function isLossy(lab: Lab): Promise<boolean> {
  const servers = await corednsPods(lab)
  const rules = await home(lab).run(['iptables', '-w', '5', '-t', 'raw', '-S', 'PREROUTING'])
  return servers.length === 2 && servers.every((it) => it.ready && it.node === HOME) && rules.stdout.includes('random')
}

export default coreDnsFault({
  name: 'dns-home-node-lossy',
  kind: 'fault',
  breaks: `both DNS servers run on ${HOME}, and its uplink loses packets`,
  symptom: 'lookups take 5 seconds now and then, on every node but one',
  cause: { code: 'DNS110', subject: `Node/${HOME}` },
  async change(lab) {
    if (await isLossy(lab)) return
    const change = { topologySpreadConstraints: null, nodeSelector: { 'kubernetes.io/hostname': HOME } }
    await patch(lab, `deployment/${COREDNS.deployment}`, { spec: { template: { spec: change } } })
    await restartServers(lab)
    await corednsServes(lab)
    await addRules(home(lab), RULES)
  },
  inEffect: isLossy,
  undo: (lab) => removeRules(home(lab), RULES),
})
