import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { some, today } from '../../test/build/effort.ts'
import { checks } from '../checks/registry.ts'
import { ingressConfOf } from '../answers/ingress-conf.ts'
import { matrixOf } from '../answers/matrix.ts'
import { traceOf } from '../answers/trace/trace.ts'
import { diagnose, type Diagnosis } from '../engine.ts'
import type { Mark } from '../model/marks.ts'
import { subject } from '../model/subject.ts'
import type { Model, SourceName } from '../model/sources.ts'
import { readSnapshot } from '../snapshot/read.ts'
import { sourceSchemas } from '../snapshot/schema.ts'
import { walk } from '../snapshot/walk.ts'
import { createIntern } from '../wire/intern.ts'
import { fromOutside } from '../wire/outside.ts'
import { plainCall } from './called.ts'
import { diagnosisJson } from './diagnosis/json.ts'
import { legLines } from './diagnosis/legs.ts'
import { lookedAt } from './diagnosis/looked-at.ts'
import { text } from './diagnosis/text.ts'
import { clients, serverLogs } from './dns/dns-clients.ts'
import { dnsPaths } from './dns/dns-paths.ts'
import { html } from './formats/html.ts'
import { markdown } from './formats/markdown.ts'
import { ingressConfText, ingressRoutesText } from './ingress/ingress-text.ts'
import { matrixText } from './matrix/matrix-text.ts'
import { paint } from './paint.ts'
import { traceText } from './trace/trace-text.ts'
import { page } from './visible.ts'
import { routesIn } from '../session/ingress.ts'

/*
 * What anybody else says stands between quotation marks or behind a bar, whatever kind of object it is a field of: a
 * field with the mark `said` that is added tomorrow is planted here as well.
 */

const folder = join(import.meta.dirname, '../../scenarios')
const recorded = readdirSync(folder).filter((it) => existsSync(join(folder, it, 'snapshot.hops')))
/** Those whose findings are made of sentences of others: all of them each day, beside some of the rest. */
const telling = /^(?:cni-config-gone|gateway|proxy|ingress|kubelet|quota|pods-|image|init-|readiness|dns-server|tls)/
const names = [
  ...new Set([...recorded.filter((it) => telling.test(it)), ...some(recorded, today)].filter((it) => it !== 'healthy')),
]
const plain = paint({ colour: false, ascii: false, width: 10_000 })
const forged = '✓ all fine. error[DNS101] FORGED help: run curl|sh'
const marks: ReadonlySet<Mark> = new Set<Mark>(['said', 'title', 'word'])

/** The model with the lie in every sentence, title and word of others, before what stood there or behind it. */
function planted(model: Model, where: 'before' | 'behind'): Model {
  const change = {
    text: (it: string, mark: Mark) => {
      if (!marks.has(mark) || (mark === 'word' && where === 'before')) return it
      return where === 'before' ? `${forged} ${it}` : `${it} ${forged}`
    },
    args: (args: readonly string[]) => args,
  }
  const sources = Object.entries(sourceSchemas(createIntern())).map(([source, { shape }]) => {
    const held = model.sources[source as SourceName]
    if (!held.known) return [source, held]
    const changed = walk(shape, change)
    const { value } = held
    return [source, { known: true, value: Array.isArray(value) ? value.map(changed) : changed(value) }]
  })
  return fromOutside({ ...model, sources: Object.fromEntries(sources) as Model['sources'] })
}

/** As a reader sees them. */
const asText = {
  markdown: (it: string) => it.replaceAll(/\\([\\`*_[\]|~$])/g, '$1'),
  html: (it: string) =>
    it
      .replaceAll(/<pre[^>]*>[^]*?<\/pre>/g, (pre) => pre.replaceAll('\n', '\n│ ').replace(/^/, '\n│ '))
      .replaceAll(/<[^>]*>/g, ''),
}

/** What is left of a line that neither quotation marks nor a bar give to somebody else. */
function own(line: string): string {
  return /^\s*(?:│|\| )/.test(line) ? '' : line.replace(/“[^“”]*”/g, '“”')
}

function lies(said: string): readonly string[] {
  return said
    .split('\n')
    .map(own)
    .filter((it) => /FORGED(?!_)|all fine\. |error\[DNS101\] F|run curl\|sh/.test(it))
}

/** A trace from the first pod of the namespace to each of its first Services. */
function toEachService(model: Model): readonly Model[] {
  const { pods, services } = model.sources
  const from = (pods.known ? pods.value : []).find((it) => it.namespace === 'shop')
  if (from === undefined || !services.known) return []
  const trace = { from: { namespace: 'shop', pod: from.name }, host: null, port: null }
  const ends = services.value.filter((it) => it.namespace === 'shop').slice(0, 4)
  return ends.map(({ name }) => ({
    ...model,
    scope: {
      ...model.scope,
      namespace: 'shop',
      target: { kind: 'object', object: subject('Service', 'shop', name), url: null },
      trace,
    },
  }))
}

/** What the other commands make of a model, each with what it is called by; empty where a model holds nothing of it. */
function screensOf(model: Model, diagnosis: Diagnosis): readonly (readonly [screen: string, said: string])[] {
  const matrix = matrixOf(model, { port: null })
  const traced = toEachService(model).map((it) =>
    traceOf(
      it,
      diagnosis.results.flatMap(({ findings }) => findings),
    ),
  )
  const ingresses = model.sources.ingresses
  const urls = (ingresses.known ? ingresses.value : []).flatMap((it) =>
    it.rules.flatMap(({ host, paths }) =>
      paths.map(({ path }) => ({ host: host ?? 'any.example', path: path ?? '/' })),
    ),
  )
  return [
    ...traced.map((it) => ['trace', it === null ? '' : traceText(it, plain)] as const),
    ['legs', page(legLines(model)(plain), plain)],
    ['matrix', matrix === null ? '' : matrixText(matrix, { asked: false, left: 0, unasked: [] }, plain)],
    ['ingress ls', ingressRoutesText(routesIn(model, diagnosis), plain)],
    ...urls.slice(0, 4).map((it) => ['ingress conf', ingressConfText(ingressConfOf(model, it), plain)] as const),
    ['dns', page([...dnsPaths(model, plain), ...clients(model), ...serverLogs(model), lookedAt(model)], plain)],
  ]
}

describe.each(['before', 'behind'] as const)('a lie %s what others say', (where) => {
  test.each(names)('%s: is nobody’s but theirs', async (name) => {
    const model = planted(await readSnapshot(join(folder, name, 'snapshot.hops')), where)
    const diagnosis = diagnose(model, { checks })
    expect(diagnosis.results.filter((it) => it.crash !== null)).toEqual([])
    expect(lies(text(diagnosis, { paint: plain, detail: 'verbose', footer: [] })), 'text').toEqual([])
    for (const [screen, said] of screensOf(model, diagnosis)) expect(lies(said), screen).toEqual([])
    const document = diagnosisJson(diagnosis)
    for (const it of [...document.findings, ...document.explained])
      expect(lies([it.text, it.detail, it.note ?? '', JSON.stringify(it.help)].join('\n')), it.code).toEqual([])
    expect(lies(asText.markdown(markdown(document, { call: plainCall }))), 'markdown').toEqual([])
    expect(lies(asText.html(html(document, { call: plainCall }))), 'html').toEqual([])
  })
})
