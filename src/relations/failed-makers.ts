import type { Ingress } from '../model/ingress.ts'
import type { Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import type { ObjectStatus } from '../model/status.ts'
import { type Subject, subject, subjectKey } from '../model/subject.ts'
import { hasPairs } from './selector.ts'
import { isRunTimeLabel } from './service/run-time-labels.ts'
import { isLive, selectorOf } from './service/service-selects-pod.ts'
import { roleUnset, serviceUnmade, podsUnready } from './symptom.ts'
import { routesOf } from './ingress/ingress-routes-to-service.ts'
import { workloadOfPod } from './workload-of-pod.ts'

/** What is not there, and whom that stops. */
export interface Lacking {
  readonly is: 'secret' | 'service' | 'role'
  readonly name: string
  readonly stops: readonly Subject[]
  /** Symptom keys of what comes of it. */
  readonly keys: readonly string[]
}

interface Around {
  readonly pods: readonly Pod[]
  readonly services: readonly Service[]
  readonly ingresses: readonly Ingress[]
}

/**
 * Of an object that says of itself that it failed: what is missing here and was its to make. A Secret by the name that
 * it is to have; a Service that is called as a release of Helm is, or begins with its name; of the operator of a
 * database the label by which a Service finds its primary.
 */
export function lackingBy({ kind, group, namespace, name, secret }: ObjectStatus, around: Around): readonly Lacking[] {
  if (namespace === null) return []
  if (secret !== undefined) return ofSecret(namespace, secret, around.pods)
  if (group === 'helm.toolkit.fluxcd.io' && kind === 'HelmRelease') return ofRelease(namespace, name, around)
  return ofRole({ kind, namespace, name }, around)
}

/** `secret "orders-db" not found`, `MountVolume.SetUp failed …: secret "orders-db" not found` (kubelet). */
function ofSecret(namespace: string, name: string, pods: readonly Pod[]): readonly Lacking[] {
  const said = `secret "${name}" not found`
  const waiting = pods.filter(
    (it) =>
      it.namespace === namespace &&
      [it.init?.message, ...it.containers.map((one) => one.message)].some((one) => one?.includes(said) === true),
  )
  const stops = onceEach(waiting.map(workloadOfPod))
  return stops.length === 0 ? [] : [{ is: 'secret', name, stops, keys: stops.map(podsUnready) }]
}

/** Charts call a Service as the release, or begin with its name (Helm, "Labels and Annotations": fullname). */
function ofRelease(namespace: string, release: string, { services, ingresses }: Around): readonly Lacking[] {
  const there = new Set(services.filter((it) => it.namespace === namespace).map((it) => it.name))
  const own = ingresses.filter((it) => it.namespace === namespace)
  const missing = own.flatMap((ingress) =>
    routesOf(ingress)
      .map((it) => it.backend.service)
      .filter((it) => !there.has(it) && (it === release || it.startsWith(`${release}-`)))
      .map((service) => ({ ingress, service })),
  )
  return [...Map.groupBy(missing, (it) => it.service)].map(([service, its]) => ({
    is: 'service',
    name: service,
    stops: onceEach(its.map(({ ingress }) => subject('Ingress', ingress.namespace, ingress.name))),
    keys: [serviceUnmade({ namespace, name: service })],
  }))
}

/** Pods that it owns, none of which bears the label of the moment that a Service wants. */
function ofRole(of: Subject, { pods, services }: Around): readonly Lacking[] {
  const own = pods.filter((it) => isLive(it) && subjectKey(workloadOfPod(it)) === subjectKey(of))
  if (own.length === 0) return []
  return services.flatMap((service) => {
    const pairs = selectorOf(service)
    const [role, ...more] = Object.keys(pairs ?? {}).filter(isRunTimeLabel)
    if (pairs === null || service.namespace !== of.namespace || role === undefined || more.length > 0) return []
    const { [role]: wanted = '', ...rest } = pairs
    const isIts = Object.keys(rest).length > 0 && own.every((it) => hasPairs(rest, it.labels))
    if (!isIts || !isSole(wanted) || own.some((it) => it.labels[role] === wanted)) return []
    const on = subject('Service', service.namespace, service.name)
    return [{ is: 'role' as const, name: `${role}=${wanted}`, stops: [on], keys: [roleUnset(service)] }]
  })
}

/** The one that writes: there is always to be one of it, where there may be no replica. */
function isSole(role: string): boolean {
  return /^(?:primary|master|leader|active|true)$/i.test(role)
}

function onceEach(all: readonly Subject[]): readonly Subject[] {
  return [...new Map(all.map((it) => [subjectKey(it), it])).values()]
}
