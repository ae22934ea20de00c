import type { Resource } from '../kube/cluster.ts'
import * as resource from '../kube/resources.ts'

const kinds: Readonly<Record<string, Resource>> = {
  ConfigMap: resource.configMaps,
  DaemonSet: resource.daemonSets,
  Deployment: resource.deployments,
  HorizontalPodAutoscaler: resource.horizontalPodAutoscalers,
  Namespace: resource.namespaces,
  NetworkPolicy: resource.networkPolicies,
  Node: resource.nodes,
  Pod: resource.pods,
  PodDisruptionBudget: resource.podDisruptionBudgets,
  Service: resource.services,
  ServiceAccount: resource.serviceAccounts,
  StatefulSet: resource.statefulSets,
}

/** The resource type behind a kind. A remedy that names another is a bug. */
export function resourceOf(kind: string): Resource {
  const found = kinds[kind]
  if (found === undefined) throw new Error(`no resource type is known for kind ${kind}`)
  return found
}

export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`
}
