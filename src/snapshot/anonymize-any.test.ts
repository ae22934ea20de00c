import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { runs, some, today } from '../../test/build/effort.ts'
import { anyModel } from '../../test/build/any-model.ts'
import { ofShape } from '../../test/build/of-shape.ts'
import { plant } from '../../test/build/plant.ts'
import { checks } from '../checks/registry.ts'
import { diagnose } from '../engine.ts'
import { model as modelOf } from '../model/build.ts'
import { gatewayWords } from '../model/gateway-words.ts'
import { known } from '../model/known.ts'
import type { Mark } from '../model/marks.ts'
import type { Model, Sources } from '../model/sources.ts'
import { createIntern } from '../wire/intern.ts'
import { createAddressAliases } from './address-aliases.ts'
import { anonymize } from './anonymize.ts'
import { readSnapshot } from './read.ts'
import { cluster, scope, singleSources, sourceSchemas } from './schema.ts'

/** Somebody's own: no piece of it is a word of Kubernetes. */
interface Own {
  readonly name: string
  readonly other: string
  readonly company: string
  readonly v4: string
  readonly v4Elsewhere: string
  readonly v6: string
}

const letters = fc
  .noBias(fc.string({ unit: fc.constantFrom(...'bcdfghjklmnpqrstvwxz'), minLength: 5, maxLength: 9 }))
  .map((it) => `q${it}`)
const octet = fc.integer({ min: 1, max: 254 })
const network = fc.constantFrom('10.', '172.20.', '192.168.', '203.0.', '100.70.')
const v4 = fc
  .tuple(network, octet, octet, octet)
  .map(([start, ...rest]) => [...start.split('.').slice(0, -1), ...rest].slice(0, 4).join('.'))
const own: fc.Arbitrary<Own> = fc.record({
  name: letters,
  other: letters,
  company: letters,
  v4,
  v4Elsewhere: v4,
  v6: fc.tuple(octet, octet).map(([a, b]) => `2001:db8:${a.toString(16)}::${b.toString(16)}`),
})

const sentences = (it: Own): readonly string[] => [
  `pod ${it.name} of ${it.company} failed: dial tcp ${it.v4}:53 -> ${it.v4Elsewhere}:80: i/o timeout`,
  `lookup ${it.name}.${it.company}.example on [${it.v6}]:53: no such host`,
  `Get "https://${it.other}.${it.company}.example:443/x?host=${it.name}": ${it.company.toUpperCase()}`,
  `"${it.name}-7d9f8c-x2x4z" in (${it.other}),${it.v4}/24;${it.name}_${it.other} x${it.company}x`,
]

/** What stands in a text of each kind, and further forms of it, one after the other. */
const said: Readonly<Record<Mark, (it: Own) => readonly string[]>> = {
  name: (it) => [it.name, `${it.name}-${it.other}`, `${it.company}.example/${it.name}`],
  host: (it) => [`${it.name}.${it.company}.example`, `*.${it.company.toUpperCase()}.example`, it.other],
  address: (it) => [it.v4, it.v6, `${it.v4}/32`, `${it.v4}:53`, `[${it.v6}]:53`, `lb.${it.company}.example`],
  image: (it) => [`registry.${it.company}.example:5000/${it.name}/${it.other}:v2`, `${it.v4}/${it.name}@sha256:ab12`],
  url: (it) => [`https://${it.name}.${it.company}.example/${it.other}?x=${it.name}`, `http://[${it.v6}]:80/`],
  path: (it) => [`/${it.name}/${it.other}`, `/x/${it.v4}`],
  word: (it) => [it.name, `${it.company[0]?.toUpperCase()}${it.company.slice(1)}Reason`],
  version: (it) => [`v1.33.1-${it.company}`, `5.15.0-${it.company}.1`, it.company],
  check: (it) => [`http-get :80/${it.name}`, `http-get ${it.v4}:80/`],
  spot: (it) => [`spec.${it.name}[0].backend`, `metadata.annotations.${it.company}.example/x`],
  hash: (it) => [it.name],
  time: (it) => [it.company],
  title: (it) => [`${it.company} Root CA`, `${it.name}.${it.company}.example`],
  text: sentences,
  said: sentences,
  file: (it) => [
    `nameserver ${it.v4}\nsearch ${it.company}.example ${it.other}\noptions ndots:5\n# ${it.name}\n`,
    `${it.v4}\t${it.name} ${it.name}.${it.company}.example\n${it.v6} ${it.other}\n`,
  ],
  corefile: (it) => [
    `${it.company}.example:53 ${it.other}:53 {\n  forward . ${it.v4} ${it.v4Elsewhere}:5353\n  hosts {\n    ${it.v4} ${it.name}\n  }\n` +
      `  rewrite name regex (.*)\\.${it.company}\\.local {1}.${it.name}.svc\n  ${it.other} x\n}\n`,
  ],
}

function filled(it: Own): Model {
  let at = 0
  const text = (mark: Mark): string => {
    const forms = said[mark](it)
    at += 1
    return forms[at % forms.length] ?? ''
  }
  const sources = Object.entries(sourceSchemas(createIntern())).map(([source, { shape }]) => {
    const value = ofShape(shape, text)
    return [source, known(singleSources.includes(source as keyof Sources) ? value : [value])]
  })
  return {
    ...modelOf(Object.fromEntries(sources)),
    cluster: ofShape(cluster.shape, text) as Model['cluster'],
    scope: ofShape(scope.shape, text) as Model['scope'],
  }
}

