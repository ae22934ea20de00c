import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { keptRuns, startUi, type Ui } from './build/ui.ts'
import { clouds } from './flavours/clouds.ts'
import { type FakeCluster, fakeCluster } from './flavours/fake-cluster.ts'
import { settle } from './flavours/settle.ts'

/** `hopscope ui` in a real browser: each view, what it complains of, and what a person does there. */
const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((it) =>
  existsSync(it),
)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Where the pictures of docs/ui.md go, when somebody makes them anew: HOPSCOPE_PICTURES=docs. */
const pictures = process.env['HOPSCOPE_PICTURES']

const race = '2026-11-29T042545-all'
const raceToo = '2026-11-30T081502-all'
const typo = '2026-11-30T084120-f-selector'

interface Look {
  readonly theme: 'light' | 'dark'
  readonly width: number
}
const looks: readonly Look[] = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 400 },
]

describe.skipIf(program === undefined)('the page in a browser', () => {
  let browser: Browser
  let cluster: FakeCluster
  let [held, release] = [Promise.resolve(), (): void => {}]
  let ui: Ui | null = null

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox', '--disable-gpu'] })
    const [flavour] = clouds
    if (flavour === undefined) throw new Error('no flavour')
    const { objects, families, version, broken } = flavour
    cluster = await fakeCluster(settle(broken.but(objects), families), version, () => held)
  })
  afterEach(async () => {
    release()
    await ui?.close()
    ui = null
  })
  afterAll(async () => {
    await browser.close()
    await cluster.close()
  })

  interface Seen {
    readonly page: Page
    readonly context: BrowserContext
    /** What the browser complained of, and what it asked others for. */
    readonly said: string[]
  }

  async function opened(
    { theme, width }: Look,
    { scripts = true, probe = true }: { readonly scripts?: boolean; readonly probe?: boolean } = {},
  ): Promise<Seen> {
    const asked = { kubeconfig: cluster.kubeconfig, requestTimeout: 20_000 }
    const runs = keptRuns({ [race]: 'dns-race-lossy', [raceToo]: 'dns-race-lossy', [typo]: 'service-selector-typo' })
    const named = { context: 'prod-eu', namespace: 'shop' }
    const it = await startUi({ allowed: { cluster: asked, named, probe, runs, namespaces: ['shop', 'default'] } })
    ui = it
    const context = await browser.newContext({
      colorScheme: theme,
      viewport: { width, height: 900 },
      javaScriptEnabled: scripts,
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    const page = await context.newPage()
    const said: string[] = []
    page.on('console', (one) => said.push(`console: ${one.text()}`))
    page.on('pageerror', (one) => said.push(`error: ${one.message}`))
    page.on('request', (one) => {
      if (new URL(one.url()).origin !== new URL(it.url).origin) said.push(`request: ${one.url()}`)
    })
    await page.goto(it.url)
    await page.waitForURL((url) => url.search === '')
    await page.waitForSelector('h1')
    return { page, context, said }
  }

  async function readable({ page, said }: Seen): Promise<readonly string[]> {
    const scroll = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    await page.evaluate(axe)
    const { violations } = await page.evaluate<AxeResults>('axe.run()')
    return [
      ...said,
      ...(scroll > 0 ? [`it is ${scroll} px wider than the window`] : []),
      ...violations.map((it) => `${it.id}: ${it.nodes[0]?.html ?? ''}`),
    ]
  }

  async function picture({ page }: Seen, name: string): Promise<void> {
    if (pictures === undefined || page.viewportSize()?.width !== 1280) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `${name}.png`) })
  }

  const base = (): string => new URL(ui?.url ?? '').origin

  test.each(looks)('start, report, comparison, a refusal: %j', async (look) => {
    const seen = await opened(look, { probe: false })
    const { page } = seen
    expect(await readable(seen)).toEqual([])
    await picture(seen, 'ui-start')
    await page.goto(`${base()}/run/${race}`)
    expect(await readable(seen)).toEqual([])
    await page.goto(`${base()}/run/${raceToo}?since=${race}`)
    expect(await readable(seen)).toEqual([])
    await picture(seen, 'ui-run')
    await page.goto(`${base()}/run/${typo}?since=${race}`)
    expect(seen.said.splice(0).join()).toMatch(/^console: Failed to load resource: .*422/)
    expect(await readable(seen)).toEqual([])
    await seen.context.close()
  })

  test.each(looks)('a run from its form to its report: %j', async (look) => {
    const seen = await opened(look)
    const { page } = seen
    held = new Promise((resolve) => (release = resolve))
    await page.getByLabel('Service', { exact: true }).fill('web')
    await page.locator('#service-namespace').fill('shop')
    await page.locator('#service-how').selectOption('probe')
    await page.getByLabel('Service', { exact: true }).press('Enter')
    await page.waitForURL(/\/run\/r1$/)
    expect(await readable(seen)).toEqual([])
    release()
    const measure = page.getByRole('button', { name: 'Measure' })
    await measure.waitFor()
    expect(await page.locator('#lines').innerText()).toMatch(/^creates \d+ pods? in namespace/)
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('told-title')
    expect(await readable(seen)).toEqual([])
    await page.getByRole('button', { name: 'Only what reading told' }).click()
    await page.waitForURL(/\/run\/\d{4}-/)
    expect(await page.locator('main h2').first().innerText()).toBe('The path')
    expect(cluster.writes).toEqual([])
    expect(await readable(seen)).toEqual([])
    await seen.context.close()
  })

  test('without scripts the same forms lead to the same report', async () => {
    const seen = await opened({ theme: 'light', width: 1280 }, { scripts: false })
    const { page } = seen
    await page.getByLabel('Service', { exact: true }).fill('web')
    await page.locator('#service-namespace').fill('shop')
    await page.getByLabel('Service', { exact: true }).press('Enter')
    await page.waitForURL(/\/run\/\d{4}-/, { timeout: 30_000 })
    expect(await page.locator('main h2').first().innerText()).toBe('The path')
    expect(seen.said).toEqual([])
    await seen.context.close()
  })

  test('by keyboard: the first field, the keys, the runs, the findings', async () => {
    const seen = await opened({ theme: 'light', width: 1280 })
    const { page } = seen
    const active = (): Promise<string> => page.evaluate<string>('document.activeElement.id')
    await page.keyboard.press('/')
    expect(await active()).toBe('dns-namespace')
    await page.keyboard.type('/?jk')
    expect(await page.locator('#dns-namespace').inputValue()).toBe('/?jk')
    await page.locator('h1').click()
    await page.keyboard.press('?')
    expect(await page.locator('#keys').isVisible()).toBe(true)
    expect(await readable(seen)).toEqual([])
    await page.keyboard.press('Escape')
    expect(await page.locator('#keys').isVisible()).toBe(false)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${base()}/run/${raceToo}`)
    await page.keyboard.press('j')
    expect(await active()).toBe('f1')
    expect(new URL(page.url()).hash).toBe('#f1')
    await page.getByRole('button', { name: 'Copy as Markdown' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toMatch(/^## DNS lookups stall/)
    expect(seen.said).toEqual([])
    await seen.context.close()
  })

  test('when it is ended, the page of a run says so', async () => {
    const seen = await opened({ theme: 'light', width: 1280 })
    const { page } = seen
    held = new Promise((resolve) => (release = resolve))
    const following = page.waitForResponse(/events/)
    await page.getByRole('button', { name: 'Diagnose' }).first().click()
    await following
    await ui?.close()
    ui = null
    await expect
      .poll(() => page.locator('main').innerText())
      .toMatch(/stopped: the page was ended where it was started/)
    expect(await page.locator('h1').innerText()).toBe('There is no answer')
    expect(await page.locator('form:visible').count()).toBe(0)
    await seen.context.close()
  })
})
