import type { ApiPath } from './address.ts'
import type { Known } from '../model/known.ts'
import type { UnreadKind } from '../model/sources.ts'
import type { ContainerCommand } from './container-command.ts'

/** What the API server sends, before projection: only `collect` looks inside. */
export interface RawObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly generation?: number
    readonly creationTimestamp?: string
    readonly deletionTimestamp?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly {
      readonly kind: string
      readonly name: string
      readonly controller?: boolean
    }[]
  }
  readonly [field: string]: unknown
}

/** A resource type by its URL parts: `/api/v1/pods` is `{ group: '', version: 'v1', plural: 'pods' }`. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespaced: boolean
}

export interface ListOptions {
  /** Every namespace when absent. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly signal?: AbortSignal
}

export interface DeleteOptions {
  readonly graceSeconds?: number
  readonly uid?: string
  /** Refused when the stored object has moved on. */
  readonly resourceVersion?: string
  /** `Foreground`: the object stays until what it owns is gone. */
  readonly propagation?: 'Background' | 'Foreground'
  readonly dryRun?: boolean
}

export interface ExecResult {
  /** null when the connection ended before the API server reported an exit status. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How a command is followed that runs until somebody wants no more of it. */
export interface LiveExec {
  readonly out: (bytes: Uint8Array) => void
  /** Sent to its standard input again and again: a command that hears nothing ends itself. */
  readonly beat: string
  readonly everyMs: number
  /** Its standard input is closed then, and what it says last is waited for. */
  readonly enough: AbortSignal
}

export interface ExactLog {
  /** RFC 3339; the API server heeds whole seconds. */
  readonly sinceTime?: string
  /** Told when it broke off before the log's end, and why: the connection, or the kubelet's own words. */
  readonly onBroken: (why: string) => void
}

/** What another tool wrote of a cluster, which has no list of what its API server serves. */
export interface Held {
  /** What wrote it: `kubectl get`. */
  readonly what: string
  /**
   * Whether it holds objects of this kind, of a namespace or of any (null), be it a part of them. Where it does not,
   * there may be none, or nobody asked for them.
   */
  holds(resource: Resource, namespace: string | null): boolean
  /** Whether it holds all of this kind, of a namespace or of every one (null): what is not among them is not there. */
  isWhole(resource: Resource, namespace: string | null): boolean
  /** What it holds and nobody here reads, though it may have a say on traffic. */
  unread(namespace: string | null): readonly UnreadKind[]
  /** The objects of those kinds, as they stand there. */
  strangers(namespace: string | null): readonly unknown[]
  /** Whatever it holds that has a status, but for pods and nodes: of a namespace and of none, or of any (null). */
  withStatus(namespace: string | null): readonly RawObject[]
}

/**
 * One Kubernetes API server, as one user. Expected refusals (403, 404, a timeout, a cut connection) are values;
 * an exception is a bug. Every call ends within the request timeout or when `signal` aborts.
 */
export interface Cluster {
  readonly context: string
  readonly server: string
  /** The namespace that the kubeconfig's context names, or `default`. */
  readonly namespace: string
  /** Of a file alone: an API server says itself what it serves. */
  readonly held?: Held
  version(options?: {
    readonly signal?: AbortSignal
  }): Promise<Known<{ readonly gitVersion: string; readonly platform: string }>>
  /**
   * Pages by 500 and projects each object as soon as its page is parsed, so that a big cluster never stands in
   * memory as raw JSON. A list that is cut off half-way is unknown, not short.
   */
  list<T>(resource: Resource, options: ListOptions, project: (raw: RawObject) => T | null): Promise<Known<T[]>>
  get<T>(
    resource: Resource,
    namespace: string | null,
    name: string,
    project: (raw: RawObject) => T,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Known<T>>
  create(
    resource: Resource,
    namespace: string | null,
    object: object,
    options?: { readonly dryRun?: boolean },
  ): Promise<Known<RawObject>>
  /**
   * Puts `object` in the place of the one of its name. Its `metadata.resourceVersion` is the precondition: the API
   * server refuses (409) when the stored object has moved on.
   */
  replace(
    resource: Resource,
    namespace: string | null,
    name: string,
    object: object,
    options?: { readonly dryRun?: boolean },
  ): Promise<Known<RawObject>>
  /**
   * `graceSeconds` 0 kills at once. An object that is already gone counts as deleted; one that has another uid, too.
   */
  delete(resource: Resource, namespace: string | null, name: string, options?: DeleteOptions): Promise<Known<'deleted'>>
  /**
   * Log lines as they arrive, without their line ends. Ends when the container does, or on abort. `previous` is the run
   * before.
   */
  logs(
    namespace: string,
    pod: string,
    options: {
      readonly container?: string
      readonly follow?: boolean
      readonly previous?: boolean
      readonly tailLines?: number
      readonly sinceSeconds?: number
      readonly signal?: AbortSignal
      /** For who must lose no line: each bears its time, and is given with its end, as it comes. */
      readonly exact?: ExactLog
    },
  ): Promise<Known<AsyncIterable<string>>>
  exec(
    namespace: string,
    pod: string,
    options: {
      readonly container?: string
      readonly command: ContainerCommand
      readonly stdin?: string
      readonly timeoutMs: number
      readonly signal?: AbortSignal
      /** More than a script's few lines: a file that is read. */
      readonly mostBytes?: number
      /** Output that is handed on as it comes, and kept nowhere. */
      readonly live?: LiveExec
    },
  ): Promise<Known<ExecResult>>
  /**
   * Events of a watch from now on, until `signal` aborts or the server ends it; restarts itself after a server-side
   * end. `onFresh`: from here on events are told, and what was before is for a list to say; again after a pause that
   * was too long to be made up for.
   */
  watch<T>(
    resource: Resource,
    options: ListOptions & { readonly signal: AbortSignal; readonly onFresh?: () => void },
    project: (raw: RawObject) => T,
  ): AsyncIterable<{ readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }>
  /** GET on any path, as text: `/metrics`, `/api/v1/namespaces/x/pods/y:9153/proxy/metrics`. */
  raw(
    path: ApiPath,
    options?: { readonly signal?: AbortSignal; /** Less than `rawBytes`. */ readonly maxBytes?: number },
  ): Promise<Known<string>>
  /** May this user do that? Asked by SelfSubjectAccessReview, which writes nothing. */
  mayI(verb: string, resource: Resource, namespace: string | null, subresource?: string): Promise<Known<boolean>>
  /**
   * The API server's own clock by the Date of its last answer, in milliseconds since 1970; null while it has told none.
   * Ages of objects are judged by it: the clock here may be minutes off.
   */
  readonly serverNow?: () => number | null
  /** Ends idle connections, so that the process can exit. */
  close(): void
}

export interface ClusterOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly cluster?: string
  readonly user?: string
  readonly as?: string
  readonly asGroup?: readonly string[]
  readonly requestTimeoutMs: number
}
