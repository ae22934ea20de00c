import type { Cluster, ListOptions, RawObject, Resource } from '../kube/cluster.ts'
import { chosenByLabels } from '../kube/label-selector.ts'
import { gatewayKinds, meshKinds } from '../kube/resources.ts'
import { projectList, projectOne } from '../kube/projected.ts'
import { type Known, known, unknown } from '../model/known.ts'

export interface ClusterOf extends Cluster {
  /** Every list and get, as `pods in shop`, `nodes` or `configmaps in kube-system coredns`. */
  readonly asked: readonly string[]
}

/**
 * For tests: a cluster that holds these objects, by plural. `refuse` answers a request in their place: return a
 * reason, or null to let it pass.
 */
export function clusterOf(
  objects: Readonly<Record<string, readonly object[]>>,
  refuse: (plural: string, namespace: string | null) => Known<never> | null = () => null,
): ClusterOf {
  const asked: string[] = []
  const all = (resource: Resource): readonly RawObject[] => (objects[keyOf(resource)] ?? []) as readonly RawObject[]
  const note = (resource: Resource, namespace: string | null, name = ''): Known<never> | null => {
    asked.push(`${resource.plural}${namespace === null ? '' : ` in ${namespace}`} ${name}`.trimEnd())
    return refuse(resource.plural, namespace)
  }
  return {
    asked,
    context: 'test',
    server: 'https://test',
    namespace: 'default',
    version: () => Promise.resolve(known({ gitVersion: 'v1.33.1', platform: 'linux/amd64' })),
    list: (resource, options, project) => {
      const refused = note(resource, options.namespace ?? null)
      const those = all(resource).filter((it) => chosen(it, options))
      return Promise.resolve(refused ?? projectList(those, project))
    },
    get: (resource, namespace, name, project) => {
      const refused = note(resource, namespace, name)
      const found = all(resource).find(
        (it) => it.metadata.name === name && (it.metadata.namespace ?? null) === namespace,
      )
      return Promise.resolve(
        refused ??
          (found === undefined
            ? unknown('not-there', `${resource.plural} "${name}" not found`)
            : projectOne(found, project)),
      )
    },
    create: notHere,
    replace: notHere,
    delete: notHere,
    logs: notHere,
    exec: notHere,
    watch: notHere,
    raw: (path) => {
      asked.push(path)
      return Promise.resolve(discovery(objects, path))
    },
    mayI: notHere,
    close: () => {},
  }
}

/** By plural; Istio's by its group as well, since two groups have `gateways`. */
function keyOf({ group, plural }: Resource): string {
  return group.endsWith('.istio.io') ? `${plural}.${group}` : plural
}

/** Which groups are served, and what is in them: of the CRDs those that the test gives, and no other. */
function discovery(objects: Readonly<Record<string, readonly object[]>>, path: string): Known<string> {
  const served = [...Object.values(gatewayKinds), ...Object.values(meshKinds)].filter(
    (it) => objects[keyOf(it)] !== undefined,
  )
  if (path === '/apis') {
    const groups = [...new Set(served.map((it) => it.group))]
    return known(
      JSON.stringify({
        groups: groups.map((name) => ({ name, versions: [{ version: 'v1' }, { version: 'v1beta1' }] })),
      }),
    )
  }
  const [, , group, version] = path.split('/')
  const resources = version === 'v1' ? served.filter((it) => it.group === group) : []
  return known(JSON.stringify({ resources: resources.map((it) => ({ name: it.plural })) }))
}

function notHere(): never {
  throw new Error('collect only reads')
}

function chosen(it: RawObject, options: ListOptions): boolean {
  if (options.namespace !== undefined && it.metadata.namespace !== options.namespace) return false
  return options.labelSelector === undefined || chosenByLabels(options.labelSelector)?.(it) === true
}
