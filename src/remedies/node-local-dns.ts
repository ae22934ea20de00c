import { isIPv4 } from 'node:net'
import { parse } from 'yaml'
import { type Subject, subject } from '../model/subject.ts'
import { type CorefileServer, parseCorefile } from '../wire/corefile.ts'
import { asDnsName } from '../wire/dns-name.ts'
import {
  at,
  isObject,
  type Json,
  type JsonObject,
  list,
  type Manifest,
  nameOf,
  strings,
  text,
} from '../manifest/object.ts'
import { isIpv6 } from '../wire/ip-family.ts'
import { nodeCacheImage, nodeLocalChanges, nodeLocalName, upstreamName } from './node-local-objects.ts'
import { trapIn } from './node-local-traps.ts'
import {
  type Ask,
  notOffered,
  notSeen,
  type NotOffered,
  type Objects,
  type Proposal,
  type Read,
  type Remedy,
} from './remedy.ts'

const localAddress = '169.254.20.10'

const kubeProxy = subject('ConfigMap', 'kube-system', 'kube-proxy')
const home = subject('Namespace', null, 'kube-system')
const nodeLocalOwn: readonly Subject[] = [
  subject('ServiceAccount', 'kube-system', nodeLocalName),
  subject('Service', 'kube-system', upstreamName),
  subject('ConfigMap', 'kube-system', nodeLocalName),
  subject('Service', 'kube-system', nodeLocalName),
  subject('DaemonSet', 'kube-system', nodeLocalName),
]

/** A DNS cache on each node: lookups no longer go through conntrack, and reach CoreDNS over TCP. */
export const nodeLocalDns: Remedy = {
  id: 'node-local-dns',
  title: 'a DNS cache on each node (NodeLocal DNSCache)',
  codes: ['DNS101'],
  applicability: 'judgement',
  reads: (ask): readonly Read[] => [
    { one: kubeProxy },
    { one: home },
    { one: dnsService(ask) },
    ...nodeLocalOwn.map((it) => ({ one: it })),
    { all: 'DaemonSet', namespace: null },
    { all: 'Deployment', namespace: null },
    { all: 'NetworkPolicy', namespace: null },
    { all: 'Service', namespace: null },
  ],
  propose,
}

function dnsService({ model }: Ask): Subject {
  const dns = model.sources.clusterDns
  const service = dns.known ? dns.value.service : null
  return subject('Service', service?.namespace ?? 'kube-system', service?.name ?? 'kube-dns')
}

interface Served {
  readonly vip: string
  readonly raw: Manifest
  readonly selector: JsonObject
  readonly ports: readonly JsonObject[]
}

