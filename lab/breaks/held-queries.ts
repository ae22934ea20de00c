// Holds the DNS queries of a node's pods for 5 ms between NAT and the moment when conntrack confirms them, so that the
// two of a pair are both unconfirmed at once: the window of the race, widened from nanoseconds. An inspecting agent
// with NFQUEUE does the same (kubernetes/dns issue 648).
//
// The hold has to come after source NAT (priority 100), where a free source port is chosen, and iptables has no chain
// there. So the rule lies in a chain of the table `security`, unused otherwise, and nft hooks that chain up at 150:
// NFQUEUE is an xtables target which nft itself cannot write on this kernel.
import { join } from 'node:path'
import { type Lab, LabError } from '../lab.ts'
import { queriesOf } from './ask-dns.ts'
import { addRules, removeRules, type Rule } from './firewall.ts'
import { nodeNamed } from './node.ts'
import { onNode } from './place.ts'

const QUEUE = '7'
const HOLD_MS = '5'
const CHAIN = 'HOPSCOPE-LAB-HOLD'

function daemon(node: string): string {
  return `fault-hold-${node}`
}

/** `share` of the packets is held, chosen at random. */
export async function hold(lab: Lab, node: string, share: number): Promise<void> {
  await release(lab, node)
  const { netns, podCidr } = nodeNamed(lab, node)
  const place = onNode(lab, netns)
  await lab.spawn(netns, daemon(node), [join(lab.binDir, 'nfqdelay'), QUEUE, HOLD_MS])
  const chosen = share < 1 ? ['-m', 'statistic', '--mode', 'random', '--probability', `${share}`] : []
  const security = ['iptables', '-w', '5', '-t', 'security']
  const steps = [
    [...security, '-N', CHAIN],
    [
      ...security,
      '-A',
      CHAIN,
      ...queriesOf(podCidr, 'udp'),
      ...chosen,
      '-j',
      'NFQUEUE',
      '--queue-num',
      QUEUE,
      '--queue-bypass',
    ],
    ['nft', 'add', 'chain', 'ip', 'security', 'hold', '{ type filter hook postrouting priority 150; }'],
    ['nft', 'add', 'rule', 'ip', 'security', 'hold', 'jump', CHAIN],
  ]
  for (const step of steps) {
    const { code, stderr } = await place.run(step)
    if (code !== 0) throw new LabError(`${node}: ${step.join(' ')}: ${stderr.trim()}`)
  }
}

export async function release(lab: Lab, node: string): Promise<void> {
  const { netns } = nodeNamed(lab, node)
  await onNode(lab, netns).run(['nft', 'delete', 'table', 'ip', 'security'])
  await lab.stop(daemon(node))
}

/** Every query that reaches port 53 of this place waits so long before it is let in. */
export async function queueAt(lab: Lab, netns: string, holdMs: number): Promise<void> {
  await unqueue(lab, netns)
  await lab.spawn(netns, daemon(netns), [join(lab.binDir, 'nfqdelay'), QUEUE, `${holdMs}`])
  await addRules(onNode(lab, netns), QUEUED)
}

export async function unqueue(lab: Lab, netns: string): Promise<void> {
  await removeRules(onNode(lab, netns), QUEUED)
  await lab.stop(daemon(netns))
}

const QUEUED: readonly Rule[] = [
  {
    table: 'filter',
    chain: 'INPUT',
    rule: ['-p', 'udp', '-m', 'udp', '--dport', '53', '-j', 'NFQUEUE', '--queue-num', QUEUE, '--queue-bypass'],
  },
]
