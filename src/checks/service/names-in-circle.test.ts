import { clusterDns } from '../../../test/build/dns.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Service } from '../../model/service.ts'
import check from './names-in-circle.ts'

const to = (name: string, externalName: string, namespace = 'shop'): Service =>
  service(name, { namespace, type: 'ExternalName', clusterIP: null, externalName, selector: null, ports: [] })
const at = (name: string, namespace = 'shop') => `${name}.${namespace}.svc.cluster.local`
const given = (...services: readonly Service[]) => ({ services, clusterDns: clusterDns() })

describeCheck(check, [
  {
    it: 'two name each other',
    given: given(to('e2', at('e1')), to('e1', at('e2'))),
    expect: [
      {
        subject: 'Service/shop/e1',
        severity: 'error',
        confidence: 'inferred',
        args: { circle: ['shop/e1', 'shop/e2'] },
        says: /shop\/e1 -> shop\/e2 -> shop\/e1/,
      },
    ],
  },
  {
    it: 'one names itself',
    given: given(to('e1', at('E1'))),
    expect: [{ subject: 'Service/shop/e1', says: /names itself/ }],
  },
  {
    it: 'three, over two namespaces, and one that leads into the circle',
    given: given(to('a', `${at('b', 'data')}.`), to('b', at('c'), 'data'), to('c', at('a')), to('in', at('a'))),
    expect: [{ subject: 'Service/data/b', args: { circle: ['data/b', 'shop/c', 'shop/a'] } }],
  },
  {
    it: 'two circles',
    given: given(to('a', at('b')), to('b', at('a')), to('c', at('d')), to('d', at('c'))),
    expect: [{ subject: 'Service/shop/a' }, { subject: 'Service/shop/c' }],
  },
  { it: 'a chain that ends outside', given: given(to('a', at('b')), to('b', 'db.example.com')), expect: 'ok' },
  { it: 'a chain that ends at a Service with pods', given: given(to('a', at('web')), service('web')), expect: 'ok' },
  {
    it: 'the same names under another domain',
    given: given(to('a', 'b.shop.svc.example.com'), to('b', 'a.shop.svc.example.com')),
    expect: 'ok',
  },
  {
    it: 'the domain is not known',
    given: { services: [to('a', 'b.shop.svc.example.com'), to('b', 'a.shop.svc.example.com')] },
    expect: [{ subject: 'Service/shop/a' }],
  },
  {
    it: 'it leads to a namespace that was not read',
    given: given(to('a', at('b', 'data'))),
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
    says: /data\/b.*-A/,
  },
  { it: 'none', given: given(service('web')), expect: 'not-applicable' },
])