/** The DNS Service as the cache needs it, or why it can't be used. */
function served(ask: Ask, objects: Objects, vip: string | null): Served | NotOffered {
  const raw = objects.one(dnsService(ask))
  if (!raw.known) return notSeen('the DNS Service', raw)
  const selector = at(raw.value ?? {}, 'spec', 'selector')
  if (raw.value === null || !isObject(selector) || Object.keys(selector).length === 0)
    return notOffered('the DNS Service has no selector, so the cache could not find CoreDNS behind it')
  if (
    raw.value !== null &&
    raw.value['metadata'] !== undefined &&
    text(at(raw.value, 'metadata', 'namespace')) !== 'kube-system'
  )
    return notOffered('the DNS Service is not in kube-system: this distribution lays its DNS out in its own way')
  if (vip === null || !isIPv4(vip))
    return notOffered(`the DNS Service's address is ${vip ?? 'none'}: only IPv4 is worked out`)
  const ports = list(at(raw.value, 'spec', 'ports'))
    .filter(isObject)
    .filter((it) => it['port'] === 53)
    .map((it) => ({
      name: it['name'] ?? 'dns',
      port: 53,
      protocol: it['protocol'] ?? 'TCP',
      targetPort: it['targetPort'] ?? 53,
    }))
  return { vip, raw: raw.value, selector, ports }
}

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const dns = ask.model.sources.clusterDns
  if (!dns.known || dns.value.service === null) return notOffered('where this cluster keeps its DNS is not known')
  if (!dns.value.corefile.known)
    return notOffered(
      `the Corefile could not be read (${dns.value.corefile.why.detail}), and with it the cluster's domain`,
    )
  const service = served(ask, objects, dns.value.service.clusterIP)
  if ('kind' in service) return service
  const { vip, raw, selector, ports } = service
  const domain = asDnsName(dns.value.domain)
  if (domain === null) return notOffered('the domain of the cluster, as the Corefile has it, is no DNS name')
  const mode = proxyMode(objects)
  if (typeof mode !== 'string') return mode
  const corefile = parseCorefile(dns.value.corefile.value)
  const trap = trapIn({
    ask,
    objects,
    local: localAddress,
    vip,
    selector: strings(selector),
    corefile: corefile.servers,
    own: nodeLocalOwn,
    home,
  })
  if (trap !== null) return trap

  const allToCoreDns = hasOwnWays(corefile.servers)
  if (!['UDP', 'TCP'].every((protocol) => ports.some((it) => it.protocol === protocol)))
    return notOffered('the DNS Service does not serve TCP 53, and the cache asks CoreDNS over TCP')
  const nodes = ask.model.sources.nodes
  const on = nodes.known ? `all ${nodes.value.length} nodes` : 'every node'
  const ipvs = mode === 'ipvs'
  return {
    kind: 'proposal',
    applicability: 'judgement',
    changes: nodeLocalChanges({
      image: ask.image ?? nodeCacheImage,
      local: localAddress,
      vip,
      domain,
      selector,
      ports,
      ipvs,
      allToCoreDns,
    }),
    effect: ipvs
      ? `a cache listens on ${localAddress} on ${on}; pods use it once each kubelet's clusterDNS is ` +
        `${localAddress} and they are made again (kube-proxy in IPVS mode)`
      : `pods on ${on} use the cache at once; no restarts (kube-proxy in ${mode} mode)`,
    risk: {
      level: mode === 'nftables' ? 'high' : 'medium',
      why:
        'DNS path of every pod. If the cache dies on a node, DNS fails on that node until it is back' +
        (mode === 'nftables' ? '. Not verified with kube-proxy in nftables mode: try it on a test cluster first' : ''),
    },
    verify: {
      codes: ['DNS101', 'DNS103'],
      target: 'dns',
      namespace: null,
      level: ask.model.scope.level === 'node' ? 'node' : 'probe',
      p99Ms: 100,
    },
    ...(ipvs
      ? {
          undoFirst:
            `turn clusterDNS of each kubelet back to ${vip}, restart the kubelets, and recreate the pods: ` +
            `a pod that asks ${localAddress} has no DNS without the cache`,
        }
      : {}),
    notes: [
      ...(ipvs
        ? [
            `set clusterDNS: [${localAddress}] in each kubelet's configuration, restart the kubelets, ` +
              'and recreate the pods; until then they ask as before, and --verify will say so',
          ]
        : []),
      ...(allToCoreDns
        ? [
            'the Corefile treats some names in a way of its own, so the cache asks CoreDNS for every name; ' +
              "upstream's manifest would ask the node's servers for outside names, past it",
          ]
        : []),
      ...(ask.image === null ? [`image ${nodeCacheImage}; another one: --remedy-image`] : []),
      ...notesOn(ask, raw, corefile.servers),
      'while a cache pod restarts, lookups on its node are lost for seconds; clients ask again',
    ],
  }
}

