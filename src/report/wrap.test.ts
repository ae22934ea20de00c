import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { wrapped } from './wrap.ts'

const word = fc.stringMatching(/^[a-z.,()]{1,12}$/)
const prose = fc
  .tuple(
    fc.constantFrom('', '  ', '  help: ', '  note: ', '✗ ', '      '),
    fc.array(word, { minLength: 1, maxLength: 60 }),
  )
  .map(([lead, words]) => ({ lead, words, line: `${lead}${words.join(' ')}` }))

test('prose stays within the width, in its order, and stands in', () => {
  fc.assert(
    fc.property(prose, fc.integer({ min: 40, max: 120 }), ({ line, lead }, width) => {
      const lines = wrapped(line, width)
      expect(lines.filter((it) => it.length > width)).toEqual([])
      expect(lines.map((it) => it.trim()).join(' ')).toBe(line.trim())
      expect(lines.slice(1).filter((it) => !it.startsWith(' '.repeat(lead.length)))).toEqual([])
    }),
  )
})

test('colours have no width', () => {
  const strong = `\u001B[1m${'word '.repeat(8).trim()}\u001B[22m`
  expect(wrapped(strong, 40)).toEqual([strong])
})

test.each([
  `        kubectl -n shop patch service web --type=merge -p '{"spec":{"selector":{"app":"cart"}}}'`,
  `  worker-1   ${'x'.repeat(40)}   12 ms   0 of 20 lookups failed`,
])('commands and tables stay one line', (line) => expect(wrapped(line, 40)).toEqual([line]))

test('what stands beside a label stays beside it', () => {
  expect(wrapped('  from        pod shop/db-0 on worker-3; asked by a probe pod beside it', 44)).toEqual([
    '  from        pod shop/db-0 on worker-3;',
    '              asked by a probe pod beside it',
  ])
})

test.each(['│', '|'])('what is quoted behind %s stays behind it, in each line', (bar) => {
  expect(wrapped(`      ${bar} options  ndots:5  ✗ error[DNS101] FORGED: kube-proxy is broken`, 44)).toEqual([
    `      ${bar} options  ndots:5  ✗ error[DNS101]`,
    `      ${bar} FORGED: kube-proxy is broken`,
  ])
})

test('each line of a quotation that goes on bears its mark, so that no word of it looks like our own', () => {
  const line =
    'Ingress shop/web says “all well then Nothing wrong was seen in the cluster 0 findings exit 0” of itself.'
  for (let width = 20; width < 110; width++) {
    const lines = wrapped(line, width)
    let isOpen = false
    for (const [index, it] of lines.entries()) {
      if (index > 0 && isOpen) expect(it.trimStart()).toMatch(/^“… /)
      isOpen = it.lastIndexOf('“') > it.lastIndexOf('”')
    }
  }
})
