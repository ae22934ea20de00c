import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectService } from './service.ts'

const aws = 'service.beta.kubernetes.io/aws-load-balancer-healthcheck-'
const hetzner = 'load-balancer.hetzner.cloud/health-check-'

test.each<[Readonly<Record<string, string>>, object, string | null]>([
  [{}, {}, null],
  [{ [`${aws}protocol`]: 'tcp' }, {}, null],
  [{ [`${aws}protocol`]: 'HTTP' }, {}, 'aws http /'],
  [{ [`${aws}protocol`]: 'http', [`${aws}path`]: '/healthz', [`${aws}port`]: 'traffic-port' }, {}, 'aws http /healthz'],
  [{ [`${aws}protocol`]: 'http', [`${aws}port`]: '10254' }, {}, null],
  [{ [`${aws}protocol`]: 'http' }, { externalTrafficPolicy: 'Local' }, null],
  [{ [`${aws}protocol`]: 'http', [`${aws}port`]: 'traffic-port' }, { externalTrafficPolicy: 'Local' }, 'aws http /'],
  [{ [`${aws}protocol`]: 'http', [`${aws}success-codes`]: '200-404' }, {}, null],
  [{ [`${aws}protocol`]: 'http', [`${aws}success-codes`]: '200,302' }, {}, 'aws http /'],
  [{ [`${hetzner}protocol`]: 'https', [`${hetzner}http-path`]: '/up' }, {}, 'hetzner https /up'],
  [{ [`${hetzner}protocol`]: 'http', [`${hetzner}http-status-codes`]: '2??,4??' }, {}, null],
  [{ [`${hetzner}protocol`]: 'http', [`${hetzner}port`]: '10254' }, {}, null],
])('%j with %j', (annotations, more, expected) => {
  const raw = {
    metadata: { name: 'a', namespace: 'b', annotations },
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }], ...more },
  }
  const asks = projectService(raw, createIntern(), null)?.loadBalancer?.healthAsks ?? []
  expect(asks.map((it) => `${it.by} ${it.scheme} ${it.path}`)).toEqual(expected === null ? [] : [expected])
})
