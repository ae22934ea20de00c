import { controller } from '../../../test/build/ingress.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ControllerFront, IngressController, StreamMap } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './stream-not-exposed.ts'

const pg = { port: 5432, namespace: 'shop', service: 'db', target: 5432 }
const map = (about: Partial<StreamMap> = {}): StreamMap => ({
  protocol: 'TCP',
  namespace: 'ingress-nginx',
  name: 'tcp-services',
  by: 'flag',
  ports: [pg],
  ...about,
})
const front = (
  ports: readonly (readonly [number, number | string])[],
  about: Partial<ControllerFront> = {},
): ControllerFront => ({
  namespace: 'ingress-nginx',
  name: 'controller',
  type: 'LoadBalancer',
  addresses: [],
  ports: ports.map(([one, targetPort]) => ({ port: one, nodePort: null, targetPort, declared: 'yes' })),
  wants: [],
  ready: 1,
  ...about,
})
const open = front([
  [80, 'http'],
  [5432, 5432],
])
const shut = front([[80, 'http']])
const nginx = (
  streams: readonly StreamMap[],
  fronts: readonly ControllerFront[],
  about: Partial<IngressController> = {},
) => controller({ product: 'ingress-nginx', streams, fronts, ...about })
const db = service('db', { ports: [port({ name: null, port: 5432, targetPort: 5432 })] })
const given = (...ingressControllers: readonly IngressController[]) => ({ ingressControllers, services: [db] })
const found = { subject: 'ConfigMap/ingress-nginx/tcp-services', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'the Service before the controller lacks the port',
    given: given(nginx([map()], [shut])),
    expect: [
      {
        ...found,
        severity: 'error',
        args: {
          fault: 'not-in-service',
          ports: [5432],
          to: ['shop/db:5432'],
          fronts: ['Service ingress-nginx/controller'],
        },
        says: /does not have/,
      },
    ],
  },
  {
    it: 'no controller is told to read it',
    given: given(nginx([map({ by: 'name' })], [open])),
    expect: [{ ...found, severity: 'warning', args: { fault: 'no-flag' }, says: /no ingress-nginx is told/ }],
  },
  {
    it: 'one of two is told',
    given: given(nginx([map({ by: 'name' })], [open]), nginx([map()], [open], { pod: 'controller-2' })),
    expect: 'ok',
  },
  {
    it: 'its Service is not there',
    given: { ...given(nginx([map()], [open])), services: [] },
    expect: [{ ...found, severity: 'error', args: { fault: 'no-service' }, says: /which is not there/ }],
  },
  {
    it: 'its Service has no such port',
    given: given(nginx([map({ ports: [{ ...pg, target: 5433 }] })], [open])),
    expect: [{ ...found, args: { fault: 'no-service' } }],
  },
  { it: 'all is in order', given: given(nginx([map()], [open])), expect: 'ok' },
  {
    it: 'the Service has it under another number, and leads there',
    given: given(nginx([map()], [front([[15432, 5432]])])),
    expect: 'ok',
  },
  {
    it: 'the Service has that number, and leads elsewhere',
    given: given(nginx([map()], [front([[5432, 80]])])),
    expect: [{ ...found, args: { fault: 'not-in-service' } }],
  },
  { it: "on its node's own network", given: given(nginx([map()], [shut], { hostNetwork: true })), expect: 'ok' },
  { it: 'nothing that is known leads to it', given: given(nginx([map()], [])), expect: 'ok' },
  {
    it: 'UDP: which ports of it the Service has was not kept',
    given: given(nginx([map({ protocol: 'UDP' })], [shut])),
    expect: 'ok',
  },
  {
    it: 'of a namespace that was not read',
    given: modelOf({ ...given(nginx([map()], [open])), services: [] }, {}, { namespace: 'ingress-nginx' }),
    expect: 'ok',
  },
  {
    it: 'of other namespaces than the one that was asked about',
    given: modelOf(given(nginx([map()], [shut])), {}, { namespace: 'data' }),
    expect: 'not-applicable',
  },
  {
    it: 'the ConfigMap could not be read',
    given: given(nginx([map({ ports: null })], [shut])),
    expect: 'cannot-tell',
    says: /could not be read/,
  },
  { it: 'none', given: given(controller()), expect: 'not-applicable' },
  {
    it: 'controllers forbidden',
    given: modelOf({}, { ingressControllers: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
