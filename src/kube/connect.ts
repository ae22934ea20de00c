import { known, unknown, type Known } from '../model/known.ts'
import { describeAction, describeGet, pathOf, queryOf } from './address.ts'
import type { Cluster, ClusterOptions, RawObject } from './cluster.ts'
import { refusal } from './failure.ts'
import { loadTarget } from './kubeconfig.ts'
import { listAll } from './list.ts'
import { readLogs } from './logs.ts'
import { rawBytes } from './limits.ts'
import { projectOne } from './projected.ts'
import { asRawObject } from './raw-object.ts'
import { ask, exchange, parseObject } from './request.ts'
import { selfSubjectAccessReviews } from './resources.ts'
import { openTransport, type Transport } from './transport.ts'
import { watchObjects } from './watch.ts'

/**
 * `v1.33.1`, `v1.30.2+k3s1`, `v1.27.4-gke.900`: semver.org's characters, as pkg/version has them. It stands in reports
 * and recordings: whatever else a server says there is none.
 */
function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^v?\d[\w.+-]{0,99}$/.test(value)
}

/** `linux/amd64`. */
function isPlatform(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z\d]{1,20}\/[a-z\d_]{1,20}$/.test(value)
}

const transports = new WeakMap<Cluster, Transport>()

/**
 * The cluster that the kubeconfig and the options name. Makes no request: `checkReachable` does the first one.
 * Throws ToolError no-kubeconfig, bad-kubeconfig or unknown-context.
 */
export async function connect(options: ClusterOptions): Promise<Cluster> {
  const target = await loadTarget(options)
  return clusterOver(openTransport(target, options), options.requestTimeoutMs)
}

/** The transport under a cluster that `connect` made; undefined for any other, as a test's. */
export function transportOf(cluster: Cluster): Transport | undefined {
  return transports.get(cluster)
}

/** A Cluster that speaks through `transport`; `timeoutMs` is for each request. */
export function clusterOver(transport: Transport, timeoutMs: number): Cluster {
  const { target } = transport
  const connection = { transport, timeoutMs }

  const cluster: Cluster = {
    context: target.context,
    server: target.server,
    namespace: target.namespace,

    async version(options = {}) {
      const text = await ask(transport, { path: '/version', action: 'get /version', timeoutMs, ...options })
      const body = text.known ? parseObject(text.value, 'get /version') : text
      if (!body.known) return body
      const { gitVersion, platform } = body.value
      if (!isVersion(gitVersion)) return unknown('failed', 'get /version: what the server says is no version')
      return known({ gitVersion, platform: isPlatform(platform) ? platform : 'unknown' })
    },

    list: (resource, options, project) => listAll(connection, resource, options, project),

    // oxlint-disable-next-line max-params -- the interface's: what kubectl asks for an object by, and a signal
    async get(resource, namespace, name, project, options = {}) {
      const action = describeAction({ verb: 'get', resource, namespace })
      const text = await ask(transport, {
        path: pathOf(resource, namespace, name),
        action,
        name,
        timeoutMs,
        ...options,
      })
      const raw = objectOf(text, action)
      return raw.known ? projectOne(raw.value, project) : raw
    },

    async create(resource, namespace, object, options = {}) {
      const action = describeAction({ verb: 'create', resource, namespace })
      const path =
        pathOf(resource, namespace) +
        queryOf({ dryRun: options.dryRun === true ? 'All' : undefined, fieldManager: 'hopscope' })
      return objectOf(await ask(transport, { method: 'POST', path, body: object, action, timeoutMs }), action)
    },

    // oxlint-disable-next-line max-params -- as above
    async replace(resource, namespace, name, object, options = {}) {
      const action = describeAction({ verb: 'update', resource, namespace })
      const path =
        pathOf(resource, namespace, name) +
        queryOf({ dryRun: options.dryRun === true ? 'All' : undefined, fieldManager: 'hopscope' })
      return objectOf(await ask(transport, { method: 'PUT', path, body: object, action, name, timeoutMs }), action)
    },

    async delete(resource, namespace, name, options = {}) {
      const action = describeAction({ verb: 'delete', resource, namespace })
      const { graceSeconds, uid, resourceVersion } = options
      const preconditions = {
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      }
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: options.propagation ?? 'Background',
        ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
        ...(uid === undefined && resourceVersion === undefined ? {} : { preconditions }),
        ...(options.dryRun === true ? { dryRun: ['All'] } : {}),
      }
      const answer = await exchange(transport, {
        method: 'DELETE',
        path: pathOf(resource, namespace, name),
        body,
        action,
        name,
        timeoutMs,
      })
      if (!answer.known) return answer
      const { status, text } = answer.value
      // 409 with a uid: an object of that name is there, but it is another one, so ours is gone.
      const gone = status === 404 || (status === 409 && uid !== undefined && resourceVersion === undefined)
      return (status >= 200 && status < 300) || gone ? known('deleted') : refusal(status, text, action, name)
    },

    logs: (namespace, pod, options) => readLogs(connection, namespace, pod, options),
    // WebSockets are loaded by the run that needs one: reading starts faster without.
    exec: async (namespace, pod, options) =>
      (await import('./exec.ts')).execCommand(connection, namespace, pod, options),
    watch: (resource, options, project) => watchObjects(connection, resource, options, project),

    raw: (path, options = {}) =>
      ask(transport, { path, accept: '*/*', action: describeGet(path), timeoutMs, maxBytes: rawBytes, ...options }),

    async mayI(verb, resource, namespace, subresource) {
      const action = describeAction({ verb: 'create', resource: selfSubjectAccessReviews, namespace: null })
      const resourceAttributes = {
        verb,
        group: resource.group,
        version: resource.version,
        resource: resource.plural,
        ...(subresource === undefined ? {} : { subresource }),
        ...(namespace === null ? {} : { namespace }),
      }
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      }
      const text = await ask(transport, {
        method: 'POST',
        path: pathOf(selfSubjectAccessReviews, null),
        body,
        action,
        timeoutMs,
      })
      const answer = text.known ? parseObject(text.value, action) : text
      if (!answer.known) return answer
      const { allowed } = (answer.value['status'] ?? {}) as { readonly allowed?: unknown }
      return typeof allowed === 'boolean' ? known(allowed) : unknown('failed', `${action}: the answer has no verdict`)
    },

    serverNow: () => transport.serverNow(),
    close: () => transport.close(),
  }
  transports.set(cluster, transport)
  return cluster
}

function objectOf(text: Known<string>, action: string): Known<RawObject> {
  if (!text.known) return text
  const body = parseObject(text.value, action)
  const raw = body.known ? asRawObject(body.value) : null
  return raw === null ? unknown('failed', `${action}: the answer is no Kubernetes object`) : known(raw)
}
