import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { type AnsweredByAnother, answeredByAnother, type Word } from '../../relations/dns/answered-by-another.ts'
import { namedServices } from '../../relations/dns/unserved-names.ts'
import { type ByWhoAsks, byWhoAsks } from '../../relations/dns/text-in-force.ts'
import { dnsLossInPod, dnsLossOnNode, nameWrong, suffixEnds } from '../../relations/symptom.ts'

/**
 * A rule on a node (a nat rule that an old agent left behind, a transparent DNS proxy) sends queries elsewhere,
 * whatever server they are for: what answers bears the server's address, and does not know the cluster's names.
 */
export default check({
  code: 'DNS195',
  slug: 'dns/answered-by-another',
  title: 'on a node something else answers in the place of the DNS servers',
  fine: 'from each node the DNS servers say the same',
  severity: 'error',
  needs: ['clusterDns', 'dnsProbe'],
  wants: ['nameAnswers', 'services', 'endpointSlices', 'namespaces', 'pods', 'coreDnsWindows', 'dnsServerLogs'],
  remedies: [],
  decides: [],
  reads: 'stored-corefile',

  run({ clusterDns, dnsProbe, coreDnsWindows, dnsServerLogs, ...given }) {
    const asked = dnsProbe.series.filter((it) => it.zone === 'cluster' && it.transport === 'udp')
    if (asked.length === 0) return notApplicable('no name of the cluster was asked for')
    const { nameAnswers, services, endpointSlices, namespaces, pods } = given
    const found = answeredByAnother({
      probe: known(dnsProbe),
      names: nameAnswers,
      named: namedServices(clusterDns, services, endpointSlices, namespaces),
    })
    if (found.length === 0) return ok(asked.length)
    const by = byWhoAsks(clusterDns, coreDnsWindows, dnsServerLogs)
    const differ = `nodes get other answers than others (${some(found.map((it) => it.node))}), and`
    if (by?.kind === 'plugin')
      return cannotTell('ambiguous', `${differ} the Corefile has \`${by.plugin}\`, which answers by who asks`)
    if (by?.kind === 'other-text')
      return cannotTell(
        'ambiguous',
        `${differ} the servers run another Corefile than is stored: it may answer by who asks (\`acl\`, \`view\`)`,
      )
    return found.map((it) => verdict(it, { dns: clusterDns, pods: pods.known ? pods.value : [], text: textOf(by) }))
  },

  words: {
    headline: ({ args }) =>
      `On ${args.node} something else answers DNS in the place of ${some(args.places)}: ` +
      'names of the cluster are denied there.',
    detail: ({ args }) =>
      `${count(args.wrong, 'wrong answer')} from ${count(args.places.length, 'address', 'addresses')}, none right · ` +
      `${becauseText[args.because]}${tcpText[args.tcp]}`,
    note: ({ args }) =>
      `${sameText[args.text]}: what only this node hears, the servers did not say; a nat rule, an ` +
      'agent or a proxy on the node sends the queries elsewhere' +
      (args.caches > 0 ? ', or its NodeLocal DNSCache answers' : ''),
    help: ({ args }) => [
      ...(args.text === 'in-force'
        ? []
        : ['first see that the Corefile which the servers run has no `acl`, no `view`']),
      `on ${args.node}, look for a rule that takes port 53 elsewhere, and whose it is`,
      `on ${args.node}:  iptables-save -t nat | grep -w 53; nft list ruleset | grep -w -B3 53`,
      `on ${args.node}:  conntrack -L -p udp --dport 53 | head   # the second src= is who answers`,
    ],
  },
})

const becauseText: Readonly<Record<AnsweredByAnother['because'], string>> = {
  'other-nodes': 'other nodes get right answers from the same addresses',
  servers: 'the servers behind it, asked by their own addresses from this node, answer rightly',
}

const tcpText: Readonly<Record<AnsweredByAnother['tcp'], string>> = {
  right: ' · over TCP the answers are right: the rule is for UDP alone',
  wrong: ' · over TCP the same',
  'not-asked': '',
}

/** Whether it is known that the servers' text does not answer by who asks. */
type Text = 'in-force' | 'unsaid' | 'unread'

function textOf(by: ByWhoAsks | null): Text {
  if (by === null) return 'in-force'
  return by.kind === 'unread' ? 'unread' : 'unsaid'
}

const sameText: Readonly<Record<Text, string>> = {
  'in-force': 'by the Corefile that they run the servers say the same to every node',
  unsaid: 'by the Corefile that is stored the servers say the same to every node, and none tells whether it runs it',
  unread: 'a server says the same to every node, unless its Corefile, which was not read, has `acl` or `view`',
}

interface Around {
  readonly dns: ClusterDns
  readonly pods: readonly Pod[]
  readonly text: Text
}

function verdict(it: AnsweredByAnother, { dns, pods, text }: Around) {
  const called = ({ ip }: Word): string => {
    const pod = dns.pods.find((one) => one.ip === ip)?.name
    return pod ?? (dns.service?.clusterIP === ip ? `Service ${ip}` : ip)
  }
  const clients = pods.filter((one) => one.node === it.node)
  return finding({
    subject: subject('Node', null, it.node),
    confidence: text === 'in-force' ? 'observed' : 'inferred',
    args: {
      text,
      node: it.node,
      places: it.words.map(called),
      wrong: it.wrong,
      because: it.because,
      tcp: it.tcp,
      caches: dns.nodeCaches.filter((one) => one.node === it.node).length,
    },
    evidence: [
      {
        kind: 'shares',
        label: `names of the cluster that are denied on ${it.node}, over UDP`,
        rows: it.words.map((word) => ({
          where: called(word),
          bad: word.wrong,
          of: word.wrong + word.right,
          note: '',
        })),
      },
    ],
    causes: [
      dnsLossOnNode(it.node),
      suffixEnds(it.node),
      ...it.services.map(nameWrong),
      ...clients.flatMap((one) => [
        dnsLossInPod(one),
        `name-in-pod:${full(one)}/*`,
        `dns-server-in-pod:${full(one)}/*`,
      ]),
    ],
  })
}
