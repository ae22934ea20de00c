import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import check from './told-to-browsers.ts'

const telling = (by: string, host: string): Pod =>
  pod('web-1', { containers: [container({ calls: [{ by, host, port: 80, scheme: 'http' }] })] })
const given = (by: string, host: string) => ({
  pods: [telling(by, host)],
  services: [service('orders')],
  namespaces: [{ name: 'shop', labels: {} }],
})

describeCheck(check, [
  ...['REACT_APP_API_URL', 'NEXT_PUBLIC_API_URL', 'VITE_API_URL'].map((by) => ({
    it: `${by} by a short name of a Service`,
    given: given(by, 'orders'),
    expect: [{ subject: 'Deployment/shop/web', severity: 'info' as const, confidence: 'possible' as const }],
  })),
  {
    it: 'by a whole name, asked for',
    given: modelOf(
      given('VITE_API_URL', 'orders.shop.svc.cluster.local'),
      {},
      { target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null } },
    ),
    expect: [{ subject: 'Deployment/shop/web', severity: 'warning' }],
  },
  { it: 'a host of the world', given: given('VITE_API_URL', 'api.example.com'), expect: 'ok' },
  { it: "the development server's own", given: given('VITE_PROXY_URL', 'orders'), expect: 'not-applicable' },
  { it: 'a variable of the server', given: given('API_URL', 'orders'), expect: 'not-applicable' },
])
