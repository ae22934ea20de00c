import { controller, ingress } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './controller-unmaintained.ts'

const given = (image: string | null, webhook: 'on' | 'off' = 'on') => ({
  ingresses: [ingress([['/', 'web', 80]])],
  ingressControllers: [controller(image === null ? {} : { image, webhook })],
})

describeCheck(check, [
  {
    it: "the project's own build",
    given: given('registry.k8s.io/ingress-nginx/controller:v1.11.0@sha256:abc', 'off'),
    expect: [
      {
        subject: 'Pod/ingress-nginx/controller-1',
        severity: 'info',
        args: { version: 'v1.11.0', count: 1, webhook: 'off' },
      },
    ],
  },
  {
    it: 'an old one',
    given: given('quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.30.0'),
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', args: { version: '0.30.0' } }],
  },
  { it: "F5's", given: given('nginx/nginx-ingress:5.5.4'), expect: 'ok' },
  { it: "Chainguard's", given: given('cgr.dev/chainguard/ingress-nginx-controller:latest'), expect: 'ok' },
  { it: "SUSE's", given: given('rancher/nginx-ingress-controller:v1.12.1-hardened1'), expect: 'ok' },
  { it: 'an old recording', given: given(null), expect: 'not-applicable' },
  {
    it: 'no Ingress',
    given: { ...given('registry.k8s.io/ingress-nginx/controller:v1'), ingresses: [] },
    expect: 'not-applicable',
  },
])
