// Seen: 6 of 6 queries with an OPT record got no answer from worker-1, and those without it did, over UDP and TCP. The
// shop's programs there, which are Go, answer 502 after seconds; nslookup beside them is well.
import { CLUSTER_DNS, isAnswered } from '../../breaks/ask-dns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import { type Lab, LabError } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-1'
const TABLE = 'dns-filter'

/** The count of additional records in the header is 1: an OPT record, as no other query has one. */
function rules(lab: Lab): string {
  const from = nodeNamed(lab, NODE).podCidr
  return [
    `add table ip ${TABLE}`,
    `add chain ip ${TABLE} forward { type filter hook forward priority 0; }`,
    `add rule ip ${TABLE} forward ip saddr ${from} udp dport 53 @th,144,16 1 counter drop`,
    '',
  ].join('\n')
}

/** One query for the name of the API server: `ends` is the count of additional records, and these. */
const asking = `
const [server, name, edns] = process.argv.slice(1)
const labels = name.split('.').flatMap((it) => [it.length, ...Buffer.from(it)])
const opt = edns === 'yes' ? [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0] : []
const query = Buffer.from([1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, opt.length === 0 ? 0 : 1, ...labels, 0, 0, 1, 0, 1, ...opt])
const socket = require('node:dgram').createSocket('udp4')
socket.once('message', () => process.exit(0))
socket.send(query, 53, server)
setTimeout(() => process.exit(1), 1500)
`

async function isHeard(client: Place, edns: 'yes' | 'no'): Promise<boolean> {
  const name = 'kubernetes.default.svc.cluster.local'
  return (await client.run([process.execPath, '-e', asking, CLUSTER_DNS, name, edns], { timeoutMs: 4000 })).code === 0
}

const fault: Fault = {
  name: 'dns-edns-dropped',
  kind: 'fault',
  breaks: `a firewall on ${NODE} drops DNS queries with EDNS0`,
  symptom: 'programs written in Go find no name on one node, and nslookup beside them does',
  cause: { code: 'DNS187', subject: `Node/${NODE}` },
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node', NODE],
  async inject(lab) {
    const node = onNode(lab, nodeNamed(lab, NODE).netns)
    const made = await node.run(['nft', '-f', '-'], { stdin: rules(lab) })
    if (made.code !== 0) throw new LabError(`${node.name}: nft: ${made.stderr.trim()}`)
    const client = await clientOn(lab, NODE)
    await until(
      'plain queries are answered, and those with EDNS0 are not',
      async () => (await isAnswered(client)) && (await isHeard(client, 'no')) && !(await isHeard(client, 'yes')),
    )
  },
  async takeBack(lab) {
    await onNode(lab, nodeNamed(lab, NODE).netns).run(['nft', 'delete', 'table', 'ip', TABLE])
    const client = await clientOn(lab, NODE)
    await until('queries with EDNS0 are answered', () => isHeard(client, 'yes'))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
