// Seen: both pods 0/1 Running without a restart, and of a connection that is refused the log has no word: only
// `plugin/ready: Plugins not ready: "kubernetes"`.
import { type Lab, type LabNode } from '../../lab.ts'
import { CONTROL_PLANE } from '../../plan.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { restartServers } from '../../breaks/coredns-manifest.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { onNode } from '../../breaks/place.ts'
import { noServerIsReady } from '../../breaks/server-states.ts'

/** Where the Service `kubernetes` leads, for pods alone: kubelets and kube-proxy go on. */
function rules({ podCidr }: LabNode): readonly Rule[] {
  return [
    {
      table: 'filter',
      chain: 'FORWARD',
      rule: [
        '-s',
        podCidr,
        '-d',
        `${CONTROL_PLANE.ip}/32`,
        '-p',
        'tcp',
        '-m',
        'tcp',
        '--dport',
        '6443',
        '-j',
        'REJECT',
        '--reject-with',
        'tcp-reset',
      ],
    },
  ]
}

async function everywhere(lab: Lab, change: typeof addRules): Promise<void> {
  for (const node of lab.nodes) await change(onNode(lab, node.netns), rules(node))
}

export default coreDnsFault({
  name: 'dns-api-unreachable',
  kind: 'fault',
  breaks: 'CoreDNS was started anew, and does not reach the API server: none of its pods is ever ready',
  symptom: 'no pod of the cluster can look anything up; the CoreDNS pods run without a restart, and log no error',
  cause: { code: 'NOD555', subject: 'Service/default/kubernetes' },
  async change(lab) {
    await everywhere(lab, addRules)
    if ((await corednsPods(lab)).some((it) => it.ready)) await restartServers(lab)
  },
  inEffect: noServerIsReady,
  undo: (lab) => everywhere(lab, removeRules),
})
