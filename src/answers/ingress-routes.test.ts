import { describe, expect, test } from 'vitest'
import { contacts, get } from '../../test/build/contacts.ts'
import { ingress } from '../../test/build/ingress.ts'
import { pod } from '../../test/build/pod.ts'
import { service, slice } from '../../test/build/service.ts'
import { modelOf } from '../../test/describe-check.ts'
import { checks } from '../checks/registry.ts'
import { diagnose } from '../engine.ts'
import type { Model } from '../model/sources.ts'
import { paint } from '../report/paint.ts'
import { ingressRoutesText } from '../report/ingress/ingress-text.ts'
import { ingressRoutesOf } from './ingress-routes.ts'

const web = ingress([
  ['/', 'web', 80],
  ['/cart', 'cart', 80],
])
const pods = [pod('web-1', { ip: '10.2.1.5', labels: { app: 'web' } })]
const about = { ingresses: [web], pods, services: [service('web')], endpointSlices: [slice('web', pods)] }

const routes = (model: Model) =>
  ingressRoutesOf(
    model,
    diagnose(model, { checks }).results.flatMap(({ check, findings }) =>
      findings.map((finding) => ({ finding, title: check.title })),
    ),
  )
const plain = paint({ colour: false, ascii: false, width: 100 })

describe('every route, and how it fares', () => {
  test('a finding on one back end is not one on its neighbour', () => {
    expect(routes(modelOf(about))).toMatchObject([
      { path: '/', service: 'web', ready: 1, health: 'read', worst: null },
      { path: '/cart', service: 'cart', ready: 0, health: 'finding', worst: { code: 'ING301', severity: 'error' } },
    ])
  })

  test('what was asked is told with its answer, what was not is no health', () => {
    const model = modelOf({ ...about, contacts: contacts([], [get('/', 200)]) })
    expect(routes(model)[0]).toMatchObject({ health: 'answered', answered: { status: 200 } })
    const said = ingressRoutesText(routes(model), plain)
    expect(said).toMatch(/^1 of 2 routes has a finding; 1 of 2 were asked over HTTP\./)
    expect(said).toContain('--probe asks each route')
    expect(said).not.toMatch(/✓.*\/cart/)
  })

  test('an answer with an error is a finding, whatever was read', () => {
    const model = modelOf({ ...about, contacts: contacts([], [get('/', 502), get('/', 502)]) })
    expect(routes(model)[0]).toMatchObject({ health: 'finding', worst: { severity: 'error' } })
  })
})
