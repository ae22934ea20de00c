/** A workload that wants no pods, in words that hold for its kind. */
export interface Idle {
  /** What follows its name: `is scaled to 0`. */
  readonly is: string
  /** What it wants, as evidence. */
  readonly wants: string
  readonly help: (on: { readonly namespace: string; readonly name: string }) => readonly string[]
}

/** `kubectl scale` knows these alone; it has known no Job since Kubernetes 1.15. */
const scaled = (kind: string): Idle => ({
  is: 'is scaled to 0',
  wants: 'wants 0 pods',
  help: ({ namespace, name }) => [
    'if it should run, scale it up; see first who scaled it down (an autoscaler, a pipeline, a colleague)',
    `kubectl -n ${namespace} scale ${kind}/${name} --replicas=1`,
    `kubectl -n ${namespace} get hpa`,
  ],
})

const kinds: ReadonlyMap<string, Idle> = new Map([
  ['Deployment', scaled('deployment')],
  ['StatefulSet', scaled('statefulset')],
  ['ReplicaSet', scaled('replicaset')],
  [
    'DaemonSet',
    {
      is: 'fits no node',
      wants: 'wanted on 0 nodes',
      help: ({ namespace, name }) => [
        'if it should run, look at which nodes it asks for',
        `kubectl -n ${namespace} describe daemonset ${name}`,
      ],
    },
  ],
  [
    'Job',
    {
      is: 'has ended, or is suspended',
      wants: 'wants no more pods',
      help: ({ namespace, name }) => [
        'a Job that has ended does not run again: create another if it is wanted; a suspended one waits for ' +
          '`spec.suspend: false`',
        `kubectl -n ${namespace} describe job ${name}`,
      ],
    },
  ],
  [
    'CronJob',
    {
      is: 'is between its runs',
      wants: 'no run is under way',
      help: ({ namespace, name }) => [
        'its pods, and so the endpoints, are there while a run lasts; see when the last one was, and the next',
        `kubectl -n ${namespace} get cronjob ${name}`,
      ],
    },
  ],
])

/** Of kinds that others define nothing is known but that they want no pods: `kubectl scale` may not know them. */
export function idle(kind: string): Idle {
  return (
    kinds.get(kind) ?? {
      is: 'wants no pods',
      wants: 'wants no pods',
      help: ({ namespace, name }) => [
        `if it should run, see why ${kind} ${name} wants no pods: what made it knows`,
        `kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}`,
      ],
    }
  )
}

/** What a client of such a Service gets. */
export function clientOf(headless: boolean, ingresses: readonly string[]): string {
  const asked = headless
    ? 'it is headless: the DNS servers say that its name does not exist (NXDOMAIN) until there is a pod'
    : 'connections to it are refused at once'
  const [first] = ingresses
  if (first === undefined) return asked
  return `${asked}, and Ingress ${first} before it has nobody to send requests to: most controllers answer 503`
}
