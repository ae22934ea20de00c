import { editDistance } from '../../closest.ts'

/** Those that answer, or pass on, names outside the cluster, or that may do so. */
const answering = [
  'forward',
  'grpc',
  'proxy',
  'file',
  'auto',
  'secondary',
  'hosts',
  'template',
  'etcd',
  'route53',
  'azure',
  'clouddns',
  'nomad',
  'erratic',
  'whoami',
  'rewrite',
  'view',
] as const

/** The rest of what CoreDNS is built with: plugin.cfg of releases from 1.2 to 1.13. */
const others = [
  'root',
  'metadata',
  'geoip',
  'cancel',
  'tls',
  'quic',
  'timeouts',
  'multisocket',
  'reload',
  'nsid',
  'bufsize',
  'bind',
  'debug',
  'trace',
  'ready',
  'health',
  'pprof',
  'prometheus',
  'errors',
  'log',
  'dnstap',
  'local',
  'dns64',
  'any',
  'chaos',
  'loadbalance',
  'tsig',
  'cache',
  'header',
  'dnssec',
  'autopath',
  'minimal',
  'transfer',
  'k8s_external',
  'kubernetes',
  'loop',
  'on',
  'sign',
  'acl',
  'import',
  'startup',
  'shutdown',
  'federation',
] as const

/** plugin.cfg of 1.14: they answer nothing either. */
const newer = ['proxyproto', 'grpc_server', 'https', 'https3', 'shed'] as const

/** Well known ones that a CoreDNS may be built with besides: <https://coredns.io/explugins/>. */
const external = [
  'alias',
  'alternate',
  'fanout',
  'dnsredir',
  'unbound',
  'recursor',
  'kubernetai',
  'k8s_gateway',
  'k8s_crd',
  'kubenodes',
  'lighthouse',
  'multicluster',
  'netbox',
  'records',
  'redis',
  'mysql',
  'pdsql',
  'rrl',
  'mdns',
  'finalize',
  'docker',
  'gslb',
  'ens',
  'wgsd',
  'blocklist',
  'demo',
  'example',
] as const

const silent: ReadonlySet<string> = new Set([...others, ...newer])
const known: ReadonlySet<string> = new Set([...answering, ...others, ...newer, ...external])

/** Whether a plugin of this name certainly answers nothing of its own for outside names. */
export function answersNoOutsideName(name: string): boolean {
  return silent.has(name)
}

/** Whether a CoreDNS of some release has it by itself. */
export function isKnownPlugin(name: string): boolean {
  return silent.has(name) || answering.some((it) => it === name)
}

/** Those that may answer names of a zone that they are given, the cluster's among them. */
export function mayServeZones(name: string): boolean {
  return !silent.has(name) && !['forward', 'grpc', 'proxy', 'whoami', 'erratic', 'rewrite', 'view'].includes(name)
}

/**
 * The plugin that was meant by a name that is none, when there is no doubt: one letter off, or two in a long name.
 * Any other unknown name may be a plugin that this CoreDNS was built with, and so may a short one: `auth` is near
 * `auto`.
 */
export function misspelt(name: string): string | null {
  if (known.has(name) || name.length < 5) return null
  const near = [...answering, ...others].filter((it) => {
    const most = it.length >= 7 ? 2 : 1
    return it.length >= 4 && Math.abs(it.length - name.length) <= most && editDistance(name, it) <= most
  })
  return near.length === 1 ? (near[0] ?? null) : null
}
