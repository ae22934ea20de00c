import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import type { Call, Pod } from '../../model/pod.ts'
import check from './called-otherwise.ts'

const calling = (host: string, call: Partial<Call> = {}, about: Partial<Pod> = {}): Pod =>
  pod('web-1', { containers: [container({ calls: [{ by: 'DB_HOST', host, port: null, ...call }] })], ...about })
const namespaces = ['shop', 'pay'].map((name) => ({ name, labels: {} }))
const postgres = service('postgres', { clusterIP: 'None' })
const member = pod('postgres-0', {
  owner: { kind: 'StatefulSet', name: 'postgres' },
  subdomain: 'postgres',
  labels: postgres.selector ?? {},
})
const given = (caller: Pod, others: readonly Pod[] = [member]) => ({
  pods: [caller, ...others],
  services: [postgres, service('payments', { namespace: 'pay' }), service('cart')],
  namespaces,
  clusterDns: clusterDns({ corefile: known('.:53 {\n kubernetes cluster.local\n forward . /etc/resolv.conf\n}') }),
})
const found = (confidence: 'inferred' | 'possible', args: Readonly<Record<string, string | null>>) => [
  { subject: 'Deployment/shop/web', severity: 'warning' as const, confidence, args },
]
const url = { by: 'PAY_URL', port: 8080, isUrl: true } as const

/** Names of two labels, whose second is no namespace and no Service. */
describeCheck(check, [
  {
    it: 'a pod below a Service that is not there: its StatefulSet says the right one',
    given: given(calling('postgres-0.postgres-headless')),
    expect: found('inferred', { is: 'no-service', near: 'postgres-0.postgres' }),
  },
  {
    it: 'a pod below its like, and nothing of it is there',
    given: given(calling('kafka-0.kafka-headless', { port: 9092 })),
    expect: found('possible', { is: 'no-service', near: null }),
  },
  {
    it: 'a Service by a namespace that is gone',
    given: given(calling('payments.billing', url)),
    expect: found('possible', { is: 'no-namespace', near: 'payments.pay' }),
  },
  {
    it: "Docker Desktop's own name",
    given: given(calling('host.docker.internal')),
    expect: found('possible', { is: 'docker' }),
  },
  ...(
    [
      ['the right name', calling('postgres-0.postgres')],
      [
        'hostAliases',
        calling('host.docker.internal', {}, { hostAliases: [{ ip: '10.0.0.1', names: ['host.docker.internal'] }] }),
      ],
      ['a cluster inside Docker', calling('host.docker.internal', {}, { node: 'docker-desktop' })],
    ] as const
  ).map(([it, caller]) => ({
    it,
    given: given({
      ...caller,
      containers: [
        container({ calls: [...(caller.containers[0]?.calls ?? []), { by: 'CART', host: 'cart', port: null }] }),
      ],
    }),
    expect: 'ok' as const,
  })),
  ...['redis.internal', 'db.local', 'payments.shop.example', 'payments.io', 'payments.store', 'nas-1.lan'].map(
    (host) => ({
      it: `${host} may be anybody's`,
      given: given(calling(host, url)),
      expect: 'not-applicable' as const,
    }),
  ),
])
