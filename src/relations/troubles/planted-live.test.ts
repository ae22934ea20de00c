import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { backends, controllerConfig, ingressConfigs, nginxConf } from '../../../test/build/ingress-config.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, exitCode } from '../../engine.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { ControllerConfig } from '../../model/ingress-config.ts'
import { known, unknown } from '../../model/known.ts'
import { type Model, type SourceName, sourceNames } from '../../model/sources.ts'
import type { EndpointSlice } from '../../model/service.ts'
import { parseNginxConf, type NginxConf, type ConfLocation } from '../../wire/nginx-conf.ts'

/*
 * Whatever the objects say and a controller runs: a difference between the two is told with the name of the object, by
 * the exit code as well, and where there is none nobody is accused.
 */

const asCli = { failOn: 'warning', strict: false } as const
const names = ['web', 'cart', 'api'] as const
const pods = names.flatMap((app, at) =>
  [1, 2].map((n) => pod(`${app}-${n}`, { ip: `10.2.${at + 1}.${n}`, labels: { app } })),
)
const services = names.map((it) =>
  service(it, { ports: [port(), port({ name: 'admin', port: 81, targetPort: 8081 })] }),
)
const slices = names.map((it) =>
  slice(
    it,
    pods.filter((one) => one.labels['app'] === it),
    {
      ports: [
        { name: 'http', port: 8080, protocol: 'TCP' },
        { name: 'admin', port: 8081, protocol: 'TCP' },
      ],
    },
  ),
)

