import { describe, expect, test } from 'vitest'
import { beside } from '../../../test/build/beside.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { egressPolicy, ingressPolicy, namespace, rule } from '../../../test/build/policy.ts'
import { service, slice } from '../../../test/build/service.ts'
import { traced } from '../../../test/build/trace.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { AdmissionWebhook } from '../../model/beside.ts'
import { known, type Known, unknown } from '../../model/known.ts'
import { type OtherPolicy, otherPolicyKinds } from '../../model/network-policy.ts'
import type { Scope } from '../../model/sources.ts'
import { checks } from '../registry.ts'

/** What these call well is how policies are written, or what was measured: no reach that another kind could deny. */
const ofShape: ReadonlySet<string> = new Set([
  'POL403',
  'POL404',
  'POL405',
  'POL411',
  'POL412',
  'POL413',
  'POL414',
  'POL415',
  'POL416',
  'POL417',
  'POL418',
  'POL421',
  'POL422',
  'POL426',
  // What policies of those kinds themselves say.
  'POL429',
  'POL430',
  'POL431',
  'POL436',
  'POL437',
  // Whether anybody enforces policies at all.
  'POL432',
])
const all = checks.filter((it) => it.code.startsWith('POL'))
const ofReach = all.filter((it) => !ofShape.has(it.code))

/** Each end has policies of both directions, which let everything through. */
const open = ['shop', 'kube-system', 'ingress-nginx'].flatMap((home) => [
  egressPolicy('out', [rule()], { namespace: home }),
  ingressPolicy('in', [rule()], { namespace: home }),
])
const caller = pod('cart-1', {
  ip: '10.2.1.7',
  containers: [
    container({
      calls: [{ by: 'WEB_URL', host: 'web', port: 80 }],
      addresses: [{ by: 'DB_HOST', ip: '172.20.4.15', port: 5432 }],
    }),
  ],
})
const apiSlice = slice('kubernetes', [pod('api-1', { namespace: 'default', ip: '192.168.0.10' })], {
  namespace: 'default',
  ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
})
const webhook: AdmissionWebhook = {
  kind: 'ValidatingWebhookConfiguration',
  name: 'admission',
  webhook: 'validate.example.com',
  service: { namespace: 'shop', name: 'cart', port: 80 },
  onFailure: 'Fail',
  resources: ['ingresses'],
  chooses: 'all',
}
const scopes: readonly Partial<Scope>[] = [{ namespace: 'shop' }, traced.scope]

function wellOf(otherPolicies: Known<readonly OtherPolicy[]>): ReadonlySet<string> {
  const found = scopes.flatMap((scope) => {
    const model = modelOf(
      {
        ...traced.sources,
        pods: [...traced.sources.pods, caller],
        networkPolicies: open,
        namespaces: ['shop', 'data', 'kube-system', 'ingress-nginx'].map((it) => namespace(it)),
        clusterDns: clusterDns({ corefile: known('.:53 {\n  kubernetes cluster.local\n  forward . 192.0.2.53\n}\n') }),
        ingresses: [ingress([['/', 'web', 80]])],
        ingressClasses: [ingressClass('nginx')],
        ingressControllers: [controller({ labels: { app: 'nginx' }, node: 'worker-1' })],
        services: [...traced.sources.services, service('cart', { type: 'LoadBalancer' })],
        endpointSlices: [...traced.sources.endpointSlices, apiSlice],
        beside: beside({ webhooks: [webhook] }),
        nodes: [],
      },
      { otherPolicies },
      scope,
    )
    return diagnose(model, { checks: ofReach }).results.filter((it) => it.verdict === 'ok')
  })
  return new Set(found.map((it) => it.check.code))
}

describe('what NetworkPolicies let through', () => {
  test('is well for every check of reach, where there are no policies of other kinds', () => {
    expect([...wellOf(known([]))].toSorted()).toEqual(ofReach.map((it) => it.code).toSorted())
  })

  test.each(['forbidden', 'not-asked', 'timed-out', 'failed', 'cut-off', 'not-there'] as const)(
    'is well for none of them, where those were not read: %s',
    (reason) => {
      expect([...wellOf(unknown(reason, 'list them'))]).toEqual([])
    },
  )

  test.each(otherPolicyKinds)('is well for none of them beside a %s', (kind) => {
    expect([...wellOf(known([{ kind, namespace: null, name: 'deny' }]))]).toEqual([])
    const inEach = ['shop', 'kube-system', 'ingress-nginx'].map((it) => ({ kind, namespace: it, name: 'deny' }))
    expect([...wellOf(known(inEach))]).toEqual([])
  })

  test('is well beside one in a namespace of neither end', () => {
    const apart = { kind: 'CiliumNetworkPolicy', namespace: 'data', name: 'deny' } as const
    expect([...wellOf(known([apart]))].toSorted()).toEqual(ofReach.map((it) => it.code).toSorted())
  })
})

test('each of the others is there', () => {
  const codes = new Set(all.map((it) => it.code))
  expect([...ofShape].filter((it) => !codes.has(it))).toEqual([])
})
