import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns, KubeDnsConfig, KubeDnsProblem } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { isLikeService } from '../../relations/dns/upstream-services.ts'
import { serverContainer } from '../../relations/dns/dns-servers.ts'

/**
 * kube-dns takes its stub domains and upstream servers from a ConfigMap, as JSON in a text. What it can't read it
 * refuses as a whole ("Invalid configuration"), and goes on without; CoreDNS does not look at it at all.
 */
export default check({
  code: 'DNS215',
  slug: 'dns/kube-dns-settings',
  title: 'the settings of kube-dns are refused, or nobody reads them',
  fine: 'the settings of kube-dns are well-formed, and somebody reads them',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['services'],
  remedies: [],
  decides: [],

  run({ clusterDns, services, scope }) {
    const { kubeDns } = clusterDns
    if (kubeDns === undefined) return notApplicable('no ConfigMap kube-dns was read: of a cluster nobody asks for it')
    const all = kubeDns.stubDomains.length + kubeDns.upstreams.length + kubeDns.problems.length
    const readers = readersOf(clusterDns)
    if (readers.length === 0) return clusterDns.pods.length === 0 ? ok(1, 'no server was seen') : unread(kubeDns)
    if (kubeDns.problems.length > 0) return refused(kubeDns.problems, readers)
    const gone = scope.namespace === null ? goneServers(kubeDns, clusterDns, services) : []
    return gone.length > 0 ? nowhere(gone, readers) : ok(Math.max(1, all))
  },

  words: {
    headline: ({ args }) => {
      switch (args.case) {
        case 'refused':
          return `${args.readers} refuses ${args.key} of ConfigMap kube-dns: ${args.what}.`
        case 'unread':
          return 'Nobody reads ConfigMap kube-dns: the DNS servers are CoreDNS, whose settings are its Corefile.'
        case 'nowhere':
          return `ConfigMap kube-dns sends names to ${args.what}, an address of no Service.`
      }
    },
    detail: ({ args }) =>
      args.case === 'unread' ? `${args.what} without effect` : `${args.key} · read by ${args.readers}`,
    note: ({ args }) => {
      if (args.case === 'refused')
        return 'one wrong value and nothing of the ConfigMap is taken: the settings before it stay, or none'
      return args.case === 'unread'
        ? 'CoreDNS was put in the place of kube-dns, and the stub domains did not come along'
        : 'names of that domain are asked there, and nobody answers'
    },
    help: ({ subject: on, args }) => [
      args.case === 'unread'
        ? 'write a server block with `forward` for each stub domain into the Corefile, and delete the ConfigMap'
        : 'each value is JSON: stubDomains {"corp.example": ["10.20.0.53"]}, upstreamNameservers ["10.20.0.53"]',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      ...(args.case === 'refused'
        ? [`kubectl -n ${on.namespace} logs -l k8s-app=kube-dns -c kubedns --tail=50 | grep -i config`]
        : []),
    ],
  },
})

type Args = {
  readonly case: 'refused' | 'unread' | 'nowhere'
  readonly key: string
  readonly what: string
  readonly readers: string
}

/** kube-dns, and the caches of the nodes, which write stub domains into their own Corefile (cmd/node-cache). */
function readersOf({ pods, nodeCaches }: ClusterDns): readonly string[] {
  const isKubeDns = pods.some((it) => /kube-?dns/i.test(serverContainer(it)?.image ?? ''))
  return [...(isKubeDns ? ['kube-dns'] : []), ...(nodeCaches.length > 0 ? ['the DNS cache of the nodes'] : [])]
}

const whats: Readonly<Record<KubeDnsProblem['is'], (problem: KubeDnsProblem) => string>> = {
  'not-json': () => 'it is no JSON',
  'no-object': () => 'it is no object of domains, each with its servers',
  'no-list': ({ domain }) => `the servers${domain === null ? '' : ` of ${domain}`} are no list`,
  'no-domain': () => 'a key of it is no domain',
  'no-address': ({ domain, server }) =>
    `${server === null ? 'a server' : `\`${server}\``}${domain === null ? '' : ` of ${domain}`} is no address`,
  'too-many': () => 'more than three servers are named',
}

function evidenceOf(key: string, value: string) {
  return [{ kind: 'fact' as const, label: `ConfigMap kube-system/kube-dns, data.${key}`, value }]
}

const on = subject('ConfigMap', 'kube-system', 'kube-dns')

function refused(problems: readonly KubeDnsProblem[], readers: readonly string[]) {
  const [first] = problems
  const what = first === undefined ? '' : whats[first.is](first)
  const args: Args = { case: 'refused', key: first?.key ?? '', what, readers: readers.join(', and ') }
  return finding({
    subject: on,
    confidence: 'inferred',
    args,
    evidence: problems.slice(0, 4).flatMap((it) => evidenceOf(it.key, whats[it.is](it))),
    causes: ['dns-external:*'],
  })
}

function unread({ stubDomains, upstreams, problems }: KubeDnsConfig) {
  const domains = stubDomains.map(({ domain }) => domain)
  const what =
    domains.length > 0
      ? `${count(domains.length, 'stub domain')} (${some(domains)})`
      : `${count(upstreams.length + problems.length, 'setting')}`
  const args: Args = {
    case: 'unread',
    key: domains.length > 0 ? 'stubDomains' : 'upstreamNameservers',
    what,
    readers: '',
  }
  return finding({
    subject: on,
    confidence: 'inferred',
    severity: 'warning',
    args,
    evidence: evidenceOf(args.key, some([...domains, ...upstreams]) || 'not well-formed'),
  })
}

/** Addresses from the range of Services that no Service has: of all namespaces, as they were read. */
function goneServers(config: KubeDnsConfig, dns: ClusterDns, services: Known<readonly Service[]>): readonly string[] {
  if (!services.known) return []
  const taken = new Set([dns.service, ...services.value].flatMap((it) => it?.clusterIP ?? []))
  const all = [...config.stubDomains.flatMap(({ servers }) => servers), ...config.upstreams]
  return all.filter((it) => isLikeService(bareIp(it), dns.service) && !taken.has(bareIp(it)))
}

function bareIp(server: string): string {
  return server.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
}

function nowhere(gone: readonly string[], readers: readonly string[]) {
  const args: Args = { case: 'nowhere', key: 'data', what: some(gone), readers: readers.join(', and ') }
  return finding({
    subject: on,
    confidence: 'possible',
    severity: 'warning',
    args,
    evidence: [{ kind: 'fact', label: 'addresses that no Service has', value: some(gone) }],
    causes: ['dns-external:*'],
  })
}
