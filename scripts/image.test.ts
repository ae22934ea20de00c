import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** The image, held to the OCI's own words, and run as a container would be: with nothing but what is in it. */

const root = join(import.meta.dirname, '..')
const why = process.platform === 'linux' ? null : 'the image is made on Linux'

interface Blob {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}
interface Manifest {
  readonly schemaVersion: number
  readonly mediaType: string
  readonly config: Blob
  readonly layers: readonly Blob[]
}
interface Config {
  readonly architecture: string
  readonly os: string
  readonly config: { readonly User: string; readonly Entrypoint: readonly string[]; readonly Env: readonly string[] }
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] }
  readonly history: readonly object[]
}

describe.skipIf(why !== null)(why ?? 'the image', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-image-test-'))
  const layout = join(folder, 'layout')
  const rootfs = join(folder, 'rootfs')
  const run = (command: string, args: readonly string[], input = '') => {
    const ran = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000, input })
    return { code: ran.status, out: ran.stdout, told: `${ran.stdout}${ran.stderr}` }
  }
  const bytesOf = ({ digest }: Blob): Buffer => readFileSync(join(layout, 'blobs', digest.replace(':', '/')))
  const read = <T>(blob: Blob): T => JSON.parse(bytesOf(blob).toString()) as T
  const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  let archive = ''
  let manifest: Manifest
  let config: Config

  beforeAll(() => {
    const made = run(process.execPath, [join(root, 'scripts/image.ts'), '--out', folder])
    expect(made.code, made.told).toBe(0)
    archive = made.out.trim()
    for (const it of [layout, rootfs]) mkdirSync(it)
    expect(run('tar', ['-xf', archive, '-C', layout]).code).toBe(0)
    const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as { readonly manifests: Blob[] }
    const [first] = index.manifests
    if (first === undefined) throw new Error('no manifest')
    manifest = read(first)
    config = read(manifest.config)
    expect(sha256(bytesOf(first))).toBe(first.digest)
    for (const it of manifest.layers) {
      const tar = join(folder, 'layer.tar')
      writeFileSync(tar, gunzipSync(bytesOf(it)))
      expect(run('tar', ['-xf', tar, '-C', rootfs]).code).toBe(0)
    }
  }, 600_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is a layout whose blobs are what their digests say, and no other', () => {
    expect(JSON.parse(readFileSync(join(layout, 'oci-layout'), 'utf8'))).toEqual({ imageLayoutVersion: '1.0.0' })
    expect(manifest).toMatchObject({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json' })
    const blobs = [manifest.config, ...manifest.layers]
    for (const it of blobs) expect([sha256(bytesOf(it)), bytesOf(it).length]).toEqual([it.digest, it.size])
    expect(readdirSync(join(layout, 'blobs/sha256'))).toHaveLength(blobs.length + 1)
    expect(config.rootfs.diff_ids).toEqual(manifest.layers.map((it) => sha256(gunzipSync(bytesOf(it)))))
    expect(config.history).toHaveLength(manifest.layers.length)
  })

  test('runs as nobody, by a number, and for this machine', () => {
    expect(config).toMatchObject({ os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch })
    expect(config.config.User).toBe('65532:65532')
    expect(run('tar', ['-tvf', join(folder, 'layer.tar')]).out).not.toMatch(/^-\S*[sw]\S{0,2} /m)
  })

  test('has the terms of what is in it', () => {
    const terms = readdirSync(join(rootfs, 'usr/share/doc'))
    if (readdirSync('/usr/share/doc').includes('libc6')) expect(terms).toContain('libc6')
    expect(readdirSync(join(rootfs, 'usr/local/lib/hopscope'))).toContain('LICENSE')
  })

  describe.skipIf(process.getuid?.() !== 0)('with nothing but what is in it', () => {
    const inside = (args: readonly string[], input = '') =>
      run('chroot', ['--userspec=65532:65532', rootfs, '/usr/local/bin/node', ...args], input)
    const hopscope = (...args: readonly string[]) => inside([...config.config.Entrypoint.slice(1), ...args])

    test('it answers', () => {
      expect(hopscope('version', '--client')).toMatchObject({ code: 0, out: expect.stringMatching(/^hopscope \d/) })
      expect(hopscope('explain', 'DNS101').out).toContain('DNS101')
      copyFileSync(join(root, 'scenarios/healthy/snapshot.hops'), join(rootfs, 'run.hops'))
      const told = hopscope('diagnose', '--from', '/run.hops')
      expect(told).toMatchObject({ code: 0, out: expect.stringContaining('Nothing wrong was seen') })
      expect(hopscope('monitor', '--kubeconfig', '/nowhere').code).toBe(2)
    })

    test('it is an image for probes: `node -e` with what a probe pod loads', () => {
      const script =
        "for (const it of ['dns', 'dgram', 'net', 'tls', 'http']) require('node:' + it); console.log('well')"
      expect(inside(['-e', script])).toMatchObject({ code: 0, out: 'well\n' })
      const probe = readFileSync(join(rootfs, 'usr/local/lib/hopscope/dist/probe-pod.js'), 'utf8')
      expect(inside(['--check', '-'], probe).code).toBe(0)
    })

    test('what it is let write to is /tmp alone', () => {
      const tried = (to: string) => inside(['-e', `require('node:fs').writeFileSync('${to}', '')`]).code
      expect(tried('/tmp/a')).toBe(0)
      expect([tried('/a'), tried('/usr/local/lib/hopscope/dist/a')]).toEqual([1, 1])
    })
  })
})
