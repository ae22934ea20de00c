import type { Container } from '../../model/pod.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, isObject, list, text, whole } from './json.ts'

/** A file's newest time is somewhat before it was written: a shorter delay may be over by then. In seconds. */
const fewestDelay = 60

/**
 * Which probe decides and has not been asked yet, as its `initialDelaySeconds` is not over since its container started
 * (core/v1, Probe; pkg/kubelet/prober/worker.go, doProbe). `now` in milliseconds since 1970; null: not known.
 */
export function unaskedOf(spec: Fields, status: Fields, now: number | null): Pick<Container, 'unasked'> {
  const started = Date.parse(text(fields(fields(status['state'])['running'])['startedAt']) ?? '')
  if (now === null || Number.isNaN(started) || status['ready'] === true) return {}
  const isStarting = status['started'] === false && isObject(spec['startupProbe'])
  const probe = isStarting ? 'startup' : 'readiness'
  const delay = whole(fields(spec[`${probe}Probe`])['initialDelaySeconds']) ?? 0
  return delay >= fewestDelay && now < started + delay * 1000 ? { unasked: { probe, delay } } : {}
}

/** Django and its kin by their usual settings, ASP.NET's host filtering, Nextcloud. */
const listsHosts = /(?:^|_)ALLOWED_?HOSTS$|^AllowedHosts$|^NEXTCLOUD_TRUSTED_DOMAINS$/

/**
 * The variable by which a program is told for which hosts it answers: not where it is for all (`*`) or names the pod's
 * own address, nor where the probes bring a Host header.
 */
export function hostListOf(spec: Fields, intern: Intern): Pick<Container, 'hostList'> {
  const its = list(spec['env'])
    .map(fields)
    .find((it) => listsHosts.test(text(it['name']) ?? ''))
  const name = text(its?.['name'])
  const value = text(its?.['value'])
  const isByField = isObject(fields(its?.['valueFrom'])['fieldRef'])
  const isSaid = ['readinessProbe', 'livenessProbe', 'startupProbe'].some((it) =>
    list(fields(fields(spec[it])['httpGet'])['httpHeaders']).some(isHost),
  )
  if (name === null || isByField || isSaid || value?.includes('*') === true || value?.includes('$(') === true) return {}
  return { hostList: intern.text(name) }
}

function isHost(header: unknown): boolean {
  return text(fields(header)['name'])?.toLowerCase() === 'host'
}
