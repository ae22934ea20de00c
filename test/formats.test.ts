import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { XmlDocument, XmlElement, type XmlTreeNode, XsdValidator } from 'libxml2-wasm'
import { marked } from 'marked'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { diagnose } from '../src/engine.ts'
import { diagnosisJson } from '../src/report/diagnosis/json.ts'
import { type Answer, partsOf } from '../src/report/formats/answer.ts'
import { type AnswerFormat, answerFormats, inFormat } from '../src/report/formats/formats.ts'
import { answersOf, planted, recorded, scenarios, traces } from './build/answers.ts'
import { stub, trouble } from './build/checks.ts'
import { isFull, some, today } from './build/effort.ts'
import { modelOf } from './describe-check.ts'

const call = { name: 'kubectl hopscope', flags: [['--context', 'prod-eu']] } as const
const written = (format: AnswerFormat, answer: Answer): string => inFormat(format, answer, { call, failOn: 'warning' })

/** Every tag with its attributes' names, in order: what a reader of the format takes for structure. */
function skeletonOf(xml: string): readonly string[] {
  using document = XmlDocument.fromString(xml)
  const out: string[] = []
  const walk = (node: XmlTreeNode | null): void => {
    for (let it: XmlTreeNode | null = node; it !== null; it = it.next as XmlTreeNode | null) {
      if (!(it instanceof XmlElement)) continue
      out.push(`${it.name} ${it.attrs.map((one) => one.name).join(' ')}`.trim())
      walk(it.firstChild)
    }
  }
  walk(document.root)
  return out
}

using schema = XmlDocument.fromString(readFileSync(join(import.meta.dirname, 'fixtures/jenkins-junit.xsd'), 'utf8'))
const junitSchema = XsdValidator.fromDoc(schema)

function checkJunit(xml: string): void {
  using document = XmlDocument.fromString(xml)
  junitSchema.validate(document)
}

const label = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"`
const sample = new RegExp(String.raw`^([a-zA-Z_:][\w:]*)(\{${label}(?:,${label})*\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$`)

/** The grammar of the exposition format, and that a series stands once, behind the type of its metric. */
function checkPrometheus(text: string): void {
  const typed = new Set<string>()
  const series = new Set<string>()
  expect(text.endsWith('\n')).toBe(true)
  for (const line of text.slice(0, -1).split('\n')) {
    const [, , name = ''] = /^# (HELP|TYPE) ([a-z_\d]+) \S/.exec(line) ?? []
    if (name !== '') {
      typed.add(name)
      continue
    }
    const [, metric = '', labels = ''] = sample.exec(line) ?? []
    expect(metric, line).not.toBe('')
    expect(typed.has(metric), line).toBe(true)
    expect(series.has(`${metric}${labels}`), line).toBe(false)
    series.add(`${metric}${labels}`)
  }
}

/** What a page may be made of; nothing of it loads, runs or leads anywhere. */
const allowed =
  /^(?:html lang|head|body|title|style|header|main|footer(?: class)?|section|article class id aria-labelledby|h[1-4](?: id)?|p(?: class)?|span(?: class)?(?: aria-hidden)?|meta (?:charset|http-equiv content|name content)|ul class|ol class aria-label|li(?: class)?|b|code|pre|mark|dl|dt|dd|details|summary|div(?: class role aria-label tabindex)?|table(?: class)?|thead(?: hidden)?|tbody|tr|th scope(?: class)?|td(?: class)?|td colspan|svg(?: class)? viewBox preserveAspectRatio aria-hidden|rect width height)$/

const heaviest = 1.5 * 1024 * 1024

function checkHtml(page: string): void {
  expect(skeletonOf(page).filter((it) => !allowed.test(it))).toEqual([])
  expect(page.length).toBeLessThan(heaviest)
  expect(page).toMatch(/<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; /)
}

/** The tags that Markdown becomes, none of which may come from the text. */
function markdownTags(text: string): readonly string[] {
  const html = marked.parse(text, { gfm: true, async: false })
  return [...html.matchAll(/<(\/?[a-z]\w*)/g)].map(([, tag = '']) => tag)
}

function checkAll(answer: Answer): void {
  const json = JSON.parse(written('json', answer)) as unknown
  expect(json).toEqual(JSON.parse(JSON.stringify(answer)))
  for (const version of ['1.1', '1.2'] as const) expect(parseYaml(written('yaml', answer), { version })).toEqual(json)
  checkJunit(written('junit', answer))
  checkPrometheus(written('prometheus', answer))
  checkHtml(written('html', answer))
  expect(
    markdownTags(written('markdown', answer)).filter((it) => /^(?:img|script|a|del|hr|em|strong)$/.test(it)),
  ).toEqual([])
}

/** What each format gives a meaning to, and no format lets through. */
const hostile =
  `"'><img src=x onerror=alert(1)>]]><!-- --></title></style></pre><script>|\`\`\` ~~~\n# h\r\n- l\n| a |\n|---|\n` +
  '\u001B[31m\u202E\u2028\u0085\u0000\uFFFE\uD800&amp;{{x}}*_~~[a](http://evil.example)![b](c) @you ' +
  'https://evil.example www.evil.example a@evil.example \\ $x$ "} 1\n'
