import type { ExternalDns } from '../../model/service.ts'

/** docs/annotations of external-dns: the newer prefix, and the one of releases before 0.22. */
const prefixes = ['external-dns.kubernetes.io/', 'external-dns.alpha.kubernetes.io/']

/** Nobody gives one object more names by hand. */
const mostHosts = 50

/**
 * What annotations of an object ask external-dns for. One whose `controller` is another than its own it leaves alone;
 * `hostname` names hosts, parted by commas (source/annotations).
 */
export function externalDnsOf(annotations: Readonly<Record<string, string>>): { readonly externalDns?: ExternalDns } {
  const its = Object.keys(annotations).filter((key) => prefixes.some((it) => key.startsWith(it)))
  if (its.length === 0) return {}
  const of = (name: string): string => prefixes.flatMap((it) => annotations[`${it}${name}`] ?? [])[0] ?? ''
  const controller = of('controller')
  const hosts = of('hostname')
    .split(',', mostHosts)
    .map((it) => it.trim().toLowerCase().replace(/\.$/, ''))
    .filter((it) => it.length < 254 && /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(it))
  const by = controller === '' || controller === 'dns-controller' ? 'it' : 'others'
  return { externalDns: { by, hosts, ...(of('target').trim() === '' ? {} : { target: 'named' as const }) } }
}
