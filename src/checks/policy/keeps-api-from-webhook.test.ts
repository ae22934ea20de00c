import { beside } from '../../../test/build/beside.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { ingressPolicy, labels, onPort, peer, rule } from '../../../test/build/policy.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AdmissionWebhook, ApiService } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { PolicyRule } from '../../model/network-policy.ts'
import check from './keeps-api-from-webhook.ts'

const hook = pod('hook-1', { ip: '10.2.1.5', node: 'worker-1' })
const api = (ip: string) =>
  slice('kubernetes', [], {
    namespace: 'default',
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
    endpoints: [{ ip, ready: true, serving: true, terminating: false, node: null, pod: null }],
  })
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
const apiService = (available: ApiService['available']): ApiService => ({
  name: 'v1beta1.metrics.k8s.io',
  service: { namespace: 'shop', name: 'hook' },
  available,
  reason: '',
  message: '',
})
const own = rule([peer({ podSelector: labels() })])
const given = (rules: readonly PolicyRule[], webhooks: readonly AdmissionWebhook[] = [webhook()]) => ({
  beside: beside({ webhooks }),
  networkPolicies: [ingressPolicy('hook', rules, { podSelector: labels({ app: 'hook' }) })],
  services: [service('hook', { ports: [port({ port: 443, targetPort: 8443 })] })],
  pods: [hook],
  nodes: [node('worker-1', { ip: '192.168.0.11' }), node('master', { ip: '192.168.0.10' })] as readonly Node[],
  apiSlices: [api('192.168.0.10')],
  otherPolicies: [],
})
const on = { subject: 'NetworkPolicy/shop/hook' } as const

describeCheck(check, [
  {
    it: 'selectors alone, and it must answer',
    given: given([own]),
    expect: [
      {
        ...on,
        severity: 'error',
        confidence: 'inferred',
        args: { strict: true, ports: ['TCP 8443'] },
        says: /the API server is no pod: no change of ingresses is taken/,
      },
    ],
  },
  {
    it: 'everybody, on another port',
    given: given([rule([], [onPort(80)])]),
    expect: [{ ...on, severity: 'error' }],
  },
  {
    it: 'it need not answer',
    given: given([own], [webhook({ onFailure: 'Ignore' })]),
    expect: [{ ...on, severity: 'warning', says: /each change of ingresses waits until it gives up/ }],
  },
  {
    it: 'one of the API servers is on the node of the pod',
    given: { ...given([own]), apiSlices: [api('192.168.0.10'), api('192.168.0.11')] },
    expect: [{ ...on, severity: 'warning', confidence: 'possible', args: { isNear: true } }],
  },
  {
    it: 'k3s may open it on the node of the pod',
    given: {
      ...given([own]),
      nodes: [node('worker-1', { kubelet: 'v1.31.4+rke2r1' }), node('m', { ip: '192.168.0.10' })],
    },
    expect: [{ ...on, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'the one API server is on the node of the pod',
    given: { ...given([own]), apiSlices: [api('192.168.0.11')] },
    expect: 'cannot-tell',
    says: /the API server is on the node of the pods/,
  },
  {
    it: 'the API server comes by pods',
    given: {
      ...given([own]),
      pods: [hook, pod('konnectivity-1', { namespace: 'kube-system', labels: { 'k8s-app': 'konnectivity-agent' } })],
    },
    expect: 'cannot-tell',
    says: /asks by pods/,
  },
  { it: 'everybody', given: given([rule([], [onPort(8443)])]), expect: 'ok' },
  {
    it: 'a range of nodes',
    given: given([rule([peer({ ipBlock: { cidr: '192.168.0.0/24', except: [] } })])]),
    expect: 'ok',
  },
  { it: 'no policy', given: { ...given([]), networkPolicies: [] }, expect: 'not-applicable' },
  { it: 'on the host network', given: { ...given([own]), pods: [{ ...hook, hostNetwork: true }] }, expect: 'ok' },
  { it: 'no webhook', given: given([own], []), expect: 'not-applicable' },
  {
    it: 'an APIService that does not answer',
    given: { ...given([own]), beside: beside({ apiServices: [apiService('False')] }) },
    expect: [
      { ...on, severity: 'error', says: /\(APIService v1beta1\.metrics\.k8s\.io\), and the API server is no pod\./ },
    ],
  },
  {
    it: 'an APIService that answers was reached',
    given: { ...given([own]), beside: beside({ apiServices: [apiService('True')] }) },
    expect: 'not-applicable',
  },
  {
    it: 'policies of other kinds were not read',
    given: modelOf(given([rule([], [onPort(8443)])]), { otherPolicies: unknown('forbidden', 'list policies') }),
    expect: 'cannot-tell',
    says: /policies of other kinds are there was not read/,
  },
  {
    it: 'policies forbidden',
    given: modelOf(given([own]), { networkPolicies: unknown('forbidden', 'list networkpolicies') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
