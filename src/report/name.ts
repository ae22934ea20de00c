import type { Subject } from '../model/subject.ts'

/** `service shop/cart`, `node worker-1`: as kubectl says it. */
export function nameOf(subject: Subject): string {
  return `${subject.kind.toLowerCase()} ${subject.namespace === null ? '' : `${subject.namespace}/`}${subject.name}`
}
