import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { known } from '../../model/known.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideName } from '../../model/inside.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { calleeOf } from '../../relations/dns/callees.ts'
import { isFailed } from '../../relations/dns/inside-answers.ts'
import { type PodResolver, podResolvers, serverKinds } from '../../relations/dns/pod-resolvers.ts'
import { dnsLossInPod, nameInPod, searchLacks } from '../../relations/symptom.ts'
import { seenInPart, unseenPods, whose } from './inside-words.ts'
import { resolverEvidence, seenPods } from './resolver-words.ts'
import { count } from '../../phrases.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'

/**
 * With dnsPolicy None the kubelet adds no suffix: what dnsConfig does not list is not in resolv.conf
 * (kubernetes/kubernetes, pkg/kubelet/network/dns/dns.go). The server knows the cluster, and `cart` is asked for as
 * `cart.`, which is no name.
 */
export default check({
  code: 'DNS177',
  slug: 'dns/no-cluster-suffix',
  title: "a pod's search list lacks its namespace's suffix",
  fine: "pods with a resolv.conf of their own, and the cluster's DNS in it, have its suffixes, too",
  severity: 'warning',
  needs: ['pods', 'services', 'clusterDns'],
  wants: ['insideViews'],
  remedies: [],
  decides: ['DNS-16'],

  run({ pods, services, clusterDns, insideViews }) {
    const own = pods.filter((it) => it.dnsPolicy === 'None' && it.resolvConfMount === undefined)
    if (own.length === 0) return notApplicable('no pod here has dnsPolicy None')
    const kind = serverKinds(clusterDns, services)
    const resolvers = podResolvers(own, clusterDns, insideViews).filter((it) =>
      it.nameservers.some((ip) => kind(ip) === 'cluster' || kind(ip) === 'local'),
    )
    if (resolvers.length === 0) return notApplicable("no running pod with dnsPolicy None asks the cluster's DNS")
    const judged = resolvers.map((it) => judge(it, clusterDns, services))
    const blind = unseenPods(insideViews)
    return blind === null ? judged : [...judged.filter((it) => it.kind !== 'ok'), blind]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${whose(on, args)} does not find Services by their short names: its search list has ` +
      `${args.has === 'other' ? "the cluster's suffixes, without its own namespace" : 'no suffix of the cluster'}, ` +
      `so \`${args.short}\` is no name there.`,
    detail: ({ args }) =>
      `${count(args.pods, 'pod')} · dnsPolicy None · searches: ${args.searches} · ${args.lookup}` + seenInPart(args),
    note: ({ args }) =>
      `the server is the cluster's, so that full names as ${args.full} are no matter of suffixes: nothing is wrong ` +
      'if it spells all names so',
    help: ({ subject: on, args }) => [
      `leave dnsPolicy out, and keep in dnsConfig what is to be added; or list the suffixes: ${args.suffixes}`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A12 dnsPolicy`,
      `hopscope resolve ${args.short} -n ${on.namespace} --from pod/${args.pod}`,
    ],
  },
})

function judge(it: PodResolver, dns: ClusterDns, services: readonly Service[]) {
  const { pod, pods, view, searches, workload } = it
  const suffixes = [`${pod.namespace}.svc.${dns.domain}`, `svc.${dns.domain}`, dns.domain]
  const names = view?.resolving?.names ?? []
  const ofCluster = searches.map(bareName).filter((one) => isWithin(one, dns.domain))
  if (isEnough(ofCluster, names, { pod, domain: dns.domain })) return ok(pods.length)
  const lost = names.filter((one) => isShort(one, dns.domain) && isFailed(one))
  const found = names.filter((one) => isShort(one, dns.domain) && !isFailed(one) && one.result !== 'not-asked')
  if (lost.length === 0 && found.length > 0) return ok(found.length, 'short names are found all the same')
  const at = looked(it)
  const callee = calleeOf(pod, { services: known(services), clusterDns: known(dns) })
  const short = lost[0]?.typed ?? callee?.name ?? 'cart'
  const [service] = lost.map((one) => one.service)
  const full = service ?? (callee === null ? { namespace: pod.namespace, name: short } : callee)
  return finding({
    subject: workload,
    confidence: lost.length > 0 ? 'observed' : 'possible',
    severity: isMeant(pod, dns.domain, lost.length > 0 || callee !== null) ? 'info' : 'warning',
    args: {
      has: ofCluster.length > 0 ? 'other' : 'none',
      short,
      full: `${full.name}.${full.namespace}.svc.${dns.domain}`,
      pods: pods.length,
      pod: pod.name,
      ...it.seenIn,
      searches: searches.length === 0 ? 'none' : searches.join(' '),
      suffixes: suffixes.join(' '),
      lookup: lookupOf(lost, names),
    },
    symptoms: lost.flatMap((one) => at.map((it) => nameInPod(it, one.service))),
    // What its own spec names is told by name.
    dueTo: [searchLacks(workload)],
    causes: lost.length > 0 ? at.map(dnsLossInPod) : [],
    evidence: [
      resolverEvidence(it, 'search', searches[0] ?? 'searches', `no ${suffixes[0]}`),
      { kind: 'fact', label: 'a pod of this namespace has', value: `search ${suffixes.join(' ')}` },
    ],
  })
}

/** With nobody beside it to call, the short list may be meant; so may it where each name it is told is whole. */
function isMeant(pod: Pod, domain: string, hasCallee: boolean): boolean {
  return !hasCallee || spellsInFull(pod, domain)
}

/** All that its spec tells it to call has its whole name: a short one is asked there by nobody but hopscope. */
function spellsInFull({ containers }: Pod, domain: string): boolean {
  const hosts = containers.flatMap((it) => (it.calls ?? []).map((one) => one.host))
  const isWhole = (host: string): boolean => host.endsWith('.') || isWithin(bareName(host), domain)
  return hosts.some(isWhole) && hosts.every((it) => isWhole(it) || (it.split('.').length > 2 && !it.endsWith('.svc')))
}

/** A list without the pod's own namespace may be meant; that its Services are not found there is seen. */
function isEnough(
  ofCluster: readonly string[],
  names: readonly InsideName[],
  { pod, domain }: { readonly pod: Pod; readonly domain: string },
): boolean {
  if (ofCluster.length === 0 || ofCluster.includes(`${pod.namespace}.svc.${domain}`)) return ofCluster.length > 0
  return !names.some((it) => isShort(it, domain) && isFailed(it) && it.service.namespace === pod.namespace)
}

/** The pods that were looked into; the workload's others were not. */
function looked(it: PodResolver): readonly Pod[] {
  return it.view === null ? [it.pod] : seenPods(it)
}

/** `cart` and `cart.shop`: what becomes a name by a suffix alone. */
function isShort({ typed }: InsideName, domain: string): boolean {
  return !typed.endsWith('.') && !typed.endsWith(`.${domain}`)
}

function lookupOf(lost: readonly InsideName[], names: readonly InsideName[]): string {
  const [first] = lost
  if (first !== undefined) return `lookup of ${first.typed} there: ${first.result}`
  return names.length === 0 ? 'no name was looked up there' : 'no short name was looked up there'
}
