import { clusterDns } from '../../../test/build/dns.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { namespace } from '../../../test/build/policy.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import check from './external-name-wrong.ts'

const alias = (externalName: string, about: Partial<Service> = {}): Service =>
  service('db', { type: 'ExternalName', clusterIP: null, selector: null, ports: [], externalName, ...about })
const wrong = (externalName: string, kind: string, severity: 'error' | 'warning' = 'error') => ({
  it: `${externalName}: ${kind}`,
  given: { services: [alias(externalName)], ingresses: [ingress([['/', 'db', 5432]])] },
  expect: [{ subject: 'Service/shop/db', severity, confidence: 'inferred' as const, args: { wrong: kind } }],
})

const inCluster = (domain: string, more = '') => ({
  ingresses: [],
  clusterDns: clusterDns({
    domain,
    corefile: known(`.:53 {\n kubernetes ${domain}\n forward . /etc/resolv.conf\n}\n${more}`),
  }),
})

describeCheck(check, [
  wrong('192.0.2.10', 'address'),
  wrong('2001:db8::1', 'address'),
  wrong('https://db.example.com', 'no-host'),
  wrong('db.example.com:5432', 'no-host'),
  wrong('localhost', 'loopback'),
  wrong('pg.shop.svc.cluster.local', 'not-there'),
  wrong('pg.shop.svc', 'not-there'),
  {
    it: "a Service that is here, under another domain than the cluster's",
    given: { ...inCluster('cluster.local'), services: [alias('pg.shop.svc.k8s.corp'), service('pg')] },
    expect: [
      {
        subject: 'Service/shop/db',
        severity: 'warning',
        confidence: 'possible',
        args: { wrong: 'domain', whole: 'pg.shop.svc.cluster.local' },
      },
    ],
  },
  {
    it: 'the usual domain, where the cluster has another',
    given: { ...inCluster('k8s.corp'), services: [alias('pg.shop.svc.cluster.local'), service('pg')] },
    expect: [
      { subject: 'Service/shop/db', severity: 'error', args: { wrong: 'domain', whole: 'pg.shop.svc.k8s.corp' } },
    ],
  },
  {
    it: 'another domain, and no such Service here: another cluster',
    given: { ...inCluster('cluster.local'), services: [alias('pg.shop.svc.k8s.corp')] },
    expect: 'ok',
  },
  {
    it: 'the set of clusters, and no such Service here',
    given: { ...inCluster('cluster.local'), services: [alias('pg.shop.svc.clusterset.local')] },
    expect: 'ok',
  },
  {
    it: 'another domain, for which the Corefile has a block',
    given: {
      ...inCluster('cluster.local', 'k8s.corp {\n forward . 10.9.0.10\n}'),
      services: [alias('pg.shop.svc.k8s.corp'), service('pg')],
    },
    expect: 'ok',
  },
  ...['pg.shop', 'pg', 'pg.shop.svc', 'PG.shop.svc.'].map((name) => ({
    it: `${name}: half of the name of a Service that is there`,
    given: { services: [alias(name), service('pg')], ingresses: [] },
    expect: [
      {
        subject: 'Service/shop/db',
        severity: 'error' as const,
        confidence: 'inferred' as const,
        args: { wrong: 'short', whole: 'pg.shop.svc.cluster.local' },
      },
    ],
  })),
  {
    it: 'half of a name, in a cluster of another domain',
    given: {
      services: [alias('pg.shop'), service('pg')],
      ingresses: [],
      clusterDns: clusterDns({ domain: 'corp.internal' }),
    },
    expect: [{ subject: 'Service/shop/db', args: { whole: 'pg.shop.svc.corp.internal' } }],
  },
  {
    it: 'half of a name, in a namespace that was not read',
    given: modelOf(
      { services: [alias('pg.data')], ingresses: [], namespaces: [namespace('data')] },
      {},
      { namespace: 'shop' },
    ),
    expect: [{ subject: 'Service/shop/db', severity: 'warning', confidence: 'possible', args: { wrong: 'short' } }],
  },
  {
    it: 'two labels, and no namespace of that name',
    given: modelOf(
      { services: [alias('pg.data')], ingresses: [], namespaces: [namespace('shop')] },
      {},
      { namespace: 'shop' },
    ),
    expect: 'ok',
  },
  {
    it: 'two labels, and no Service of that name in the namespace',
    given: { services: [alias('web.dev')], ingresses: [], namespaces: [namespace('dev')] },
    expect: 'ok',
  },
  {
    it: 'a host that is called like the Service itself',
    given: { services: [alias('db')], ingresses: [] },
    expect: 'ok',
  },
  {
    it: 'it maps a port',
    given: { services: [alias('db.example.com', { ports: [port({ port: 80, targetPort: 8080 })] })], ingresses: [] },
    expect: [{ subject: 'Service/shop/db', severity: 'warning', args: { wrong: 'ports' } }],
  },
  { it: 'a host', given: { services: [alias('db.example.com')], ingresses: [] }, expect: 'ok' },
  { it: 'a host with its final dot', given: { services: [alias('db.example.com.')], ingresses: [] }, expect: 'ok' },
  { it: 'one label is a host', given: { services: [alias('mainframe')], ingresses: [] }, expect: 'ok' },
  {
    it: 'a Service that is there',
    given: { services: [alias('pg.shop.svc.cluster.local'), service('pg')], ingresses: [] },
    expect: 'ok',
  },
  {
    it: 'a Service that is there, with the final dot',
    given: { services: [alias('pg.shop.svc.cluster.local.'), service('pg')], ingresses: [] },
    expect: 'ok',
  },
  {
    it: 'a Service of a namespace that was not read',
    given: modelOf({ services: [alias('pg.data.svc.cluster.local')], ingresses: [] }, {}, { namespace: 'shop' }),
    expect: 'ok',
  },
  { it: 'no ExternalName', given: { services: [service('cart')], ingresses: [] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
