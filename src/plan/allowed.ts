import { plainText } from '../wire/plain.ts'
import { isList, isObject, type Json, own } from '../manifest/object.ts'
import { canonical } from '../manifest/canonical.ts'
import { join, named } from '../manifest/diff.ts'
import { apiVersionOf, resourceOf } from './kinds.ts'
import type { Plan, Step } from './plan.ts'

/** What a remedy may do to which kind: the verbs, and the names where they are always the same. */
type Allowed = {
  readonly kind: string
  readonly name?: RegExp
} & (
  | { readonly verb: 'create' | 'delete' }
  /** `fields`: the paths that it may touch. */
  | { readonly verb: 'replace'; readonly fields: RegExp }
)

function workloads(fields: RegExp): readonly Allowed[] {
  return ['Deployment', 'DaemonSet', 'StatefulSet'].map((kind) => ({ verb: 'replace', kind, fields }))
}

/**
 * A plan file is a file: whoever can write it can work out its hash. What it does is held against what its remedy ever
 * does, whatever the file says of itself.
 */
const allowed: Readonly<Record<string, readonly Allowed[]>> = {
  'corefile-edit': [{ verb: 'replace', kind: 'ConfigMap', fields: /^data\b/ }],
  'dns-service': [{ verb: 'replace', kind: 'Service', fields: /^spec\.(ports|internalTrafficPolicy)\b/ }],
  'enough-coredns': [
    {
      verb: 'replace',
      kind: 'Deployment',
      fields:
        /^spec\.(replicas|template\.spec\.(containers\[[^\]]*\]\.resources|topologySpreadConstraints|affinity))\b/,
    },
    { verb: 'create', kind: 'PodDisruptionBudget' },
  ],
  'node-local-dns': [
    ...['ServiceAccount', 'ConfigMap', 'DaemonSet', 'Service'].map((kind) => ({
      verb: 'create' as const,
      kind,
      name: /^node-local-dns$/,
    })),
    { verb: 'create', kind: 'Service', name: /^kube-dns-upstream$/ },
    { verb: 'create', kind: 'NetworkPolicy' },
    { verb: 'replace', kind: 'NetworkPolicy', fields: /^spec\b/ },
  ],
  'pod-dns': workloads(/^spec\.template\.spec\.(dnsPolicy|dnsConfig)\b/),
  'policy-allow-dns': [{ verb: 'create', kind: 'NetworkPolicy', name: /-allow-dns$/ }],
  'replace-dns-pod': [{ verb: 'delete', kind: 'Pod' }],
  'resolver-options': workloads(/^spec\.template\.spec\.dnsConfig\b/),
  'service-selector': [{ verb: 'replace', kind: 'Service', fields: /^spec\.selector\b/ }],
  'scale-coredns': [{ verb: 'replace', kind: 'Deployment', fields: /^spec\.replicas$/ }],
  'weave-tc': [
    {
      verb: 'replace',
      kind: 'DaemonSet',
      name: /^weave-net$/,
      fields: /^spec\.template\.spec\.(containers|volumes)\b/,
    },
  ],
}

/** The first thing about a plan that its remedy would never write; null when there is none. */
export function notOf({ remedy, steps }: Plan): string | null {
  const known = allowed[remedy]
  if (known === undefined) return `no remedy is called ${remedy}`
  for (const step of steps) {
    const why = wrong(step, known)
    if (why !== null) return why
  }
  return null
}

function wrong(step: Step, known: readonly Allowed[]): string | null {
  const { verb, object } = step
  const name = `${object.kind} ${object.name}`
  const may = known.filter((it) => it.verb === verb && it.kind === object.kind && (it.name?.test(object.name) ?? true))
  if (may.length === 0) return `its remedy never does this: ${verb} ${name}`
  // What the step is called is not what it writes, unless it is looked at.
  const resource = resourceOf(object.kind)
  const { group, version, plural, namespaced } = step.resource
  if (
    group !== resource.group ||
    version !== resource.version ||
    plural !== resource.plural ||
    namespaced !== resource.namespaced
  )
    return `it says ${name}, and writes ${plural}`
  for (const it of [step.before?.object, step.after]) {
    if (it === null || it === undefined) continue
    const { metadata } = it as { readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown } }
    if (it['kind'] !== object.kind || it['apiVersion'] !== apiVersionOf(resource))
      return `it says ${name}, and holds a ${plainText(it['kind'])}`
    if (metadata?.name !== object.name || (metadata.namespace ?? null) !== object.namespace)
      return `it says ${name}, and holds ${plainText(metadata?.name)} of ${plainText(metadata?.namespace)}`
  }
  if (step.verb !== 'replace') return null
  const touched = differing('', step.before.object, step.after).filter(
    (path) => !may.some((it) => it.verb === 'replace' && it.fields.test(path)),
  )
  return touched.length === 0 ? null : `its remedy never changes ${touched[0]} of ${name}`
}

/** The paths at which two objects differ; a list of named things name by name. */
function differing(path: string, before: Json | undefined, after: Json | undefined): readonly string[] {
  if (canonical(before) === canonical(after)) return []
  const [was, is] = [before ?? {}, after ?? {}]
  if (isObject(was) && isObject(is))
    return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) =>
      differing(join(path, key), own(was, key), own(is, key)),
    )
  const [old, now] = [isList(before) ? named(before) : null, isList(after) ? named(after) : null]
  if (old === null || now === null) return [path]
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) =>
    differing(`${path}[${name}]`, old.get(name), now.get(name)),
  )
}
