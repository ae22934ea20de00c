import type { Container } from '../../model/pod.ts'
import type { Idle, NextPod, Workload } from '../../model/workload.ts'
import type { Intern } from '../../wire/intern.ts'
import { projectContainer } from './container.ts'
import { type Fields, fields, isObject, list, text } from './json.ts'
import { hostAliases, projectDnsConfig } from './pod.ts'

/**
 * What the next pod of this workload would be told, where it wants none now: a CronJob between its runs, a suspended
 * Job, what is scaled to 0. A ReplicaSet that another object keeps at 0 is an old version, and makes no pod any more.
 */
export function nextPodOf(
  { kind, owner, desired }: Pick<Workload, 'kind' | 'owner' | 'desired'>,
  spec: Fields,
  template: Fields,
  intern: Intern,
): Pick<Workload, 'next'> {
  const idle = desired > 0 || owner !== null ? null : idleOf(kind, spec)
  const of = fields(template['spec'])
  if (idle === null) return {}
  const containers = list(of['containers']).map((it) => projectContainer(fields(it), {}, intern, false))
  if (containers.every(tellsNobody)) return {}
  const next: NextPod = {
    idle,
    hostNetwork: of['hostNetwork'] === true,
    dnsPolicy: intern.text(text(of['dnsPolicy']) ?? 'ClusterFirst'),
    dnsConfig: isObject(of['dnsConfig']) ? projectDnsConfig(fields(of['dnsConfig'])) : null,
    ...hostAliases(of),
    containers: intern.same(containers),
  }
  return { next }
}

function tellsNobody({ calls, addresses, nearby, flaws, advertises }: Container): boolean {
  return [calls, addresses, nearby, flaws, advertises].every((it) => it === undefined)
}

/** null: it makes no pod again. A Job that has ended does not run again (batch/v1). */
function idleOf(kind: Workload['kind'], spec: Fields): Idle | null {
  if (kind === 'CronJob' || kind === 'Job') {
    if (spec['suspend'] === true) return 'suspended'
    return kind === 'CronJob' ? 'scheduled' : null
  }
  return kind === 'DaemonSet' ? null : 'scaled'
}
