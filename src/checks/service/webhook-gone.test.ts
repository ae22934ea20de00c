import { beside } from '../../../test/build/beside.ts'
import { pod } from '../../../test/build/pod.ts'
import { namespace } from '../../../test/build/policy.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AdmissionWebhook } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import check from './webhook-gone.ts'

const webhook = (about: Partial<AdmissionWebhook> = {}): AdmissionWebhook => ({
  kind: 'ValidatingWebhookConfiguration',
  name: 'admission',
  webhook: 'validate.example.com',
  service: { namespace: 'shop', name: 'hook', port: 443 },
  onFailure: 'Fail',
  resources: ['ingresses'],
  chooses: 'all',
  ...about,
})
const hook = service('hook', { ports: [port({ port: 443 })] })
const given = (
  webhooks: readonly AdmissionWebhook[],
  services = [hook],
  slices = [slice('hook', [pod('hook-1')])],
) => ({
  beside: beside({ webhooks }),
  services,
  endpointSlices: slices,
})
const other = {
  chooses: 'some',
  namespaces: { matchLabels: { 'kubernetes.io/metadata.name': 'payments' }, matchExpressions: [] },
} as const
const found = (why: string) => [
  { subject: 'ValidatingWebhookConfiguration/admission', confidence: 'inferred' as const, args: { why } },
]
const subjectOf = { subject: 'ValidatingWebhookConfiguration/admission' } as const
const ofOne = { subject: 'ValidatingWebhookConfiguration/admission', confidence: 'inferred' } as const

const conversion = (versions: number): AdmissionWebhook =>
  webhook({ kind: 'CustomResourceDefinition', name: 'certs.example.com', resources: ['certs.example.com'], versions })
const ofCrd = { subject: 'CustomResourceDefinition/certs.example.com', confidence: 'inferred' } as const

describeCheck(check, [
  ...[true, false].map((inNamespaces) => ({
    it: `no namespace is chosen, and ${inNamespaces ? 'nothing else' : 'objects of the cluster'} may be asked about`,
    given: {
      ...given([webhook({ ...other, ...(inNamespaces ? { inNamespaces: true as const } : {}) })], []),
      namespaces: [namespace('shop'), namespace('edge')],
    },
    expect: [{ ...subjectOf, severity: inNamespaces ? ('info' as const) : ('warning' as const) }],
  })),
  { it: 'a Service that is ready', given: given([webhook()]), expect: 'ok' },
  {
    it: 'one that is ready, and no authority to trust',
    given: given([webhook({ authority: 'none' })]),
    expect: [{ ...ofOne, args: { why: 'authority' }, says: /no authority \(caBundle\)/ }],
  },
  {
    it: 'the same, and cert-manager was to fill it in',
    given: given([webhook({ authority: 'injected' })]),
    expect: [{ ...ofOne, args: { why: 'authority', injected: true } }],
  },
  {
    it: 'no authority, and it need not answer',
    given: given([webhook({ authority: 'none', onFailure: 'Ignore' })]),
    expect: 'not-applicable',
  },
  {
    it: 'none',
    given: given([webhook()], []),
    // It is for ingresses alone: Deployments go on making pods.
    expect: [{ ...ofOne, args: { why: 'missing', pods: false } }],
  },
  {
    it: 'none, for every kind',
    given: given([webhook({ resources: ['*'] })], []),
    expect: [{ ...ofOne, args: { why: 'missing', pods: true } }],
  },
  { it: 'one without endpoints', given: given([webhook()], [hook], []), expect: found('empty') },
  {
    it: 'one without that port',
    given: given([webhook({ service: { namespace: 'shop', name: 'hook', port: 8443 } })]),
    expect: found('port'),
  },
  {
    it: 'many webhooks of one configuration',
    given: given([webhook(), webhook({ webhook: 'mutate.example.com', resources: ['pods'] })], []),
    expect: [{ subject: 'ValidatingWebhookConfiguration/admission', says: /ingresses, pods/ }],
  },
  {
    it: 'one that converts between versions, and its Service is gone',
    given: given([conversion(2)], []),
    expect: [{ ...ofCrd, severity: 'warning', args: { why: 'missing' }, says: /another version than the stored one/ }],
  },
  {
    it: 'the same, with one version: nothing is to be converted yet',
    given: given([conversion(1)], [hook], []),
    expect: [{ ...ofCrd, severity: 'info', args: { why: 'empty', converts: 1 }, says: /no ready endpoint/ }],
  },
  { it: 'one that converts, and answers', given: given([conversion(2)]), expect: 'ok' },
  { it: 'one that need not answer', given: given([webhook({ onFailure: 'Ignore' })], []), expect: 'not-applicable' },
  {
    it: 'a Service of a namespace that was not read',
    given: given([webhook({ service: { namespace: 'far', name: 'hook', port: 443 } })]),
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
    says: /namespace far/,
  },
  {
    it: 'one that chooses a namespace',
    given: { ...given([webhook(other)], []), namespaces: ['shop', 'payments', 'db'].map((it) => namespace(it)) },
    expect: [
      {
        ...subjectOf,
        severity: 'warning',
        args: { onlyFor: ['payments'] },
        says: 'ingresses in namespace payments is',
      },
    ],
  },
  {
    it: 'one that chooses namespaces, which were not read',
    given: given([webhook(other)], []),
    expect: [{ ...subjectOf, args: { onlyFor: null }, says: 'that it chooses' }],
  },
  {
    it: 'a cluster',
    given: modelOf({ services: [], endpointSlices: [] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
