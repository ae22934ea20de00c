import { container, deployment, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { HeldChange } from '../../model/workload.ts'
import check from './change-held-back.ts'

const given = (
  by: HeldChange['by'],
  targetPort: number | string,
  ports: HeldChange['ports'] = [{ name: 'rpc', port: 9090 }],
) => ({
  workloads: [deployment('cart', 2, { held: { by, pods: 2, ports } })],
  pods: [pod('cart-1'), pod('cart-2')],
  services: [service('cart', { ports: [port({ targetPort })] })],
})
const cart = { subject: 'Deployment/shop/cart', severity: 'warning', confidence: 'possible' } as const

describeCheck(check, [
  {
    it: 'the Service leads to a port of the template that was never rolled out',
    given: given('paused', 9090),
    expect: [
      {
        ...cart,
        says: 'Deployment shop/cart is paused, and a change of it waits: 2 pods are of the template before, and Service shop/cart leads to 9090',
      },
    ],
  },
  { it: 'by its name', given: given('paused', 'rpc'), expect: [cart] },
  { it: 'by OnDelete', given: given('OnDelete', 9090), expect: [{ ...cart, args: { by: 'OnDelete' } }] },
  {
    it: 'a change of something else, paused',
    given: given('paused', 8080, [{ name: 'http', port: 8080 }]),
    expect: [{ ...cart, severity: 'info', confidence: 'inferred' }],
  },
  { it: 'a canary by partition, of something else', given: given('partition', 8080), expect: 'ok' },
  {
    it: 'pods that declare nothing may listen there',
    given: { ...given('partition', 9090), pods: [pod('cart-1', { containers: [container({ ports: [] })] })] },
    expect: 'ok',
  },
  {
    it: 'pods of another workload are behind the Service as well',
    given: {
      ...given('partition', 9090),
      pods: [pod('cart-1'), pod('other-1', { labels: { app: 'cart', 'pod-template-hash': 'x' } })],
    },
    expect: 'ok',
  },
  { it: 'nothing is held back', given: { workloads: [deployment('cart', 2)] }, expect: 'not-applicable' },
  {
    it: 'workloads forbidden',
    given: modelOf({}, { workloads: unknown('forbidden', 'list deployments in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
