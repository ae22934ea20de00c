import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { clouds } from '../../../test/flavours/clouds.ts'
import { fakeCluster } from '../../../test/flavours/fake-cluster.ts'
import { settle } from '../../../test/flavours/settle.ts'
import { run } from '../program.ts'

let out = ''
beforeEach(() => {
  out = ''
  vi.stubEnv('XDG_STATE_HOME', mkdtempSync(`${tmpdir()}/watch-`))
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (out += String(text)) !== '')
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** This cluster serves no metrics, so that no reading has a number. */
async function watched(...flags: readonly string[]): Promise<number> {
  const [flavour] = clouds
  if (flavour === undefined) throw new Error('no flavour')
  const server = await fakeCluster(settle(flavour.objects, flavour.families), flavour.version)
  try {
    return await run(['watch', 'dns', '--for', '100ms', '--kubeconfig', server.kubeconfig, ...flags])
  } finally {
    await server.close()
  }
}

test('a watch that never had a number is 2, whatever else is well', async () => {
  expect(await watched()).toBe(2)
  expect(out).toMatch(/asks the API server at most [\d.]+ times a second/)
  expect(out).toMatch(/1 reading, 0 with numbers/)
  expect(out).toMatch(/nothing was made in the cluster/)
})

test('-o json: the load, each sample and the end, one a line', async () => {
  expect(await watched('-o', 'json')).toBe(2)
  const lines = out
    .trim()
    .split('\n')
    .map((it) => JSON.parse(it) as { readonly t: string })
  const kinds = lines.map((it) => it.t).filter((it) => it !== 'event')
  expect([kinds[0], kinds[1], kinds.at(-1)]).toEqual(['load', 'sample', 'end'])
})
