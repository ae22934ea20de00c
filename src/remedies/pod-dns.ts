import { type Subject, subjectKey } from '../model/subject.ts'
import { type ServerKind, serverKinds } from '../relations/dns/pod-resolvers.ts'
import { at, list, type Manifest, put, text } from '../manifest/object.ts'
import {
  type Ask,
  type Change,
  notOffered,
  notSeen,
  type NotOffered,
  type Objects,
  type Proposal,
  type Remedy,
} from './remedy.ts'

const kinds: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet']
const pod = ['spec', 'template', 'spec'] as const

interface Given {
  readonly before: Manifest
  readonly name: string
  readonly vip: string
  readonly kind: (ip: string) => ServerKind
}

type Edited = { readonly after: Manifest; readonly say: string }

const edits: Readonly<Record<string, (given: Given) => Edited | NotOffered>> = {
  DNS117: rightServer,
  DNS118: hostNetworkPolicy,
  DNS119: withoutForeign,
  DNS218: clusterServers,
}

const effects: Readonly<Record<string, string>> = {
  DNS117: "its pods ask the cluster's DNS Service",
  DNS118: "its pods ask the cluster's DNS Service, and find names of Services",
  DNS119: "its pods ask the cluster's DNS Service alone, and names of the cluster are no longer missing now and then",
  DNS218: "its pods ask the cluster's DNS Service, and find names of Services",
}

/** Whom the pods of a workload ask, where its own manifest says so. */
export const podDns: Remedy = {
  id: 'pod-dns',
  title: "let a workload's pods ask the cluster's DNS (dnsPolicy, dnsConfig)",
  codes: Object.keys(edits),
  applicability: 'judgement',
  reads: (ask) => workloads(ask).map((it) => ({ one: it })),
  propose,
}

function workloads({ findings, named }: Ask): readonly Subject[] {
  const all = findings.map((it) => it.subject).filter((it) => kinds.includes(it.kind))
  const chosen = all.filter((it) => named.length === 0 || named.some((one) => subjectKey(one) === subjectKey(it)))
  return [...new Map(chosen.map((it) => [subjectKey(it), it])).values()]
}

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const code = ask.findings[0]?.code ?? ''
  const edit = edits[code]
  const dns = ask.model.sources.clusterDns
  const vip = dns.known ? (dns.value.service?.clusterIP ?? null) : null
  if (edit === undefined || !dns.known || vip === null || vip === 'None')
    return notOffered("the address of the cluster's DNS Service is not known")
  const which = workloads(ask)
  if (which.length === 0)
    return notOffered(
      "a pod's DNS settings are fixed when it starts, and these pods belong to no Deployment, StatefulSet or DaemonSet",
      'change the manifest that they come from, and create them again',
    )
  const services = ask.model.sources.services
  const kind = serverKinds(dns.value, services.known ? services.value : [])

  const changes: Change[] = []
  for (const workload of which) {
    const name = `${workload.kind} ${workload.namespace}/${workload.name}`
    const found = objects.one(workload)
    if (!found.known) return notSeen(name, found)
    if (found.value === null) return notOffered(`there is no ${name}`)
    const edited = rollsOutNever(found.value, name) ?? edit({ before: found.value, name, vip, kind })
    if ('kind' in edited) return edited
    changes.push({ verb: 'replace', object: workload, before: found.value, after: edited.after, say: edited.say })
  }
  return {
    kind: 'proposal',
    applicability: 'judgement',
    changes,
    effect: `${effects[code] ?? ''}. They are replaced one after another, as in any rollout`,
    risk: {
      level: 'medium',
      why:
        'names that only the former server knows are no longer found. A rollout replaces pods: ' +
        'what a restart breaks, this breaks',
    },
    verify: {
      codes: [code],
      target: null,
      namespace: oneNamespace(which),
      level: ask.model.scope.level === 'read' ? 'read' : 'probe',
      p99Ms: null,
    },
    notes: notes[code] ?? [],
  }
}

const otherDomains =
  'domains that only the other server knows belong into the Corefile: ' +
  'a server block of that zone with `forward . ADDRESS`'

const notes: Readonly<Record<string, readonly string[]>> = { DNS117: [otherDomains], DNS119: [otherDomains] }

