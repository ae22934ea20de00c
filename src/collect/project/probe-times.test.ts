import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { hostListOf, unaskedOf } from './probe-times.ts'

const started = '2026-11-02T09:00:00Z'
const running = { state: { running: { startedAt: started } }, ready: false, started: true }
const at = (seconds: number): number => Date.parse(started) + seconds * 1000
const delayed = (seconds: number) => ({ readinessProbe: { initialDelaySeconds: seconds } })

test.each([
  ['within its delay', delayed(3600), running, at(600), { unasked: { probe: 'readiness', delay: 3600 } }],
  ['after it', delayed(3600), running, at(3600), {}],
  ['a delay so short that it may be over', delayed(10), running, at(1), {}],
  ['no clock', delayed(3600), running, null, {}],
  ['ready all the same', delayed(3600), { ...running, ready: true }, at(1), {}],
  ['not running', delayed(3600), { state: {} }, at(1), {}],
  [
    'its startup probe comes first',
    { ...delayed(3600), startupProbe: { initialDelaySeconds: 120 } },
    { ...running, started: false },
    at(1),
    { unasked: { probe: 'startup', delay: 120 } },
  ],
])('%s', (_, spec, status, now, expected) => expect(unaskedOf(spec, status, now)).toEqual(expected))

const env = (name: string, about: Readonly<Record<string, unknown>>) => ({ env: [{ name, ...about }] })

test.each([
  [env('DJANGO_ALLOWED_HOSTS', { value: 'shop.example.com' }), { hostList: 'DJANGO_ALLOWED_HOSTS' }],
  [env('ALLOWED_HOSTS', { valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }), { hostList: 'ALLOWED_HOSTS' }],
  [env('AllowedHosts', { value: '*' }), {}],
  [env('ALLOWED_HOSTS', { valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }), {}],
  [env('ALLOWED_HOSTS', { value: 'a,$(POD_IP)' }), {}],
  [
    {
      ...env('ALLOWED_HOSTS', { value: 'a' }),
      readinessProbe: { httpGet: { httpHeaders: [{ name: 'Host', value: 'a' }] } },
    },
    {},
  ],
  [env('HOSTS', { value: 'a' }), {}],
])('%j', (spec, expected) => expect(hostListOf(spec, createIntern())).toEqual(expected))