const harmless = 'x'

function checkPlanted(answer: Answer): void {
  const [bad, well] = [planted(answer, hostile), planted(answer, harmless)]
  checkAll(bad)
  for (const format of ['junit', 'html'] as const)
    expect(skeletonOf(written(format, bad))).toEqual(skeletonOf(written(format, well)))
  expect(markdownTags(written('markdown', bad))).toEqual(markdownTags(written('markdown', well)))
  for (const format of ['prometheus', 'markdown', 'name'] as const)
    expect(written(format, bad).split('\n').length).toBe(written(format, well).split('\n').length)
  for (const format of ['junit', 'html', 'markdown', 'prometheus', 'name'] as const)
    expect(written(format, bad)).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
}

/** All of them with full effort, as CI does; else others each day, and few: each takes a second. */
describe.each(some(some(scenarios, today), today))('%s', (name) => {
  test('renders in each format, whatever is in its texts', async () => {
    const nth = scenarios.indexOf(name)
    const all = answersOf(await recorded(name))
    // Each is drawn as `dns` draws it, which holds what the others hold; its documents take turns to be planted.
    for (const [, answer] of all.filter(([kind]) => kind === 'dns')) checkAll(answer)
    for (const [, answer] of isFull ? all : all.slice(nth % all.length).slice(0, 1)) checkPlanted(answer)
  })
})

test.each(traces)('%s renders in each format', (_, answer) => {
  checkAll(answer)
  checkPlanted(answer)
})

const verdicts = diagnosisJson(
  diagnose(modelOf({}), {
    checks: [
      stub('SVC901', trouble('cart')),
      stub('ING901', trouble('web', { severity: 'info' })),
      stub('DNS901', () => {
        throw new Error('a bug')
      }),
    ],
  }),
)

describe('junit', () => {
  const xml = inFormat('junit', { ...verdicts, ok: ['NOD901'], ignored: ['POL901'] }, { call, failOn: 'error' })
  test('a finding fails, one below the threshold does not, a crash is an error, and what was not seen is skipped', () => {
    checkJunit(xml)
    expect(xml).toContain('tests="5" failures="1" errors="1"')
    expect(xml).toMatch(/name="trouble SVC901: service shop\/cart"><failure type="error" message="cart is in trouble/)
    expect(xml).toMatch(/classname="hopscope.ingress.ING901" name="[^"]+"><system-out>/)
    expect(xml).toMatch(/classname="hopscope.dns.DNS901" name="DNS901 crashed"><error type="DNS901" message="crashed">/)
    expect(xml).toMatch(/name="POL901"><skipped>ignored<\/skipped>/)
    expect(xml).toMatch(/<testcase classname="hopscope.node.NOD901" name="NOD901"\/>/)
  })
  test('a check that could not tell has not passed', async () => {
    const answer = answersOf(await recorded('healthy'))[0]?.[1] ?? verdicts
    const { cannotTell, notAsked } = partsOf(answer).diagnosis
    const blind = { ...verdicts, findings: [], cannotTell: [...cannotTell, ...notAsked, undecided], ok: ['DNS101'] }
    const told = inFormat('junit', blind, { call, failOn: 'info' })
    expect(told).toMatch(/name="DNS777"><skipped>no permission \(deploy\/rbac-read.yaml\)<\/skipped>/)
  })
})

const undecided = { code: 'DNS777', reason: 'forbidden', why: 'no permission', settle: 'deploy/rbac-read.yaml' }

test('a command goes to the cluster that was looked at, in every format for people', () => {
  for (const format of ['markdown', 'junit', 'html'] as const)
    expect(written(format, verdicts)).toContain('kubectl --context prod-eu describe SVC901')
})

test('thousands of findings: the page stays light enough to be mailed, and counts what it leaves out', () => {
  const [first] = verdicts.findings
  if (first === undefined) throw new Error('no finding')
  const findings = Array.from({ length: 20_000 }, (_, index) => ({
    ...first,
    id: `f${index}`,
    subject: { ...first.subject, name: `cart-${index}` },
    evidence: [{ kind: 'log' as const, source: 'nginx', lines: ['a line'.repeat(20)] }],
  }))
  const page = written('html', { ...verdicts, findings })
  checkHtml(page)
  expect(page).toMatch(/<h3>\d+ more findings, in short<\/h3>/)
  expect(page).toMatch(/And \d+ more findings: -o json has them\./)
})

test('the names are what kubectl takes', () => {
  expect(written('name', verdicts)).toBe('service/cart\nservice/web\n')
})

test('every format is tried here', () => {
  expect([...answerFormats].toSorted()).toEqual(
    ['html', 'json', 'junit', 'markdown', 'name', 'prometheus', 'yaml'].toSorted(),
  )
})

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined

test('promtool takes it, where promtool is there', async ({ skip }) => {
  if (!has('promtool')) return skip('there is no promtool on this machine')
  for (const name of isFull ? scenarios : ['dns-race-lossy'])
    for (const [, answer] of answersOf(await recorded(name)))
      execFileSync('promtool', ['check', 'metrics'], { input: written('prometheus', answer) })
}, 300_000)
