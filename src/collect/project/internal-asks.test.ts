import { expect, test } from 'vitest'
import { internalAsksOf } from './internal-asks.ts'

const azure = 'service.beta.kubernetes.io/azure-load-balancer-internal'
const aws = 'service.beta.kubernetes.io/aws-load-balancer-internal'

const gke = 'networking.gke.io/load-balancer-type'

test.each([
  [azure, 'true', { by: azure, cloud: 'azure', wants: 'internal' }],
  [azure, 'True', { by: azure, cloud: 'azure', wants: 'unread' }],
  [azure, 'false', { by: azure, cloud: 'azure', wants: 'public' }],
  [aws, '0.0.0.0/0', { by: aws, cloud: 'aws', wants: 'internal' }],
  [gke, 'Private', { by: gke, cloud: 'gce', wants: 'unread' }],
])('%s: %s', (key, value, expected) => expect(internalAsksOf({ [key]: value }).internal).toEqual([expected]))

test('nearly its name', () => {
  const written = 'service.beta.kubernetes.io/azure-loadbalancer-internal'
  expect(internalAsksOf({ [written]: 'true' }).internal).toEqual([
    { by: azure, cloud: 'azure', wants: 'internal', written },
  ])
  expect(internalAsksOf({ [written]: 'false' })).toEqual({})
})

test.each([
  ['service.beta.kubernetes.io/aws-load-balancer-type', 'nlb'],
  ['service.beta.kubernetes.io/aws-load-balancer-nlb-target-type', 'ip'],
  ['service.beta.kubernetes.io/azure-load-balancer-ipv4', '10.0.0.1'],
  ['service.beta.kubernetes.io/azure-load-balancer-internal-subnet', 'apps'],
  ['example.com/azure-load-balancer-internal', 'true'],
])('another: %s', (key, value) => expect(internalAsksOf({ [key]: value })).toEqual({}))
