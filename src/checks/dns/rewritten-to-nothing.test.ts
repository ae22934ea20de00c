import { clusterDns } from '../../../test/build/dns.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './rewritten-to-nothing.ts'

const text = (rule: string) => `.:53 {\n  kubernetes cluster.local\n  ${rule}\n  forward . 10.0.0.2\n}\n`
const given = (rule: string) => ({
  clusterDns: clusterDns({ corefile: known(text(rule)) }),
  services: [service('nginx', { namespace: 'ingress-nginx' }), service('cart')],
})
const rule = (to: string) => `rewrite name exact shop.example.com ${to}`
const on = 'ConfigMap/kube-system/coredns'

describeCheck(check, [
  {
    it: 'no such namespace, and a Service of that name in another',
    given: { ...given(rule('nginx.ingress.svc.cluster.local')), namespaces: [] },
    expect: [
      {
        subject: on,
        severity: 'warning',
        args: { near: 'nginx.ingress-nginx', noNamespace: true },
        says: /there is no namespace ingress\./,
      },
    ],
  },
  {
    it: 'a slip in the name, without `exact`',
    given: given('rewrite name shop.example.com carts.shop.svc.cluster.local.'),
    expect: [{ subject: on, args: { near: 'cart.shop' } }],
  },
  { it: 'it is there', given: given(rule('nginx.ingress-nginx.svc.cluster.local')), expect: 'ok' },
  {
    it: 'another namespace than the one in scope',
    given: given(rule('nginx.ingress.svc.cluster.local')),
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
    says: /were not read -A/,
  },
  { it: 'a name outside', given: given(rule('www.example.org')), expect: 'not-applicable' },
  {
    it: 'names of many',
    given: given('rewrite name suffix .shop.example .shop.svc.cluster.local'),
    expect: 'not-applicable',
  },
  {
    it: 'a name with a part that the rule fills in',
    given: given('rewrite name regex (.*)\\.example\\.com {1}.shop.svc.cluster.local'),
    expect: 'not-applicable',
  },
  {
    it: 'a pod of a StatefulSet',
    given: given(rule('db-0.db.shop.svc.cluster.local')),
    expect: 'not-applicable',
  },
  {
    it: 'the Corefile may not be read',
    given: { ...given(''), clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
    says: /the Corefile was not read/,
  },
])
