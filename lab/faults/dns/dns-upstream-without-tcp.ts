// Seen: example.com is found at once; big.example.com, whose answer is cut off over UDP, fails after 4 s in glibc.
import { CLUSTER_DNS, isAnswered } from '../../breaks/ask-dns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { type RulesAt, rulesFault, toPort53 } from '../../breaks/rules-fault.ts'
import type { Lab } from '../../lab.ts'
import { UPSTREAM_DNS } from '../../plan.ts'

const rulesOn = (lab: Lab, node: string): RulesAt => ({
  place: onNode(lab, nodeNamed(lab, node).netns),
  rules: [
    { table: 'raw', chain: 'PREROUTING', rule: ['-d', `${UPSTREAM_DNS.ip}/32`, ...toPort53('tcp'), '-j', 'DROP'] },
  ],
})

/** c-ares asks again over TCP for what was cut off; busybox takes what there is. */
const asking = `
const [server, name] = process.argv.slice(1)
const resolver = new (require('node:dns').promises.Resolver)({ timeout: 4000, tries: 1 })
resolver.setServers([server])
resolver.resolve4(name).then(() => process.exit(0), () => process.exit(1))
`

async function isBigFound(lab: Lab): Promise<boolean> {
  const client = await clientOn(lab, 'worker-1')
  const asked = await client.run([process.execPath, '-e', asking, CLUSTER_DNS, 'big.example.com'], {
    timeoutMs: 12_000,
  })
  return asked.code === 0
}

export default rulesFault({
  name: 'dns-upstream-without-tcp',
  breaks: 'a firewall lets CoreDNS ask its upstream over UDP alone',
  symptom: 'outside names with many addresses fail, and all others are well',
  cause: { code: 'DNS189', subject: 'ConfigMap/kube-system/coredns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  at: async (lab) => lab.nodes.map((it) => rulesOn(lab, it.name)),
  inEffect: async (lab) =>
    (await isAnswered(await clientOn(lab, 'worker-1'), { name: 'example.com' })) && !(await isBigFound(lab)),
  gone: isBigFound,
})
