import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { insideView } from '../../test/build/dns.ts'
import * as F from '../../test/build/dns-faults.ts'
import { nameAnswers, rightAnswers } from '../../test/build/name-answers.ts'
import { pod } from '../../test/build/pod.ts'
import { port, service } from '../../test/build/service.ts'
import { modelOf } from '../../test/describe-check.ts'
import { checks } from '../checks/registry.ts'
import { diagnose } from '../engine.ts'
import { known } from '../model/known.ts'
import { nameWrongOf } from './symptom.ts'

test.each([
  ['kubernetes.default', ['name-wrong:default/kubernetes']],
  ['kubernetes.default.svc', ['name-wrong:default/kubernetes']],
  ['cart.shop.svc.cluster.local.', ['name-wrong:shop/cart']],
  ['cart', []],
  ['www.example.com.', []],
  ['', []],
])('%j is a name of %j', (asked, keys) => {
  expect(nameWrongOf(asked)).toEqual(keys)
})

const kubernetes = service('kubernetes', {
  namespace: 'default',
  clusterIP: '10.96.0.1',
  selector: null,
  ports: [port({ port: 443 })],
})
const shut = { answer: 'nxdomain', rcode: 'NXDOMAIN', addresses: [], ttl: 5 } as const

test('a name that DNS denies is one finding on its Service, though a pod of a user asked for it as well', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.constantFrom('nxdomain', 'nodata'), (inside, result) => {
      const lookup = known({ tool: 'getent', name: 'kubernetes.default.svc.cluster.local.', result, ms: 4 } as const)
      const model = modelOf({
        ...F.cluster(),
        services: [kubernetes],
        pods: [pod('web-1')],
        nameAnswers: nameAnswers(rightAnswers(kubernetes).map((it) => ({ ...it, ...shut }))),
        ...(inside ? { insideViews: [insideView('web-1', { lookup })] } : {}),
      })
      const { roots } = diagnose(model, { checks })
      const errors = roots.filter(({ finding }) => finding.severity === 'error')
      expect(errors.map(({ finding }) => `${finding.code} ${finding.subject.name}`)).toEqual(['DNS165 kubernetes'])
    }),
  )
})
