import { insideView } from '../../../test/build/dns.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { contacts, repeat, toPod, toService, tries } from '../../../test/build/contacts.ts'
import { completed, container, notReady, pod } from '../../../test/build/pod.ts'
import { controller, ingress } from '../../../test/build/ingress.ts'
import { ingressPolicy } from '../../../test/build/policy.ts'
import { port, service } from '../../../test/build/service.ts'
import { known } from '../../model/known.ts'
import check from './target-port-closed.ts'

const services = [service('cart')]
const [one, two] = [pod('cart-1', { ip: '10.2.1.1' }), pod('cart-2', { ip: '10.2.2.1', node: 'worker-2' })]
const silent = [container({ ports: [] })]
const several = (name: string, target: number) =>
  service('cart', {
    ports: [
      port({ name: 'grpc', port: 15010, targetPort: 15010 }),
      port({ name, port: 443, targetPort: target }),
      port({ name: 'x', port: 9, targetPort: 15014 }),
    ],
  })
const listed = (...ports: readonly (readonly [string, number])[]) =>
  pod('cart-1', {
    containers: [
      container({ ports: ports.map(([name, number]) => ({ name, port: number, protocol: 'TCP' as const })) }),
    ],
  })
const elsewhere = [container({ ports: [{ name: 'http', port: 9090, protocol: 'TCP' }] })]

