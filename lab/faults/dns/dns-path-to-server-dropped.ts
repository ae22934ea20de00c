// Dropped before conntrack confirms the flow: nothing pins it, so each packet, repeats too, draws its server anew. A
// lookup then takes 5 or 10 s or fails, with A or AAAA missing now and then: the picture of the conntrack race.
import { isAnswered } from '../../breaks/ask-dns.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode, type RunningPod } from '../../breaks/place.ts'
import { both, rulesFault, type RulesAt, toPort53 } from '../../breaks/rules-fault.ts'
import { type Lab, LabError } from '../../lab.ts'

const NODE = 'worker-2'

/** A server on another node, so that its packets are forwarded by this one. */
async function server(lab: Lab): Promise<RunningPod> {
  const pod = (await corednsPods(lab)).find((it) => it.node !== NODE)
  if (pod === undefined) throw new LabError(`no CoreDNS pod runs beyond ${NODE}`)
  return pod
}

const rulesTo = (lab: Lab, ip: string): RulesAt => ({
  place: onNode(lab, nodeNamed(lab, NODE).netns),
  rules: both((protocol) => ({
    table: 'filter',
    chain: 'FORWARD',
    rule: ['-d', `${ip}/32`, ...toPort53(protocol), '-j', 'DROP'],
  })),
})

export default rulesFault({
  name: 'dns-path-to-server-dropped',
  breaks: `pods on ${NODE} can't reach one of the DNS servers; everyone else can`,
  symptom: 'on one node lookups take 5 or 10 seconds or fail, as with the conntrack race',
  cause: { code: 'DNS140', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  at: async (lab) => [rulesTo(lab, (await server(lab)).ip)],
  clear: async (lab) => (await corednsPods(lab)).map((pod) => rulesTo(lab, pod.ip)),
  inEffect: async (lab) => !(await isAnswered(await clientOn(lab, NODE), { server: (await server(lab)).ip })),
  gone: async (lab) => isAnswered(await clientOn(lab, NODE), { server: (await server(lab)).ip }),
})
