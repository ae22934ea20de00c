/** The object that a finding is about, as kubectl names it. */
export interface Subject {
  readonly kind: string
  readonly namespace: string | null
  readonly name: string
}

export function subject(kind: string, namespace: string | null, name: string): Subject {
  return { kind, namespace, name }
}

/** `Service/shop/cart`, `Node/worker-1`: stable, and what `--ignore CODE=…` takes. */
export function subjectKey(it: Subject): string {
  return it.namespace === null ? `${it.kind}/${it.name}` : `${it.kind}/${it.namespace}/${it.name}`
}
