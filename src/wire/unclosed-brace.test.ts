import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCorefile } from './corefile.ts'
import { unclosedBrace } from './unclosed-brace.ts'

const healthy = `.:53 {
    errors
    health {
       lameduck 5s
    }
    forward . 192.0.2.53 {
       max_concurrent 1000
    }
    cache 30
}
corp.example:53 {
    forward . 192.0.2.54
}
`

describe('where a brace was forgotten', () => {
  test.each([
    ['nowhere', healthy, null],
    ['after a block in a block', healthy.replace('1000\n    }', '1000'), 6],
    ['after the first of two blocks', healthy.replace('5s\n    }', '5s'), 3],
    ['after a server block', healthy.replace('cache 30\n}', 'cache 30'), 1],
    ['at the end: indentation does not say, and the parser does', healthy.replace(/\}\n$/, ''), null],
    ['a comment at the margin is no line', healthy.replace('    cache', '# before the cache\n    cache'), null],
  ])('%s', (_where, text, line) => {
    expect(unclosedBrace(text)).toBe(line)
  })

  test('the parser tells the same line', () => {
    expect(parseCorefile(healthy.replace('1000\n    }', '1000')).problems).toMatchObject([
      { line: 6, text: '`{` is never closed' },
    ])
    expect(parseCorefile(healthy.replace(/\}\n$/, '')).problems).toMatchObject([
      { line: 11, text: '`{` is never closed' },
    ])
  })

  test('any text gives null or one of its lines', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ a}{#\t]{0,6}$/)), (lines) => {
        const line = unclosedBrace(lines.join('\n'))
        expect(line === null || (lines[line - 1] ?? '').replace(/#.*$/, '').trimEnd().endsWith('{')).toBe(true)
      }),
    )
  })
})