function left(model: Model, it: Own): readonly string[] {
  const text = JSON.stringify(anonymize(model)).toLowerCase()
  return Object.values(it).flatMap((word: string) => {
    const at = text.indexOf(word)
    const isNumber = /\d/.test(text[at - 1] ?? '') || /\d/.test(text[at + word.length] ?? '')
    return at === -1 || (/^[\d.]+$/.test(word) && isNumber) ? [] : [text.slice(Math.max(0, at - 60), at + 40)]
  })
}

describe('anonymize', () => {
  test('in every text of every source: no name, host, address or domain is left', () => {
    fc.assert(
      fc.property(own, (it) => {
        expect(left(filled(it), it)).toEqual([])
      }),
      { numRuns: runs(60), endOnFailure: true },
    )
  })

  test('in any model, names in sentences that stand in an object elsewhere', () => {
    fc.assert(
      fc.property(anyModel, own, (model, it) => {
        const planted = plant(model, (text, path) =>
          /\.(?:detail|said|message|why|stopped|error|notReadyReason|readyMessage|scheduling|refused|timedOut|endProgram)$/.test(
            path,
          )
            ? `${said.text(it)[text.length % 4] ?? ''}`
            : text,
        )
        const named = { name: it.name, labels: { [it.other]: it.company } }
        expect(left({ ...planted, sources: { ...planted.sources, namespaces: known([named]) } }, it)).toEqual([])
      }),
      { numRuns: runs(60), endOnFailure: true },
    )
  })
})

describe('addresses', () => {
  const any = fc.oneof(v4, fc.ipV4(), fc.ipV6())

  test('stand in for each other, each for one, and keep their networks', () => {
    fc.assert(
      fc.property(fc.array(any, { minLength: 2, maxLength: 40 }), fc.nat(32), (all, bits) => {
        const aliases = createAddressAliases()
        for (const it of all) aliases.note(it)
        const canonical = (it: string): string => ipaddr.process(it).toString()
        const stand = (it: string): string => canonical(aliases.standIn(it) ?? '')
        expect(new Set(all.map(stand)).size).toBe(new Set(all.map(canonical)).size)
        const [first = ''] = all
        const holds = (network: string, it: string): boolean => {
          const [range, inside] = [ipaddr.process(network), ipaddr.process(it)]
          return range.kind() === inside.kind() && inside.match(range as never, bits)
        }
        for (const it of all) {
          expect(ipaddr.process(stand(it)).kind()).toBe(ipaddr.process(it).kind())
          expect(holds(stand(first), stand(it))).toBe(holds(first, it))
        }
      }),
      { numRuns: runs(300) },
    )
  })

  test.each(['127.0.0.1', '::1', '0.0.0.0', '169.254.20.10', '169.254.169.254'])('%s is everybody’s', (it) =>
    expect(createAddressAliases().standIn(it)).toBe(it),
  )

  test.each([
    ['10.1.2.3', /^10\./],
    ['192.168.7.9', /^192\.168\./],
    ['172.20.1.1', /^172\.(?:1[6-9]|2\d|3[01])\./],
    ['169.254.3.4', /^169\.254\./],
    ['fe80::1:2', /^fe80:/],
  ])('%s stays of its kind', (it, kind) => expect(createAddressAliases().standIn(it)).toMatch(kind))

  test.each([
    ['0.0.0.0', 0, '0.0.0.0'],
    ['10.0.0.0', 8, '10.0.0.0'],
    ['192.168.0.0', 16, '192.168.0.0'],
  ])('%s/%i is everybody’s network', (it, bits, after) => expect(createAddressAliases().network(it, bits)).toBe(after))
})

describe('a recording that was made anonymous', () => {
  const folder = join(import.meta.dirname, '../../scenarios')

  const codes = (model: Model): readonly string[] =>
    diagnose(model, { checks })
      .roots.map(({ finding }) => `${finding.code} ${finding.severity} ${finding.confidence}`)
      .toSorted()
  const recordings = readdirSync(folder)

  test.each(some(recordings, today))('%s has the same causes', async (name) => {
    const model = await readSnapshot(join(folder, name, 'snapshot.hops'))
    expect(codes(anonymize(model))).toEqual(codes(model))
  })

  test.each(
    some(
      recordings.filter((it) => /^(?:gateway|route|proxy)-/.test(it)),
      today,
    ),
  )('%s has them where objects bear the words of the API', async (name) => {
    const model = await readSnapshot(join(folder, name, 'snapshot.hops'))
    const pieces = [...gatewayWords].flatMap((it) => [it, ...it.split('.')])
    const named = pieces.map((it) => ({ name: it.toLowerCase(), labels: { [it]: it } }))
    const { namespaces } = model.sources
    const all = known([...(namespaces.known ? namespaces.value : []), ...named])
    const planted = { ...model, sources: { ...model.sources, namespaces: all } }
    expect(codes(anonymize(planted))).toEqual(codes(planted))
  })
})
