import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Call, Container, ContainerProxy } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import check from './may-go-by-proxy.ts'

const cart = service('cart', { clusterIP: '10.96.20.199' })
const api = service('kubernetes', { namespace: 'default', clusterIP: '10.96.0.1' })
const told = (host: string, port: number | null): Call => ({ by: 'CART_HOST', host, port })

function proxy(except: ContainerProxy['except'], about: Partial<ContainerProxy> = {}): ContainerProxy {
  return {
    http: 'proxy.corp.example',
    https: 'proxy.corp.example',
    except,
    ...(except === null ? {} : { ranges: [] }),
    ...about,
  }
}

function given(
  by: ContainerProxy | null,
  about: Partial<Container> = {},
  services: readonly Service[] = [cart],
): { readonly pods: readonly ReturnType<typeof pod>[]; readonly services: readonly Service[] } {
  return {
    pods: [pod('web-1', { containers: [container({ ...(by === null ? {} : { proxy: by }), ...about })] })],
    services,
  }
}

const on = (kind: string, name: string) =>
  ({ target: { kind: 'object', object: { kind, namespace: 'shop', name }, url: null } }) as const
const web = on('Deployment', 'web')
const found = { subject: 'Deployment/shop/web', confidence: 'possible' as const }
const fair = ['svc', 'cluster.local']

