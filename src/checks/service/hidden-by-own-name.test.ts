import { expect, test } from 'vitest'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { subject } from '../../model/subject.ts'
import { isLedAstray } from '../../relations/dns/inside-answers.ts'
import check from './hidden-by-own-name.ts'

const billing = service('billing', { clusterIP: '10.96.0.9', selector: { app: 'billing' } })
const front = (about = {}) =>
  pod('front-1', {
    owner: { kind: 'DaemonSet', name: 'front' },
    hostname: 'billing',
    ip: '10.2.1.9',
    labels: { app: 'front' },
    ...about,
  })
const of = (it: ReturnType<typeof pod>, its = billing) => ({ pods: [it], services: [its] })

describeCheck(check, [
  {
    it: "a DaemonSet's pods have the Service's name for their host name",
    given: of(front()),
    expect: [
      {
        subject: 'DaemonSet/shop/front',
        severity: 'warning',
        confidence: 'inferred',
        args: { name: 'billing', pods: 1, isSet: true },
        says: /the name `billing` is the pod itself, and not Service shop\/billing/,
      },
    ],
  },
  {
    it: 'a bare pod is called so',
    given: of(pod('billing', { owner: null, labels: { app: 'front' } })),
    expect: [{ subject: 'Pod/shop/billing', args: { isSet: false } }],
  },
  {
    it: 'somebody asks about the Service',
    given: modelOf(
      of(front()),
      {},
      { target: { kind: 'object', object: subject('Service', 'shop', 'billing'), url: null } },
    ),
    expect: [{ subject: 'DaemonSet/shop/front', severity: 'error' }],
  },
  { it: 'the Service selects it', given: of(front({ labels: { app: 'billing' } })), expect: 'ok' },
  {
    it: 'endpoints kept by hand may be the pod',
    given: of(front(), service('billing', { selector: null })),
    expect: 'ok',
  },
  {
    it: 'an ExternalName is another host',
    given: of(
      front(),
      service('billing', { type: 'ExternalName', clusterIP: null, externalName: 'b.example', selector: null }),
    ),
    expect: [{ subject: 'DaemonSet/shop/front' }],
  },
  {
    it: 'a Service of that name in another namespace has a longer name here',
    given: of(front(), service('billing', { namespace: 'other' })),
    expect: 'ok',
  },
  { it: "the host's network has the node's file", given: of(front({ hostNetwork: true })), expect: 'ok' },
  { it: 'the pod is over', given: of(front({ phase: 'Succeeded' })), expect: 'ok' },
  { it: 'no Services', given: { pods: [front()], services: [] }, expect: 'not-applicable' },
])

test.each([
  ['of another Service its own address is no answer', { app: 'front' }, true],
  ['of its own Service it is one', { app: 'billing' }, false],
])('%s', (_, labels, astray) => {
  const name = { typed: 'billing', addresses: ['10.2.1.9'] }
  expect(isLedAstray(name, front({ labels }), { service: billing, slices: null })).toBe(astray)
})
