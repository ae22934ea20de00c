import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectIngress } from './ingress.ts'
import { projectService } from './service.ts'

const aws = 'service.beta.kubernetes.io/aws-load-balancer-'

test.each([
  ['a@kubernetescrd', ['a@kubernetescrd']],
  [' a@file , b@kubernetescrd,', ['a@file', 'b@kubernetescrd']],
  ['', undefined],
])('middlewares %j', (value, expected) => {
  const annotations = { 'traefik.ingress.kubernetes.io/router.middlewares': value }
  expect(projectIngress({ metadata: { name: 'a', namespace: 'b', annotations } }, createIntern())?.middlewares).toEqual(
    expected,
  )
})

test.each([
  ['web, websecure,', ['web', 'websecure']],
  [',', undefined],
])('entry points %j', (value, expected) => {
  const annotations = { 'traefik.ingress.kubernetes.io/router.entrypoints': value }
  expect(projectIngress({ metadata: { name: 'a', namespace: 'b', annotations } }, createIntern())?.entryPoints).toEqual(
    expected,
  )
})

test.each([
  [{ [`${aws}nlb-target-type`]: 'ip' }, 'pods'],
  [{ [`${aws}type`]: 'nlb-ip' }, 'pods'],
  [{ [`${aws}nlb-target-type`]: 'instance' }, undefined],
  [{ [`${aws}type`]: 'external' }, undefined],
  [{}, undefined],
])('a load balancer with %j', (annotations, expected) => {
  const raw = {
    metadata: { name: 'a', namespace: 'b', annotations },
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
  }
  expect(projectService(raw, createIntern(), null)?.loadBalancer?.sendsTo).toBe(expected)
})
