import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import type { Service } from '../../model/service.ts'
import serviceNameWrong from './service-name-wrong.ts'
import zoneTaken from './zone-taken.ts'

const namespaceLabels = { shop: { team: 'shop' }, pay: { team: 'pay', tier: 'gold' } } as const
type Home = keyof typeof namespaceLabels

interface World {
  readonly services: readonly { readonly it: Service; readonly ready: boolean }[]
}

/** What CoreDNS does with each option, as findServices does it: whether it has an address for this name. */
const options: readonly {
  readonly line: string
  readonly answers: (it: Service, ready: boolean) => boolean
}[] = [
  { line: 'noendpoints', answers: ({ clusterIP }) => clusterIP !== 'None' },
  { line: 'namespaces pay', answers: ({ namespace }) => namespace === 'pay' },
  { line: 'namespaces shop pay', answers: () => true },
  { line: 'namespace_labels tier', answers: ({ namespace }) => namespace === 'pay' },
  { line: 'namespace_labels team in (shop, x)', answers: ({ namespace }) => namespace === 'shop' },
  { line: 'namespace_labels team!=shop', answers: ({ namespace }) => namespace !== 'shop' },
  { line: 'labels app=a', answers: ({ labels }) => labels?.['app'] === 'a' },
  { line: 'labels app notin (a,b)', answers: ({ labels }) => !['a', 'b'].includes(labels?.['app'] ?? '') },
  { line: 'labels !app', answers: ({ labels }) => labels?.['app'] === undefined },
  { line: 'ignore empty_service', answers: ({ clusterIP }, ready) => clusterIP === 'None' || ready },
  { line: 'multicluster cluster.local', answers: () => false },
  { line: 'multicluster clusterset.local', answers: () => true },
  { line: 'pods verified', answers: () => true },
  { line: 'endpoint_pod_names', answers: () => true },
  { line: 'ttl 0', answers: () => true },
  { line: 'fallthrough', answers: () => true },
]

const world: fc.Arbitrary<World> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      namespace: fc.constantFrom<Home>('shop', 'pay'),
      headless: fc.boolean(),
      app: fc.constantFrom('a', 'b', 'c'),
      ready: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8, selector: (it) => `${it.namespace}/${it.name}` },
  )
  .map((its) => ({
    services: its.map(({ name, namespace, headless, app, ready }) => ({
      it: service(name, { namespace, labels: { app }, clusterIP: headless ? 'None' : '10.96.0.7' }),
      ready,
    })),
  }))

function answersOf({ it, ready }: World['services'][number], answers: boolean): readonly NameAnswer[] {
  const isThere = answers && (it.clusterIP !== 'None' || ready)
  const right = rightAnswers(it, ['10.2.1.5'])
  return isThere ? right : right.map((one) => ({ ...one, answer: 'nxdomain', rcode: 'NXDOMAIN', addresses: [] }))
}

test('whatever an option takes away is named by its line, once, and every wrong answer is folded under it', () => {
  fc.assert(
    fc.property(world, fc.constantFrom(...options), ({ services }, { line, answers }) => {
      const taken = services.filter((it) => !answers(it.it, it.ready) && (it.it.clusterIP !== 'None' || it.ready))
      const { roots } = diagnose(
        modelOf({
          clusterDns: clusterDns({ corefile: known(`.:53 {\n  kubernetes cluster.local {\n    ${line}\n  }\n}\n`) }),
          services: services.map(({ it }) => it),
          namespaces: Object.entries(namespaceLabels).map(([name, labels]) => ({ name, labels })),
          endpointSlices: services.map(({ it, ready }) =>
            slice(it.name, [pod(`${it.name}-0`, { ip: '10.2.1.5', ready })], { namespace: it.namespace }),
          ),
          nameAnswers: nameAnswers(services.flatMap((it) => answersOf(it, answers(it.it, it.ready)))),
        }),
        { checks: [zoneTaken, serviceNameWrong] },
      )
      const wrong = roots.filter(({ finding }) => finding.confidence === 'observed')
      if (taken.length === 0) {
        expect(wrong).toEqual([])
        expect(roots.filter(({ finding }) => finding.severity === 'error')).toEqual([])
        return
      }
      expect(wrong.map(({ finding }) => [finding.code, finding.args['line']])).toEqual([['DNS158', 3]])
      expect(wrong[0]?.consequences.map(({ subject }) => `${subject.namespace}/${subject.name}`).toSorted()).toEqual(
        taken.map(({ it }) => `${it.namespace}/${it.name}`).toSorted(),
      )
    }),
  )
})

test('by the text alone it is never an error, and never said of what it does not take', () => {
  fc.assert(
    fc.property(world, fc.constantFrom(...options), ({ services }, { line, answers }) => {
      const { findings } = diagnose(
        modelOf({
          clusterDns: clusterDns({ corefile: known(`.:53 {\n  kubernetes cluster.local {\n    ${line}\n  }\n}\n`) }),
          services: services.map(({ it }) => it),
          namespaces: Object.entries(namespaceLabels).map(([name, labels]) => ({ name, labels })),
          endpointSlices: services.map(({ it, ready }) =>
            slice(it.name, [pod(`${it.name}-0`, { ip: '10.2.1.5', ready })], { namespace: it.namespace }),
          ),
        }),
        { checks: [zoneTaken] },
      ).results[0] ?? { findings: [] }
      const taken = services.filter((it) => !answers(it.it, it.ready) && (it.it.clusterIP !== 'None' || it.ready))
      expect(findings.filter((it) => it.severity === 'error')).toEqual([])
      expect(findings.reduce((sum, it) => sum + Number(it.args['services']), 0)).toBe(taken.length)
    }),
  )
})
