import type { UnreadKind } from '../model/sources.ts'
import { textOrder } from '../model/text-order.ts'
import { asDocument, type Document, groupOf, resourceOf } from './kinds.ts'

/*
 * What stands in a file and is not read may be what decides: a Route, an EnvoyFilter, a policy of a product that nobody
 * here has heard of. A list of those would never be whole, so that all of them count, and what has no say on traffic
 * is listed instead: a kind that is missing there is named once too often, and not passed over.
 */

/** Groups of which no kind decides who reaches whom. */
const quietGroups: ReadonlySet<string> = new Set([
  // Kubernetes: what runs is in the pods, what may be done is no connection.
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'autoscaling.k8s.io',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'events.k8s.io',
  'extensions.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'metrics.k8s.io',
  'custom.metrics.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'snapshot.storage.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
  // Metrics, backup, delivery, secrets, scaling: read by their own controllers alone.
  'argoproj.io',
  'external-secrets.io',
  'helm.cattle.io',
  'helm.toolkit.fluxcd.io',
  'image.toolkit.fluxcd.io',
  'keda.sh',
  'kustomize.toolkit.fluxcd.io',
  'monitoring.googleapis.com',
  'notification.toolkit.fluxcd.io',
  'source.toolkit.fluxcd.io',
  'velero.io',
  'wgpolicyk8s.io',
  // OpenShift: builds, users, machines.
  'apps.openshift.io',
  'authorization.openshift.io',
  'build.openshift.io',
  'console.openshift.io',
  'image.openshift.io',
  'imageregistry.operator.openshift.io',
  'machine.openshift.io',
  'machineconfiguration.openshift.io',
  'oauth.openshift.io',
  'operators.coreos.com',
  'packages.operators.coreos.com',
  'project.openshift.io',
  'quota.openshift.io',
  'samples.operator.openshift.io',
  'security.internal.openshift.io',
  'security.openshift.io',
  'template.openshift.io',
  'tuned.openshift.io',
  'user.openshift.io',
])

/** Of groups that have others as well; Endpoints stand in EndpointSlices too, which are read or missed as such. */
const quietKinds: ReadonlySet<string> = new Set([
  // What the API server says of itself, and of a refusal.
  '/APIGroup',
  '/APIGroupList',
  '/APIResourceList',
  '/APIVersions',
  '/Status',
  '/Binding',
  '/ComponentStatus',
  '/Endpoints',
  '/LimitRange',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/PodTemplate',
  '/ReplicationController',
  '/ResourceQuota',
  '/Secret',
  '/ServiceAccount',
  // What Cilium and Calico write down for themselves of pods, nodes and addresses.
  'cilium.io/CiliumEndpoint',
  'cilium.io/CiliumEndpointSlice',
  'cilium.io/CiliumIdentity',
  'cilium.io/CiliumNode',
  'crd.projectcalico.org/BlockAffinity',
  'crd.projectcalico.org/ClusterInformation',
  'crd.projectcalico.org/IPAMBlock',
  'crd.projectcalico.org/IPAMConfig',
  'crd.projectcalico.org/IPAMHandle',
  'monitoring.coreos.com/Alertmanager',
  'monitoring.coreos.com/AlertmanagerConfig',
  'monitoring.coreos.com/PrometheusRule',
  'monitoring.coreos.com/ThanosRuler',
  // Addresses that Services have, which stand in the Services.
  'networking.k8s.io/IPAddress',
  'networking.k8s.io/ServiceCIDR',
])

export interface Typed {
  readonly apiVersion?: unknown
  readonly kind?: unknown
}

/** What a kind may be called; a file may say anything. */
const isKind = (it: string): boolean => /^[A-Za-z][A-Za-z0-9]{0,62}$/.test(it)
const isGroup = (it: string): boolean => /^(?:[a-z0-9][a-z0-9.-]{0,252})?$/.test(it)

/** Whether objects of this kind may decide something, and nobody here reads them. */
export function isUnread(apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion)
  return (
    isKind(kind) &&
    isGroup(group) &&
    !quietGroups.has(group) &&
    !quietKinds.has(`${group}/${kind}`) &&
    resourceOf(apiVersion, kind) === null
  )
}

/** Whether a kind of this group may be one of those. */
export function isQuietGroup(group: string): boolean {
  return quietGroups.has(group)
}

/** An object by itself, or those of a list: `RouteList` says the kind of its items, which need not. */
export function typedIn(document: Document): readonly Typed[] {
  const { apiVersion, kind, items } = document
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [document]
  const own = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) }
  return items.flatMap((it: unknown) => {
    const object = asDocument(it)
    return object === null ? [] : [{ ...object, ...own }]
  })
}

/** What is counted by `unreadKinds`, each by itself. */
export function strangersIn(objects: readonly Typed[]): readonly Typed[] {
  return objects.filter(
    ({ apiVersion, kind }) => typeof apiVersion === 'string' && typeof kind === 'string' && isUnread(apiVersion, kind),
  )
}

/** Such objects, counted by kind, the most of them first. */
export function unreadKinds(objects: Iterable<Typed>): readonly UnreadKind[] {
  const found = new Map<string, UnreadKind>()
  for (const { apiVersion, kind } of objects) {
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isUnread(apiVersion, kind)) continue
    const group = groupOf(apiVersion)
    const key = `${group}/${kind}`
    found.set(key, { kind, group, objects: (found.get(key)?.objects ?? 0) + 1 })
  }
  return [...found.values()].toSorted((a, b) => b.objects - a.objects || textOrder(a.kind, b.kind))
}
