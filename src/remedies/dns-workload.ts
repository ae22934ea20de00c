import { type Subject, subject } from '../model/subject.ts'
import { at, list, nameOf, text } from '../manifest/object.ts'
import type { Ask, Objects, Read } from './remedy.ts'

/** The workload behind the cluster's DNS Service; null when none was found. */
export function dnsWorkload({ model, findings }: Ask): Subject | null {
  const dns = model.sources.clusterDns
  if (dns.known && dns.value.workload !== null)
    return subject(dns.value.workload.kind, dns.value.workload.namespace, dns.value.workload.name)
  return findings.map((it) => it.subject).find((it) => it.kind === 'Deployment') ?? null
}

export function autoscalerReads(workload: Subject): readonly Read[] {
  return [
    { all: 'HorizontalPodAutoscaler', namespace: workload.namespace },
    { all: 'Deployment', namespace: workload.namespace },
  ]
}

/** Who else sets the count: a number that hopscope wrote would be overwritten within seconds. */
export function autoscalerOf(
  workload: Subject,
  objects: Objects,
): { readonly why: string; readonly instead: string } | null {
  const hpas = objects.all('HorizontalPodAutoscaler', workload.namespace)
  if (!hpas.known)
    return {
      why: `whether an autoscaler sets the count could not be read (${hpas.why.detail})`,
      instead: `ask for the right to ${hpas.why.detail}`,
    }
  const hpa = hpas.value.find(
    (it) =>
      at(it, 'spec', 'scaleTargetRef', 'kind') === workload.kind &&
      at(it, 'spec', 'scaleTargetRef', 'name') === workload.name,
  )
  if (hpa !== undefined)
    return {
      why: `HorizontalPodAutoscaler ${nameOf(hpa)} sets the count of ${workload.name}`,
      instead: `raise its minimum: kubectl -n ${workload.namespace} edit hpa ${nameOf(hpa)}`,
    }

  // kubernetes-sigs/cluster-proportional-autoscaler: names its target in an argument.
  const deployments = objects.all('Deployment', workload.namespace)
  const proportional = (deployments.known ? deployments.value : []).find((it) =>
    list(at(it, 'spec', 'template', 'spec', 'containers')).some((container) =>
      [...list(at(container, 'command')), ...list(at(container, 'args'))].some(
        (word) => text(word)?.toLowerCase() === `--target=${workload.kind}/${workload.name}`.toLowerCase(),
      ),
    ),
  )
  if (proportional === undefined || at(proportional, 'spec', 'replicas') === 0) return null
  return {
    why: `Deployment ${nameOf(proportional)} (cluster-proportional-autoscaler) sets the count of ${workload.name}`,
    instead: `change its parameters: kubectl -n ${workload.namespace} get configmap ${nameOf(proportional)} -o yaml`,
  }
}
