import { ingress } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './name-not-published.ts'

const writer = (...args: readonly string[]) =>
  pod('external-dns-1', {
    namespace: 'dns',
    labels: { 'app.kubernetes.io/name': 'external-dns' },
    containers: [container({ name: 'external-dns', args })],
  })
const at = { addresses: ['203.0.113.5'] }
const given = (...args: readonly string[]) => ({
  ingresses: [ingress([['/', 'web', 80]], at)],
  pods: [writer(...args)],
})
const unplaced = (about: Partial<Ingress> = {}, ...args: readonly string[]) => ({
  ...given('--source=ingress', ...args),
  ingresses: [ingress([['/', 'web', 80]], { addresses: [], ...about })],
})
const found = (severity: 'warning' | 'info', says: RegExp) => [
  { subject: 'Ingress/shop/web', confidence: 'possible' as const, severity, says },
]

describeCheck(check, [
  { it: 'Ingresses, of every zone', given: given('--source=ingress'), expect: 'ok' },
  {
    it: 'Ingresses, of its zone',
    given: given('--source=service', '--source=ingress', '--domain-filter=example.com.'),
    expect: 'ok',
  },
  {
    it: 'no address to write',
    given: unplaced(),
    expect: found('warning', /a record leads to the addresses of its status, and there are none/),
  },
  {
    it: 'none, and of another class',
    given: unplaced({}, '--ingress-class=x'),
    expect: found('info', /of class x alone/),
  },
  {
    it: 'none, and its annotation names what records lead to',
    given: unplaced({ externalDns: { by: 'it', hosts: [], target: 'named' } }),
    expect: 'ok',
  },
  { it: 'none, and external-dns knows one', given: unplaced({}, '--default-targets=lb.example.com'), expect: 'ok' },
  { it: 'Services alone', given: given('--source=service'), expect: found('info', /and no Ingress/) },
  {
    it: 'another zone',
    given: given('--source=ingress', '--domain-filter=corp.test'),
    expect: found('info', /corp\.test alone/),
  },
  {
    it: 'a slip of the zone',
    given: given('--source=ingress', '--domain-filter=exam-ple.com'),
    expect: found('warning', /nearly its zone/),
  },
  {
    it: 'two of them, of which one publishes it',
    given: {
      ...given('--source=ingress', '--domain-filter=corp.test'),
      pods: [writer('--source=ingress', '--domain-filter=corp.test'), writer('--source=ingress')],
    },
    expect: 'ok',
  },
  {
    it: 'another class',
    given: given('--source=ingress', '--ingress-class=internal'),
    expect: found('info', /of class internal alone, and this is of nginx/),
  },
  {
    it: 'its class',
    given: given('--source=ingress', '--ingress-class=internal', '--ingress-class=nginx'),
    expect: 'ok',
  },
  {
    it: 'a zone left out',
    given: given('--source=ingress', '--domain-filter=example.com', '--exclude-domains=web.example.com'),
    expect: found('info', /leaves web\.example\.com out/),
  },
  {
    it: 'another namespace',
    given: given('--source=ingress', '--namespace=pay'),
    expect: found('info', /namespace pay alone/),
  },
  { it: 'a filter by labels', given: given('--source=ingress', '--label-filter=dns=on'), expect: 'cannot-tell' },
  {
    it: 'expressions in the place of zones',
    given: given('--source=ingress', '--domain-filter=corp.test', '--regex-domain-filter=.*'),
    expect: 'cannot-tell',
  },
  {
    it: 'a filter by annotations, and Services alone',
    given: given('--source=service', '--annotation-filter=a=b'),
    expect: found('info', /and no Ingress/),
  },
  {
    it: 'the Ingress asks for it',
    given: {
      ...given('--source=service'),
      ingresses: [ingress([['/', 'web', 80]], { ...at, externalDns: { by: 'it', hosts: [] } })],
    },
    expect: found('warning', /and no Ingress/),
  },
  {
    it: 'the Ingress is left to others by its annotation',
    given: {
      ...given('--source=service'),
      ingresses: [ingress([['/', 'web', 80]], { ...at, externalDns: { by: 'others', hosts: [] } })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'a Service asks, and Ingresses alone are read',
    given: {
      ...given('--source=ingress'),
      services: [service('edge', { externalDns: { by: 'it', hosts: ['edge.example.com'] } })],
    },
    expect: [
      { subject: 'Service/shop/edge', severity: 'warning', says: /edge\.example\.com of Service .*and no Service/ },
    ],
  },
  {
    it: 'a Service has the host of the Ingress published',
    given: {
      ...given('--source=service'),
      services: [service('edge', { externalDns: { by: 'it', hosts: ['web.example.com'] } })],
    },
    expect: 'ok',
  },
  { it: 'set up by variables', given: given('--provider=aws'), expect: 'not-applicable' },
  { it: 'none', given: { ...given(), pods: [] }, expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf({ ingresses: [ingress([])] }, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
  },
])
