import { destinationRule, mesh, meshPod, virtualService } from '../../../test/build/istio.ts'
import { container } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Call } from '../../model/pod.ts'
import type { DestinationRule, ServiceEntry, VirtualService } from '../../model/mesh.ts'
import check from './tls-spoken-twice.ts'

interface Given {
  readonly scheme?: Call['scheme']
  readonly entry?: Partial<ServiceEntry>
  readonly rule?: Partial<DestinationRule>
  readonly routes?: readonly VirtualService[]
  readonly isMeshed?: boolean
}

const given = ({ scheme, entry = {}, rule = {}, routes = [], isMeshed = true }: Given) => {
  const calls = scheme === undefined ? [] : [{ by: 'PAY_URL', host: 'api.example.com', port: 443, scheme }]
  const proxy = isMeshed ? [container({ name: 'istio-proxy' })] : []
  return {
    services: [],
    pods: [meshPod('web-1', { containers: [container({ calls }), ...proxy] })],
    mesh: mesh({
      virtualServices: routes,
      destinationRules: [destinationRule([], { host: 'api.example.com', tls: 'SIMPLE', ...rule })],
      serviceEntries: [
        { namespace: 'shop', name: 'api', hosts: ['api.example.com'], ports: [443], tlsPorts: [443], ...entry },
      ],
    }),
  }
}
const plain = { ports: [80] }
const on = { subject: 'DestinationRule/shop/cart' }

describeCheck(check, [
  {
    it: 'a caller by https, and an entry that says HTTPS',
    given: given({ scheme: 'https' }),
    expect: [{ ...on, severity: 'error', confidence: 'inferred' }],
  },
  { it: 'the entry alone', given: given({}), expect: [{ ...on, severity: 'warning', confidence: 'possible' }] },
  {
    it: 'http by port 80 that leads to 443',
    given: given({ scheme: 'http', entry: { ...plain, tlsPorts: [] } }),
    expect: 'ok',
  },
  {
    it: 'two ports, and a caller by the plain one',
    given: given({ scheme: 'http', entry: { ports: [80, 443] } }),
    expect: 'ok',
  },
  {
    it: 'a VirtualService leads plain requests to that port',
    given: given({ routes: [virtualService([{ host: 'api.example.com', port: 443 }])] }),
    expect: 'ok',
  },
  {
    it: 'TLS of ports alone is not judged',
    given: given({ scheme: 'https', rule: { portTls: 'some' } }),
    expect: 'ok',
  },
  {
    it: 'a rule for the workloads of a selector alone',
    given: given({ scheme: 'https', rule: { workloads: 'some' } }),
    expect: 'ok',
  },
  {
    it: 'a rule for its own namespace, which is another',
    given: given({ scheme: 'https', rule: { namespace: 'pay', exportTo: ['.'] } }),
    expect: 'ok',
  },
  {
    it: 'a rule for its own namespace, and a caller there',
    given: given({ scheme: 'https', rule: { exportTo: ['.'] } }),
    expect: [{ ...on, severity: 'error' }],
  },
  { it: "the mesh's own", given: given({ scheme: 'https', rule: { tls: 'ISTIO_MUTUAL' } }), expect: 'ok' },
  {
    it: 'a caller without a proxy',
    given: given({ scheme: 'https', isMeshed: false, entry: { tlsPorts: [] } }),
    expect: 'ok',
  },
  {
    it: 'no rule',
    given: { services: [], pods: [], mesh: mesh({}) },
    expect: 'not-applicable',
  },
  {
    it: 'a mesh that was not read',
    given: modelOf({ services: [], pods: [] }, { mesh: unknown('forbidden', 'list destinationrules') }),
    expect: 'cannot-tell',
  },
])
