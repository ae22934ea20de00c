import { beside } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { controllerConfig, ingressConfigs, nginxConf } from '../../../test/build/ingress-config.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { parseNginxConf } from '../../wire/nginx-conf.ts'
import type { ControllerSettings } from '../../model/beside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Outside } from '../../model/outside.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import check from './allow-list-sees-node.ts'

const edge = (about: Partial<Service> = {}) =>
  service('controller', { namespace: 'ingress-nginx', type: 'NodePort', ...about })
const answered = (status: number): Outside => ({
  lookupError: null,
  answers: [
    { by: 'dns', ip: '203.0.113.7', port: 443, host: 'web.example.com', path: '/', status, error: null, ms: 9 },
  ],
})
const nodes = [
  node('worker-1', { ip: '192.168.0.11', podCidrs: ['10.2.1.0/24'], proxy: 'ready' }),
  node('worker-2', { ip: '192.168.0.12', podCidrs: ['10.2.2.0/24'], proxy: 'ready' }),
]
const given = (before: Service, annotated: readonly string[], outside: Outside, allowed?: readonly string[]) => ({
  ingresses: [ingress([['/', 'web', 80]], { annotated, ...(allowed === undefined ? {} : { allowed }) })],
  nodes,
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller()],
  services: [before],
  pods: [pod('controller-1', { namespace: 'ingress-nginx' })],
  outside,
})
const list = ['nginx.ingress.kubernetes.io/whitelist-source-range']

const denylist = 'nginx.ingress.kubernetes.io/denylist-source-range'
const closed = (denied: readonly string[], more: readonly string[] = []) => ({
  ...given(edge(), [], answered(200)),
  ingresses: [ingress([['/', 'web', 80]], { annotated: [denylist, ...more], denied })],
})
const asked = {
  target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: 'https://web.example.com/' },
} as const

const own = [ingress([['/', 'web', 80]])]
const conf = nginxConf(own).replaceAll('listen 443 ssl', 'listen 443 proxy_protocol ssl')
const proxied = ingressConfigs(controllerConfig(own, { conf: known(parseNginxConf(conf)) }))

/** As with `-n shop`: of the controller's namespace only its front was looked at. */
const alone = (policy: 'Local' | 'Cluster' | undefined, allowed: readonly string[]) => ({
  ...given(edge(), list, answered(200), allowed),
  services: [service('web')],
  pods: [],
  ingressControllers: [
    controller({
      fronts: [
        {
          namespace: 'ingress-nginx',
          name: 'front',
          type: 'NodePort' as const,
          addresses: [],
          ports: [],
          wants: [],
          ready: 1,
          ...(policy === undefined ? {} : { externalTrafficPolicy: policy }),
        },
      ],
    }),
  ],
})

const at = { namespace: 'ingress-nginx', name: 'nginx' }
const byMap = (set: Partial<ControllerSettings>, annotated: readonly string[] = [], front: Partial<Service> = {}) => ({
  ...given(edge(front), annotated, answered(200)),
  ingressControllers: [controller({ configMap: at })],
  beside: beside({ controllerSettings: [{ ...at, proxyProtocol: null, snippets: null, risk: null, ...set }] }),
})
const onInternet = (addresses: readonly string[]): Partial<Service> => ({
  type: 'LoadBalancer',
  externalTrafficPolicy: 'Local',
  loadBalancer: { addresses, class: null, problem: null },
})
const map = 'ConfigMap/ingress-nginx/nginx'