describeCheck(check, [
  {
    it: 'a host and a port of the web, and no NO_PROXY',
    given: given(proxy([]), { calls: [told('cart', 80)] }),
    expect: [
      {
        ...found,
        severity: 'warning',
        args: { hosts: ['cart'] },
        says: 'may ask the proxy proxy.corp.example for cart',
      },
    ],
  },
  {
    it: 'a short name that `.svc` does not hold',
    given: given(proxy(fair), { calls: [told('cart.shop', 80)] }),
    expect: [{ ...found, severity: 'warning', args: { hosts: ['cart.shop'], except: fair } }],
  },
  {
    it: 'its full name',
    given: given(proxy(fair), { calls: [told('cart.shop.svc.cluster.local', 80)] }),
    expect: 'ok',
  },
  { it: 'with its port', given: given(proxy(['cart:80']), { calls: [told('cart', 80)] }), expect: 'ok' },
  {
    it: 'with another port',
    given: given(proxy(['cart:8080']), { calls: [told('cart', 80)] }),
    expect: [{ ...found, args: { hosts: ['cart'] } }],
  },
  {
    it: 'in no_proxy, and not in NO_PROXY',
    given: given(proxy(['cart'], { capitals: ['other'] }), { calls: [told('cart', 80)] }),
    expect: [{ ...found, args: { hosts: ['cart'] } }],
  },
  {
    it: "a database's port",
    given: given(proxy([]), { calls: [told('cart', 5432)] }, [
      service('cart', { ports: [{ name: null, port: 5432, targetPort: 5432, protocol: 'TCP', nodePort: null }] }),
    ]),
    expect: 'not-applicable',
  },
  {
    it: 'a port of any number that is named for gRPC',
    given: given(proxy([]), { calls: [told('cart', 9555)] }, [
      service('cart', { ports: [{ name: 'grpc', port: 9555, targetPort: 9555, protocol: 'TCP', nodePort: null }] }),
    ]),
    expect: [{ ...found, args: { hosts: ['cart'] } }],
  },
  {
    it: 'a URL is another check’s',
    given: given(proxy([]), { calls: [{ ...told('cart', 80), scheme: 'http' }] }),
    expect: 'not-applicable',
  },
  {
    it: 'a name outside',
    given: given(proxy([]), { calls: [told('api.corp.example', 80)] }),
    expect: 'not-applicable',
  },
  {
    it: 'the proxy is a Service here',
    given: given(proxy([], { http: 'egress', https: null }), { calls: [told('cart', 80)] }, [cart, service('egress')]),
    expect: 'not-applicable',
  },
  {
    it: 'NO_PROXY from a ConfigMap',
    given: given(proxy(null), { calls: [told('cart', 80)] }),
    expect: 'cannot-tell',
    says: /NO_PROXY of shop\/web, container \S+, stands in a ConfigMap/,
  },
  { it: 'of one that calls nobody, nobody asks', given: given(proxy(null)), expect: 'not-applicable' },

  {
    it: 'an address of a Service',
    given: given(proxy(fair), { addresses: [{ by: 'CART_URL', ip: '10.96.20.199', port: 80 }] }),
    expect: [{ ...found, args: { hosts: ['10.96.20.199'] } }],
  },
  {
    it: 'in a range that is excepted',
    given: given(proxy(fair, { ranges: ['10.96.0.0/12'] }), {
      addresses: [{ by: 'CART_URL', ip: '10.96.20.199', port: 80 }],
    }),
    expect: 'ok',
  },
  {
    it: 'an address outside',
    given: given(proxy(fair), { addresses: [{ by: 'CART_URL', ip: '192.0.2.1', port: 80 }] }),
    expect: 'not-applicable',
  },
  {
    it: 'an old recording kept no ranges',
    given: given(
      { http: 'proxy.corp.example', https: null, except: fair },
      { addresses: [{ by: 'CART_URL', ip: '10.96.20.199', port: 80 }] },
    ),
    expect: 'ok',
  },

  {
    it: 'a proxy for the way out, of a pod that nobody asked about',
    given: given(proxy([])),
    expect: 'not-applicable',
  },
  {
    it: 'the workload that was asked about, and no NO_PROXY',
    given: given(proxy([])),
    scope: web,
    expect: [{ ...found, severity: 'warning', args: { hosts: [], names: true, api: true } }],
  },
  {
    it: 'by the Service that selects it',
    given: given(proxy([]), {}, [service('web', { selector: { app: 'web' } })]),
    scope: on('Service', 'web'),
    expect: [found],
  },
  { it: 'another was asked about', given: given(proxy([])), scope: on('Deployment', 'x'), expect: 'not-applicable' },
  {
    it: 'a NO_PROXY of the company’s own names',
    given: given(proxy(['corp.example'], { ranges: ['10.96.0.0/12'] })),
    scope: web,
    expect: [{ ...found, severity: 'info', args: { names: true, api: false } }],
  },
  {
    it: 'names are excepted, addresses are not: the API server',
    given: given(proxy(fair), {}, [cart, api]),
    scope: web,
    expect: [{ ...found, severity: 'info', args: { names: false, api: true }, says: 'for the API server' }],
  },
  {
    it: 'addresses of another network',
    given: given(proxy(fair, { ranges: ['192.168.0.0/16'] }), {}, [cart, api]),
    scope: web,
    expect: [{ ...found, args: { api: true } }],
  },
  {
    it: 'addresses, and that of the API server is not known',
    given: given(proxy(fair, { ranges: ['192.168.0.0/16'] })),
    scope: web,
    expect: 'ok',
  },
  {
    it: 'http alone has a proxy: the API server is asked by https',
    given: given(proxy(fair, { https: null }), {}, [cart, api]),
    scope: web,
    expect: 'ok',
  },
  {
    it: 'the API server by a name',
    given: given(
      proxy(fair),
      { calls: [{ by: 'KUBERNETES_SERVICE_HOST', host: 'kubernetes.default.svc', port: 443 }] },
      [cart, api],
    ),
    scope: web,
    expect: 'ok',
  },
  { it: 'all is excepted', given: given(proxy(['*']), {}, [cart, api]), scope: web, expect: 'ok' },
  {
    it: 'the proxy stands in a ConfigMap',
    given: given(null, { proxyElsewhere: true }),
    scope: web,
    expect: 'cannot-tell',
    says: /a proxy of shop\/web/,
  },
  { it: 'the same of another pod', given: given(null, { proxyElsewhere: true }), expect: 'not-applicable' },
  { it: 'no proxy', given: given(null, { calls: [told('cart', 80)] }), scope: web, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
