import type { NamedServices } from '../../model/beside.ts'
import type { RawObject } from '../../kube/cluster.ts'
import type { Intern } from '../../wire/intern.ts'
import { fields, text } from './json.ts'

/**
 * The Services that a Rollout of Argo's names, into whose selectors its controller writes the hash of a version (Argo
 * Rollouts, "Rollout Specification": stableService, canaryService, activeService, previewService, pingPong). null for
 * what is no Rollout.
 */
export function projectRollout(raw: RawObject, intern: Intern): NamedServices | null {
  const { namespace, name } = raw.metadata
  if (raw.kind !== 'Rollout' || !(text(raw.apiVersion) ?? '').startsWith('argoproj.io/') || namespace === undefined)
    return null
  const strategy = fields(fields((raw as { readonly spec?: unknown }).spec)['strategy'])
  const [canary, blueGreen] = [fields(strategy['canary']), fields(strategy['blueGreen'])]
  const pingPong = fields(canary['pingPong'])
  const named = [
    canary['stableService'],
    canary['canaryService'],
    blueGreen['activeService'],
    blueGreen['previewService'],
    pingPong['pingService'],
    pingPong['pongService'],
  ]
  const services = named.flatMap((it) => text(it) ?? []).map(intern.text)
  return { namespace: intern.text(namespace), name: intern.text(name), services }
}
