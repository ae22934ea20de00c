import type { Known } from '../model/known.ts'
import type { Model } from '../model/sources.ts'
import { subjectKey } from '../model/subject.ts'
import { routings } from './gateway/routed-services.ts'
import { frontOf } from './ingress/front-of.ts'
import { isAtCallee, namespacesIn, objectsIn, placesIn, type Touching } from './named-in.ts'
import { concernsDns } from './related.ts'
import { calleesOfPods } from './service/callees-of-pods.ts'

/**
 * Which findings touch a namespace, though all of them were read: those of its own objects and of what has none (nodes,
 * classes), those of the cluster's DNS and of what every node runs, those of what stands before its Ingresses and
 * its routes, those of the Services that its pods are told to call, and those that name an object of it.
 */
export function touchesNamespace(model: Model, namespace: string): (finding: Touching) => boolean {
  const ofDns = concernsDns(model)
  const own = <T extends { readonly namespace: string }>(list: Known<readonly T[]>): readonly T[] =>
    list.known ? list.value.filter((it) => it.namespace === namespace) : []
  const front = frontOf(model, own(model.sources.ingresses))
  // Gateways that its routes name, of whichever namespace, and HTTPProxies that include its own.
  const before = new Set(
    routings(model).flatMap((it) => (it.object.namespace === namespace ? it.before.map(subjectKey) : [])),
  )
  const called = calleesOfPods(model, own(model.sources.pods))
  return (finding) => {
    const { code, subject } = finding
    if (subject.kind === 'Namespace') return subject.name === namespace
    if (subject.namespace === namespace) return true
    // A webhook hears of the namespaces that it chooses, and hangs on that of its Service.
    if (subject.namespace === null) return isFor(finding, namespace) || isAtCallee(finding, called)
    if (ofDns({ code, subject }) || (code.startsWith('NOD') && subject.kind !== 'Pod')) return true
    return (
      front.has(subjectKey(subject)) ||
      before.has(subjectKey(subject)) ||
      objectsIn(finding).some(
        (it) => it.namespace === namespace || (it.kind === 'Namespace' && it.name === namespace),
      ) ||
      placesIn(finding).some((it) => it.startsWith(`${namespace}/`)) ||
      namespacesIn(finding).includes(namespace) ||
      isAtCallee(finding, called)
    )
  }
}

/** Of what has no namespace, and is said to be for some alone. */
function isFor({ args = {}, also = [] }: Touching, namespace: string): boolean {
  const { onlyFor } = args
  return !Array.isArray(onlyFor) || onlyFor.includes(namespace) || also.some((it) => it.namespace === namespace)
}
