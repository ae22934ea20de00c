import { at, type Manifest, nameOf, namespaceOf, strings, text } from './object.ts'

/** Who keeps an object: a change made past its keeper is undone at the keeper's next run, or makes it fail. */
export interface Owner {
  readonly by: 'Flux' | 'Argo CD' | 'Helm'
  /** `kustomization flux-system/infra`, `release ingress`: where to commit. */
  readonly what: string
  readonly object: string
}

/** Flux before Helm: what Flux installs through Helm carries the marks of both, and Flux is the one who comes back. */
export function ownersOf(objects: readonly Manifest[]): readonly Owner[] {
  const owners = objects.flatMap((it) => {
    const owner = ownerOf(it)
    return owner === null ? [] : [owner]
  })
  const known = new Map(owners.map((it) => [`${it.by} ${it.what} ${it.object}`, it]))
  return [...known.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, it]) => it)
}

function ownerOf(object: Manifest): Owner | null {
  const labels = strings(at(object, 'metadata', 'labels'))
  const annotations = strings(at(object, 'metadata', 'annotations'))
  const namespace = namespaceOf(object)
  const named = {
    object: `${text(at(object, 'kind')) ?? 'object'} ${namespace === null ? '' : `${namespace}/`}${nameOf(object)}`,
  }
  const any = { ...labels, ...annotations }
  const first = (...keys: readonly string[]): string | undefined =>
    keys.map((key) => any[key]).find((it) => it !== undefined)

  // https://fluxcd.io/flux/components/kustomize/kustomizations/ and .../helm/helmreleases/: labels on what they apply.
  const kustomization = first('kustomize.toolkit.fluxcd.io/name')
  if (kustomization !== undefined)
    return {
      by: 'Flux',
      what: `kustomization ${prefixed(first('kustomize.toolkit.fluxcd.io/namespace'))}${kustomization}`,
      ...named,
    }
  const release = first('helm.toolkit.fluxcd.io/name')
  if (release !== undefined)
    return {
      by: 'Flux',
      what: `helmrelease ${prefixed(first('helm.toolkit.fluxcd.io/namespace'))}${release}`,
      ...named,
    }
  // https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
  const tracking = first('argocd.argoproj.io/tracking-id')?.split(':')[0] ?? first('argocd.argoproj.io/instance')
  if (tracking !== undefined) return { by: 'Argo CD', what: `application ${tracking}`, ...named }
  // https://helm.sh/docs/faq/changes_since_helm2/: ownership labels that Helm 3 validates.
  const helm =
    first('meta.helm.sh/release-name') ??
    (labels['app.kubernetes.io/managed-by'] === 'Helm'
      ? (labels['app.kubernetes.io/instance'] ?? nameOf(object))
      : undefined)
  if (helm !== undefined)
    return { by: 'Helm', what: `release ${prefixed(first('meta.helm.sh/release-namespace'))}${helm}`, ...named }
  return null
}

function prefixed(namespace: string | undefined): string {
  return namespace === undefined ? '' : `${namespace}/`
}
