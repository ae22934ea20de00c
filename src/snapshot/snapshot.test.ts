import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runs } from '../../test/build/effort.ts'
import { model as modelOf } from '../model/build.ts'
import { known } from '../model/known.ts'
import type { Model } from '../model/sources.ts'
import { fromOutside } from '../wire/outside.ts'
import { jsonLines } from './json-lines.ts'
import { anyModel } from '../../test/build/any-model.ts'
import { readSnapshot, readSnapshotFrom } from './read.ts'
import { writeSnapshot, writeSnapshotTo } from './write.ts'
import { plant } from '../../test/build/plant.ts'
import { withoutLabels } from '../phrases.ts'

const t0 = new Date('2026-08-22T10:41:00.000Z')

async function bytesOf(model: Model): Promise<Buffer> {
  const chunks: Buffer[] = []
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  await writeSnapshotTo(out, model, { t0 })
  return Buffer.concat(chunks)
}

async function* inPieces(bytes: Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const linesOf = async (model: Model): Promise<string[]> =>
  zstdDecompressSync(await bytesOf(model))
    .toString()
    .trimEnd()
    .split('\n')
const fromLines = (lines: readonly string[]): AsyncGenerator<Buffer> =>
  inPieces(zstdCompressSync(Buffer.from(`${lines.join('\n')}\n`)))
const small = modelOf({
  namespaces: known([
    { name: 'shop', labels: { a: 'b' } },
    { name: 'ünïcode', labels: {} },
  ]),
})

describe('a model', () => {
  test('comes back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel, fc.integer({ min: 1, max: 500 }), async (any, size) => {
        // No sentence of hopscope's has its own labels in it, and a file that says so is not believed.
        const model = plant(any, withoutLabels)
        const read = await readSnapshotFrom(inPieces(await bytesOf(model), size), 'x')
        expect(read).toEqual({ model: fromOutside(model), t0 })
      }),
      { numRuns: runs(60) },
    )
  })

  test('gives the same bytes, in whatever order its keys were made', async () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, held]) => [key, turned(held)]),
      )
    }
    await fc.assert(
      fc.asyncProperty(anyModel, async (model) => {
        expect((await bytesOf(turned(model) as Model)).equals(await bytesOf(model))).toBe(true)
      }),
      { numRuns: runs(25) },
    )
  })

  test('has its clock in the header only', async () => {
    const [header, ...rest] = await linesOf(small)
    expect(header).toContain('"t0":"2026-08-22T10:41:00.000Z"')
    expect(rest.join('\n')).not.toContain('2026')
  })
})

describe('a file that is not whole', () => {
  test('cut at any byte is bad, never read and never waited for', async () => {
    const bytes = await bytesOf(small)
    for (let end = 0; end < bytes.length; end += 1) {
      await expect(readSnapshotFrom(inPieces(bytes.subarray(0, end)), 'x.hops')).rejects.toMatchObject({
        code: 'bad-file',
        message: expect.stringMatching(/^x\.hops is (empty|cut off)/),
      })
    }
  })

  test('cut after any record is bad too', async () => {
    const lines = await linesOf(small)
    for (let end = 1; end < lines.length; end += 1) {
      await expect(readSnapshotFrom(fromLines(lines.slice(0, end)), 'x')).rejects.toMatchObject({
        code: 'bad-file',
        message: 'x is cut off: it ends too early',
      })
    }
  })

  test('with any record left out, doubled or changed places is bad', async () => {
    const lines = await linesOf(small)
    const wrong = lines.flatMap((line, at) => [
      lines.toSpliced(at, 1),
      lines.toSpliced(at, 0, line),
      at === 0 ? [] : lines.toSpliced(at - 1, 2, line, lines[at - 1] ?? ''),
    ])
    const results = await Promise.allSettled(
      wrong.filter((it) => it.length > 0).map((it) => readSnapshotFrom(fromLines(it), 'x')),
    )
    // Two whole sources may stand in either order, and two items of one: nothing is lost.
    const read = results.filter((it) => it.status === 'fulfilled').map((it) => it.value.model)
    for (const model of read) expect(Object.values(model.sources).filter((it) => it.known)).toHaveLength(1)
    expect(results.filter((it) => it.status === 'rejected').length).toBeGreaterThan(lines.length * 2 - 2)
  })

  test('with any one byte changed is bad, or reads the same', async () => {
    const bytes = await bytesOf(small)
    const whole = await readSnapshotFrom(inPieces(bytes), 'x')
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0x55
      const result = await readSnapshotFrom(inPieces(changed), 'x').catch((error: unknown) => error)
      if (result instanceof Error) expect(result).toMatchObject({ code: 'bad-file' })
      else expect(result).toEqual(whole)
    }
  })
})

