/**
 * What a caller asks for, as values: a command line, a page and an assistant fill them in their own ways. Times are in
 * milliseconds.
 */
export interface ClusterAsk {
  readonly kubeconfig?: string
  readonly context?: string
  readonly cluster?: string
  readonly user?: string
  readonly as?: string
  readonly asGroup?: readonly string[]
  readonly namespace?: string
  readonly allNamespaces?: boolean
  readonly requestTimeout: number
  /** false: nothing is run in containers that are there, whatever is asked. */
  readonly exec?: boolean
  /** false: no log is read, whatever is asked. */
  readonly logs?: boolean
}

/** Where the pods that are made go, and of what image. */
export interface PodAsk {
  readonly probeNamespace?: string
  readonly image: string
}

export type ConntrackFrom = 'pod' | 'kube-proxy'

export interface ProbeAsk extends PodAsk {
  readonly probe?: boolean
  readonly nodeAccess?: boolean
  readonly conntrackFrom?: ConntrackFrom
  readonly node?: readonly string[]
  readonly probeName: string
  /** Of a URL: the address that outside requests go to, in place of what DNS says on this machine. */
  readonly lb?: string
  readonly probeTolerateAll?: boolean
  /** false: no application and no controller is sent a request. */
  readonly http?: boolean
  /** For the whole run. */
  readonly timeout: number
}
