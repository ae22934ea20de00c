import type { IncomingMessage } from 'node:http'
import { randomUUID } from 'node:crypto'
import { clusterOver } from '../../src/kube/connect.ts'
import { bodyOf, sendJson, serve, transportTo, type TestServer } from './api-server.ts'
import type { Cluster } from '../../src/kube/cluster.ts'
import { at, isObject, type Json, type JsonObject, list, type Manifest, put } from '../../src/manifest/object.ts'
import { canonical } from '../../src/manifest/canonical.ts'
import { bare } from '../../src/manifest/server-owned.ts'

/** A write that was let through or is about to be: where a test may kill the writer. */
export type Moment = {
  readonly when: 'before' | 'after'
  readonly write: number
  readonly method: string
  readonly path: string
}

export interface ApiStore {
  readonly url: string
  readonly writes: () => number
  cluster(): Cluster
  /** Every object, without what the server owns, as one text: equal texts are equal clusters. */
  everything(): string
  /** Puts an object there, as some other user would. */
  put(path: string, object: Manifest): Manifest
  get(path: string): Manifest | undefined
  remove(path: string): void
  /** Called before and after each write takes effect; the answer waits for it. */
  onWrite: ((moment: Moment) => Promise<void>) | null
  /** Called before each answer to a GET. */
  onRead: ((path: string) => void) | null
  /** A mutating admission webhook; null for none. */
  mutate: ((object: Manifest, dry: boolean) => Manifest) | null
  /** Whether workloads become ready: a rollout that never does, when false. */
  rollsOut: boolean
  close(): Promise<void>
}

/**
 * An API server over HTTP with the semantics that a plan leans on: uids, resourceVersions as preconditions, no-op
 * updates, generations, dry runs, defaults, addresses that are given out, foreground deletion, and controllers that
 * write status and annotations behind the user's back.
 */
