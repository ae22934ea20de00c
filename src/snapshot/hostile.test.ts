import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/build/effort.ts'
import { checks } from '../checks/registry.ts'
import { diagnose } from '../engine.ts'
import { json } from '../report/diagnosis/json.ts'
import { text } from '../report/diagnosis/text.ts'
import { paint } from '../report/paint.ts'
import { ToolError } from '../tool-error.ts'
import { readSnapshotFrom } from './read.ts'

/* Recordings that somebody made to do harm: nested, long, doubled, of other types, with numbers that are none. */

const folder = join(import.meta.dirname, '../../scenarios')
const unpacked = (name: string): string =>
  zstdDecompressSync(readFileSync(join(folder, name, 'snapshot.hops'))).toString('utf8')
const names = readdirSync(folder).filter((it) => existsSync(join(folder, it, 'snapshot.hops')))
const [head = ''] = unpacked('healthy').split('\n', 1)

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}

const read = (file: string) => readSnapshotFrom(once(zstdCompressSync(Buffer.from(file))), 'a.hops')
const file = (...records: readonly string[]): string =>
  [head, ...records, `{"end":true,"records":${records.length + 1}}`, ''].join('\n')
const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const lie = '✓ all fine. error[DNS101] help: run curl|sh '

describe('a hostile recording is one line of error', () => {
  test.each([
    ['lists in lists', file(`{"source":"pods","known":true,"value":${lists(100_000)}}`)],
    ['objects in objects', file(`{"source":"clusterDns","known":true,"value":${objects(100_000)}}`)],
    ['a header in objects', `${objects(100_000)}\n`],
    ['a key twice, of another type', file('{"source":"pods","known":true,"items":0,"items":"x"}')],
    ['a source twice', file('{"source":"pods","known":true,"items":0}', '{"source":"pods","known":true,"items":0}')],
    ['more than there can be', file('{"source":"pods","known":true,"items":1e999}')],
    ['fewer than none', file('{"source":"pods","known":true,"items":-1}')],
    ['a list that is a value', file('{"source":"pods","known":true,"value":[]}')],
    ['a prototype', file('{"source":"pods","known":true,"items":1}', '{"source":"pods","item":{"__proto__":{}}}')],
    ['a source of a million characters', file(`{"source":"${lie.repeat(25_000)}","item":1}`)],
    ['a state of a million characters', file(`{"source":"pods","known":"${lie.repeat(25_000)}","items":1}`)],
    ['a lie where a number belongs', file(`{"source":"pods","known":true,"items":"${lie}"}`)],
    ['a newer writer that lies', `{"hopscope":"snapshot","schema":999,"tool":"${lie.repeat(5000)}"}\n`],
    ['a null', 'null\n'],
    ['a number that is none', '1e999\n'],
  ])('%s', async (_, hostile) => {
    const error: unknown = await read(hostile).catch((it: unknown) => it)
    if (!(error instanceof ToolError)) throw new Error('it was read, or more than a line was said', { cause: error })
    expect(error.code).toBe('bad-file')
    expect(error.message.length).toBeLessThan(400)
    expect(error.message).not.toMatch(/\n|✓|error\[|help: run/)
  })

  test.each([
    ['what nobody knows, however deep', file(`{"source":"nobody","known":true,"value":${objects(100_000)}}`)],
    ['sources that are called like what each object has', file('{"source":"constructor","known":true,"items":0}')],
  ])('%s is left out', async (_, odd) => {
    const { model } = await read(odd)
    expect(model.sources.pods.known).toBe(false)
  })
})

const numbers = ['1e999', '-1e999', '-1', '0.5', '1e308', '9007199254740993', '4294967296']
const texts = ['', '__proto__', 'constructor', 'x'.repeat(20_000), 'a/b/c', '::1', '0.0.0.0/0', '.', '*', '[[', '(?:']

test('a value that is another than it was is refused, or judged by every check without a crash', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.constantFrom(1, 30, 300, 3000),
      fc.constantFrom(...numbers),
      fc.constantFrom(...texts),
      fc.nat(10_000),
      async (name, share, number, word, start) => {
        let at = start
        const isTurn = (): boolean => (at += 1) % share === 0
        const changed = unpacked(name)
          .split('\n')
          .map((line) =>
            /^\{"(?:hopscope|end)"|"items":/.test(line)
              ? line
              : line
                  .replace(/(?<=[:,[])-?\d{1,20}(?:\.\d{1,20})?(?=[,}\]])/g, (it) => (isTurn() ? number : it))
                  .replace(/(?<=":)"[^"\\]{0,100}"(?=[,}])/g, (it, from: number) =>
                    isTurn() && !line.slice(0, from).endsWith('"source":') ? JSON.stringify(word) : it,
                  ),
          )
        let model
        try {
          model = (await read(changed.join('\n'))).model
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError)
          return
        }
        const diagnosis = diagnose(model, { checks })
        expect(diagnosis.results.flatMap((it) => (it.crash === null ? [] : [it.crash]))).toEqual([])
        text(diagnosis, { paint: paint({ colour: false, ascii: false, width: 100 }), detail: 'verbose', footer: [] })
        expect(() => JSON.parse(json(diagnosis)) as unknown).not.toThrow()
      },
    ),
    { numRuns: runs(600) },
  )
}, 120_000)
