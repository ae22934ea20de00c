import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { servicesBehind } from '../../relations/path/claimed-by-ways.ts'
import { type Leg, legsOf, lossyNodes } from '../../relations/path/lossy-nodes.ts'
import { type NodeWay, nodeWays, whyUntold } from '../../relations/path/node-ways.ts'
import { dnsLossOnNode } from '../../relations/symptom.ts'

/**
 * Pods of one node send to each other over its bridge, or by its routes, and no other node has a part in it: rules for
 * bridged packets, a port that is isolated, forwarding between two interfaces of the node stop these alone. Each
 * Service with a pod there then fails for callers of that node only.
 */
export default check({
  code: 'NOD554',
  slug: 'node/side-by-side',
  title: 'pods of one node do not reach each other',
  fine: 'pods that were asked from a pod of their own node answered it',
  severity: 'error',
  needs: ['contacts', 'pods'],
  wants: ['dnsProbe', 'clusterDns', 'networkPolicies', 'namespaces'],
  remedies: [],
  decides: ['NET-04'],

  run({ contacts, pods, ...seen }) {
    const measured = {
      ...seen,
      contacts: { known: true, value: contacts },
      pods: { known: true, value: pods },
    } as const
    const ways = overTcpAlone(nodeWays(measured), legsOf(measured))
    const own = ways.filter((it) => it.from === it.to && it.state !== 'untold')
    const why = whyUntold(measured)
    if (own.length === 0)
      return why === null
        ? notApplicable('the probe met no pod of its own node')
        : cannotTell(why.reason, `what tells the ways is not known: ${why.detail}`)
    const claims = (it: NodeWay): readonly string[] => servicesBehind([it], measured.contacts, measured.pods)
    const servers = seen.clusterDns.known ? seen.clusterDns.value.pods : []
    // A server on the same node is one of the pods that are not reached.
    const dnsOf = ({ from: node }: NodeWay): readonly string[] =>
      servers.some((it) => it.node === node && !it.hostNetwork) ? [dnsLossOnNode(node)] : []
    // What a node loses on each of its ways, it loses here as well: that is NOD570.
    const lossy = new Set(lossyNodes(measured).map((it) => it.node))
    const shut = own.filter(
      (it) => (it.state === 'closed' || it.state === 'silent') && it.ips.length > 1 && !lossy.has(it.from),
    )
    const found = shut.flatMap((way): readonly Verdict<Beside>[] => {
      const [out, back] = [from(ways, way), to(ways, way)]
      // One that reaches nobody, or that nobody reaches, has another fault.
      if (out.length > 0 && back.length > 0)
        return [verdict(way, { out, back, claims: [...claims(way), ...dnsOf(way)] })]
      return why === null ? [] : [cannotTell(why.reason, `whether it is node ${way.from} or the way: ${why.detail}`)]
    })
    if (found.length > 0) return found
    // Of the others nobody knows what kept them silent, nor of one pod alone whether others answer.
    const isSilent = ({ state }: NodeWay): boolean => state === 'untold' || state === 'closed' || state === 'silent'
    const untold = ways.filter((it) => it.from === it.to && isSilent(it))
    return why === null || untold.length === 0
      ? ok(own.length)
      : cannotTell(why.reason, `what pods of node ${untold[0]?.from} sent each other is not known: ${why.detail}`)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Pods on node ${on.name} do not reach each other; pods of ${some(args.others)} reach them, and they reach those.`,
    detail: ({ args }) =>
      `0 of ${args.tried} ${args.over === 'tcp' ? 'new TCP connections' : 'connects and lookups'} ` +
      `from ${args.node} to ` +
      `${count(args.pods, 'pod')} of its own came through${args.over === 'tcp' ? '; UDP does' : ''}`,
    note: () =>
      'what stays on one node passes its bridge or its own routes and no way between nodes: rules for bridged ' +
      'packets (nft bridge, ebtables), an isolated port of the bridge, forwarding that is off there',
    help: ({ args }) => [
      'look for what stops packets from one pod to another within the node',
      `on ${args.node}:  nft list ruleset bridge    bridge -d link    iptables-save -c | grep -E "DROP|REJECT"`,
      `on ${args.node}:  tcpdump -ni any host ${args.ip}`,
    ],
  },
})

/** `tcp`: new connections alone are counted, as lookups over UDP cross. */
interface OwnWay extends NodeWay {
  readonly over?: 'tcp'
}

/** Fewer connections may have been lost by chance. */
const leastTcp = 4

/** A rule may stop one protocol: a node whose pods open no connection to its own, and get lookups answered by them. */
function overTcpAlone(ways: readonly NodeWay[], legs: readonly Leg[]): readonly OwnWay[] {
  return ways.map((way): OwnWay => {
    const leg = legs.find((it) => it.from === way.from && it.to === way.to)
    const isShut = leg !== undefined && leg.tcp.tried >= leastTcp && leg.tcp.lost === leg.tcp.tried
    if (!isShut || way.from !== way.to || way.state !== 'open') return way
    return { ...way, state: 'closed', tried: leg.tcp.tried, answered: 0, over: 'tcp' }
  })
}

function from(ways: readonly NodeWay[], { from: node }: NodeWay): readonly NodeWay[] {
  return ways.filter((it) => it.from === node && it.to !== node && it.state === 'open')
}

function to(ways: readonly NodeWay[], { from: node }: NodeWay): readonly NodeWay[] {
  return ways.filter((it) => it.to === node && it.from !== node && it.state === 'open')
}

type Beside = {
  readonly node: string
  readonly tried: number
  readonly pods: number
  readonly others: readonly string[]
  readonly ip: string
  readonly over: 'tcp' | 'all'
}

interface Around {
  readonly out: readonly NodeWay[]
  readonly back: readonly NodeWay[]
  /** Services that fail for nothing else. */
  readonly claims: readonly string[]
}

function verdict(way: OwnWay, { out, back, claims }: Around) {
  const { from: node, tried, ips, example } = way
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: {
      node,
      tried,
      pods: ips.length,
      others: [...new Set(back.map((it) => it.from))],
      ip: example?.ip ?? ips[0] ?? '',
      over: way.over ?? 'all',
    },
    evidence: [
      {
        kind: 'shares',
        label: 'what pods sent, by node',
        rows: [way, ...back, ...out].slice(0, 8).map((it) => ({
          where: `${it.from} to pods of ${it.to}`,
          bad: it.tried - it.answered,
          of: it.tried,
          note: it.answered === 0 ? 'no answer' : 'answered',
        })),
      },
    ],
    causes: [...claims],
  })
}
