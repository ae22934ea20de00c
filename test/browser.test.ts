import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AxeResults } from 'axe-core'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../src/report/formats/answer.ts'
import { inFormat } from '../src/report/formats/formats.ts'
import { isFull } from './build/effort.ts'
import { answersOf, planted, recorded, scenarios, traces } from './build/answers.ts'

/** The page in a real browser; where there is none, test/formats.test.ts has held its structure all the same. */
const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((it) =>
  existsSync(it),
)
const folder = mkdtempSync(join(tmpdir(), 'hopscope-browser-'))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let browser: Browser | null = null

beforeAll(async () => {
  if (program !== undefined)
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] })
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Look {
  readonly theme: 'light' | 'dark'
  readonly width: number
}

/** What the browser complains of, what it asks the network for, and what keeps somebody from reading it. */
async function looked(answer: Answer, { theme, width }: Look): Promise<readonly string[]> {
  if (browser === null) throw new Error('no browser')
  const file = join(folder, `${theme}-${width}.html`)
  writeFileSync(file, inFormat('html', answer, { call: { name: 'hopscope', flags: [] }, failOn: 'warning' }))
  const page = await browser.newPage({ colorScheme: theme, viewport: { width, height: 900 } })
  const said: string[] = []
  page.on('console', (it) => said.push(`console: ${it.text()}`))
  page.on('pageerror', (it) => said.push(`error: ${it.message}`))
  page.on('dialog', (it) => {
    said.push(`dialog: ${it.message()}`)
    void it.dismiss()
  })
  page.on('request', (it) => {
    if (it.url() !== pathToFileURL(file).href) said.push(`request: ${it.url()}`)
  })
  await page.goto(pathToFileURL(file).href)
  // What is off the screen is not drawn, and what is not drawn has no contrast.
  const scroll = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  if (scroll > 0) said.push(`it is ${scroll} px wider than the window`)
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  said.push(...violations.map((it) => `${it.id}: ${it.nodes[0]?.html ?? ''}`))
  await page.close()
  return said
}

const looks: readonly Look[] = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 420 },
]

/** Scrolls for a second, a screen in each frame, and says how many frames were drawn in it. */
const scrolled = `new Promise((resolve) => {
  const began = performance.now()
  let frames = 0
  const next = () => {
    const passed = performance.now() - began
    if (passed > 1000) return resolve((frames * 1000) / passed)
    frames += 1
    scrollBy(0, innerHeight)
    requestAnimationFrame(next)
  }
  requestAnimationFrame(next)
})`

describe.skipIf(program === undefined)('in a browser the page asks nobody for anything, and can be read by all', () => {
  // One page of each kind; with full effort, as CI does, more of them, in both looks.
  test.each(isFull ? ['dns-race-lossy', 'healthy', 'policy-dns-hardening', 'service-selector-typo'] : [])(
    '%s',
    async (name) => {
      for (const [kind, answer] of answersOf(await recorded(name)))
        if (kind !== 'diagnosis') for (const look of looks) expect(await looked(answer, look)).toEqual([])
    },
  )
  // Every one of them as `dns` draws it, which holds what the others hold; each look takes half.
  test.each(isFull ? scenarios : [])('%s, drawn', async (name) => {
    const [, answer] = answersOf(await recorded(name)).find(([kind]) => kind === 'dns') ?? []
    const look = looks[scenarios.indexOf(name) % looks.length]
    if (answer === undefined || look === undefined) throw new Error('no answer')
    expect(await looked(answer, look)).toEqual([])
  })
  test('several targets', async () => {
    const [, answer] = answersOf(await recorded('service-selector-typo')).find(([kind]) => kind === 'targets') ?? []
    if (answer === undefined) throw new Error('no answer')
    for (const look of looks) expect(await looked(answer, look)).toEqual([])
  })
  test('a recording, light and wide, dark and narrow', async () => {
    const [, [, answer] = []] = answersOf(await recorded('service-selector-typo'))
    if (answer === undefined) throw new Error('no answer')
    for (const look of looks) expect(await looked(answer, look)).toEqual([])
  })
  test('traces', async () => {
    for (const [, answer] of isFull ? traces : traces.slice(0, 1))
      for (const look of looks) expect(await looked(answer, look)).toEqual([])
  })
  test('whatever is in its texts', async () => {
    const hostile =
      '"><img src=http://127.0.0.1:9/ onerror=alert(1)><script>alert(2)</script><style>@import "//a"</style>'
    const [, [, answer] = []] = answersOf(await recorded('service-selector-typo'))
    if (answer === undefined) throw new Error('no answer')
    expect(await looked(planted(answer, hostile), { theme: 'light', width: 1280 })).toEqual([])
  })
  test('five thousand findings are drawn within a second, and scroll', async () => {
    const [, answer] = answersOf(await recorded('service-selector-typo'))[0] ?? []
    if (answer?.schema !== 'hopscope/v1' || browser === null) throw new Error('no diagnosis')
    const [first] = answer.findings
    if (first === undefined) throw new Error('no finding')
    const findings = Array.from({ length: 5000 }, (_, index) => ({ ...first, id: `f${index}` }))
    const file = join(folder, 'many.html')
    const call = { name: 'hopscope', flags: [] }
    writeFileSync(file, inFormat('html', { ...answer, findings, explained: [] }, { call, failOn: 'warning' }))
    const page = await browser.newPage()
    await page.goto(pathToFileURL(file).href)
    const paint = await page.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity",
    )
    // Of a machine that has other things to do: three times as long.
    expect(paint).toBeLessThan(3000)
    const rate = await page.evaluate<number>(scrolled)
    expect(rate).toBeGreaterThan(50 / 3)
    await page.close()
  })
})
