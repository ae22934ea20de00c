/**
 * Of type Normal. What an autoscaler says of a pod for which it brings a node: Kubernetes' own and Karpenter's. And
 * what the AWS Load Balancer Controller says of an object with which all is well again. Live they are not asked for.
 */
const told: ReadonlySet<unknown> = new Set(['TriggeredScaleUp', 'Nominated', 'SuccessfullyReconciled'])

/** Whether an Event is one of those that are kept: a warning, or what ends or excuses one. */
export function isKeptEvent(raw: Readonly<Record<string, unknown>>): boolean {
  const { type, reason } = raw
  return type === 'Warning' || (type === 'Normal' && told.has(reason))
}
