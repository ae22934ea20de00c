import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import type { Corefile } from '../../wire/corefile.ts'
import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { corefileEvidence, corefileObject, importsFiles, kubernetesZones } from '../../relations/dns/corefile-text.ts'
import { type PodResolver, podResolvers, serverKinds } from '../../relations/dns/pod-resolvers.ts'
import { seenInPart } from './inside-words.ts'
import { resolverEvidence } from './resolver-words.ts'
import { count, some } from '../../phrases.ts'

/**
 * The kubelet writes its `clusterDomain` into each pod; CoreDNS serves the zones of its own `kubernetes` line. Nothing
 * holds the two together.
 */
export default check({
  code: 'DNS116',
  slug: 'dns/domain-mismatch',
  title: 'pods look for a cluster domain that CoreDNS does not serve',
  fine: 'pods look for the cluster domain that CoreDNS serves',
  severity: 'error',
  needs: ['pods', 'clusterDns'],
  wants: ['insideViews'],
  remedies: [],
  decides: ['DNS-54'],

  run({ pods, clusterDns, insideViews }) {
    if (!clusterDns.corefile.known)
      return cannotTell(clusterDns.corefile.why.reason, `the Corefile was not read: ${clusterDns.corefile.why.detail}`)
    const text = clusterDns.corefile.value
    const corefile = askedCorefile(text, clusterDns)
    const zones = kubernetesZones(corefile)
    const kind = serverKinds(clusterDns, [])
    const served = zones.filter((it) => !it.endsWith('.arpa') && !it.includes('/'))
    const seen = podResolvers(pods, clusterDns, insideViews).filter(
      (it) => it.seen !== null && it.nameservers.some((ip) => kind(ip) === 'cluster' || kind(ip) === 'local'),
    )
    const domains = seen
      .map((it) => ({ it, domains: it.searches.flatMap((suffix) => domainIn(suffix, it.pod.namespace)) }))
      .filter((one) => one.domains.length > 0)
    if (domains.length === 0) return byKubelet(clusterDns, { zones, served, text, corefile }) ?? unseen(insideViews)
    const wrong = domains.filter((one) => !one.domains.some((domain) => isServed(domain, zones)))
    const [first] = wrong
    const asked = first?.domains[0]
    if (first === undefined || asked === undefined) return ok(workloadsOf(domains.map((one) => one.it)).length)
    if (zones.length === 0 || importsFiles(corefile))
      return cannotTell(
        'ambiguous',
        'which zones CoreDNS serves is not all in the Corefile: it imports files, or has no kubernetes line',
      )
    if (text.includes(asked))
      return cannotTell(
        'ambiguous',
        `the Corefile speaks of ${asked} outside its kubernetes line: a rewrite or a forward may serve it`,
      )

    const server = corefile.servers.find(({ plugins }) => plugins.some((it) => it.name === 'kubernetes'))
    const plugin = server?.plugins.find((it) => it.name === 'kubernetes')
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'observed',
      args: {
        asked,
        served: served.join(', ') || 'none',
        workloads: workloadsOf(wrong.map((one) => one.it)).length,
        of: workloadsOf(domains.map((one) => one.it)).length,
        ...first.it.seenIn,
        pod: `${first.it.pod.namespace}/${first.it.pod.name}`,
        node: first.it.pod.node ?? 'unknown',
      },
      evidence: [
        resolverEvidence(first.it, 'search', asked, 'not served'),
        corefileEvidence(clusterDns, text, {
          line: plugin?.line ?? 1,
          mark: served[0] ?? 'kubernetes',
          label: 'what is served',
        }),
        {
          kind: 'fact',
          label: 'pods with it',
          value: some(wrong.map(({ it }) => `${it.pod.namespace}/${it.pod.name}`)),
        },
      ],
    })
  },

  words: {
    headline: ({ args }) =>
      `Pods look for names under ${args.asked}, and CoreDNS serves ${args.served}: ` +
      'short names of Services are not found.',
    detail: ({ args }) =>
      (args.pod === null
        ? `clusterDomain of kubelet-config: ${args.asked}`
        : `${args.workloads} of ${count(args.of, 'workload')} looked into · ` +
          `search list of ${args.pod}${seenInPart(args, ': ')}: ${args.asked}`) + ` · Corefile: ${args.served}`,
    note: () =>
      'the search list comes from `clusterDomain` of the kubelet, ' +
      'the zones from the `kubernetes` line of the Corefile: whoever changes one must change the other',
    help: ({ subject: on, args }) => [
      'make them one: serve the second domain as well, until every pod is restarted',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      args.node === null
        ? 'kubectl -n kube-system get configmap kubelet-config -o yaml | grep clusterDomain'
        : `kubectl get --raw /api/v1/nodes/${args.node}/proxy/configz | grep -o '"clusterDomain":"[^"]*"'`,
    ],
  },
})

function workloadsOf(its: readonly PodResolver[]): readonly string[] {
  return [...new Set(its.map((it) => subjectKey(it.workload)))]
}

function isServed(domain: string, zones: readonly string[]): boolean {
  return zones.some((zone) => domain === zone || domain.endsWith(`.${zone}`))
}

function unseen(views: Known<readonly InsideView[]>) {
  if (views.known) return notApplicable("no pod that was looked into has the cluster's search list")
  const { reason, detail } = views.why
  return cannotTell(reason, `what pods look for: ${detail}`, reason === 'not-asked' ? '--probe' : null)
}

interface ByKubelet {
  readonly zones: readonly string[]
  readonly served: readonly string[]
  readonly text: string
  readonly corefile: Corefile
}

/** What kubelets that join or are upgraded are told; those that run may have another file. */
function byKubelet(dns: ClusterDns, { zones, served, text, corefile }: ByKubelet) {
  const told = dns.kubeletDomain
  if (told === undefined || served.length === 0 || isServed(told, zones)) return null
  // Another line may serve it.
  if (text.includes(told) || importsFiles(corefile)) return null
  const kubelet = subject('ConfigMap', 'kube-system', 'kubelet-config')
  const plugin = corefile.servers.flatMap(({ plugins }) => plugins).find((it) => it.name === 'kubernetes')
  return finding({
    subject: corefileObject(dns),
    also: [kubelet],
    confidence: 'inferred',
    args: { asked: told, served: served.join(', '), workloads: 0, of: 0, pod: null, node: null },
    evidence: [
      {
        kind: 'config',
        object: kubelet,
        path: 'data.kubelet',
        lines: [`clusterDomain: ${told}`],
        at: 0,
        mark: told,
        label: 'not served',
      },
      corefileEvidence(dns, text, {
        line: plugin?.line ?? 1,
        mark: served[0] ?? 'kubernetes',
        label: 'what is served',
      }),
    ],
  })
}

/** `shop.svc.corp.example` in a pod of `shop` says that the kubelet's domain is `corp.example`. */
function domainIn(suffix: string, namespace: string): readonly string[] {
  const start = `${namespace}.svc.`
  const plain = suffix.replace(/\.$/, '').toLowerCase()
  return plain.startsWith(start) ? [plain.slice(start.length)] : []
}
