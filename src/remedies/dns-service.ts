import { plainText } from '../wire/plain.ts'
import { at, isObject, type Json, list, type Manifest, put } from '../manifest/object.ts'
import type { DnsServiceFault } from '../relations/dns/dns-service-fault.ts'
import { type Ask, notOffered, notSeen, type NotOffered, type Objects, type Proposal, type Remedy } from './remedy.ts'

const protocols = ['UDP', 'TCP'] as const

/** The DNS Service as every installer makes it: port 53 over both protocols, for every node. */
export const dnsService: Remedy = {
  id: 'dns-service',
  title: 'give the DNS Service its port back, and every node its servers',
  codes: ['DNS120'],
  applicability: 'judgement',
  reads: ({ findings }) => findings.slice(0, 1).map((it) => ({ one: it.subject })),
  propose,
}

/** A server that keeps lookups on its node may be meant to: only where nodes go without, it is taken back. */
const unserved: DnsServiceFault = 'nodes-unserved'

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const object = ask.findings[0]?.subject
  if (object?.kind !== 'Service') return notOffered('the finding names no Service')
  const found = objects.one(object)
  if (!found.known) return notSeen(`Service ${object.namespace}/${object.name}`, found)
  if (found.value === null) return notOffered(`Service ${object.namespace}/${object.name} is gone`)
  const before = found.value
  const missing = missingPorts(before)
  if ('kind' in missing) return missing
  const local =
    at(before, 'spec', 'internalTrafficPolicy') === 'Local' && ask.findings.some((it) => it.args['case'] === unserved)
  if (missing.length === 0 && !local)
    return notOffered(`Service ${object.name} has its ports, and serves every node by now`)

  const withPorts =
    missing.length === 0 ? before : put(before, ['spec', 'ports'], [...list(at(before, 'spec', 'ports')), ...missing])
  const after = local ? put(withPorts, ['spec', 'internalTrafficPolicy'], 'Cluster') : withPorts
  const parts = [
    ...missing.map((it) => `port 53 over ${plainText(at(it, 'protocol') ?? 'TCP')}`),
    ...(local ? ['every node uses every server'] : []),
  ]
  return {
    kind: 'proposal',
    applicability: local ? 'judgement' : 'safe',
    changes: [{ verb: 'replace', object, before, after, say: parts.join(', ') }],
    effect: `${parts.join(', ')}: as soon as kube-proxy has its rules, within seconds; nothing restarts`,
    risk: {
      level: 'low',
      why: local
        ? 'lookups leave their node again: whoever set Local wanted them to stay, ' +
          'and needs a server on every node for that'
        : 'adds what every DNS Service has; a policy or a firewall may still stand before it',
    },
    verify: {
      codes: ['DNS120'],
      target: 'dns',
      namespace: null,
      level: ask.model.scope.level === 'read' ? 'read' : 'probe',
      p99Ms: null,
    },
    notes: [],
  }
}

/** Where the ports that are there lead to, the missing one leads to as well: CoreDNS listens on one port for both. */
function missingPorts(service: Manifest): readonly Json[] | NotOffered {
  const ports = list(at(service, 'spec', 'ports')).filter(isObject)
  const gone = protocols.filter(
    (protocol) => !ports.some((it) => it['port'] === 53 && (it['protocol'] ?? 'TCP') === protocol),
  )
  if (gone.length === 0) return []
  const other = ports.find((it) => it['port'] === 53)
  // A port's name belongs to one protocol in the pods' list, so it can't be taken over.
  const target = other?.['targetPort'] ?? 53
  if (typeof target !== 'number')
    return notOffered(
      `the DNS Service leads to the pods' port named ${plainText(target)}, ` +
        'and how the missing one is named there is not known',
      'kubectl -n kube-system get pods -l k8s-app=kube-dns -o yaml | grep -B1 -A2 containerPort',
    )
  const free = (name: string): boolean => !ports.some((it) => it['name'] === name)
  return gone.map((protocol) => ({
    name: [protocol === 'UDP' ? 'dns' : 'dns-tcp'].find(free) ?? `dns-53-${protocol.toLowerCase()}`,
    port: 53,
    protocol,
    targetPort: target,
  }))
}
