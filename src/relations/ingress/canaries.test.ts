import { describe, expect, test } from 'vitest'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { subject } from '../../model/subject.ts'
import { planProbe } from '../../probe/plan/plan.ts'
import { canaryOnly, sharersOfIngress } from './canaries.ts'

const nginx = { rewrite: null, regex: false, canary: true, protocol: null }
const main = ingress([
  ['/', 'blue', 80],
  ['/cart', 'cart', 80],
])
const canary = ingress([['/', 'green', 80]], { name: 'web-canary', nginx })
const apart = [
  ingress([['/other', 'red', 80]], { name: 'path', nginx }),
  ingress([['/', 'red', 80]], { name: 'class', nginx, className: 'other' }),
  ingress([['/', 'red', 80]], { name: 'no-canary' }),
]

describe('who shares the requests of an Ingress', () => {
  const all = [main, canary, ...apart]
  test('its canary of the same host, path and class', () => {
    expect(sharersOfIngress(all, main).map((it) => it.backend.service)).toEqual(['green'])
  })
  test('and of a canary those beside it', () => {
    expect(sharersOfIngress([main, canary], canary).map((it) => it.backend.service)).toEqual(['blue'])
  })
  test('nobody where there is no canary', () => {
    expect(sharersOfIngress([main, ...apart.slice(2)], main)).toEqual([])
  })
})

test('asked about a URL, the endpoints of its canary are connected to as well', () => {
  const pods = ['blue', 'green'].map((app, i) => pod(`${app}-1`, { labels: { app }, ip: `10.2.1.${i + 1}` }))
  const model = modelOf(
    {
      nodes: [],
      ingresses: [main, canary],
      ingressControllers: [controller()],
      ingressClasses: [ingressClass('nginx')],
      services: [service('blue'), service('green'), service('red')],
      pods,
      endpointSlices: pods.map((it) => slice(it.labels['app'] ?? '', [it])),
    },
    {},
    {
      namespace: 'shop',
      target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: 'http://web.example.com/' },
    },
  )
  const { connects } = planProbe(model, { run: 'aaaa0000' })
  expect([...new Set(connects.map((it) => it.service.name))]).toEqual(['blue', 'green'])
})

describe('a Service to which canaries alone lead', () => {
  const idle = { ...nginx, idle: true }
  const next = (name: string, how: typeof nginx) => ingress([['/', 'green', 80]], { name, nginx: how })
  test.each([
    ['none leads there', [main], null],
    ['no canary leads there', [main, ingress([['/', 'green', 80]], { name: 'plain' })], null],
    ['a canary', [main, next('a', nginx)], { ingress: 'a', idle: false }],
    ['a canary at weight 0', [main, next('a', idle)], { ingress: 'a', idle: true }],
    ['two, one at weight 0', [main, next('a', idle), next('b', nginx)], { ingress: 'a', idle: false }],
    ['a canary and another', [next('a', idle), ingress([['/', 'green', 80]], { name: 'plain' })], null],
  ])('%s', (_, ingresses, only) => expect(canaryOnly(ingresses, service('green'))).toEqual(only))
})
