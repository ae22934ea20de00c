import type { ApiContact, PodPath, PodWays } from '../../src/model/pod-ways.ts'
import type { ConnectResult } from '../../src/model/contacts.ts'

export const serviceOfApi = { via: 'service', ip: '10.96.0.1', port: 443 } as const
export const endpointOfApi = { via: 'endpoint', ip: '192.168.50.11', port: 6443 } as const

type At = Pick<ApiContact, 'via' | 'ip' | 'port'>

/** Once where it opens, three times where it does not. */
export function apiContact(node: string, at: At, result: ConnectResult = 'open'): ApiContact {
  const tries = Array.from({ length: result === 'open' ? 1 : 3 }, () => ({
    result,
    ms: result === 'timeout' ? 3000 : 1,
  }))
  return { node, ...at, tries }
}

/** All got across unless told otherwise. */
export function podPath(node: string, to: string, about: Partial<PodPath> = {}): PodPath {
  const datagrams = { asked: 3, small: 3, there: 3, back: 3 }
  return {
    node,
    to,
    ip: '10.2.1.7',
    mtu: 1450,
    datagrams,
    streams: { asked: 1, small: 1, there: 1, back: 1 },
    ...about,
  }
}

/** As a probe asks: the first two answer. */
function pathsOf(nodes: readonly string[]): readonly PodPath[] {
  return nodes.slice(0, 2).flatMap((to, at) => nodes.slice(at + 1).map((node) => podPath(node, to)))
}

export interface ApiResults {
  readonly service?: ConnectResult
  readonly endpoint?: ConnectResult
}

/** Each node's own; all is well unless told otherwise. */
export function podWays(
  nodes: Readonly<Record<string, ApiResults>> = { 'worker-1': {}, 'worker-2': {}, 'worker-3': {} },
  about: Partial<PodWays> = {},
): PodWays {
  return {
    from: { namespace: 'default', labels: { 'app.kubernetes.io/managed-by': 'hopscope' } },
    api: Object.entries(nodes).flatMap(([node, { service, endpoint }]) => [
      apiContact(node, serviceOfApi, service),
      apiContact(node, endpointOfApi, endpoint),
    ]),
    between: pathsOf(Object.keys(nodes)),
    missing: [],
    ...about,
  }
}
