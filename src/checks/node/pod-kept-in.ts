import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Contact, Contacts } from '../../model/contacts.ts'
import { type Known, known } from '../../model/known.ts'
import type { NodeNetworks } from '../../model/node-network.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { servicesBehindAddress } from '../../relations/path/claimed-by-ways.ts'
import { nodeWays, whyUntold } from '../../relations/path/node-ways.ts'
import { policyOnProbe } from '../../relations/policy/policy-on-probe.ts'
import { awake } from '../../relations/service/service-contacts.ts'
import { calleeOutOfReach, dnsLossInPod, keptIn, stoppedOnTheWay, unready } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * A rule of the node about the address of one pod: `ip rule add from`, a firewall, a route, a security group of pods.
 * Its neighbours are well, the way between the nodes is, and each Service that it stands behind looks like a fault of
 * its own.
 */
export default check({
  code: 'NOD557',
  slug: 'node/pod-kept-in',
  title: 'a pod is reached from its own node alone',
  fine: 'pods that answer their own node answer the others as well',
  severity: 'error',
  needs: ['contacts', 'pods'],
  wants: ['dnsProbe', 'clusterDns', 'networkPolicies', 'namespaces', 'nodeNetworks'],
  remedies: [],
  decides: ['NET-03'],

  run({ contacts, pods, nodeNetworks, ...seen }) {
    const measured = {
      ...seen,
      contacts: { known: true, value: contacts },
      pods: { known: true, value: pods },
    } as const
    const byIp = new Map(pods.flatMap((it) => (it.ip === null || it.hostNetwork ? [] : [[it.ip, it] as const])))
    const decide = policyOnProbe(measured)
    const tried = awake(contacts.connects, seen.dnsProbe).flatMap((it): readonly Met[] => {
      const pod = it.via.kind === 'endpoint' ? byIp.get(it.ip) : undefined
      if (pod === undefined || decide(it, [pod], null).kind !== 'allowed') return []
      return [{ pod, it, isOwn: it.node === pod.node }]
    })
    const met = [...Map.groupBy(tried, ({ pod }) => pod)].filter(
      ([, its]) => its.some((it) => it.isOwn) && its.some((it) => !it.isOwn),
    )
    if (met.length === 0) return notApplicable('no pod was connected to from its own node and from another')
    const open = new Set(nodeWays(measured).flatMap((it) => (it.state === 'open' ? [`${it.from} ${it.to}`] : [])))
    const why = whyUntold(measured)
    const found = met.flatMap(([pod, its]): readonly Verdict<Kept>[] => {
      const [own, far] = [its.filter((it) => it.isOwn), its.filter((it) => !it.isOwn)]
      const nodes = [...new Set(far.map(({ it }) => it.node))]
      const isShut =
        own.every(({ it }) => it.tries.every(({ result }) => result === 'open')) &&
        far.every(({ it }) => it.tries.every(({ result }) => result === 'timeout' || result === 'no-route')) &&
        far.reduce((sum, { it }) => sum + it.tries.length, 0) >= leastTries
      if (!isShut) return []
      // The way between the nodes carries what goes to others.
      if (nodes.every((node) => open.has(`${node} ${pod.node}`)))
        return [verdict(pod, { own, far, nodes, contacts, nodeNetworks })]
      return why === null ? [] : [cannotTell(why.reason, `whether it is pod ${full(pod)} or the way: ${why.detail}`)]
    })
    return found.length > 0 ? found : ok(met.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Pod ${full(on)} answers its own node ${args.node} and no other; pods beside it are reached from ` +
      `${some(args.others)}.`,
    detail: ({ args }) =>
      `0 of ${args.tries} connects to ${args.ip} from ${some(args.others)} · all from ${args.node} opened` +
      (args.table === null ? '' : ` · table ${args.table} of ${args.node} refuses ${args.route}`),
    note: ({ args }) =>
      args.table === null
        ? 'what stops them is about the address of this pod: a rule or route of its node, a firewall, a security ' +
          'group of pods, another pod or machine with the same address' +
          (args.isSpread
            ? ''
            : '; or about the source ports that they left from: the kernel takes neighbouring ones for connects to ' +
              'one other end, and these tries do not tell')
        : 'a rule may lead what comes from this pod to that table, which is asked before the main one: answers that ' +
          'leave the node are lost',
    help: ({ args }) => [
      `look on node ${args.node} for what is about ${args.ip} alone`,
      `on ${args.node}:  ip rule    ip route show table all | grep -E "blackhole|unreachable|prohibit"    ` +
        `iptables-save -c | grep -F ${args.ip}    nft list ruleset | grep -F ${args.ip}`,
      `on ${args.node}:  tcpdump -ni any host ${args.ip}`,
    ],
  },
})

/** Fewer packets may be lost by chance. */
const leastTries = 4

interface Met {
  readonly pod: Pod
  readonly it: Contact
  readonly isOwn: boolean
}

type Kept = {
  readonly node: string
  readonly ip: string
  readonly others: readonly string[]
  readonly tries: number
  /** The source ports that they left from are known, and lie far apart. */
  readonly isSpread: boolean
  readonly table: string | null
  readonly route: string
}

interface Around {
  readonly own: readonly Met[]
  readonly far: readonly Met[]
  readonly nodes: readonly string[]
  readonly contacts: Contacts
  readonly nodeNetworks: Known<NodeNetworks>
}

function verdict(pod: Pod, { own, far, nodes, contacts, nodeNetworks }: Around) {
  const ip = pod.ip ?? ''
  const route = refusing(pod.node ?? '', nodeNetworks)
  const fact: readonly Evidence[] =
    route === null ? [] : [{ kind: 'fact', label: `table ${route.table} of ${pod.node}`, value: `${route.to} refused` }]
  return finding({
    subject: subject('Pod', pod.namespace, pod.name),
    also: [workloadOfPod(pod), subject('Node', null, pod.node ?? '')],
    confidence: 'observed',
    args: {
      node: pod.node ?? '',
      ip,
      others: nodes,
      tries: far.reduce((sum, { it }) => sum + it.tries.length, 0),
      isSpread: isSpread(far.flatMap(({ it }) => it.tries)),
      table: route?.table ?? null,
      route: route?.to ?? '',
    },
    evidence: [
      {
        kind: 'shares',
        label: `connects to ${ip}`,
        rows: [...own, ...far].slice(0, 8).map(({ it }) => ({
          where: `${it.node} to ${pod.name} port ${it.port}`,
          bad: it.tries.filter(({ result }) => result !== 'open').length,
          of: it.tries.length,
          note: it.tries.find(({ result }) => result !== 'open')?.result ?? 'open',
        })),
      },
      ...fact,
    ],
    // Whoever names a rule or an entry that does this has said more.
    dueTo: pod.node === null ? [] : [keptIn(pod.node)],
    causes: [
      stoppedOnTheWay(pod),
      unready(pod),
      dnsLossInPod(pod),
      calleeOutOfReach(workloadOfPod(pod)),
      ...servicesBehindAddress(ip, known(contacts)),
    ],
  })
}

/** Over a third of the 28,232 ports that Linux has for this where nothing else is set (ip-sysctl.rst). */
function isSpread(tries: Contact['tries']): boolean {
  const ports = tries.flatMap((it) => it.sourcePort ?? [])
  return ports.length === tries.length && Math.max(...ports) - Math.min(...ports) > 9_400
}

/** A table beside the main one that refuses what leaves the node; who is led there is not to be read. */
function refusing(node: string, networks: Known<NodeNetworks>) {
  const own = networks.known ? networks.value.nodes.find((it) => it.node === node) : undefined
  return own?.ruled?.others.find((it) => it.refuses && contains(it.to, '198.51.100.1')) ?? null
}