/** What stays as it is, or changes besides. */
function notesOn(ask: Ask, service: Manifest, servers: readonly CorefileServer[]): readonly string[] {
  const { nodes } = ask.model.sources
  const windows = (nodes.known ? nodes.value : []).filter((it) => it.labels['kubernetes.io/os'] === 'windows').length
  const v6 = list(at(service, 'spec', 'clusterIPs'))
    .map(text)
    .find((it) => it !== null && it !== undefined && isIpv6(it))
  return [
    ...(windows > 0
      ? [
          `${windows} node${windows === 1 ? ' runs' : 's run'} Windows, for which there is no node cache: ` +
            'pods there go on asking CoreDNS',
        ]
      : []),
    ...(v6 === undefined
      ? []
      : [
          `the DNS Service's IPv6 address ${v6} is not the cache's: pods that ask it go on asking CoreDNS, ` +
            'through conntrack',
        ]),
    ...(servers.some((it) => it.plugins.some((one) => one.name === 'autopath'))
      ? [
          '`autopath` stops working: behind a cache CoreDNS does not see which pod asks, ' +
            'so lookups walk the search list again',
        ]
      : []),
  ]
}

/**
 * kube-proxy's `mode`, from its ConfigMap; empty means iptables on Linux (k8s.io/kube-proxy config/v1alpha1 types.go).
 */
function proxyMode(objects: Objects): 'iptables' | 'ipvs' | 'nftables' | NotOffered {
  const flag = proxyFlag(objects)
  if (flag !== null)
    return flag === 'iptables' || flag === 'ipvs' || flag === 'nftables'
      ? flag
      : notOffered(`kube-proxy is in mode ${flag}, for which no layout is known`)
  const found = objects.one(kubeProxy)
  if (!found.known) return notSeen("kube-proxy's mode (ConfigMap kube-system/kube-proxy)", found)
  if (found.value === null)
    return notOffered(
      'there is no ConfigMap kube-system/kube-proxy, ' +
        'so the mode of kube-proxy (or what stands in its place) is not known',
      'the right layout depends on it: https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/',
    )
  const config = text(at(found.value, 'data', 'config.conf')) ?? text(at(found.value, 'data', 'config')) ?? ''
  let mode: Json | undefined
  try {
    mode = at(parse(config, { logLevel: 'error' }) as Json, 'mode')
  } catch {
    return notOffered("kube-proxy's configuration is no YAML that hopscope can read, so its mode is not known")
  }
  if (mode === undefined || mode === null || mode === '') return 'iptables'
  return mode === 'iptables' || mode === 'ipvs' || mode === 'nftables'
    ? mode
    : notOffered(`kube-proxy is in mode ${JSON.stringify(mode)}, for which no layout is known`)
}

/**
 * `--proxy-mode` counts where there is no `--config`, which overrides it (k8s.io/kubernetes
 * cmd/kube-proxy/app/options.go).
 */
function proxyFlag(objects: Objects): string | null {
  const daemonSets = objects.all('DaemonSet', null)
  const proxy = daemonSets.known ? daemonSets.value.find((it) => nameOf(it) === 'kube-proxy') : undefined
  const words = list(at(proxy ?? {}, 'spec', 'template', 'spec', 'containers'))
    .flatMap((it) => [...list(at(it, 'command')), ...list(at(it, 'args'))])
    .map((it) => text(it) ?? '')
  return words.some((it) => it.startsWith('--config'))
    ? null
    : (words.map((it) => /^--proxy-mode=(\S+)$/.exec(it)?.[1]).find((it) => it !== undefined) ?? null)
}

const ordinary: ReadonlySet<string> = new Set([
  'errors',
  'health',
  'ready',
  'kubernetes',
  'prometheus',
  'forward',
  'cache',
  'loop',
  'reload',
  'loadbalance',
  'log',
  'bufsize',
  'minimal',
])

/** Whether CoreDNS answers some outside names itself: stub domains, hosts, rewrites, another upstream. */
function hasOwnWays(servers: readonly CorefileServer[]): boolean {
  const plugins = servers.flatMap((it) => it.plugins)
  const forwards = plugins.filter((it) => it.name === 'forward')
  const zones = plugins
    .filter((it) => it.name === 'kubernetes')
    .flatMap((it) => it.args)
    .filter((it) => !it.endsWith('.arpa'))
  return (
    servers.length > 1 ||
    zones.length > 1 ||
    plugins.some((it) => !ordinary.has(it.name)) ||
    forwards.length !== 1 ||
    forwards.some((it) => it.args.join(' ') !== '. /etc/resolv.conf')
  )
}
