import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { some, today } from '../../test/build/effort.ts'
import { hopscope, scratch } from '../../test/build/program.ts'
import { clouds } from '../../test/flavours/clouds.ts'
import { type FakeCluster, fakeCluster } from '../../test/flavours/fake-cluster.ts'
import { settle } from '../../test/flavours/settle.ts'

/** Who pastes the URL that failed pastes what is in it: none of that is printed again, or kept. */

const secrets = ['PW5ecretOfUrl', 'T0kenOfUrl99'] as const
const url = `https://ann:${secrets[0]}@web.example.com/x?access_token=${secrets[1]}`
let cluster: FakeCluster | null = null

beforeAll(async () => {
  const [flavour] = clouds
  if (flavour === undefined) throw new Error('no flavour')
  cluster = await fakeCluster(settle(flavour.objects, flavour.families), flavour.version)
})
afterAll(() => cluster?.close())

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .map((it) => {
      const bytes = readFileSync(join(it.parentPath, it.name))
      return it.name.endsWith('.hops') ? zstdDecompressSync(bytes).toString() : bytes.toString()
    })
}

const asked: readonly (readonly string[])[] = [
  ['diagnose', url],
  ['collect', url, '--out', 'a.hops'],
  ['diagnose', url, '-v', '-o', 'json'],
  ['diagnose', url, '-o', 'markdown'],
  ['diagnose', url.replace('web.', 'nowhere.')],
  ['diagnose', url.replace('https:', 'ftp:')],
  ['diagnose', url.replace('web.example.com', '')],
  ['diagnose', url, '--probe', '--timeout', '5s'],
  ['trace', 'deploy/web', url],
  ['trace', url, 'svc/web'],
  ['trace', '-n', 'shop', 'deploy/web', url],
  ['resolve', url],
  ['ingress', 'conf', url],
  ['ingress', 'conf', url.replace('https://', '')],
  ['logs', url, '--no-follow'],
  ['explain', url],
  ['fix', url, '--plan'],
]

test.each(some(asked, today))(
  '%s %s %s %s',
  async (...args) => {
    const [state, cwd] = [scratch(), scratch()]
    const words = args.filter((it) => typeof it === 'string')
    const { out, said } = await hopscope(cluster?.kubeconfig ?? '', words, { cwd, env: { XDG_STATE_HOME: state } })
    expect(`${out}${said}`).not.toBe('')
    const all = [out, said, ...filesBelow(state), ...filesBelow(cwd)].join('\n')
    expect(secrets.filter((it) => all.includes(it))).toEqual([])
  },
  60_000,
)
