import { describe, expect, test } from 'vitest'
import type { Finding } from '../findings/finding.ts'
import { model } from '../model/build.ts'
import { known } from '../model/known.ts'
import { subject } from '../model/subject.ts'
import { clusterDns } from '../../test/build/dns.ts'
import { ingress } from '../../test/build/ingress.ts'
import { deployment, pod } from '../../test/build/pod.ts'
import { egressPolicy, labels } from '../../test/build/policy.ts'
import { service } from '../../test/build/service.ts'
import { relatedTo } from './related.ts'

const shop = model({
  pods: known([pod('cart-1', { node: 'worker-1' }), pod('db-1', { node: 'worker-2' })]),
  services: known([service('cart'), service('db'), service('idle')]),
  workloads: known([deployment('cart', 1), deployment('db', 1), deployment('idle', 0)]),
  ingresses: known([
    ingress([['/cart', 'cart', 80]]),
    ingress([['/db', 'db', 80]], { name: 'admin', className: 'other' }),
  ]),
  networkPolicies: known([
    egressPolicy('cart-out', [], { podSelector: labels({ app: 'cart' }) }),
    egressPolicy('db-out', [], { podSelector: labels({ app: 'db' }) }),
  ]),
  clusterDns: known(clusterDns()),
})
const about = (code: string, kind: string, namespace: string | null, name: string): Finding => ({
  code,
  slug: '',
  severity: 'error',
  confidence: 'inferred',
  subject: subject(kind, namespace, name),
  args: {},
  evidence: [],
  symptoms: [],
  causes: [],
  remedies: [],
})
const findings = [
  about('SVC205', 'Service', 'shop', 'cart'),
  about('SVC205', 'Service', 'shop', 'db'),
  about('SVC204', 'Service', 'shop', 'idle'),
  about('DNS111', 'Deployment', 'shop', 'idle'),
  about('ING304', 'Ingress', 'shop', 'web'),
  about('ING304', 'Ingress', 'shop', 'admin'),
  about('POL401', 'NetworkPolicy', 'shop', 'cart-out'),
  about('POL401', 'NetworkPolicy', 'shop', 'db-out'),
  about('NOD501', 'Node', null, 'worker-1'),
  about('NOD501', 'Node', null, 'worker-2'),
  about('DNS105', 'Node', null, 'worker-2'),
  about('DNS103', 'Deployment', 'kube-system', 'coredns'),
  about('DNS104', 'Deployment', 'shop', 'cart'),
  about('DNS104', 'Deployment', 'shop', 'db'),
]
const kept = (...target: Parameters<typeof subject>): string[] =>
  findings.filter(relatedTo(shop, subject(...target))).map((it) => `${it.code} ${it.subject.name}`)
const cart = [
  'SVC205 cart',
  'ING304 web',
  'POL401 cart-out',
  'NOD501 worker-1',
  'DNS105 worker-2',
  'DNS103 coredns',
  'DNS104 cart',
]

describe('what touches a target', () => {
  test.each([
    ['Service', 'cart'],
    ['Deployment', 'cart'],
    ['Pod', 'cart-1'],
    ['Ingress', 'web'],
    ['NetworkPolicy', 'cart-out'],
  ])('%s %s', (kind, name) => expect(kept(kind, 'shop', name)).toEqual(cart))
  test('a Service without pods', () =>
    expect(kept('Service', 'shop', 'idle')).toEqual([
      'SVC204 idle',
      'DNS111 idle',
      'DNS105 worker-2',
      'DNS103 coredns',
    ]))
})
