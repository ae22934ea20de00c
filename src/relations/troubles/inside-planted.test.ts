import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { insideView, resolving } from '../../../test/build/dns.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, exitCode } from '../../engine.ts'
import type { InsideName, InsideResolving, InsideView } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import { type Model, sourceNames } from '../../model/sources.ts'

/*
 * Any bad thing in any pod is told, with the pod's name or its workload's; and no check that judges what stands in pods
 * says "fine" once nobody could look.
 */
const asCli = { failOn: 'warning', strict: false } as const
const pods = ['web-1', 'cart-1', 'pay-1'].map((name, index) =>
  pod(name, {
    labels: { app: 'shelf' },
    ip: `10.2.1.${index + 20}`,
    owner: { kind: 'StatefulSet', name: name.split('-')[0] ?? name },
  }),
)
const its = pods.map(({ name }) => name)
const base = {
  ...F.cluster(),
  pods,
  services: [service('shelf')],
  endpointSlices: [slice('shelf', pods)],
  nodes: F.workers.map((it) => node(it)),
}
const sound = (name: string): InsideView =>
  insideView(name, {
    libc: 'glibc',
    resolving: resolving({
      servers: known([{ ip: '10.96.0.10', tool: 'nslookup', result: 'ok', ms: 1 }]),
      outside: { name: 'example.com.', servers: [{ ip: '10.96.0.10', tool: 'nslookup', result: 'nxdomain', ms: 1 }] },
      names: [named('shelf', 'ok')],
    }),
  })

function named(typed: string, result: Answer, addresses = ['10.96.44.7'], ms = 1): InsideName {
  return {
    service: { namespace: 'shop', name: 'shelf' },
    typed,
    tool: 'getent',
    result,
    addresses: result === 'ok' ? addresses : [],
    ms,
  }
}

type Plant = (view: InsideView) => InsideView

const within =
  (change: Partial<InsideResolving>): Plant =>
  (view) => ({ ...view, resolving: { ...(view.resolving ?? resolving()), ...change } })
const failing = fc.constantFrom<Answer>('timeout', 'refused', 'servfail', 'unreachable', 'nxdomain', 'nodata')
const lookup =
  (result: Answer, ms: number): Plant =>
  (view) => ({ ...view, lookup: known({ tool: 'getent', name: 'kubernetes.default.svc.cluster.local.', result, ms }) })
const conf =
  (text: string, rest: Plant = (it) => it): Plant =>
  (view) =>
    rest({ ...view, resolvConf: known(text) })
const search = 'search shop.svc.cluster.local svc.cluster.local cluster.local'

const plants: fc.Arbitrary<Plant> = fc.oneof(
  fc.tuple(failing, fc.nat(60_000)).map(([how, ms]) => lookup(how, ms)),
  fc.integer({ min: 2400, max: 60_000 }).map((ms) => lookup('ok', ms)),
  fc
    .tuple(fc.constantFrom('shelf', 'shelf.shop', 'shelf.shop.svc.cluster.local'), failing)
    .map(([typed, how]) => within({ names: [named(typed, how)] })),
  fc.integer({ min: 2400, max: 60_000 }).map((ms) => within({ names: [named('shelf', 'ok', ['10.96.44.7'], ms)] })),
  fc
    .ipV4()
    .filter((it) => it !== '10.96.44.7')
    .map((ip) => within({ names: [named('shelf', 'ok', [ip])] })),
  fc
    .tuple(
      fc.constantFrom('shelf', 'shelf.shop', 'shelf.shop.svc', 'shelf.shop.svc.cluster.local'),
      fc.constantFrom('192.0.2.66', '10.2.1.99'),
    )
    .map(([name, ip]) => within({ hosts: known(`127.0.0.1 localhost\n${ip} ${name}\n`), names: [] })),
  fc.tuple(fc.constantFrom('files', 'files [NOTFOUND=return] dns', 'db files', ''), failing).map(
    ([line, how]): Plant =>
      (view) =>
        lookup(how, 1)(within({ nsswitch: known(line) })(view)),
  ),
  fc.constantFrom<Answer>('timeout', 'unreachable').chain((result) =>
    fc.boolean().map((isFirst): Plant => {
      const dead = { ip: '10.96.0.99', tool: 'nslookup', result, ms: 5000 }
      const alive = { ip: '10.96.0.10', tool: 'nslookup', result: 'ok' as const, ms: 1 }
      const servers = isFirst ? [dead, alive] : [alive, dead]
      return conf(
        `${search}\n${servers.map((it) => `nameserver ${it.ip}\n`).join('')}options ndots:5\n`,
        within({ servers: known(servers) }),
      )
    }),
  ),
  // The servers of this pod alone have nobody to ask further: the probe pods ask others, and find the name.
  fc
    .tuple(fc.constantFrom<Answer>('timeout', 'unreachable', 'servfail', 'refused'), fc.nat(8000))
    .map(([result, ms]) =>
      within({ outside: { name: 'example.com.', servers: [{ ip: '10.96.0.20', tool: 'nslookup', result, ms }] } }),
    ),
  fc.constant(conf('nameserver 10.96.0.10\noptions ndots:5\n')),
  fc.constant(conf(`${search}\nnameserver 10.96.0.99\noptions ndots:5\n`, lookup('timeout', 8000))),
  fc.constant<Plant>((view) =>
    conf(`${search}\nnameserver 10.96.0.10\noptions ndots:5 use-vc\n`)({ ...view, tcp53: known('timeout') }),
  ),
)

const told = (model: Model): string =>
  diagnose(model, { checks })
    .results.flatMap(({ check, findings }) =>
      findings.flatMap((it) => [
        it.subject.name,
        check.words.headline(it),
        check.words.detail(it),
        JSON.stringify(it.evidence),
      ]),
    )
    .join('\n')

describe('what is planted in a pod', () => {
  test('nothing: nothing is told', () => {
    const model = modelOf({ ...base, insideViews: its.map(sound) })
    expect(exitCode(diagnose(model, { checks }), asCli), told(model)).toBe(0)
  })

  test('any bad thing, in any pod: the exit code is 1, and the pod is named', () => {
    fc.assert(
      fc.property(plants, fc.nat(2), (plant, at) => {
        const model = modelOf({
          ...base,
          insideViews: its.map((name, index) => (index === at ? plant(sound(name)) : sound(name))),
        })
        expect(exitCode(diagnose(model, { checks }), asCli)).toBe(1)
        expect(told(model)).toContain(its[at]?.split('-')[0] ?? '')
      }),
      { numRuns: runs(300) },
    )
  })

  test('once nobody looks, no check that found it there says that it is fine', () => {
    const blind = fc.constantFrom(
      unknown('forbidden', 'create pods/exec'),
      unknown('not-asked', 'needs --probe'),
      unknown('timed-out', 'late'),
    )
    fc.assert(
      fc.property(plants, fc.nat(2), blind, (plant, at, why) => {
        const model = modelOf({
          ...base,
          insideViews: its.map((name, index) => (index === at ? plant(sound(name)) : sound(name))),
        })
        const red = diagnose(model, { checks }).results.filter(
          (it) => it.verdict === 'finding' && it.check.judges !== 'leftovers',
        )
        const after = diagnose({ ...model, sources: { ...model.sources, insideViews: why } }, { checks }).results
        for (const it of red) expect(after.find((one) => one.check === it.check)?.verdict, it.check.code).not.toBe('ok')
      }),
      { numRuns: runs(200) },
    )
    expect(sourceNames).toContain('insideViews')
  })
})
