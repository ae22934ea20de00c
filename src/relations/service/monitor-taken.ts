import type { Monitor, MonitorReader, MonitorTaking } from '../../model/monitor.ts'
import { allOf, type Labels, selects, selectsNamespace, type Tri } from '../selector.ts'

/**
 * Whether a Prometheus takes a monitor (prometheus-operator, pkg/prometheus/resource_selector.go): without a selector
 * of that kind none, without one of namespaces those of its own. `maybe`: its configuration is not the operator's, or
 * the namespace's labels were not read.
 */
export function takenBy(reader: MonitorReader, monitor: Monitor, namespaceLabels: Labels | undefined): Tri {
  if (reader.takes.length === 0) return 'maybe'
  const taking = reader.takes.find((it) => it.of === monitor.kind)
  if (taking === undefined) return 'no'
  return allOf([isLabelled(taking, monitor) ? 'yes' : 'no', isLookedInto(reader, taking, monitor, namespaceLabels)])
}

/** Whether its labels alone would have it taken. */
export function isLabelled({ selector }: MonitorTaking, { labels }: Pick<Monitor, 'labels'>): boolean {
  return selector !== null && selects(selector, labels)
}

function isLookedInto(
  reader: MonitorReader,
  { namespaces }: MonitorTaking,
  { namespace }: Monitor,
  labels: Labels | undefined,
): Tri {
  if (namespaces === null) return reader.namespace === namespace ? 'yes' : 'no'
  return selectsNamespace(namespaces, namespace, labels ?? null)
}
