/**
 * What an autoscaler says of a pod for which it brings a node: Kubernetes' own and Karpenter's, of type Normal. Live
 * they are not asked for.
 */
const comings: ReadonlySet<unknown> = new Set(['TriggeredScaleUp', 'Nominated'])

/** Whether an Event is one of those that are kept: a warning, or of a node that is to come. */
export function isKeptEvent(raw: Readonly<Record<string, unknown>>): boolean {
  const { type, reason } = raw
  return type === 'Warning' || (type === 'Normal' && comings.has(reason))
}
