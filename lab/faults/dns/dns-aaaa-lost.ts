// Seen: 120 of 120 parallel lookups got A only, while 60 of 60 on worker-1 were complete; no conntrack counter moved.
// glibc: 4 of 4 took 15.0 s (5 s for the pair, then 5 s twice for AAAA alone) and returned A; musl: 4 of 4 failed at
// 5.0 s.
import type { Lab } from '../../lab.ts'
import { isAnswered, queriesOf } from '../../breaks/ask-dns.ts'
import type { Fault } from '../fault.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'

const NODE = 'worker-2'

/** The end of a name, type 28, class IN, anywhere behind the IP, UDP and DNS headers (20 + 8 + 12 bytes). */
function rules(lab: Lab): readonly Rule[] {
  const question = ['-m', 'string', '--algo', 'bm', '--from', '40', '--hex-string', '|00001c0001|']
  return [
    {
      table: 'raw',
      chain: 'PREROUTING',
      rule: [...queriesOf(nodeNamed(lab, NODE).podCidr, 'udp'), ...question, '-j', 'DROP'],
    },
  ]
}

const fault: Fault = {
  name: 'dns-aaaa-lost',
  kind: 'fault',
  breaks: `every AAAA query from pods on ${NODE} is dropped, before conntrack sees it`,
  symptom: 'each lookup takes 15 seconds (glibc) or fails after 5 (musl) on one node, although IPv6 is not in use',
  cause: { code: 'DNS102', subject: `Node/${NODE}` },
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node', NODE],
  async inject(lab) {
    await addRules(onNode(lab, nodeNamed(lab, NODE).netns), rules(lab))
    const client = await clientOn(lab, NODE)
    await until(
      'A is answered and AAAA is not',
      async () => (await isAnswered(client)) && !(await isAnswered(client, { type: 'aaaa' })),
    )
  },
  async takeBack(lab) {
    await removeRules(onNode(lab, nodeNamed(lab, NODE).netns), rules(lab))
    const client = await clientOn(lab, NODE)
    await until('AAAA is answered', () => isAnswered(client, { type: 'aaaa' }))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
