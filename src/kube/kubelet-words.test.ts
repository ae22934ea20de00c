import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kubeletWordsIn, withoutKubeletWords } from './kubelet-words.ts'

async function* of(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

async function read(lines: readonly string[]): Promise<{ readonly lines: string[]; readonly said: string[] }> {
  const said: string[] = []
  return { lines: await Array.fromAsync(withoutKubeletWords(of(lines), (it) => void said.push(it))), said }
}

/** As a kubelet 1.34 wrote them; the containers' names are the lab's. */
const words = [
  'unable to retrieve container logs for containerd://e788ff6eb312b2594610893b7264098144fbab0723ad043cd90c1d73100dd848',
  'failed to try resolving symlinks in path "/var/log/pods/a_b_c/w/1.log": lstat /var/log/pods/a_b_c/w/1.log: no such file',
  'failed to open log file "/var/log/pods/a_b_c/w/1.log": open /var/log/pods/a_b_c/w/1.log: permission denied',
  'failed to tail 5 lines of log file "/var/log/pods/a_b_c/w/1.log": read: input/output error',
  'failed to create fsnotify watcher: too many open files',
  'failed to watch file "/var/log/pods/a_b_c/w/1.log": no space left on device',
  'failed to get parse function: unsupported log format: "x\\n"',
  'context cancelled',
  'rpc error: code = NotFound desc = an error occurred when try to find container "e7": not found',
]

const stamp = '2026-11-29T01:02:03.000000004Z '

describe('an answer with times', () => {
  test.each(words)('%s', async (it) => {
    expect(await read([it])).toEqual({ lines: [], said: [it] })
    expect(await read([`${stamp}one\n`, it])).toEqual({ lines: [`${stamp}one\n`], said: [it] })
  })

  test.each([
    ['', '2026-11-2'],
    ['the last words of a container', `${stamp}unable to retrieve container logs for containerd://e7`],
    ['an empty line', '2026-11-29T01:02:03.000000004Z '],
  ])('no words of the kubelet: %s', async (_, rest) => {
    expect(await read([`${stamp}one\n`, rest])).toEqual({ lines: [`${stamp}one\n`, rest], said: [] })
  })

  test('a server that gives no times is taken at its lines', async () => {
    expect(await read(['one\n', 'two'])).toEqual({ lines: ['one\n', 'two'], said: [] })
  })

  test('whatever a container writes, no line of it is taken for the kubelet', async () => {
    const text = fc.oneof(
      fc.constantFrom(...words),
      fc.string({ unit: 'binary' }).map((it) => it.replaceAll('\n', '')),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(text), fc.boolean(), fc.option(fc.constantFrom(...words)), async (all, cut, end) => {
        const lines = all.map((it, at) => `${stamp}${it}${cut && at === all.length - 1 ? '' : '\n'}`)
        expect(await read([...lines, ...(end === null ? [] : [end])])).toEqual({
          lines,
          said: end === null ? [] : [end],
        })
      }),
    )
  })
})

describe('an answer without times', () => {
  test.each(words)('%s', (it) => {
    expect(kubeletWordsIn(it)).toEqual({ words: it, before: '' })
    expect(kubeletWordsIn(`one\n${it}`)).toEqual({ words: it, before: 'one\n' })
  })

  test.each([...words.map((it) => `${it}\n`), '', 'ready', 'E unable to retrieve container logs for containerd://e7'])(
    'a line of the container: %s',
    (it) => expect(kubeletWordsIn(it)).toBeNull(),
  )
})
