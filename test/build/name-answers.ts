import type { NameAnswer, NameAnswers, NameReason } from '../../src/model/name-answers.ts'
import type { Service } from '../../src/model/service.ts'

export const dnsServers = [
  { role: 'service', ip: '10.96.0.10', pod: null },
  { role: 'endpoint', ip: '10.2.0.2', pod: 'coredns-0' },
  { role: 'endpoint', ip: '10.2.2.2', pod: 'coredns-1' },
] as const

export function nameAnswer(reason: NameReason, name: string, about: Partial<NameAnswer> = {}): NameAnswer {
  return {
    node: 'worker-1',
    server: dnsServers[0],
    reason,
    name,
    type: 'A',
    answer: 'nxdomain',
    rcode: 'NXDOMAIN',
    addresses: [],
    aliases: [],
    ttl: 5,
    ...about,
  }
}

/** What the API says of a Service, as each server would answer it. */
export function rightAnswers(service: Service, ready: readonly string[] = []): readonly NameAnswer[] {
  const { namespace, name, type, clusterIP, externalName } = service
  const inCluster = clusterIP === 'None' ? ready : [clusterIP ?? '']
  const addresses = type === 'ExternalName' ? ['192.0.2.7'] : inCluster
  const family = (addresses[0] ?? '').includes(':') ? ('AAAA' as const) : ('A' as const)
  return dnsServers.map((server) =>
    nameAnswer({ kind: 'service', service: { namespace, name } }, `${name}.${namespace}.svc.cluster.local.`, {
      server,
      type: family,
      answer: 'ok',
      rcode: 'NOERROR',
      addresses,
      aliases: externalName === null ? [] : [externalName],
      ttl: 30,
    }),
  )
}

const searches = ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'corp.example']

/** example.com from a node: denied below each suffix, and there by itself. */
export function outsideAnswers(node = 'worker-1', typed = 'example.com'): readonly NameAnswer[] {
  return [
    nameAnswer({ kind: 'outside', typed, suffix: null }, `${typed}.`, {
      node,
      answer: 'ok',
      rcode: 'NOERROR',
      addresses: ['93.184.216.34'],
      ttl: 300,
    }),
    ...searches.flatMap((suffix) => [
      nameAnswer({ kind: 'outside', typed, suffix }, `${typed}.${suffix}.`, { node }),
      nameAnswer({ kind: 'random', suffix }, `hopscope-a.${suffix}.`, { node }),
    ]),
  ]
}

export function nameAnswers(answers: readonly NameAnswer[], about: Partial<NameAnswers> = {}): NameAnswers {
  const nodes = [...new Set(answers.map((it) => it.node))]
  return {
    from: { namespace: 'shop', labels: {} },
    answers,
    searches: nodes.map((node) => ({ node, suffixes: searches, ndots: 5 })),
    notAsked: 0,
    ...about,
  }
}
