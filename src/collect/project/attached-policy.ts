import { type AttachedPolicy, attachedTo, type PolicyEffect } from '../../model/attached-policy.ts'
import { secondsIn } from '../../wire/go-duration.ts'
import type { Intern } from '../../wire/intern.ts'
import { identity } from './identity.ts'
import { type Fields, fields, isObject, list, text, whole } from './json.ts'

const mostTargets = 20

/**
 * A policy that is attached to a route, a Gateway or a Service by `targetRef` or `targetRefs`, whatever its kind
 * (GEP-713): SecurityPolicy of Envoy Gateway, AuthPolicy of Kuadrant, HealthCheckPolicy of GKE. Istio's own are read
 * elsewhere. null for what is attached to none of these.
 */
export function projectAttachedPolicy(raw: unknown, intern: Intern): AttachedPolicy | null {
  const it = identity(raw, intern)
  const { apiVersion, kind: written, spec, status } = fields(raw)
  const [kind, group] = [text(written), (text(apiVersion) ?? '').split('/', 1)[0] ?? '']
  if (it === null || kind === null || !/^[A-Z][A-Za-z0-9]{0,62}$/.test(kind) || /(?:^|\.)istio\.io$/.test(group))
    return null
  const { targetRef, targetRefs } = fields(spec)
  const targets = [
    ...(isObject(targetRef) ? [targetOf(fields(targetRef), 'spec.targetRef')] : []),
    ...list(targetRefs).map((one, at) => targetOf(fields(one), `spec.targetRefs[${at}]`)),
  ]
    .slice(0, mostTargets)
    .flatMap((one) => one ?? [])
  if (targets.length === 0) return null
  const accepted = acceptanceOf(fields(status))
  const does = accepted === 'no' || group !== 'gateway.envoyproxy.io' ? [] : effectsOf(kind, fields(spec))
  return { kind, group, namespace: it.namespace, name: it.name, targets, accepted, does }
}

function targetOf(ref: Fields, path: string): AttachedPolicy['targets'][number] | null {
  const [group, name] = [text(ref['group']) ?? '', text(ref['name'])]
  const kind = attachedTo.find((it) => it === ref['kind'])
  if (kind === undefined || name === null) return null
  if (group !== (kind === 'Service' ? '' : 'gateway.networking.k8s.io')) return null
  return { kind, namespace: text(ref['namespace']), name, section: text(ref['sectionName']), path }
}

/** `status.ancestors[]`, as GEP-713 wants it. */
function acceptanceOf(status: Fields): AttachedPolicy['accepted'] {
  const states = list(status['ancestors'])
    .slice(0, mostTargets)
    .flatMap((one) => list(fields(one)['conditions']).map(fields))
    .flatMap((one) => (one['type'] === 'Accepted' ? [one['status']] : []))
  if (states.includes('True')) return 'yes'
  return states.includes('False') ? 'no' : 'unsaid'
}

function effectsOf(kind: string, spec: Fields): readonly PolicyEffect[] {
  if (kind === 'SecurityPolicy') return denies(spec['authorization'])
  return kind === 'BackendTrafficPolicy' ? [...faults(fields(spec['faultInjection'])), ...limits(spec)] : []
}

/**
 * `authorization`: what no rule takes is treated by `defaultAction`, and that is Deny where it says nothing
 * (gateway.envoyproxy.io, API reference, Authorization).
 */
function denies(authorization: unknown): readonly PolicyEffect[] {
  if (!isObject(authorization) || fields(authorization)['defaultAction'] === 'Allow') return []
  const allows = list(fields(authorization)['rules']).some((it) => fields(it)['action'] !== 'Deny')
  return allows ? [] : [{ is: 'denies', path: 'spec.authorization', percent: 100, code: 403, seconds: null }]
}

/** `percentage` is 100 where it is not given (the same, FaultInjectionAbort, FaultInjectionDelay). */
function faults({ abort, delay }: Fields): readonly PolicyEffect[] {
  const shareOf = (it: unknown): number => {
    const given = fields(it)['percentage']
    return typeof given === 'number' && given >= 0 && given <= 100 ? given : 100
  }
  const waits = secondsIn(text(fields(delay)['fixedDelay']) ?? '')
  const all: readonly (PolicyEffect | null)[] = [
    isObject(abort)
      ? {
          is: 'aborts',
          path: 'spec.faultInjection.abort',
          percent: shareOf(abort),
          code: whole(fields(abort)['httpStatus']),
          seconds: null,
        }
      : null,
    waits === null || waits === 0
      ? null
      : { is: 'delays', path: 'spec.faultInjection.delay', percent: shareOf(delay), code: null, seconds: waits },
  ]
  return all.flatMap((it) => (it === null || it.percent === 0 ? [] : [it]))
}

function limits(spec: Fields): readonly PolicyEffect[] {
  const seconds = secondsIn(text(fields(fields(spec['timeout'])['http'])['requestTimeout']) ?? '')
  // 0 is no limit.
  if (seconds === null || seconds === 0) return []
  return [{ is: 'limits', path: 'spec.timeout.http.requestTimeout', percent: 100, code: 504, seconds }]
}
