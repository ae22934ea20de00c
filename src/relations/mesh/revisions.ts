import type { Beside } from '../../model/beside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { labelOf } from '../selector.ts'
import { isLive } from '../service/service-selects-pod.ts'

/** What one without the label is (istio, manifests/charts/istio-control/istio-discovery: `revision` is empty). */
const defaultRevision = 'default'

/**
 * The revisions that pods of istiod are of, by their label `istio.io/rev`; null where none is known by its label `app`,
 * as where the control plane is outside of the cluster, or was not read.
 */
export function revisionsOf(pods: readonly Pod[]): ReadonlySet<string> | null {
  const servers = pods.filter((it) => isLive(it) && labelOf(it.labels, 'app') === 'istiod')
  return servers.length === 0
    ? null
    : new Set(servers.map(({ labels }) => labelOf(labels, 'istio.io/rev') ?? defaultRevision))
}

/**
 * Whether nobody brings pods of a namespace into the mesh: it names a revision that no istiod is of, and no injector's
 * configuration has that name in its own, as a tag has (`istioctl tag set`: istio-revision-tag-NAME).
 */
export function isNobodys(revision: string, there: ReadonlySet<string>, beside: Known<Beside>): boolean {
  const webhooks = beside.known ? beside.value.webhooks : []
  return !there.has(revision) && !webhooks.some(({ name }) => `${name}-`.includes(`-${revision}-`))
}
