import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Call, ContainerProxy } from '../../model/pod.ts'
import check from './calls-by-proxy.ts'

const services = [service('cart')]
const url = (host: string, scheme: 'http' | 'https' = 'http'): Call => ({ by: 'CART_URL', host, port: 80, scheme })
const proxy = (except: ContainerProxy['except'], https: string | null = null): ContainerProxy => ({
  http: 'proxy.corp.example',
  https,
  except,
})
const given = (call: Call, by: ContainerProxy | null, more = services) => ({
  pods: [pod('web-1', { containers: [container({ calls: [call], ...(by === null ? {} : { proxy: by }) })] })],
  services: more,
})
const found = [{ subject: 'Deployment/shop/web', severity: 'warning' as const, confidence: 'inferred' as const }]

describeCheck(check, [
  { it: 'no NO_PROXY at all', given: given(url('cart'), proxy([])), expect: found },
  {
    it: 'none is set',
    given: given(url('cart'), { ...proxy([]), by: null, ranges: [] }),
    expect: [{ subject: 'Deployment/shop/web', says: /container \S+ · no NO_PROXY$/ }],
  },
  {
    it: 'NO_PROXY of addresses alone',
    given: given(url('cart'), { ...proxy([]), by: 'NO_PROXY', ranges: ['127.0.0.1', '10.0.0.0/16'] }),
    expect: [{ subject: 'Deployment/shop/web', says: /NO_PROXY names 127\.0\.0\.1, 10\.0\.0\.0\/16/ }],
  },
  {
    it: 'no_proxy of the pod itself',
    given: given(url('cart'), { ...proxy([]), by: 'no_proxy', ranges: [] }),
    expect: [{ subject: 'Deployment/shop/web', says: /no_proxy names nothing of the cluster/ }],
  },
  { it: 'a short name that `.svc` does not hold', given: given(url('cart.shop'), proxy(['svc'])), expect: found },
  { it: 'its full name', given: given(url('cart.shop.svc'), proxy(['svc', 'cluster.local'])), expect: 'ok' },
  { it: 'named itself', given: given(url('cart'), proxy(['cart'])), expect: 'ok' },
  { it: 'a name that only ends alike', given: given(url('cart'), proxy(['art'])), expect: found },
  { it: 'named with this port', given: given(url('cart'), proxy(['cart:80'])), expect: 'ok' },
  { it: 'named with another port', given: given(url('cart'), proxy(['cart:8080'])), expect: found },
  {
    it: 'in no_proxy, and not in NO_PROXY',
    given: given(url('cart'), { ...proxy(['cart']), capitals: ['svc'] }),
    expect: [
      { subject: 'Deployment/shop/web', confidence: 'possible', args: { variable: 'NO_PROXY', except: ['svc'] } },
    ],
  },
  {
    it: 'in NO_PROXY, and not in no_proxy',
    given: given(url('cart'), { ...proxy(['svc']), capitals: ['cart'] }),
    expect: [
      { subject: 'Deployment/shop/web', confidence: 'possible', args: { variable: 'no_proxy', except: ['svc'] } },
    ],
  },
  { it: 'in both', given: given(url('cart'), { ...proxy(['cart']), capitals: ['cart', 'svc'] }), expect: 'ok' },
  { it: 'everything excepted', given: given(url('cart'), proxy(['*'])), expect: 'ok' },
  {
    it: 'NO_PROXY from a ConfigMap',
    given: given(url('cart'), proxy(null)),
    expect: 'cannot-tell',
    says: /NO_PROXY of shop\/web may stand in a ConfigMap/,
  },
  { it: 'https has no proxy', given: given(url('cart', 'https'), proxy([])), expect: 'not-applicable' },
  {
    it: 'no URL of the web',
    given: given({ by: 'DB', host: 'cart', port: 5432 }, proxy([])),
    expect: 'not-applicable',
  },
  { it: 'no proxy', given: given(url('cart'), null), expect: 'not-applicable' },
  { it: 'a name outside', given: given(url('api.corp.example'), proxy([])), expect: 'not-applicable' },
  {
    it: 'the proxy is a Service here',
    given: given(url('cart'), { http: 'egress', https: null, except: [] }, [...services, service('egress')]),
    expect: 'not-applicable',
  },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
