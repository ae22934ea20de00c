import type { Finding } from '../findings/finding.ts'
import type { Service } from '../model/service.ts'
import { type Subject, subject } from '../model/subject.ts'
import { at, type Json, list, type Manifest, text } from '../manifest/object.ts'
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

/**
 * Rules of all policies add up, so a policy of its own for DNS leaves the broken one as it is. It selects the very pods
 * that are isolated already: a wider selector would isolate pods that were free.
 */
export const policyAllowDns: Remedy = {
  id: 'policy-allow-dns',
  title: 'add the smallest NetworkPolicy that lets DNS through',
  codes: ['POL401', 'POL402'],
  applicability: 'safe',
  reads: ({ findings }) => [
    ...findings.flatMap(({ subject: on }) => [{ one: on }, { one: added(on) }]),
    { all: 'DaemonSet', namespace: 'kube-system' },
  ],
  propose,
}

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const dns = ask.model.sources.clusterDns
  const service = dns.known ? dns.value.service : null
  if (service === null || service.selector === null) return notOffered('where this cluster keeps its DNS is not known')
  const changes: Change[] = []
  const unique = new Map(ask.findings.map((it) => [`${it.subject.namespace}/${it.subject.name}`, it]))
  for (const finding of unique.values()) {
    const change = policyFor(finding, service, objects)
    if ('kind' in change) return change
    changes.push(change)
  }
  const caches = nodeCaches(objects)
  const tcpOnly = ask.findings.every((it) => it.code === 'POL402')
  const namespaces = new Set(changes.map((it) => it.object.namespace))
  return {
    kind: 'proposal',
    applicability: 'safe',
    changes,
    effect:
      "the pods that these policies isolate may ask the cluster's " +
      `DNS${tcpOnly ? ' over TCP, too' : ' over UDP and TCP'}; at once, nothing restarts`,
    risk: { level: 'low', why: 'adds one allowed connection, to the DNS pods only; takes nothing away' },
    verify: {
      codes: [ask.findings[0]?.code ?? 'POL401'],
      target: null,
      namespace: namespaces.size === 1 ? ([...namespaces][0] ?? null) : null,
      level: ask.model.scope.level === 'read' ? 'read' : 'probe',
      p99Ms: null,
    },
    notes:
      caches.length === 0
        ? []
        : [
            `pods here may ask a DNS cache on their node (${caches.join(', ')}): ` +
              'whether a policy stands before that is left to the CNI',
          ],
  }
}

function policyFor({ code, subject: on, args }: Finding, service: Service, objects: Objects): Change | NotOffered {
  const found = objects.one(on)
  if (!found.known) return notSeen(`NetworkPolicy ${on.namespace}/${on.name}`, found)
  if (found.value === null) return notOffered(`NetworkPolicy ${on.namespace}/${on.name} is gone`)
  const policy = added(on)
  const taken = objects.one(policy)
  if (!taken.known) return notSeen(`NetworkPolicy ${policy.namespace}/${policy.name}`, taken)
  if (taken.value !== null)
    return notOffered(
      `there is a NetworkPolicy ${policy.namespace}/${policy.name} already`,
      `kubectl -n ${policy.namespace} describe networkpolicy ${policy.name}`,
    )

  const direction = args['direction'] === 'Ingress' ? 'Ingress' : 'Egress'
  const types = list(at(found.value, 'spec', 'policyTypes'))
  if (types.length > 0 && !types.includes(direction))
    return notOffered(`NetworkPolicy ${on.namespace}/${on.name} does not isolate ${direction.toLowerCase()} any more`)
  const ports = portsOf(service, code === 'POL402' ? ['TCP'] : ['UDP', 'TCP'])
  const after: Manifest = {
    metadata: { name: policy.name, namespace: policy.namespace },
    spec: {
      podSelector: at(found.value, 'spec', 'podSelector') ?? {},
      policyTypes: [direction],
      ...rule(direction, service, ports),
    },
  }
  return { verb: 'create', object: policy, after, say: `DNS for the pods of ${on.name}` }
}

function rule(direction: 'Egress' | 'Ingress', service: Service, ports: readonly Json[]): Manifest {
  if (direction === 'Ingress') return { ingress: [{ from: [{ namespaceSelector: {} }], ports }] }
  const home = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': service.namespace } },
    podSelector: { matchLabels: { ...service.selector } },
  }
  return { egress: [{ to: [home], ports }] }
}

/** A policy sees the connection after the Service's address was rewritten: the pods' own port counts. */
function portsOf(service: Service, protocols: readonly string[]): readonly Json[] {
  return protocols.map((protocol) => ({
    protocol,
    port: service.ports.find((it) => it.protocol === protocol && it.port === 53)?.targetPort ?? 53,
  }))
}

function added(on: Subject): Subject {
  return subject('NetworkPolicy', on.namespace, `${on.name.slice(0, 240)}-allow-dns`)
}

function nodeCaches(objects: Objects): readonly string[] {
  const sets = objects.all('DaemonSet', 'kube-system')
  return (sets.known ? sets.value : []).flatMap((it) =>
    list(at(it, 'spec', 'template', 'spec', 'containers')).flatMap((container) =>
      list(at(container, 'args')).flatMap((arg, index, all) =>
        arg === '-localip' ? [text(all[index + 1]) ?? ''] : [],
      ),
    ),
  )
}
