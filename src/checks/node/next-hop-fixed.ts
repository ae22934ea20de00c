import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { isClosed } from '../../relations/path/forwarding.ts'
import { nodeWays, whyUntold } from '../../relations/path/node-ways.ts'
import { wayClosed } from '../../relations/symptom.ts'

/**
 * Packets to pods of another node go to that node's own address, as the next hop or as the outer end of a tunnel. An
 * entry for it that somebody wrote in for good is never asked for again: after a machine was exchanged, or while two
 * claim one address, all that is sent there is lost, in this direction alone, and so is every answer.
 */
export default check({
  code: 'NOD553',
  slug: 'node/next-hop-fixed',
  title: 'a node has a wrong hardware address written in for another',
  fine: 'no node has the address of another written in for good where their pods do not reach each other',
  severity: 'error',
  needs: ['nodeNetworks', 'nodes'],
  wants: ['pods', 'contacts', 'dnsProbe', 'clusterDns', 'networkPolicies', 'namespaces'],
  remedies: [],
  decides: [],

  run({ nodeNetworks: { nodes }, nodes: listed, ...seen }) {
    const read = nodes.filter((it) => it.fixed !== undefined)
    if (read.length === 0) return notApplicable('the neighbours of nodes were not read')
    const byIp = new Map(listed.flatMap(({ name, ip }) => (ip === null ? [] : [[ip, name] as const])))
    const written = read.flatMap(({ node, fixed = [] }) =>
      fixed.flatMap(({ ip, mac, dev }) => {
        const to = byIp.get(ip)
        return to === undefined || to === node ? [] : [{ node, to, ip, mac, dev }]
      }),
    )
    const ways = nodeWays(seen)
    const found = written.filter(({ node, to }) => isClosed(ways, node, to))
    if (found.length > 0)
      return found.map(({ node, to, ip, mac, dev }) =>
        finding({
          subject: subject('Node', null, node),
          also: [subject('Node', null, to)],
          confidence: 'inferred',
          args: { to, ip, mac, dev },
          evidence: [{ kind: 'fact', label: `/proc/net/arp of ${node}`, value: `${ip} ${mac} permanent, ${dev}` }],
          causes: [wayClosed(node, to)],
        }),
      )
    const why = whyUntold(seen)
    if (written.length > 0 && why !== null)
      return cannotTell(why.reason, `which ways between nodes are closed is not known: ${why.detail}`)
    return okOrUntold(
      read.length,
      nodes.filter((it) => !read.includes(it)).map((it) => it.node),
      'its neighbours were not read',
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} has ${args.mac} written in as the hardware address of node ${args.to}: ` +
      'pods here and there do not reach each other.',
    detail: ({ args }) =>
      `${args.ip} on ${args.dev}: a permanent entry · no packet between pods of the two came through`,
    note: () =>
      'an entry that is learned is asked for again when nothing comes back; this one was set by somebody, and stays ' +
      'until it is deleted',
    help: ({ subject: on, args }) => [
      `delete the entry, where it is not ${args.to}'s own address, and look for what wrote it: a script, a failover ` +
        'daemon, a tool against ARP spoofing',
      `on ${args.to}, its own:  ip -br link show`,
      `on ${on.name}:  ip neigh show ${args.ip}    ip neigh del ${args.ip} dev ${args.dev}`,
    ],
  },
})
