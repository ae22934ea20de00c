import type { Crossing } from '../../src/model/crossing.ts'
import type { Scope } from '../../src/model/sources.ts'
import { subject } from '../../src/model/subject.ts'
import { pod } from './pod.ts'
import { service, slice } from './service.ts'

/** For tests: pod `shop/client-1` is to reach Service `shop/web`, which `web-1` and `web-2` stand behind. */

const client = pod('client-1', { labels: { app: 'client' }, ip: '10.2.9.1', node: 'worker-1' })
const backends = [
  pod('web-1', { labels: { app: 'web' }, ip: '10.2.1.1', node: 'worker-1' }),
  pod('web-2', { labels: { app: 'web' }, ip: '10.2.1.2', node: 'worker-2' }),
]
const from = { namespace: 'shop', pod: 'client-1' }
const web = service('web', { clusterIP: '10.96.44.7' })

export const traced = {
  sources: { pods: [client, ...backends], services: [web], endpointSlices: [slice('web', backends)] },
  scope: {
    namespace: 'shop',
    target: { kind: 'object', object: subject('Service', 'shop', 'web'), url: null },
    trace: { from, host: null, port: null },
  } satisfies Partial<Scope>,
  toPod: (name: string, port: number | null): Partial<Scope> => ({
    namespace: 'shop',
    target: { kind: 'object', object: subject('Pod', 'shop', name), url: null },
    trace: { from, host: null, port },
  }),
  toHost: (host: string, port: number): Partial<Scope> => ({
    namespace: 'shop',
    target: { kind: 'object', object: subject('Pod', 'shop', 'client-1'), url: null },
    trace: { from, host, port },
  }),
}

/** A connect out of `client-1`: to the Service `web`, or to one of its pods past it. */
export function crossing(to: 'web' | 'web-1' | 'web-2', result: Crossing['result']): Crossing {
  const at = backends.find((it) => it.name === to)
  return {
    from: { ...from, container: 'app' },
    to:
      at === undefined
        ? { kind: 'service', namespace: 'shop', name: 'web', port: 80 }
        : { kind: 'endpoint', namespace: 'shop', service: 'web', pod: to },
    host: at?.ip ?? '10.96.44.7',
    port: at === undefined ? 80 : 8080,
    tool: 'nc',
    result,
    ms: result === 'timeout' ? 3000 : 2,
  }
}
