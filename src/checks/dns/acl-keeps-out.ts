import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { type AclAction, type AclRule, aclsFor, keptOut } from '../../relations/dns/corefile-acl.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { podAddresses } from '../../relations/node/pod-routes.ts'
import { isDenial, lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { dnsLossInPod, dnsLossOnNode, dnsRefuses, suffixEnds } from '../../relations/symptom.ts'
import { readableCorefile } from './readable-corefile.ts'
import { restart, serverArgs } from './server-words.ts'
import { count, some } from '../../phrases.ts'

/**
 * `acl` decides by the address of the client, and pods have the addresses of their node's range: one rule keeps out
 * all pods of a node, or of a pool of nodes, and no other (coredns plugin/acl).
 */
export default check({
  code: 'DNS179',
  slug: 'dns/acl-keeps-out',
  title: 'an acl rule of the Corefile keeps pods from DNS',
  fine: 'no acl rule of the Corefile keeps pods out',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['pods', 'nodes', 'dnsProbe', 'nameAnswers'],
  remedies: [],
  decides: [],

  run({ clusterDns, pods, nodes, dnsProbe, nameAnswers }) {
    const read = readableCorefile(clusterDns)
    if (read.kind !== 'readable') return read
    const acls = aclsFor(read.corefile, clusterDns.domain.toLowerCase())
    if (acls.flat().every((it) => it.action === 'allow')) return notApplicable('the Corefile has no acl that denies')
    const clients = clientsOf([...(pods.known ? pods.value : []), ...clusterDns.pods], nodes)
    const out = clients.flatMap((it) => {
      const rule = keptOut(acls, it.ip)
      return rule === null ? [] : [{ ...it, rule }]
    })
    const podsOf = (its: readonly Client[]): readonly Pod[] => its.flatMap((it) => it.pod ?? [])
    const of = podsOf(clients).length
    if (out.length === 0) return ok(clients.length, 'its acl keeps out none of the pods that are known')
    return [...Map.groupBy(out, (it) => it.rule)].map(([rule, its]) =>
      judge(rule, {
        dns: clusterDns,
        text: read.text,
        pods: podsOf(its),
        nodes: [...new Set(its.flatMap((it) => it.node ?? []))].toSorted(),
        of,
        asked: askedFrom(new Set(its.flatMap((it) => it.node ?? [])), dnsProbe, nameAnswers),
      }),
    )
  },

  words: {
    headline: ({ args }) =>
      `\`${args.rule}\` in the Corefile (line ${args.line}) ${args.does} ${args.pods} on ${args.nodes}.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · line ${args.line} · ${args.held} · ${args.asked}`,
    note: ({ args }) => notes[`${args.action}`] ?? null,
    help: ({ subject: on, args }) => [
      "make the rule's network narrower, or let the networks of pods in before it: the first rule that fits decides",
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      ...restart(`${on.namespace}`, args),
    ],
  },
})

/** `pod` null: whoever runs on that node, where no pod is known; its address is one of the node's range. */
interface Client {
  readonly node: string | null
  readonly ip: string
  readonly pod: Pod | null
}

function clientsOf(pods: readonly Pod[], nodes: Known<readonly Node[]>): readonly Client[] {
  const seen = [...new Map(pods.map((it) => [`${it.namespace}/${it.name}`, it])).values()].flatMap(
    (pod): readonly Client[] => (pod.ip === null || pod.hostNetwork ? [] : [{ node: pod.node, ip: pod.ip, pod }]),
  )
  if (!nodes.known) return seen
  const met = new Set(seen.map((it) => it.node))
  const ranges = [...podAddresses(nodes.value, pods)].filter(([node]) => !met.has(node))
  return [...seen, ...ranges.flatMap(([node, ips]) => ips.map((ip): Client => ({ node, ip, pod: null })))]
}

const does: Readonly<Record<AclAction, string>> = {
  block: 'refuses all queries of',
  filter: 'gives empty answers to',
  drop: 'answers nothing to',
}

const notes: Readonly<Record<string, string>> = {
  filter: 'the answer is NOERROR without an address: programs say "no such host", and no error stands in any log',
  drop: 'it looks like a firewall: the queries arrive, and are thrown away by CoreDNS itself',
}

/** What lookups from the nodes of these pods say: `well` where they are answered all the same. */
type Asked = 'failing' | 'some' | 'well' | 'not-asked'

function askedFrom(nodes: ReadonlySet<string>, probe: Known<DnsProbe>, names: Known<NameAnswers>): Asked {
  const empty = (names.known ? names.value.answers : []).filter(
    (it) => nodes.has(it.node) && it.reason.kind === 'service' && it.type === 'A',
  )
  if (empty.length > 0 && empty.every((it) => it.addresses.length === 0)) return 'failing'
  if (!probe.known) return empty.length > 0 ? 'well' : 'not-asked'
  const series = seriesOf(probe.value, { zone: 'cluster' }).filter(
    (it) => nodes.has(it.node) && it.server.role !== 'node-cache',
  )
  const { of, failed } = lossOf(series)
  // The name is there: who denies it, or its address, answers nothing as well.
  const denied = series.flatMap((it) => it.lookups).filter((it) => isDenial(it.a)).length
  const bad = Math.min(of, failed + denied)
  if (of === 0) return 'not-asked'
  if (nearlyAll(bad, of)) return 'failing'
  return nearlyAll(of - bad, of) ? 'well' : 'some'
}

interface Around {
  readonly dns: ClusterDns
  readonly text: string
  readonly pods: readonly Pod[]
  readonly nodes: readonly string[]
  /** Pods that are known. */
  readonly of: number
  readonly asked: Asked
}

const askedWords: Readonly<Record<Asked, string>> = {
  failing: 'lookups from there fail',
  some: 'some lookups from there fail: not all servers run this text yet, or probes have other addresses',
  well: 'lookups from there are answered: another text runs, or a probe has another address',
  'not-asked': 'nothing was asked from there',
}

function judge(rule: AclRule, { dns, text, pods, nodes, of, asked }: Around) {
  const action = rule.action === 'allow' ? 'filter' : rule.action
  const stands = asked !== 'well'
  return finding({
    subject: corefileObject(dns),
    confidence: asked === 'failing' ? 'observed' : 'inferred',
    severity: stands ? 'error' : 'warning',
    args: {
      ...serverArgs(dns),
      rule: rule.text,
      line: rule.line,
      action,
      does: does[action],
      pods: pods.length === 0 ? 'all pods' : count(pods.length, 'pod'),
      count: pods.length,
      of,
      held:
        pods.length === 0
          ? "it has the range of that node's pods, none of which is known"
          : `${pods.length} of ${of} pods that are known have such an address`,
      nodes: some(nodes),
      asked: askedWords[asked],
    },
    evidence: [
      corefileEvidence(dns, text, { line: rule.line, mark: rule.text, label: `${count(pods.length, 'pod')} of ${of}` }),
      ...(pods.length === 0
        ? []
        : [
            {
              kind: 'fact' as const,
              label: 'pods with such an address',
              value: some(
                pods.map((it) => `${it.namespace}/${it.name}`),
                4,
              ),
            },
          ]),
    ],
    causes: stands ? explained(action, nodes, pods) : [],
  })
}

/** What the servers say to those pods alone; a refusal as it was seen, DNS160, brings the rest of it along. */
function explained(action: AclAction, nodes: readonly string[], pods: readonly Pod[]): readonly string[] {
  const suffixes = nodes.map(suffixEnds)
  if (action === 'block') return [...suffixes, ...nodes.map(dnsRefuses)]
  return [
    ...suffixes,
    ...nodes.flatMap((it) => [dnsLossOnNode(it), `dns-external:node/${it}`, `dns-cut-off:node/${it}`]),
    ...pods.map(dnsLossInPod),
    ...(action === 'filter' ? ['name-wrong:*'] : []),
    ...(action === 'drop' ? ['dns-tcp-loss:*'] : []),
  ]
}