describe('a file of another kind', () => {
  const header =
    '{"hopscope":"snapshot","schema":1,"tool":"1.0.0","t0":"2026-08-22T10:41:00.000Z","cluster":{"context":"c","version":"v","tool":"1.0.0"},"scope":{"namespace":null,"target":{"kind":"everything"},"level":"read"}}'

  test.each([
    [Buffer.from('hello'), 'is no hopscope snapshot', 'hopscope collect'],
    [Buffer.from('{"schema":"hopscope/v1"}'), 'is no hopscope snapshot', '-o json'],
    [Buffer.from([0x1f, 0x8b, 8, 0]), 'is no hopscope snapshot', 'hopscope collect'],
    [Buffer.alloc(0), 'is empty', 'copy it again'],
    [zstdCompressSync(Buffer.from('hello\n')), 'is damaged: record 1 is no JSON', 'copy it again'],
    [zstdCompressSync(Buffer.from('{"a":1}\n')), 'is no hopscope snapshot', 'hopscope collect'],
    [
      zstdCompressSync(Buffer.from('{"hopscope":"snapshot","schema":2,"tool":"9.0.0"}\n')),
      'was written by a newer hopscope (9.0.0',
      'update',
    ],
    [zstdCompressSync(Buffer.from(header.replace('"read"', '"root"'))), 'is cut off in record 1', 'copy it again'],
    [
      zstdCompressSync(Buffer.from(`${header.replace('"read"', '"root"')}\n`)),
      'is damaged at record 1: the header.scope.level',
      'copy it again',
    ],
    [
      zstdCompressSync(
        Buffer.from(
          `${header}\n{"source":"pods","known":true,"items":1}\n{"source":"pods","item":{"namespace":"a"}}\n`,
        ),
      ),
      'is damaged at record 3: pods.',
      'copy it again',
    ],
    [
      zstdCompressSync(Buffer.from(`${header}\n{"source":"clusterDns","known":true,"items":0}\n`)),
      'wrong shape',
      'copy it again',
    ],
    [zstdCompressSync(Buffer.from(`${header}\n{"x":1}\n`)), 'it has none of the forms that are known', 'copy it again'],
    [
      zstdCompressSync(Buffer.from(`${header}\n{"source":"pods","known":true,"value":[]}\n`)),
      'damaged',
      'copy it again',
    ],
  ])('%#', async (bytes, message, hint) => {
    await expect(readSnapshotFrom(inPieces(bytes), 'x')).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    })
  })

  test('any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, zstd) => {
        const content = Buffer.from(bytes)
        await expect(readSnapshotFrom(inPieces(zstd ? zstdCompressSync(content) : content), 'x')).rejects.toMatchObject(
          { code: 'bad-file' },
        )
      }),
    )
  })

  test('fields and sources of a later hopscope are skipped, sources of an earlier one are unknown', async () => {
    const lines = [
      header,
      '{"source":"namespaces","known":true,"items":1,"new":1}',
      '{"source":"namespaces","item":{"name":"shop","labels":{},"new":1}}',
      '{"source":"routes","known":true,"items":1}',
      '{"source":"routes","item":{}}',
      '{"end":true,"records":5}',
    ]
    const { model } = await readSnapshotFrom(fromLines(lines), 'x')
    expect(model.sources.namespaces).toEqual(known([{ name: 'shop', labels: {} }]))
    expect(model.sources).not.toHaveProperty('routes')
    expect(model.sources.pods).toMatchObject({ known: false, why: { reason: 'not-asked' } })
  })
})

describe('on disk', () => {
  let folder = ''
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'snapshot-'))))
  afterAll(() => rm(folder, { recursive: true }))

  test('written whole, for its owner alone, and read', async () => {
    const path = join(folder, 'a.hops')
    await writeSnapshot(path, small, { t0 })
    expect(await readSnapshot(path)).toEqual(small)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['a.hops'])
    expect((await readFile(path)).equals(await bytesOf(small))).toBe(true)
  })

  test('a file that cannot be written leaves nothing behind', async () => {
    await expect(writeSnapshot(join(folder, 'none', 'a.hops'), small, { t0 })).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining('cannot write'),
    })
    await writeFile(join(folder, 'kept.hops'), 'as it was')
    const broken = {
      ...small,
      sources: {
        ...small.sources,
        pods: known([
          {
            get name(): string {
              throw new Error('gone')
            },
          },
        ]),
      },
    }
    await expect(writeSnapshot(join(folder, 'kept.hops'), broken as unknown as Model, { t0 })).rejects.toMatchObject({
      code: 'bad-file',
    })
    expect(await readFile(join(folder, 'kept.hops'), 'utf8')).toBe('as it was')
    expect((await readdir(folder)).filter((it) => it.includes('partial'))).toEqual([])
  })

  test.each([
    ['missing.hops', /^no file .*missing\.hops$/],
    ['.', /is a folder$/],
  ])('%s', async (name, message) => {
    await expect(readSnapshot(join(folder, name))).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringMatching(message),
    })
  })
})

test('a small file that unpacks to millions of records is not read', async () => {
  async function* bomb(): AsyncGenerator<Buffer> {
    const lines = Buffer.from('{}\n'.repeat(100_000))
    for (let at = 0; at < 40; at++) yield lines
  }
  const read = async (): Promise<void> => {
    for await (const _ of jsonLines(bomb()));
  }
  await expect(read()).rejects.toThrow('unpacks to more than any cluster has')
})