export async function apiStore(): Promise<ApiStore> {
  const objects = new Map<string, Manifest>()
  const leaving = new Map<string, number>()
  let version = 100
  let address = 10
  let writes = 0
  const next = (): string => String((version += 1))

  const server: TestServer = await serve((request, response) => {
    handle(request).then(
      ({ status, body }) => sendJson(response, status, body),
      (error: unknown) => sendJson(response, 500, { kind: 'Status', message: String(error) }),
    )
  })
  const store: ApiStore = {
    url: server.url,
    writes: () => writes,
    cluster: () => clusterOver(transportTo(server), 5000),
    everything: () =>
      [...objects]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, it]) => `${path} ${canonical(bare(it))}`)
        .join('\n'),
    put: (path, object) => {
      const before = objects.get(path)
      const stored =
        before === undefined
          ? created(path, object)
          : updated(before, put(object, ['metadata', 'uid'], at(before, 'metadata', 'uid')))
      objects.set(path, stored)
      return stored
    },
    get: (path) => objects.get(path),
    remove: (path) => void objects.delete(path),
    onWrite: null,
    onRead: null,
    mutate: null,
    rollsOut: true,
    close: () => server.close(),
  }
  return store

  async function handle(request: IncomingMessage): Promise<{ readonly status: number; readonly body: Json }> {
    const url = new URL(request.url ?? '', 'http://x')
    const path = url.pathname
    const method = request.method ?? 'GET'
    if (method === 'GET') {
      store.onRead?.(path)
      return read(path)
    }
    const body = (await bodyOf(request)) as JsonObject
    const dry = url.searchParams.get('dryRun') === 'All' || list(at(body, 'dryRun')).includes('All')
    if (dry) return write(method, path, body, true)
    const number = (writes += 1)
    await store.onWrite?.({ when: 'before', write: number, method, path })
    const answer = write(method, path, body, false)
    await store.onWrite?.({ when: 'after', write: number, method, path })
    return answer
  }

  function read(path: string): { readonly status: number; readonly body: Json } {
    control()
    const one = objects.get(path)
    if (one !== undefined) return { status: 200, body: one }
    const { namespace, plural, name } = partsOf(path)
    if (name !== undefined) return refuse(404, `${plural} "${name}" not found`)
    const items = [...objects].filter(
      ([key]) => partsOf(key).plural === plural && (namespace === undefined || partsOf(key).namespace === namespace),
    )
    return {
      status: 200,
      body: { kind: 'List', metadata: { resourceVersion: String(version) }, items: items.map(([, it]) => it) },
    }
  }

  function write(
    method: string,
    path: string,
    sent: JsonObject,
    dry: boolean,
  ): { readonly status: number; readonly body: Json } {
    control()
    const body = method === 'DELETE' ? sent : (store.mutate?.(sent, dry) ?? sent)
    if (method === 'POST') {
      const name = String(at(body, 'metadata', 'name'))
      if (objects.has(`${path}/${name}`)) return refuse(409, `"${name}" already exists`)
      const made = created(`${path}/${name}`, body)
      if (!dry) objects.set(`${path}/${name}`, made)
      return { status: 201, body: made }
    }
    const before = objects.get(path)
    if (before === undefined) return refuse(404, `${path} not found`)
    const own = (field: string): Json | undefined => at(before, 'metadata', field)
    if (method === 'DELETE') {
      const wanted = at(body, 'preconditions')
      if (isObject(wanted) && Object.entries(wanted).some(([key, value]) => own(key) !== value))
        return refuse(409, 'Precondition failed')
      if (dry) return { status: 200, body: before }
      if (at(body, 'propagationPolicy') === 'Foreground') {
        objects.set(
          path,
          put(
            put(before, ['metadata', 'deletionTimestamp'], '2026-01-01T00:00:00Z'),
            ['metadata', 'resourceVersion'],
            next(),
          ),
        )
        leaving.set(path, 2)
      } else objects.delete(path)
      return { status: 200, body: { kind: 'Status', status: 'Success' } }
    }
    const { uid, resourceVersion } = (at(body, 'metadata') ?? {}) as {
      readonly uid?: string
      readonly resourceVersion?: string
    }
    if (
      (uid !== undefined && uid !== own('uid')) ||
      (resourceVersion !== undefined && resourceVersion !== own('resourceVersion'))
    )
      return refuse(409, 'the object has been modified')
    const after = updated(before, body)
    if (!dry) objects.set(path, after)
    return { status: 200, body: after }
  }

  function created(path: string, body: Manifest): Manifest {
    const namespace = /\/namespaces\/([^/]+)\/[a-z]+\/[^/]+$/.exec(path)?.[1]
    const { status: _status, ...rest } = body
    let object: Manifest = defaulted(path, rest)
    if (namespace !== undefined) object = put(object, ['metadata', 'namespace'], namespace)
    if (path.includes('/services/'))
      object = put(object, ['spec', 'clusterIP'], at(object, 'spec', 'clusterIP') ?? `10.0.0.${(address += 1)}`)
    return put(object, ['metadata'], {
      ...(at(object, 'metadata') as JsonObject),
      uid: randomUUID(),
      resourceVersion: next(),
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [{ manager: 'test' }],
    })
  }

  function updated(before: Manifest, body: Manifest): Manifest {
    const path = String(at(body, 'kind'))
    const kept = Object.fromEntries(
      ['uid', 'creationTimestamp', 'deletionTimestamp', 'managedFields', 'namespace', 'name'].flatMap((key) =>
        at(before, 'metadata', key) === undefined ? [] : [[key, at(before, 'metadata', key) as Json]],
      ),
    )
    const { generation: _generation, ...own } = (at(body, 'metadata') ?? {}) as JsonObject
    const after: Manifest = {
      ...defaulted(path, body),
      metadata: {
        ...own,
        ...kept,
        resourceVersion: at(before, 'metadata', 'resourceVersion') ?? '',
        generation: at(before, 'metadata', 'generation') ?? 1,
      },
      ...(before['status'] === undefined ? {} : { status: before['status'] }),
    }
    // A no-op update moves nothing.
    if (canonical(after) === canonical(before)) return before
    const moved = canonical(after['spec'] ?? null) === canonical(before['spec'] ?? null) ? 0 : 1
    return put(
      put(after, ['metadata', 'resourceVersion'], next()),
      ['metadata', 'generation'],
      Number(at(before, 'metadata', 'generation') ?? 1) + moved,
    )
  }

  /** What the controllers do between two requests. */
  function control(): void {
    for (const [path, left] of leaving) {
      leaving.set(path, left - 1)
      if (left > 0) continue
      leaving.delete(path)
      objects.delete(path)
    }
    for (const [path, it] of objects) {
      if (!/\/(deployments|daemonsets|statefulsets)\//.test(path) || !store.rollsOut) continue
      const generation = at(it, 'metadata', 'generation') ?? 1
      if (at(it, 'status', 'observedGeneration') === generation) continue
      const replicas = at(it, 'spec', 'replicas') ?? 1
      const status = {
        observedGeneration: generation,
        replicas,
        updatedReplicas: replicas,
        availableReplicas: replicas,
        readyReplicas: replicas,
        desiredNumberScheduled: 3,
        updatedNumberScheduled: 3,
        numberAvailable: 3,
      }
      const counted = path.includes('/deployments/')
        ? put(it, ['metadata', 'annotations', 'deployment.kubernetes.io/revision'], String(generation))
        : it
      objects.set(path, put({ ...counted, status }, ['metadata', 'resourceVersion'], next()))
    }
  }
}

function refuse(status: number, message: string): { readonly status: number; readonly body: Json } {
  return { status, body: { kind: 'Status', status: 'Failure', message, code: status } }
}

function defaulted(path: string, body: Manifest): Manifest {
  return withDefaults(path, withoutFalse(body) as Manifest)
}

/** As `omitempty` in the API's types: `readOnly: false` is stored as nothing (k8s.io/api core/v1 VolumeMount). */
function withoutFalse(it: Json): Json {
  if (Array.isArray(it)) return it.map((one) => withoutFalse(one as Json))
  return isObject(it)
    ? Object.fromEntries(
        Object.entries(it).flatMap(([key, value]) =>
          key === 'readOnly' && value === false ? [] : [[key, withoutFalse(value)]],
        ),
      )
    : it
}

function withDefaults(path: string, body: Manifest): Manifest {
  if (/deployments|Deployment/.test(path) && at(body, 'spec', 'progressDeadlineSeconds') === undefined)
    return put(body, ['spec', 'progressDeadlineSeconds'], 600)
  return body
}

function partsOf(path: string): { readonly namespace?: string; readonly plural: string; readonly name?: string } {
  const [root, ...all] = path.split('/').slice(1)
  const rest = all.slice(root === 'api' ? 1 : 2)
  if (rest[0] === 'namespaces' && rest.length >= 3)
    return { namespace: rest[1] ?? '', plural: rest[2] ?? '', ...(rest[3] === undefined ? {} : { name: rest[3] }) }
  return { plural: rest[0] ?? '', ...(rest[1] === undefined ? {} : { name: rest[1] }) }
}
