import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { NodeNetwork } from '../../model/node-network.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { lookupEnd } from '../../relations/dns/lookup-end.ts'
import { servicesBehindAddress } from '../../relations/path/claimed-by-ways.ts'
import { dnsLossInPod, dnsServerDead, keptIn, stoppedOnTheWay, unready } from '../../relations/symptom.ts'

/**
 * A node asks (ARP) which hardware address has a pod's address, and forgets the answer after a while. What somebody
 * wrote in is never asked for again: it outlives the pod that it was right for. The pod reaches its own node's pods,
 * which ask for themselves; what the node routes to it goes nowhere.
 */
export default check({
  code: 'NOD537',
  slug: 'node/neighbour-fixed',
  title: 'a hardware address of a pod is written in by hand, and wrong',
  fine: 'no pod that is out of reach has a hardware address that somebody wrote in',
  severity: 'error',
  needs: ['nodeNetworks', 'pods'],
  wants: ['contacts', 'insideViews'],
  remedies: [],
  decides: [],

  run({ nodeNetworks: { nodes }, pods, contacts, insideViews }) {
    const read = nodes.filter((it) => it.fixed !== undefined)
    if (read.length === 0) return notApplicable('the neighbours of nodes were not read')
    const deaf = new Set(
      (insideViews.known ? insideViews.value : [])
        .filter((it) => ['timeout', 'unreachable'].includes(lookupEnd(it)?.result ?? ''))
        .map((it) => full({ namespace: it.namespace, name: it.pod })),
    )
    const written = read.flatMap((it) => writtenOf(it, pods))
    const found = written.flatMap((it) => {
      const reached = reachedFrom(it, contacts)
      const isDeaf = deaf.has(full(it.pod))
      if (reached.open > 0 || (reached.failed === 0 && !isDeaf)) return []
      return [verdict(it, reached.failed, contacts)]
    })
    if (found.length > 0) return found
    const untold = written.filter((it) => reachedFrom(it, contacts).open === 0)
    return untold.length > 0 && !contacts.known
      ? cannotTell('not-asked', `${count(untold.length, 'pod')} with such an entry: nothing connected to it`, '--probe')
      : okOrUntold(
          read.length,
          nodes.filter((it) => !read.includes(it)).map((it) => it.node),
          'its neighbours were not read',
        )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${args.node} has ${args.mac} written in as the hardware address of pod ${full(on)}: ` +
      'what it routes there is lost.',
    detail: ({ args }) =>
      `${args.ip} on ${args.dev}: a permanent entry · ` +
      (args.failed > 0 ? `${args.failed} connects from other nodes failed, none opened` : 'it hears no answer of DNS'),
    note: () =>
      'an entry that is learned is forgotten when it turns out wrong; this one was set by somebody, and stays until ' +
      'it is deleted',
    help: ({ subject: on, args }) => [
      "delete the entry, where it is not the pod's own address, and look for what wrote it: a script, a failover " +
        'daemon, an agent of the network',
      `kubectl -n ${on.namespace} exec ${on.name} -- cat /sys/class/net/eth0/address`,
      `on ${args.node}:  ip neigh show ${args.ip}    ip neigh del ${args.ip} dev ${args.dev}`,
    ],
  },
})

interface Written {
  readonly node: string
  readonly pod: Pod
  readonly mac: string
  readonly dev: string
  readonly ip: string
}

function writtenOf({ node, fixed = [] }: NodeNetwork, pods: readonly Pod[]): readonly Written[] {
  return fixed.flatMap(({ ip, mac, dev }) => {
    const pod = pods.find((it) => it.ip === ip && it.node === node && !it.hostNetwork && it.phase === 'Running')
    return pod === undefined ? [] : [{ node, pod, mac, dev, ip }]
  })
}

/** From other nodes: pods beside it ask for its hardware address themselves. A refusal has come from the pod. */
function reachedFrom(
  { node, ip }: Written,
  contacts: Known<Contacts>,
): { readonly open: number; readonly failed: number } {
  const tries = (contacts.known ? contacts.value.connects : [])
    .filter((it) => it.ip === ip && it.node !== node)
    .flatMap((it) => it.tries)
  const open = tries.filter(({ result }) => result === 'open' || result === 'refused').length
  return { open, failed: tries.length - open }
}

function verdict({ node, pod, mac, dev, ip }: Written, failed: number, contacts: Known<Contacts>) {
  return finding({
    subject: subject('Pod', pod.namespace, pod.name),
    also: [subject('Node', null, node)],
    confidence: 'inferred',
    args: { node, mac, dev, ip, failed },
    evidence: [{ kind: 'fact', label: `/proc/net/arp of ${node}`, value: `${ip} ${mac} permanent, ${dev}` }],
    causes: [
      dnsLossInPod(pod),
      dnsServerDead(ip),
      stoppedOnTheWay(pod),
      ...(pod.node === null ? [] : [keptIn(pod.node)]),
      unready(pod),
      ...servicesBehindAddress(ip, contacts),
    ],
  })
}
