import type { ObjectEvent } from '../model/event.ts'
import type { Known } from '../model/known.ts'
import type { Top } from './workload-of-pod.ts'
import { hearsay, told } from '../phrases.ts'
import { refusedThrough } from './symptom.ts'

/** Why a workload makes no pods, in the words of who refused. */
export interface Refusal {
  readonly said: string
  /** `event`: anybody's words. */
  readonly from: 'status' | 'event'
}

/** As part of a sentence. */
export function refusalText({ said, from }: Refusal): string {
  const short = withoutMiddle(said)
  return from === 'event' ? hearsay(short) : told(short)
}

/** No webhook's name is longer (a DNS subdomain). */
const webhook = /failed calling webhook "([\w.-]{1,253})": /

/** What this may come of: a webhook that does not answer, by its name (apiserver, admission/plugin/webhook/errors). */
export function refusedBy({ said }: Refusal): readonly string[] {
  const name = webhook.exec(said)?.[1]
  return name === undefined ? [] : [refusedThrough(name)]
}

/** A webhook is called by a long address, and what is wrong stands behind it. */
function withoutMiddle(said: string): string {
  const [before, name] = webhook.exec(said) ?? []
  const last = said.split(/: (?=\S)/).at(-1) ?? ''
  if (before === undefined || last.length > 100 || said.length < 150) return said
  return `failed calling webhook "${name}": … ${last}`
}

/**
 * Why a workload cannot make its pods. Deployments and ReplicaSets say it in a condition;
 * of StatefulSets, DaemonSets and Jobs only the event `FailedCreate` tells, and it may be of an hour ago: of use only
 * where pods are missing now.
 */
export function refusalsOf(events: Known<readonly ObjectEvent[]>): (top: Top) => Refusal | null {
  const failed = events.known ? events.value.filter((it) => it.reason === 'FailedCreate') : []
  const byName = Map.groupBy(failed, (it) => `${it.namespace}/${it.object.kind}/${it.object.name}`)
  return (top) => {
    if (top.refused !== null) return { said: sentence(top.refused), from: 'status' }
    const said = byName.get(`${top.namespace}/${top.kind}/${top.name}`)?.[0]?.said
    return said === undefined ? null : { said: sentence(said), from: 'event' }
  }
}

/** `create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: …`: from `error: ` on. */
function sentence(said: string): string {
  const at = said.indexOf(' failed error: ')
  const told = said.slice(at === -1 ? 0 : at + ' failed error: '.length).replace(/^Error creating: /, '')
  return told.length > 300 && !webhook.test(told) ? `${told.slice(0, 300)}…` : told.slice(0, 2000)
}