describeCheck(check, [
  {
    it: 'every pod refuses',
    given: {
      services,
      pods: [one, two],
      contacts: contacts([
        toPod('cart', 'worker-1', one, repeat(5, 'refused')),
        toPod('cart', 'worker-1', two, repeat(5, 'refused')),
      ]),
    },
    expect: [
      {
        subject: 'Service/shop/cart',
        severity: 'error',
        confidence: 'observed',
        args: { closed: 2, of: 2, tries: 10, failures: '10 refused' },
      },
    ],
  },
  {
    it: 'a headless Service, whose target port leads no packet anywhere',
    given: {
      services: [service('cart', { clusterIP: 'None' })],
      pods: [pod('cart-1', { containers: elsewhere })],
      ingresses: [],
    },
    expect: 'cannot-tell',
    says: /only a connection tells/,
  },
  {
    it: 'a headless Service, and nobody knows which Ingresses lead there',
    given: { services: [service('cart', { clusterIP: 'None' })], pods: [pod('cart-1', { containers: elsewhere })] },
    expect: 'cannot-tell',
  },
  {
    it: 'a headless Service to which an Ingress leads: its controller takes the target port',
    given: {
      services: [service('cart', { clusterIP: 'None' })],
      pods: [pod('cart-1', { containers: elsewhere })],
      ingresses: [ingress([['/', 'cart', 80]])],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', args: { by: 'declaration' } }],
  },
  {
    it: 'one pod of two refuses',
    given: {
      services,
      pods: [one, two],
      contacts: contacts([
        toPod('cart', 'worker-1', one, repeat(5, 'open')),
        toPod('cart', 'worker-1', two, repeat(5, 'refused')),
      ]),
    },
    expect: [{ subject: 'Service/shop/cart', confidence: 'observed', args: { closed: 1, of: 2 } }],
  },
  {
    it: 'refused, since the program listens on itself alone',
    given: {
      services,
      pods: [one],
      contacts: contacts([toPod('cart', 'worker-1', one, repeat(5, 'refused'))]),
      insideViews: [insideView(one.name, { listeners: known([{ ip: '127.0.0.1', port: 8080 }]) })],
    },
    expect: [
      { subject: 'Service/shop/cart', confidence: 'observed', args: { listens: 'loopback', open: ['127.0.0.1'] } },
    ],
  },
  {
    it: 'refused, since the program listens for IPv6 alone',
    given: {
      services,
      pods: [one],
      contacts: contacts([toPod('cart', 'worker-1', one, repeat(5, 'refused'))]),
      insideViews: [insideView(one.name, { listeners: known([{ ip: '::', port: 8080, v4: 'refused' }]) })],
    },
    expect: [
      {
        subject: 'Service/shop/cart',
        confidence: 'observed',
        args: { listens: 'other-family', open: ['::'] },
        says: /its pods listen on :: for IPv6 alone and refuse the other family/,
      },
    ],
  },
  {
    it: 'refused, and it listens on ::, which takes IPv4 or does not',
    given: {
      services,
      pods: [one],
      contacts: contacts([toPod('cart', 'worker-1', one, repeat(5, 'refused'))]),
      insideViews: [insideView(one.name, { listeners: known([{ ip: '::', port: 8080 }]) })],
    },
    expect: [
      {
        subject: 'Service/shop/cart',
        confidence: 'possible',
        severity: 'warning',
        args: { listens: 'other-family', isSure: false },
        says: /listen on ::, and connects are refused/,
      },
    ],
  },
  {
    it: 'refused, and the pod itself gets a connection there: who refuses is another one',
    given: {
      services,
      pods: [one],
      contacts: contacts([toPod('cart', 'worker-1', one, repeat(5, 'refused'))]),
      insideViews: [insideView(one.name, { listeners: known([{ ip: '::', port: 8080, v4: 'open' }]) })],
    },
    expect: 'ok',
  },
  {
    it: 'refused, and the pod says which ports are open',
    given: {
      services,
      pods: [one],
      contacts: contacts([toPod('cart', 'worker-1', one, repeat(5, 'refused'))]),
      insideViews: [
        insideView(one.name, {
          listeners: known([
            { ip: '::', port: 9090 },
            { ip: '127.0.0.1', port: 1 },
          ]),
        }),
      ],
    },
    expect: [{ subject: 'Service/shop/cart', confidence: 'observed', args: { listens: 'elsewhere', open: [9090] } }],
  },
  {
    it: 'refused, and nothing listens in the pod',
    given: {
      services,
      pods: [one],
      contacts: contacts([toPod('cart', 'worker-1', one, repeat(5, 'refused'))]),
      insideViews: [insideView(one.name, { listeners: known([]) })],
    },
    expect: [{ subject: 'Service/shop/cart', confidence: 'observed', args: { listens: 'nowhere', open: [] } }],
  },
  {
    it: 'a named target port that the pod declares, and nobody listens there',
    given: {
      services: [service('cart', { ports: [port({ targetPort: 'http' })] })],
      pods: [one],
      contacts: contacts([toPod('cart', 'worker-1', one, repeat(5, 'refused'))]),
    },
    expect: [{ subject: 'Service/shop/cart', args: { targetPort: 'http (8080)' } }],
  },
  {
    it: 'no probe, and the pods declare other ports',
    given: { services, pods: [pod('cart-1', { containers: elsewhere })] },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', confidence: 'possible', args: { declared: [9090] } }],
  },
  {
    it: 'what they declare is where another Service of theirs leads: the list may be short',
    given: {
      services: [
        ...services,
        service('cart-admin', { ports: [port({ targetPort: 9090 })], selector: { app: 'cart' } }),
      ],
      pods: [pod('cart-1', { containers: elsewhere })],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'an ingress controller listens where its ConfigMap of TCP services says, and declares none of it',
    given: {
      services,
      pods: [pod('cart-1', { containers: elsewhere })],
      ingressControllers: [controller({ namespace: 'shop', pod: 'cart-1' })],
    },
    expect: 'cannot-tell',
    says: /only a connection tells/,
  },
  {
    it: 'the pods declare other ports, and the probe is let in',
    given: {
      services,
      pods: [pod('cart-1', { containers: elsewhere })],
      contacts: contacts([toPod('cart', 'worker-1', pod('cart-1'), repeat(5, 'open'))]),
    },
    expect: 'ok',
  },
  {
    it: 'no probe, and of several ports of the Service the pods leave out two: their list is kept badly (istiod)',
    given: { services: [several('https-dns', 15012)], pods: [listed(['http', 8080], ['grpc', 15010])] },
    expect: [
      { subject: 'Service/shop/cart', severity: 'info' },
      { subject: 'Service/shop/cart', severity: 'info' },
    ],
  },
  {
    it: 'no probe, and a port of the same name stands elsewhere',
    given: { services: [several('metrics', 9091)], pods: [listed(['http', 8080], ['grpc', 15010], ['metrics', 9090])] },
    expect: [
      { subject: 'Service/shop/cart', severity: 'warning' },
      { subject: 'Service/shop/cart', severity: 'info' },
    ],
  },
  {
    it: 'no probe, and the pods declare nothing',
    given: { services, pods: [pod('cart-1', { containers: silent })] },
    expect: 'cannot-tell',
  },
  {
    it: 'no probe, and only some of them declare it',
    given: { services, pods: [one, pod('cart-2', { containers: elsewhere })] },
    expect: 'cannot-tell',
  },
  {
    it: 'a probe that did not come here',
    given: {
      services,
      pods: [pod('cart-1', { containers: silent })],
      contacts: contacts([toPod('db', 'worker-1', one, repeat(5, 'open'))]),
    },
    expect: 'cannot-tell',
  },
  {
    it: 'a policy denies the probe, and this CNI refuses where others drop',
    given: {
      services,
      pods: [pod('cart-1', { containers: silent })],
      networkPolicies: [ingressPolicy('deny')],
      contacts: contacts([toPod('cart', 'worker-1', pod('cart-1'), repeat(5, 'refused'))]),
    },
    expect: 'cannot-tell',
  },
  {
    it: 'open',
    given: { services, pods: [one], contacts: contacts([toPod('cart', 'worker-1', one, repeat(5, 'open'))]) },
    expect: 'ok',
  },
  { it: 'no probe, and the pods declare the port', given: { services, pods: [one, two] }, expect: 'ok' },
  {
    it: 'refused now and then is not closed',
    given: {
      services,
      pods: [one],
      contacts: contacts([toPod('cart', 'worker-1', one, tries('open', 'refused', 'open'))]),
    },
    expect: 'ok',
  },
  {
    it: 'timeouts are not refusals',
    given: { services, pods: [one], contacts: contacts([toPod('cart', 'worker-1', one, repeat(5, 'timeout'))]) },
    expect: 'ok',
  },
  {
    it: 'pods that are leaving, unready or done may refuse',
    given: {
      services,
      pods: [one, pod('cart-3', { deleting: true }), notReady('cart-4', 'x'), completed('cart-job')],
      contacts: contacts([
        toPod('cart', 'worker-1', one, repeat(5, 'open')),
        toPod('cart', 'worker-1', pod('cart-3'), repeat(5, 'refused')),
        toPod('cart', 'worker-1', pod('cart-4'), repeat(5, 'refused')),
      ]),
    },
    expect: 'ok',
  },
  {
    it: "the Service's own address refusing says nothing about the port",
    given: {
      services,
      pods: [one],
      contacts: contacts([
        toService('cart', 'worker-1', repeat(5, 'refused')),
        toPod('cart', 'worker-1', one, repeat(5, 'open')),
      ]),
    },
    expect: 'ok',
  },
  {
    it: 'UDP alone',
    given: { services: [service('dns', { ports: [port({ protocol: 'UDP', targetPort: 53 })] })], pods: [pod('dns-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'UDP to what is declared for TCP alone',
    given: { services: [service('dns', { ports: [port({ protocol: 'UDP' })] })], pods: [pod('dns-1')] },
    expect: [{ subject: 'Service/shop/dns', severity: 'warning', confidence: 'possible', args: { protocol: 'TCP' } }],
  },
  {
    it: 'TCP to what is declared for UDP alone',
    given: {
      services,
      pods: [pod('cart-1', { containers: [container({ ports: [{ name: null, port: 8080, protocol: 'UDP' }] })] })],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', confidence: 'possible', args: { protocol: 'UDP' } }],
  },
  {
    it: 'both of the Service, one of them declared: lists are kept badly',
    given: {
      services: [service('cart', { ports: [port(), port({ name: 'h3', protocol: 'UDP' })] })],
      pods: [pod('cart-1')],
    },
    expect: 'ok',
  },
  { it: 'no ready pod', given: { services, pods: [notReady('cart-1', 'x')] }, expect: 'not-applicable' },
  { it: 'pods that could not be read', given: { services }, expect: 'cannot-tell' },
])
