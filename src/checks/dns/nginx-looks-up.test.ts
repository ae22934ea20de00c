import { clusterDns } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import type { MountedLookup } from '../../model/pod.ts'
import check from './nginx-looks-up.ts'

const plain = '.:53 {\n errors\n kubernetes cluster.local in-addr.arpa {\n }\n forward . /etc/resolv.conf\n}'
const lookup = (host: string, about: Partial<MountedLookup> = {}): MountedLookup => ({
  host,
  line: 5,
  by: 'proxy_pass',
  servers: ['10.96.0.10'],
  map: 'edge-nginx',
  key: 'default.conf',
  ...about,
})
const given = (...lookups: readonly MountedLookup[]) => ({
  pods: [pod('edge-1', { containers: [container({ name: 'nginx', lookups })] })],
  services: [service('cart', { clusterIP: '10.96.8.8' }), service('edge', { clusterIP: '10.96.9.9' })],
  nodes: [node('node-1', { podCidrs: ['10.2.1.0/24'] })],
  namespaces: [{ name: 'shop', labels: {} }],
  clusterDns: clusterDns({
    domain: 'cluster.local',
    corefile: known(plain),
    service: service('kube-dns', { namespace: 'kube-system', clusterIP: '10.96.0.10' }),
  }),
})
const whole = 'cart.shop.svc.cluster.local'
const one = (is: string, about: object = {}) =>
  ({ subject: 'Deployment/shop/edge', severity: 'error', confidence: 'inferred', args: { is, ...about } }) as const
const found = (is: string, about: object = {}) => [one(is, about)]

describeCheck(check, [
  {
    it: 'a short name',
    given: given(lookup('cart')),
    expect: [{ ...one('short', { whole, dns: '10.96.0.10' }), says: /looks cart up itself, which is no whole name/ }],
  },
  { it: 'with its namespace', given: given(lookup('cart.shop')), expect: found('short') },
  { it: 'without the domain', given: given(lookup('cart.shop.svc')), expect: found('short') },
  { it: 'a dot behind it completes nothing', given: given(lookup('cart.')), expect: found('short') },
  {
    it: 'the servers are filled in when it starts',
    given: given(lookup('cart', { servers: ['${NGINX_LOCAL_RESOLVERS}'] })),
    expect: found('short'),
  },
  { it: 'no resolver', given: given(lookup(whole, { servers: null })), expect: found('none') },
  {
    it: 'no resolver, where the image may have one',
    given: given(lookup('api.example.com', { servers: null, isGuess: true })),
    expect: [{ ...one('none'), severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'an address of Services that nobody has',
    given: given(lookup(whole, { servers: ['10.96.7.7'] })),
    expect: found('gone', { server: '10.96.7.7' }),
  },
  {
    it: 'a server of the world, for a name of the cluster',
    given: given(lookup(whole, { servers: ['8.8.8.8'] })),
    expect: found('outside'),
  },
  {
    it: 'a resolver by a name that no Service has',
    given: given(lookup(whole, { servers: ['core-dns.kube-system.svc.cluster.local'] })),
    expect: found('named'),
  },
  { it: 'a whole name', given: given(lookup(whole)), expect: 'ok' },
  { it: 'and a dot', given: given(lookup(`${whole}.`)), expect: 'ok' },
  { it: 'one of two', given: given(lookup(whole), lookup('cart')), expect: found('short') },
  {
    it: 'the DNS cache of the node, a link-local address',
    given: given(lookup(whole, { servers: ['169.254.20.10'] })),
    expect: 'ok',
  },
  {
    it: 'somebody in the pod may complete it',
    given: given(lookup('cart', { servers: ['127.0.0.1'] })),
    expect: 'not-applicable',
  },
  {
    it: 'a name of the world, by a server of the world',
    given: given(lookup('api.example.com', { servers: ['1.1.1.1'] })),
    expect: 'not-applicable',
  },
  {
    it: 'the Corefile makes a whole name of it',
    given: {
      ...given(lookup('cart')),
      clusterDns: clusterDns({
        corefile: known(plain.replace(' errors', ` rewrite name cart ${whole}`)),
        service: service('kube-dns', { namespace: 'kube-system', clusterIP: '10.96.0.10' }),
      }),
    },
    expect: 'not-applicable',
  },
  { it: 'no such file', given: given(), expect: 'not-applicable' },
])
