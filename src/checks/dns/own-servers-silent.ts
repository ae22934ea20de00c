import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { InsideServer } from '../../model/inside.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { type InsidePod, insidePods } from '../../relations/dns/inside-pods.ts'
import { cacheAddresses } from '../../relations/dns/node-cache.ts'
import { dnsLossInPod, dnsServerInPod } from '../../relations/symptom.ts'
import { isSilent } from '../../relations/troubles/inside-resolving.ts'
import { fileEvidence, unseenPods } from './inside-words.ts'

/**
 * Pods with dnsPolicy Default, and ClusterFirst ones on the host network, have the node's servers; dnsPolicy None has
 * those of dnsConfig. None of them is the cluster's DNS, whose health says nothing of them. Where all are silent, each
 * lookup takes seconds times servers times attempts, and then fails.
 */
export default check({
  code: 'DNS184',
  slug: 'dns/own-servers-silent',
  title: 'none of the nameservers that a pod has of its own answers',
  fine: "nameservers that are not the cluster's answer their pods",
  severity: 'error',
  needs: ['pods', 'insideViews', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ pods, insideViews, clusterDns }) {
    const looked = insidePods(pods, insideViews)
    const told = looked.flatMap((it): readonly Told[] => {
      const servers = it.resolving?.servers
      if (servers?.known !== true || servers.value.length === 0 || !hasOwnServers(it)) return []
      // With the cluster's own among them it is DNS169's, or all of DNS.
      return servers.value.some((one) => isCluster(clusterDns, one.ip)) ? [] : [{ it, servers: servers.value }]
    })
    if (told.length === 0)
      return (
        unseenPods({ known: true, value: insideViews }) ??
        notApplicable('no pod that was looked into has servers of its own')
      )
    const dead = told.filter(({ servers }) => servers.every(isSilent))
    const unclear = told.find(({ servers }) => servers.every((one) => one.result === null))
    if (dead.length === 0 && unclear !== undefined)
      return cannotTell(
        'ambiguous',
        `${unclear.servers[0]?.tool ?? 'the tool'} does not say whether a nameserver answered`,
      )
    const groups = Map.groupBy(dead, (one) => subjectKey(whoseServers(one, told)))
    return dead.length === 0 ? ok(told.length) : [...groups.values()].flatMap((its) => verdict(its, told))
  },

  words: {
    headline: ({ subject: on, args }) =>
      on.kind === 'Node'
        ? `No server of node ${on.name}'s resolv.conf answers (${some(args.servers)}): lookups of pods that have ` +
          'its file time out.'
        : `${on.kind} ${on.namespace}/${on.name} asks servers of its own, and none answers: ${some(args.servers)}.`,
    detail: ({ args }) =>
      `${count(args.servers.length, 'server')}, each asked by itself · from ${count(args.pods.length, 'pod')}: ` +
      `${some(args.pods)} · dnsPolicy ${args.policy}`,
    note: ({ args }) =>
      (args.policy === 'None'
        ? 'with dnsPolicy None the servers are those of dnsConfig alone'
        : "the kubelet hands on its node's file, three servers at most: a fourth one that answers is left out") +
      '; each lookup waits for all of them, as often as the resolver tries',
    help: ({ subject: on, args }) => [
      on.kind === 'Node'
        ? 'put servers that answer first in the file that the kubelet hands on (resolvConf), then create the pods again'
        : 'put servers that answer into dnsConfig, or leave dnsPolicy out to ask the cluster',
      on.kind === 'Node'
        ? `on ${on.name}:  cat /etc/resolv.conf /run/systemd/resolve/resolv.conf`
        : `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A8 dnsPolicy`,
      `kubectl -n ${args.namespace} exec ${args.pod} -- nslookup example.com ${args.servers[0]}`,
    ],
  },
})

interface Told {
  readonly it: InsidePod
  readonly servers: readonly InsideServer[]
}

function isCluster(dns: ClusterDns, ip: string): boolean {
  return ip === dns.service?.clusterIP || dns.pods.some((it) => it.ip === ip) || cacheAddresses(dns).includes(ip)
}

/**
 * The node's file is at fault for all that have it; where another pod of the node is answered by the same servers, it
 * is this pod.
 */
function whoseServers({ it, servers }: Told, all: readonly Told[]): Subject {
  const { pod } = it
  if (pod.node === null || !hasNodeFile(it)) return it.workload
  const others = all.filter((one) => one.it.pod.node === pod.node && hasNodeFile(one.it))
  const isAnswered = others.some((one) => one.servers.some((a) => !isSilent(a) && servers.some((b) => a.ip === b.ip)))
  return isAnswered ? it.workload : subject('Node', null, pod.node)
}

/** What a kubelet writes for ClusterFirst, or a mount brings, is another fault where it is wrong. */
function hasOwnServers(it: InsidePod): boolean {
  return hasNodeFile(it) || (it.pod.dnsPolicy === 'None' && it.pod.resolvConfMount === undefined)
}

function hasNodeFile({ pod }: InsidePod): boolean {
  if (pod.resolvConfMount !== undefined) return false
  return pod.dnsPolicy === 'Default' || (pod.hostNetwork && pod.dnsPolicy === 'ClusterFirst')
}

function verdict(its: readonly Told[], all: readonly Told[]) {
  const [first] = its
  if (first === undefined) return []
  const { it, servers } = first
  const pods = [...new Set(its.map((one) => one.it.pod))]
  const text = it.view.resolvConf.known ? it.view.resolvConf.value : ''
  return [
    finding({
      subject: whoseServers(first, all),
      also: [...new Map(its.map((one) => [subjectKey(one.it.workload), one.it.workload])).values()],
      confidence: 'observed',
      args: {
        servers: servers.map((one) => one.ip),
        pods: pods.map((one) => one.name),
        pod: it.view.pod,
        namespace: it.view.namespace,
        policy: it.pod.dnsPolicy,
      },
      evidence: [
        fileEvidence(it, { path: '/etc/resolv.conf', text, mark: servers[0]?.ip ?? '', label: 'no answer' }),
        ...servers.map((one) => ({
          kind: 'fact' as const,
          label: `${one.ip} with ${one.tool}`,
          value: `${one.result ?? 'unclear'} after ${one.ms} ms`,
        })),
      ],
      symptoms: pods.map(dnsLossInPod),
      causes: [
        ...pods.map(dnsLossInPod),
        ...its.flatMap((one) => one.servers.map(({ ip }) => dnsServerInPod(one.it.pod, ip))),
      ],
    }),
  ]
}