function oneNamespace(its: readonly Subject[]): string | null {
  const [only, ...others] = new Set(its.map((it) => it.namespace))
  return others.length === 0 ? (only ?? null) : null
}

function rollsOutNever(workload: Given['before'], name: string): NotOffered | null {
  if (at(workload, 'spec', 'paused') === true)
    return notOffered(`${name} is paused: the change would wait, and nobody would see whether it works`)
  return at(workload, 'spec', 'updateStrategy', 'type') === 'OnDelete'
    ? notOffered(`${name} updates a pod only when someone deletes it: nothing would change until then`)
    : null
}

function hostNetworkPolicy({ before, name }: Given): Edited | NotOffered {
  if (at(before, ...pod, 'hostNetwork') !== true) return notOffered(`${name} is not on the host's network any more`)
  const policy = text(at(before, ...pod, 'dnsPolicy')) ?? 'ClusterFirst'
  if (policy !== 'ClusterFirst') return notOffered(`${name} says dnsPolicy ${policy} by now`)
  return {
    after: put(before, [...pod, 'dnsPolicy'], 'ClusterFirstWithHostNet'),
    say: 'dnsPolicy ClusterFirstWithHostNet',
  }
}

/** Whether on its node's network or not, it asks its node, and calls a Service. */
function clusterServers(given: Given): Edited | NotOffered {
  const { before, name } = given
  if (at(before, ...pod, 'hostNetwork') === true && text(at(before, ...pod, 'dnsPolicy')) !== 'Default')
    return hostNetworkPolicy(given)
  if (text(at(before, ...pod, 'dnsPolicy')) !== 'Default')
    return notOffered(`${name} no longer has the DNS servers of its node`)
  const policy = at(before, ...pod, 'hostNetwork') === true ? 'ClusterFirstWithHostNet' : 'ClusterFirst'
  return { after: put(before, [...pod, 'dnsPolicy'], policy), say: `dnsPolicy ${policy}` }
}

/**
 * With dnsPolicy None its own list is all there is; otherwise the kubelet wrote the wrong address, and no manifest can
 * fix that.
 */
function rightServer({ before, name, vip, kind }: Given): Edited | NotOffered {
  if (at(before, ...pod, 'dnsPolicy') !== 'None')
    return notOffered(
      `${name} leaves its servers to the kubelet, so the wrong address comes from clusterDNS of the kubelet, ` +
        'or from before the DNS Service was created again',
      'see the kubelet: hopscope explain DNS117; then: kubectl rollout restart',
    )
  const servers = serversOf(before)
  if (servers.some((ip) => kind(ip) === 'cluster' || kind(ip) === 'local'))
    return notOffered(`${name} names the cluster's DNS by now`)
  return {
    after: put(before, [...pod, 'dnsConfig', 'nameservers'], [vip]),
    say: `nameserver ${servers.join(', ')} -> ${vip}`,
  }
}

/** Addresses of the other family, and node caches, are let be. */
function withoutForeign({ before, name, vip, kind }: Given): Edited | NotOffered {
  const servers = serversOf(before)
  const foreign = servers.filter((ip) => kind(ip) === 'other')
  if (foreign.length === 0)
    return notOffered(
      `the other server is not in dnsConfig of ${name}: it comes from the kubelet's configuration`,
      'see clusterDNS and resolvConf of the kubelet: hopscope explain DNS119',
    )
  const kept = servers.filter((ip) => !foreign.includes(ip))
  const none = at(before, ...pod, 'dnsPolicy') === 'None'
  const nameservers = none && kept.length === 0 ? [vip] : kept
  const path = [...pod, 'dnsConfig'] as const
  const config = put(
    (at(before, ...path) ?? {}) as Manifest,
    ['nameservers'],
    nameservers.length === 0 ? undefined : nameservers,
  )
  return {
    after: put(before, path, Object.keys(config).length === 0 ? undefined : config),
    say: `without ${foreign.join(', ')}`,
  }
}

function serversOf(workload: Manifest): readonly string[] {
  return list(at(workload, ...pod, 'dnsConfig', 'nameservers')).flatMap((it) => text(it) ?? [])
}
