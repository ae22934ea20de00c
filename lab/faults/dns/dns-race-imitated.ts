// Every third AAAA dropped before conntrack sees it: a resolver sees what it sees of the race, one of two questions
// without an answer, 5 s. But single questions are lost as well, from every server, and insert_failed stands still.
import { queriesOf } from '../../breaks/ask-dns.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { burst } from '../../breaks/pair-burst.ts'
import { onNode } from '../../breaks/place.ts'
import { rulesFault } from '../../breaks/rules-fault.ts'

const NODE = 'worker-2'

export default rulesFault({
  name: 'dns-race-imitated',
  breaks: `every third AAAA query from pods on ${NODE} is dropped, by a rule and not by conntrack`,
  symptom: 'one lookup in three takes 5 seconds on one node, and somebody has read about the conntrack race',
  cause: { code: 'DNS110', subject: `Node/${NODE}` },
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node', NODE],
  async at(lab) {
    const { netns, podCidr } = nodeNamed(lab, NODE)
    const question = ['-m', 'string', '--algo', 'bm', '--from', '40', '--hex-string', '|00001c0001|']
    const third = ['-m', 'statistic', '--mode', 'nth', '--every', '3', '--packet', '0']
    return [
      {
        place: onNode(lab, netns),
        rules: [
          {
            table: 'raw',
            chain: 'PREROUTING',
            rule: [...queriesOf(podCidr, 'udp'), ...question, ...third, '-j', 'DROP'],
          },
        ],
      },
    ]
  },
  async inEffect(lab) {
    const seen = await burst(lab, NODE, 30)
    return seen.aOnly >= 5 && seen.insertFailed === 0
  },
  async gone(lab) {
    const seen = await burst(lab, NODE, 30)
    return seen.complete === seen.pairs
  },
})
