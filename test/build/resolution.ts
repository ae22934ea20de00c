import { known, unknown } from '../../src/model/known.ts'
import type { AskedQuery, ResolverWalk, ServerAnswer } from '../../src/model/resolution.ts'
import type { Resolution } from '../../src/answers/resolution.ts'

export const allowed = known({ udp: { kind: 'allowed' as const }, tcp: { kind: 'allowed' as const } })

/** A query for `name` that is answered with 10.96.44.7, or however it is told. */
export function query(name: string, type: string, about: Partial<AskedQuery> = {}): AskedQuery {
  const answer = about.answer ?? 'ok'
  const records = answer === 'ok' ? [{ name: name.slice(0, -1), type, ttl: 30, data: '10.96.44.7' }] : []
  return {
    at: 0,
    server: '10.96.0.10',
    transport: 'udp',
    name,
    type,
    answer,
    rcode: answer === 'nxdomain' ? 'NXDOMAIN' : 'NOERROR',
    records,
    ms: 0.8,
    ...about,
  }
}

const winner = 'cart.shop.svc.cluster.local.'

export function found(libc: ResolverWalk['libc'], about: Partial<ResolverWalk> = {}): ResolverWalk {
  return {
    libc,
    candidates: [winner, 'cart.svc.cluster.local.', 'cart.cluster.local.', 'cart.'],
    queries: [query(winner, 'A'), query(winner, 'AAAA', { answer: 'nodata' })],
    end: 'found',
    winner,
    ms: 0.9,
    ...about,
  }
}

export function serverSays(
  pod: string,
  queries: readonly AskedQuery[] = [query(winner, 'A'), query(winner, 'AAAA', { answer: 'nodata' })],
): ServerAnswer {
  return { ip: '10.2.0.2', pod, queries }
}

/** `cart` as pod shop/web-1 looks it up: found, by both libraries, at both servers. */
export function resolution(about: Partial<Resolution> = {}): Resolution {
  return {
    label: 'cart',
    typed: 'cart',
    types: ['A', 'AAAA'],
    near: [],
    from: { namespace: 'shop', pod: 'web-1', container: 'web', node: 'worker-1' },
    resolvConf: {
      text: 'nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n',
      how: 'read',
      why: null,
    },
    hosts: { addresses: [], how: 'read' },
    libc: 'glibc',
    own: unknown('not-there', 'no getent, python3 or node in the container'),
    walks: known([found('glibc'), found('musl')]),
    servers: [serverSays('coredns-0'), serverSays('coredns-1')],
    queries: 8,
    domain: 'cluster.local',
    target: allowed,
    probe: allowed,
    ...about,
  }
}
