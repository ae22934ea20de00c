import { controller } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './controller-too-old.ts'

const given = (image: string, kubelet = 'v1.31.2', product: 'ingress-nginx' | 'f5-nginx' = 'ingress-nginx') => ({
  ingressControllers: [controller({ image, product })],
  nodes: [node('worker-1', { kubelet })],
})
const old = 'k8s.gcr.io/ingress-nginx/controller:v0.49.3@sha256:aa'

const first = { subject: 'Pod/ingress-nginx/controller-1' } as const

describeCheck(check, [
  {
    it: 'a release before 1.0 on Kubernetes 1.31',
    given: given(old),
    expect: [
      { ...first, severity: 'error', confidence: 'inferred', says: 'ingress-nginx v0.49.3 asks for Ingresses of' },
    ],
  },
  {
    it: 'by the name that it had before',
    given: given('quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.30.0', 'v1.22.0+k3s1'),
    expect: [{ ...first, args: { minor: 22 } }],
  },
  { it: 'on 1.21, which has the API', given: given(old, 'v1.21.14'), expect: 'ok' },
  { it: 'a release of today', given: given('registry.k8s.io/ingress-nginx/controller:v1.12.1'), expect: 'ok' },
  { it: "F5's, with numbers of its own", given: given('nginx/nginx-ingress:3.4.0'), expect: 'not-applicable' },
  { it: 'by a digest alone', given: given('registry.example/nginx@sha256:aa'), expect: 'not-applicable' },
  { it: 'another product', given: given(old, 'v1.31.0', 'f5-nginx'), expect: 'not-applicable' },
])
