import type { Known } from '../model/known.ts'
import type { Model } from '../model/sources.ts'

/**
 * What an answer rests on, with its denominators: `2 Services, 4 pods, 2 DNS servers; 2 names asked from 3 nodes and
 * inside 4 pods`. "Nothing wrong" is said of that, and of nothing else.
 */
export function lookedAt(model: Model): string {
  return [objects(model), asked(model), contacted(model)].filter((it) => it !== '').join('; ')
}

function objects({ scope: { target }, sources: { services, pods, ingresses, clusterDns } }: Model): string {
  const own = target.kind === 'dns' ? [] : [counted(services, 'Service'), counted(pods, 'pod'), counted(ingresses, 'Ingress', 'Ingresses')]
  const servers = clusterDns.known ? [count(clusterDns.value.pods.length, 'DNS server')] : []
  return [...own.flatMap((it) => (it === null ? [] : [it])), ...servers].join(', ')
}

function asked({ sources: { dnsProbe, insideViews } }: Model): string {
  const series = dnsProbe.known ? dnsProbe.value.series : []
  const inside = insideViews.known ? insideViews.value.filter((it) => it.lookup.known).length : 0
  const names = new Set(series.map((it) => it.name)).size
  const nodes = new Set(series.map((it) => it.node)).size
  if (names === 0) return inside === 0 ? '' : `one name asked inside ${count(inside, 'pod')}`
  return `${count(names, 'name')} asked from ${count(nodes, 'node')}${inside === 0 ? '' : ` and inside ${count(inside, 'pod')}`}`
}

function contacted({ sources: { contacts } }: Model): string {
  if (!contacts.known) return ''
  const services = new Set(contacts.value.connects.map((it) => `${it.service.namespace}/${it.service.name}`)).size
  const hosts = new Set(contacts.value.http.map((it) => `${it.host}${it.path}`)).size
  return [
    ...(services === 0 ? [] : [`${count(services, 'Service')} connected to`]),
    ...(hosts === 0 ? [] : [`${count(hosts, 'URL')} requested`]),
  ].join(', ')
}

function counted(source: Known<readonly unknown[]>, one: string, many?: string): string | null {
  return source.known ? count(source.value.length, one, many) : null
}

function count(of: number, one: string, many = `${one}s`): string {
  return `${of} ${of === 1 ? one : many}`
}
