// The overlay's MTU is smaller than its pods believe, and whoever should say so (ICMP fragmentation needed) is
// silenced.
import { isAnswered } from '../../breaks/ask-dns.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { rulesFault } from '../../breaks/rules-fault.ts'
import { type Lab } from '../../lab.ts'

const NODE = 'worker-1'

/** The metrics of a CoreDNS pod on another node: some ten full packets. */
async function fetchLarge(lab: Lab): Promise<boolean> {
  const pod = (await corednsPods(lab)).find((it) => it.node !== NODE)
  const fetched = await (
    await clientOn(lab, NODE)
  ).run(['curl', '-s', '-m', '2', '-o', '/dev/null', `http://${pod?.ip}:9153/metrics`])
  return fetched.code === 0
}

export default rulesFault({
  name: 'dns-large-packets-lost',
  breaks: `packets of more than 1300 bytes from pods elsewhere never reach pods on ${NODE}`,
  symptom: 'on one node small answers are quick, and every large one hangs, of DNS and of everything else',
  cause: { code: 'DNS147', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async at(lab) {
    const { netns, podCidr } = nodeNamed(lab, NODE)
    return [
      {
        place: onNode(lab, netns),
        rules: [
          {
            table: 'raw',
            chain: 'PREROUTING',
            rule: ['-i', 'eth0', '-d', podCidr, '-m', 'length', '--length', '1301:65535', '-j', 'DROP'],
          },
        ],
      },
    ]
  },
  inEffect: async (lab) => (await isAnswered(await clientOn(lab, NODE))) && !(await fetchLarge(lab)),
  gone: fetchLarge,
})