const backend = fc.record({ service: fc.constantFrom(...names), port: fc.constantFrom(80, 81, 'http', 'admin') })
const path = fc.record({
  path: fc.constantFrom('/', '/cart', '/api/v1', '/a.b', '/item$1', '/a b'),
  pathType: fc.constantFrom('Prefix', 'Exact', 'ImplementationSpecific'),
  backend,
})
const host = fc.constantFrom('web.example.com', 'api.example.com', '*.example.com', null)
const oneIngress = fc
  .record({
    rules: fc.uniqueArray(fc.record({ host, paths: fc.array(path, { minLength: 1, maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 3,
      selector: (it) => it.host,
    }),
    isRegex: fc.boolean(),
  })
  .map(({ rules, isRegex }): Omit<Ingress, 'name'> => ({
    ...ingress([]),
    ...(isRegex ? { nginx: { rewrite: null, regex: true, canary: false, protocol: null } } : {}),
    rules: rules.map((rule, r) => ({
      host: rule.host,
      paths: uniqueBy(rule.paths, (it) => it.path).map((it, p) => ({
        ...it,
        backend: { ...it.backend, path: `spec.rules[${r}].http.paths[${p}].backend` },
      })),
    })),
  }))
const world = fc
  .array(oneIngress, { minLength: 1, maxLength: 3 })
  .map((its) => its.map((it, index): Ingress => ({ ...it, name: `ing-${index + 1}` })))

function uniqueBy<T>(all: readonly T[], key: (it: T) => unknown): readonly T[] {
  return all.filter((it, index) => all.findIndex((one) => key(one) === key(it)) === index)
}

function running(ingresses: readonly Ingress[], about: Partial<ControllerConfig> = {}): ControllerConfig {
  return controllerConfig(ingresses, { backends: known(backends(ingresses, { services, slices })), ...about })
}

function seeing(
  ingresses: readonly Ingress[],
  config: ControllerConfig,
  endpointSlices: readonly EndpointSlice[] = slices,
): Model {
  return modelOf({
    ...F.cluster(),
    pods,
    services,
    endpointSlices,
    ingresses,
    ingressClasses: [ingressClass('nginx')],
    ingressControllers: [controller()],
    networkPolicies: [],
    namespaces: [],
    nodes: F.workers.map((it) => node(it)),
    ingressConfigs: ingressConfigs(config),
  })
}

/** What a controller runs otherwise is told by one of these, or as trouble without a known cause. */
const ofLive = /^(?:ING32\d|TRB901)$/

function accused(model: Model): readonly string[] {
  return diagnose(model, { checks }).results.flatMap(({ check, findings }) =>
    findings
      .filter((it) => it.severity !== 'info' && (check.code !== 'TRB901' || JSON.stringify(it).includes('nginx')))
      .flatMap((it) => (ofLive.test(check.code) ? [`${check.code} ${it.subject.name}`] : [])),
  )
}

const gone = fc.subarray(
  sourceNames.filter((it) => !['ingresses', 'ingressConfigs', 'ingressControllers', 'ingressClasses'].includes(it)),
)
function blind(model: Model, hidden: readonly SourceName[]): Model {
  const sources = Object.fromEntries(hidden.map((it) => [it, unknown('forbidden', 'no right to')]))
  return { ...model, sources: { ...model.sources, ...sources } }
}

type Plant = (conf: NginxConf, at: readonly [server: number, location: number]) => NginxConf

function withLocations(
  conf: NginxConf,
  change: (all: readonly ConfLocation[], server: number) => readonly ConfLocation[],
): NginxConf {
  return { ...conf, servers: conf.servers.map((it, index) => ({ ...it, locations: change(it.locations, index) })) }
}

/** All locations of one path: a prefix has two. */
function changed(
  conf: NginxConf,
  [server, location]: readonly [number, number],
  how: (it: ConfLocation) => readonly ConfLocation[],
): NginxConf {
  const target = conf.servers[server]?.locations[location]
  return withLocations(conf, (all, index) =>
    all.flatMap((it) => (index === server && it.declared === target?.declared ? how(it) : [it])),
  )
}

const plants: Readonly<Record<string, Plant>> = {
  'a location is missing': (conf, at) => changed(conf, at, () => []),
  'a server is missing': (conf, [server]) => ({
    ...conf,
    servers: conf.servers.filter((_, index) => index !== server),
  }),
  'another Service': (conf, at) => changed(conf, at, (it) => [{ ...it, service: 'web-old' }]),
  'another port': (conf, at) => changed(conf, at, (it) => [{ ...it, servicePort: '8443' }]),
  'an Ingress that is no more': (conf, at) =>
    changed(conf, at, (it) => [{ ...it, ingress: { namespace: 'shop', name: 'ing-gone' } }]),
  denied: (conf, at) => changed(conf, at, (it) => [{ ...it, denied: 'annotation of too high a risk' }]),
}

describe('what a controller runs, against what the objects say', () => {
  test('the same, and nobody is accused', () => {
    fc.assert(
      fc.property(world, gone, (ingresses, hidden) => {
        expect(accused(blind(seeing(ingresses, running(ingresses)), hidden))).toEqual([])
      }),
      { numRuns: runs(150) },
    )
  })

  test.each(Object.entries(plants))('%s: named, and the exit code says so', (_name, plant) => {
    fc.assert(
      fc.property(world, gone, fc.nat(), (ingresses, hidden, pick) => {
        const conf = parseNginxConf(nginxConf(ingresses))
        const places = conf.servers.flatMap(({ locations }, server) =>
          locations.map((_, location) => [server, location] as const),
        )
        const at = places[pick % places.length] ?? [0, 0]
        const owner = conf.servers[at[0]]?.locations[at[1]]?.ingress?.name
        const model = blind(seeing(ingresses, running(ingresses, { conf: known(plant(conf, at)) })), hidden)
        expect(accused(model).map((it) => it.split(' ')[1])).toContain(owner)
        expect(exitCode(diagnose(model, { checks }), asCli)).toBe(1)
      }),
      { numRuns: runs(60) },
    )
  })

  test.each(['stale', 'absent'] as const)('an endpoint is %s: its Service and the Ingress are named', (kind) => {
    fc.assert(
      fc.property(world, fc.nat(), (ingresses, pick) => {
        const listed = backends(ingresses, { services, slices })
        const serving = new Set(
          parseNginxConf(nginxConf(ingresses)).servers.flatMap((it) => it.locations.map((one) => one.upstream)),
        )
        const all = listed.filter((it) => serving.has(it.upstream) && it.endpoints.length > 0)
        const one = all[pick % all.length]
        fc.pre(one !== undefined)
        const wrong = listed.map((it) => {
          if (it !== one) return it
          return { ...it, endpoints: kind === 'stale' ? [...it.endpoints, '10.2.9.9:8080'] : it.endpoints.slice(1) }
        })
        const model = seeing(ingresses, running(ingresses, { backends: known(wrong) }))
        const service = one?.upstream.split('-')[1] ?? ''
        expect(accused(model)).toContain(`ING322 ${service}`)
        expect(exitCode(diagnose(model, { checks }), asCli)).toBe(1)
      }),
      { numRuns: runs(60) },
    )
  })

  test('what was changed meanwhile, or read in part, accuses nobody of what is not there', () => {
    fc.assert(
      fc.property(world, fc.boolean(), (ingresses, isPart) => {
        const empty = parseNginxConf('http { server { server_name _; } }')
        const config = running(ingresses, {
          conf: known({ ...empty, complete: !isPart }),
          backends: known([]),
        })
        const model = seeing(ingresses, config)
        const moved = [
          ...ingresses.map(({ namespace, name }) => ({ kind: 'Ingress' as const, namespace, name })),
          ...services.map(({ namespace, name }) => ({ kind: 'Service' as const, namespace, name })),
        ]
        const seen = isPart ? [] : moved
        const sources = { ...model.sources, ingressConfigs: known({ controllers: [config], changed: known(seen) }) }
        expect(accused({ ...model, sources })).toEqual([])
      }),
      { numRuns: runs(60) },
    )
  })
})
