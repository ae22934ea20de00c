import type { Finding } from '../findings/finding.ts'
import type { Model } from '../model/sources.ts'
import { subjectKey } from '../model/subject.ts'
import { frontOf } from './ingress/front-of.ts'
import { concernsDns } from './related.ts'

type Touching = Pick<Finding, 'code' | 'subject' | 'also' | 'args' | 'evidence'>

/**
 * Which findings touch a namespace, though all of them were read: those of its own objects and of what has none (nodes,
 * classes), those of the cluster's DNS and of what every node runs, those of what stands before its Ingresses, and
 * those that name an object of it.
 */
export function touchesNamespace(model: Model, namespace: string): (finding: Touching) => boolean {
  const ofDns = concernsDns(model)
  const { ingresses } = model.sources
  const front = frontOf(
    model,
    (ingresses.known ? ingresses.value : []).filter((it) => it.namespace === namespace),
  )
  return ({ code, subject, also = [], args, evidence }) => {
    if (subject.kind === 'Namespace') return subject.name === namespace
    if (subject.namespace === namespace || subject.namespace === null) return true
    if (ofDns({ code, subject }) || (code.startsWith('NOD') && subject.kind !== 'Pod')) return true
    return (
      front.has(subjectKey(subject)) ||
      also.some((it) => it.namespace === namespace) ||
      evidence.some((it) => it.kind === 'config' && it.object.namespace === namespace) ||
      names(args, `${namespace}/`)
    )
  }
}

/** `shop/web`, as a whole or as a word. */
function names(value: unknown, start: string): boolean {
  if (typeof value === 'string') return value.startsWith(start) || value.includes(` ${start}`)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((it) => names(it, start))
}
