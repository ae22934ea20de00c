import { describeCheck } from '../../../test/describe-check.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import type { ObjectStatus } from '../../model/status.ts'
import check from './says-of-itself.ts'

function status(kind: string, about: Partial<ObjectStatus> = {}): ObjectStatus {
  return {
    kind,
    group: 'cert-manager.io',
    namespace: 'shop',
    name: 'web-tls',
    type: 'Ready',
    state: 'False',
    wrong: true,
    reason: 'Expired',
    said: 'Certificate expired',
    ...about,
  }
}
const expired = status('Certificate', { secret: 'web-tls' })
const served = ingress([], { tls: [{ hosts: [], secret: 'web-tls' }] })
const sick = (unhealthy: number) => ({
  backends: 2,
  unhealthy: Array.from({ length: unhealthy }, (_, index) => ({ name: `k8s1-web-${index}` })),
})

describeCheck(check, [
  { it: 'nothing says how it is', given: {}, expect: 'not-applicable' },
  {
    it: 'all is well',
    given: { statuses: [status('Certificate', { state: 'True', wrong: false, reason: 'Ready', said: '' })] },
    expect: 'ok',
  },
  {
    it: 'a certificate expired that an Ingress serves',
    given: { statuses: [expired], ingresses: [served] },
    expect: [
      {
        subject: 'Certificate/shop/web-tls',
        severity: 'warning',
        confidence: 'inferred',
        says: 'Certificate shop/web-tls: Ready is False (Expired): “Certificate expired”.',
      },
    ],
  },
  {
    it: 'one that no Ingress serves',
    given: { statuses: [expired], ingresses: [ingress([])] },
    expect: [{ subject: 'Certificate/shop/web-tls', severity: 'info' }],
  },
  {
    it: 'one of which nobody knows who serves it',
    given: { statuses: [expired] },
    expect: [{ subject: 'Certificate/shop/web-tls', severity: 'warning' }],
  },
  {
    it: 'an API whose Service does not answer, of no namespace',
    given: {
      statuses: [
        status('APIService', {
          group: 'apiregistration.k8s.io',
          namespace: null,
          name: 'v1beta1.metrics.k8s.io',
          type: 'Available',
          reason: 'FailedDiscoveryCheck',
        }),
      ],
    },
    expect: [{ subject: 'APIService/v1beta1.metrics.k8s.io', severity: 'warning' }],
  },
  {
    it: 'what makes a Service, which begins with its name',
    given: {
      statuses: [status('Kafka', { group: 'kafka.strimzi.io', name: 'orders', reason: '' })],
      services: [service('orders-kafka-bootstrap')],
    },
    expect: [{ subject: 'Kafka/shop/orders', severity: 'warning' }],
  },
  {
    it: 'what no Service is called as',
    given: { statuses: [status('Bucket', { group: 's3.aws.example', name: 'logs' })], services: [service('web')] },
    expect: [{ subject: 'Bucket/shop/logs', severity: 'info' }],
  },
  {
    it: 'what scales a Service and is called as it is',
    given: {
      statuses: [status('HorizontalPodAutoscaler', { group: 'autoscaling', name: 'web', type: 'ScalingActive' })],
      services: [service('web')],
    },
    expect: [{ subject: 'HorizontalPodAutoscaler/shop/web', severity: 'info' }],
  },
  {
    it: 'what delivers, and was kept from it by a webhook',
    given: {
      statuses: [
        status('Kustomization', { group: 'kustomize.toolkit.fluxcd.io', said: 'failed calling webhook "a.b"' }),
      ],
    },
    expect: [{ subject: 'Kustomization/shop/web-tls', severity: 'warning' }],
  },
  {
    it: 'a Deployment that makes no pods, where the workloads are not all in the file',
    given: {
      statuses: [
        status('Deployment', { group: 'apps', type: 'ReplicaFailure', state: 'True', reason: 'FailedCreate' }),
      ],
    },
    expect: [{ subject: 'Deployment/shop/web-tls', severity: 'warning', says: 'ReplicaFailure is True' }],
  },
  {
    it: 'the same, where they are: the workloads say so',
    given: {
      workloads: [],
      statuses: [
        status('Deployment', { group: 'apps', type: 'ReplicaFailure', state: 'True', reason: 'FailedCreate' }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'a word in place of conditions',
    given: { statuses: [status('VirtualServer', { type: 'state', reason: 'Invalid', said: '' })] },
    expect: [
      { subject: 'VirtualServer/shop/web-tls', says: 'VirtualServer shop/web-tls: state is Invalid: no message.' },
    ],
  },
  {
    it: 'a Challenge for the host of an Ingress',
    given: {
      statuses: [
        status('Challenge', {
          group: 'acme.cert-manager.io',
          type: 'state',
          reason: 'pending',
          said: 'EOF',
          host: 'web.example.com',
        }),
      ],
      ingresses: [ingress([['/', 'web', 80]])],
    },
    expect: [{ subject: 'Challenge/shop/web-tls', severity: 'warning', says: 'state is pending: “EOF”' }],
  },
  {
    it: 'several of one kind are one finding',
    given: { statuses: [status('IngressRoute', { name: 'a' }), status('IngressRoute', { name: 'b' })] },
    expect: [{ subject: 'Namespace/shop', says: '2 IngressRoutes in namespace shop: Ready is False (Expired)' }],
  },
  {
    it: 'a backend of a load balancer of GKE is unhealthy',
    given: { ingresses: [ingress([], { health: sick(1) })] },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        says: 'Ingress shop/web: 1 of 2 backends of its load balancer is UNHEALTHY: k8s1-web-0.',
      },
    ],
  },
  { it: 'none of them is', given: { ingresses: [ingress([], { health: sick(0) })] }, expect: 'ok' },
])
