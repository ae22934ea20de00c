import { plainText } from '../wire/plain.ts'
import { at, type Manifest, put } from '../manifest/object.ts'
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
import type { Subject } from '../model/subject.ts'
import { autoscalerOf, autoscalerReads, dnsWorkload } from './dns-workload.ts'
import { selectorOption } from '../relations/dns/dns-servers.ts'

/**
 * The Deployment of CoreDNS wants no pods, or a single one: two are what every distribution starts with, so that one
 * may fail.
 */
export const scaleCoredns: Remedy = {
  id: 'scale-coredns',
  title: 'scale CoreDNS up to two pods',
  codes: ['DNS107', 'DNS112'],
  applicability: 'safe',
  reads: (ask) => {
    const workload = dnsWorkload(ask)
    return workload === null ? [] : ([{ one: workload }, ...autoscalerReads(workload)] satisfies readonly Read[])
  },
  propose,
}

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const workload = dnsWorkload(ask)
  if (workload === null)
    return notOffered(
      'no Deployment was found whose pods would stand behind the DNS Service',
      'kubectl -n kube-system get deployments,daemonsets',
    )
  if (workload.kind !== 'Deployment') return notOffered(`${workload.kind} ${workload.name} has no count to scale`)
  const found = objects.one(workload)
  if (!found.known) return notSeen(`Deployment ${workload.name}`, found)
  if (found.value === null) return notOffered(`Deployment ${workload.namespace}/${workload.name} is gone`)
  const before = found.value
  const replicas = at(before, 'spec', 'replicas') ?? 1
  const dns = ask.model.sources.clusterDns
  const single = ask.findings[0]?.code === 'DNS112'
  if (single && replicas !== 1)
    return notOffered(`Deployment ${workload.name} wants ${plainText(replicas)} pods by now`)
  if (!single && replicas !== 0)
    return notOffered(
      `Deployment ${workload.name} wants ${plainText(replicas)} pods already, and they are not ready: ` +
        'scaling does not help',
      `kubectl -n ${workload.namespace} describe pods${dns.known ? selectorOption(dns.value) : ''}`,
    )
  const autoscaler = autoscalerOf(workload, objects)
  if (autoscaler !== null) return notOffered(autoscaler.why, autoscaler.instead)

  const nodes = ask.model.sources.nodes
  const wanted = !single && nodes.known && nodes.value.length === 1 ? 1 : 2
  return scaled(workload, before, wanted, single)
}

function scaled(workload: Subject, before: Manifest, wanted: number, single: boolean): Proposal {
  return {
    kind: 'proposal',
    applicability: 'safe',
    changes: [
      {
        verb: 'replace',
        object: workload,
        before,
        after: put(before, ['spec', 'replicas'], wanted),
        say: `${wanted} ${wanted === 1 ? 'pod' : 'pods'}`,
      },
    ],
    effect:
      `the DNS Service has ${wanted} ${wanted === 1 ? 'server' : 'servers'} as soon as they are ready; ` +
      'nothing restarts',
    risk: {
      level: 'low',
      why: single
        ? 'one more pod, with the requests of the first'
        : 'nothing serves DNS now. Whoever scaled it to 0 may have had a reason',
    },
    verify: { codes: [single ? 'DNS112' : 'DNS107'], target: 'dns', namespace: null, level: 'read', p99Ms: null },
    notes: single ? ['both may land on one node, where nothing spreads them: DNS111 tells'] : [],
  }
}
