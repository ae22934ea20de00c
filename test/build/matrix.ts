import type { ConnectResult } from '../../src/model/contacts.ts'
import type { Crossing } from '../../src/model/crossing.ts'
import type { Sources } from '../../src/model/sources.ts'
import { container, pod } from './pod.ts'
import { ingressPolicy, labels, namespace, peer, rule } from './policy.ts'

/** For tests: web, cart and db in one namespace, and a policy that lets cart alone to db. */
const at = (name: string, ip: string, port = 8080) =>
  pod(`${name}-1`, { ip, containers: [container({ ports: [{ name: 'main', port, protocol: 'TCP' }] })] })

export const world = {
  pods: [at('web', '10.2.1.1'), at('cart', '10.2.1.2'), at('db', '10.2.1.3', 5432)],
  networkPolicies: [
    ingressPolicy('db', [rule([peer({ podSelector: labels({ app: 'cart' }) })])], {
      podSelector: labels({ app: 'db' }),
    }),
  ],
  namespaces: [namespace('shop')],
} satisfies Partial<Sources>

export function connect(from: string, to: string, result: ConnectResult | null): Crossing {
  const target = world.pods.find((it) => it.name === `${to}-1`)
  return {
    from: { namespace: 'shop', pod: `${from}-1`, container: 'app' },
    to: { kind: 'endpoint', namespace: 'shop', service: null, pod: `${to}-1` },
    host: target?.ip ?? '',
    port: to === 'db' ? 5432 : 8080,
    tool: result === null ? null : 'nc',
    result,
    ms: result === 'timeout' ? 3000 : 2,
  }
}