describeCheck(check, [
  {
    it: 'the ConfigMap of the controller blocks all addresses',
    given: byMap({ blocked: ['0.0.0.0/0'] }),
    expect: [{ subject: map, severity: 'error', args: { kind: 'closed', by: 'block-cidrs' } }],
  },
  {
    it: 'its list of those who are kept out holds all',
    given: byMap({ denied: ['0.0.0.0/0'] }),
    expect: [{ subject: map, severity: 'error', args: { by: 'denylist-source-range' } }],
  },
  {
    it: 'all are blocked, and a list of the ConfigMap takes its place',
    given: byMap({ blocked: ['0.0.0.0/0'], allowed: ['0.0.0.0/0'] }),
    expect: 'not-applicable',
  },
  {
    it: 'all are blocked, and the Ingress lets in by a list of its own',
    given: byMap({ blocked: ['0.0.0.0/0'] }, list, { externalTrafficPolicy: 'Local' }),
    expect: 'ok',
  },
  { it: 'some are blocked', given: byMap({ blocked: ['198.51.100.0/24'] }), expect: 'not-applicable' },
  {
    it: 'all are blocked, and it answers from outside',
    given: modelOf(byMap({ blocked: ['0.0.0.0/0'] }), {}, asked),
    expect: 'not-applicable',
  },
  {
    it: 'an allow-list of the ConfigMap that lets no node in',
    given: byMap({ allowed: ['198.51.100.0/24'] }),
    expect: [{ subject: map, severity: 'warning', args: { kind: 'allowed', isSure: true } }],
  },
  {
    it: 'an allow-list of the ConfigMap behind what keeps the address',
    given: byMap({ allowed: ['198.51.100.0/24'] }, [], { externalTrafficPolicy: 'Local' }),
    expect: 'ok',
  },
  {
    it: 'the ConfigMap lets private addresses in, and the load balancer is on the internet',
    given: byMap({ allowed: ['10.0.0.0/8', '192.168.0.0/16'] }, [], onInternet(['203.0.113.7'])),
    expect: [{ subject: map, severity: 'warning', confidence: 'possible', args: { kind: 'private' } }],
  },
  {
    it: 'one Ingress lets private addresses in',
    given: given(edge(onInternet(['203.0.113.7'])), list, answered(403), ['10.0.0.0/8']),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', args: { kind: 'private' } }],
  },
  {
    it: 'it lets private addresses in, and the load balancer is inside',
    given: byMap({ allowed: ['10.0.0.0/8'] }, [], onInternet(['10.9.0.7'])),
    expect: 'ok',
  },
  {
    it: 'it lets private addresses in; a name does not tell where the load balancer is',
    given: byMap({ allowed: ['10.0.0.0/8'] }, [], onInternet(['internal-a.elb.example.com'])),
    expect: 'ok',
  },
  {
    it: 'private addresses and others',
    given: byMap({ allowed: ['10.0.0.0/8', '198.51.100.0/24'] }, [], onInternet(['203.0.113.7'])),
    expect: 'ok',
  },
  {
    it: 'each node is in the list, so that everybody who comes through one is',
    given: byMap({ allowed: ['192.168.0.0/16'] }),
    expect: [{ subject: map, severity: 'info', args: { kind: 'allowed', letsNodes: true } }],
  },
  {
    it: 'all addresses are kept out',
    given: closed(['0.0.0.0/0']),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        confidence: 'inferred',
        args: { kind: 'closed' },
        says: /has every client refused/,
      },
    ],
  },
  {
    it: 'all addresses are kept out, but for those who sign in',
    given: closed(['0.0.0.0/0'], ['nginx.ingress.kubernetes.io/satisfy']),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'all addresses, and it answers from outside',
    given: modelOf(closed(['0.0.0.0/0']), {}, asked),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', args: { kind: 'denied' } }],
  },
  {
    it: 'some are kept out, by the address of a node: no allow-list',
    given: closed(['198.51.100.0/24']),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', says: /keeps clients out by their address/ }],
  },
  {
    it: 'one Service before two controllers is named once',
    given: {
      ...alone('Cluster', ['198.51.100.0/24']),
      ingressControllers: ['a', 'b'].flatMap((pod) =>
        alone('Cluster', []).ingressControllers.map((it) => ({ ...it, pod })),
      ),
    },
    expect: [{ subject: 'Ingress/shop/web', args: { services: ['ingress-nginx/front'] } }],
  },
  {
    it: 'an allow-list behind a node port',
    given: given(edge(), list, answered(200)),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'it lets no node in, and kube-proxy hides every client behind one',
    given: given(edge(), list, answered(200), ['198.51.100.0/24']),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        args: { isSure: true },
        says: /lets the address of no node in/,
      },
    ],
  },
  {
    it: 'Ingresses alone are in scope: the Service beside the controller hides every client',
    given: alone('Cluster', ['198.51.100.0/24']),
    expect: [
      { subject: 'Ingress/shop/web', severity: 'warning', args: { isSure: true, services: ['ingress-nginx/front'] } },
    ],
  },
  { it: 'beside it, one that keeps their addresses', given: alone('Local', ['198.51.100.0/24']), expect: 'ok' },
  {
    it: 'beside it, one of an old recording',
    given: alone(undefined, ['198.51.100.0/24']),
    expect: 'cannot-tell',
    says: /what stands before the controller/,
  },
  {
    it: 'it lets the nodes in',
    given: given(edge(), list, answered(200), ['198.51.100.0/24', '192.168.0.0/24']),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', args: { isSure: false } }],
  },
  {
    it: 'no kube-proxy is seen',
    given: { ...given(edge(), list, answered(200), ['198.51.100.0/24']), nodes: [node('worker-1')] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', args: { isSure: false } }],
  },
  {
    it: 'a list of those who are kept out',
    given: given(edge(), ['nginx.ingress.kubernetes.io/denylist-source-range'], answered(200), ['198.51.100.0/24']),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  {
    it: 'a list that takes nobody out',
    given: given(edge(), list, answered(200), ['0.0.0.0/0', '::/0']),
    expect: 'not-applicable',
  },
  {
    it: 'the controller expects the PROXY protocol',
    given: {
      ...given(edge(), list, answered(200), ['198.51.100.0/24']),
      ingressConfigs: proxied,
    },
    expect: 'ok',
  },
  {
    it: 'a load balancer that sends to pods under the address of the client',
    given: given(
      edge({
        type: 'LoadBalancer',
        loadBalancer: { addresses: [], class: null, problem: null, sendsTo: 'pods', keepsClients: true },
      }),
      list,
      answered(200),
      ['198.51.100.0/24'],
    ),
    expect: 'ok',
  },
  {
    it: 'one that sends to pods under an address of its own, perhaps',
    given: given(
      edge({ type: 'LoadBalancer', loadBalancer: { addresses: [], class: null, problem: null, sendsTo: 'pods' } }),
      list,
      answered(200),
      ['198.51.100.0/24'],
    ),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', args: { isSure: false } }],
  },
  {
    it: 'one that keeps the address as far as the node alone',
    given: given(
      edge({ type: 'LoadBalancer', loadBalancer: { addresses: [], class: null, problem: null, keepsClients: true } }),
      list,
      answered(200),
      ['198.51.100.0/24'],
    ),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { isSure: true } }],
  },
  {
    it: 'a load balancer that uses no node port',
    given: given(
      edge({ loadBalancer: { addresses: ['203.0.113.7'], class: null, problem: null, nodePorts: 'none' } }),
      list,
      answered(200),
      ['198.51.100.0/24'],
    ),
    expect: 'ok',
  },
  {
    it: 'and outside it is refused',
    given: modelOf(
      given(edge(), list, answered(403)),
      {},
      { target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: 'https://web.example.com/' } },
    ),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { refused: true } }],
  },
  {
    it: 'Local keeps the address',
    given: given(edge({ externalTrafficPolicy: 'Local' }), list, answered(403)),
    expect: 'ok',
  },
  {
    it: 'no such Service is seen',
    given: given(edge({ type: 'ClusterIP' }), list, answered(403)),
    expect: 'cannot-tell',
    says: /what stands before the controller of shop\/web was not read/,
  },
  {
    it: 'no such Service, and the controller has the address of its node',
    given: {
      ...given(edge({ type: 'ClusterIP' }), list, answered(403)),
      pods: [pod('controller-1', { namespace: 'ingress-nginx', hostNetwork: true })],
    },
    expect: 'ok',
  },
  { it: 'no allow-list', given: given(edge(), [], answered(403)), expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf(given(edge(), list, answered(200)), { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
