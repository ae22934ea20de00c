import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withDirectiveAfter, withoutDirectives, withWords } from './corefile-edit.ts'
import { type CorefilePlugin, parseCorefile } from './corefile.ts'

const plugin = (text: string, name: string): CorefilePlugin => {
  const found = parseCorefile(text)
    .servers.flatMap((it) => it.plugins)
    .find((it) => it.name === name)
  if (found === undefined) throw new Error(`no ${name} in it`)
  return found
}

const corefile = `# ours
.:53 {
    errors
    log  # while we debug
    forward . /etc/resolv.conf {
       max_concurrent 1000 # plenty
    }   # upstream
    loop
}
`

describe('a directive more', () => {
  test('after a block, indented as it', () => {
    expect(withDirectiveAfter(corefile, plugin(corefile, 'forward'), 'cache 30')).toBe(
      corefile.replace('    loop\n', '    cache 30\n    loop\n'),
    )
  })
  test('after a line, with tabs and line ends as there', () => {
    expect(
      withDirectiveAfter(
        '.:53 {\r\n\tforward . 10.0.0.1\r\n}\r\n',
        plugin('.:53 {\r\n\tforward . 10.0.0.1\r\n}\r\n', 'forward'),
        'cache 30',
      ),
    ).toBe('.:53 {\r\n\tforward . 10.0.0.1\r\n\tcache 30\r\n}\r\n')
  })
  test('without braces, and without a last line end', () =>
    expect(
      withDirectiveAfter('.:53\nforward . 10.0.0.1', plugin('.:53\nforward . 10.0.0.1', 'forward'), 'cache 30'),
    ).toBe('.:53\nforward . 10.0.0.1\ncache 30'))
  test('not where a brace stands on the line', () =>
    expect(
      withDirectiveAfter(
        '. {\n  forward . 10.0.0.1 }\n',
        plugin('. {\n  forward . 10.0.0.1 }\n', 'forward'),
        'cache 30',
      ),
    ).toBeNull())
})

describe('a directive less', () => {
  test('with its comment, and no other', () =>
    expect(withoutDirectives(corefile, [plugin(corefile, 'log')])).toBe(
      corefile.replace('    log  # while we debug\n', ''),
    ))
  test('with its block', () =>
    expect(withoutDirectives(corefile, [plugin(corefile, 'forward')])).toBe(
      '# ours\n.:53 {\n    errors\n    log  # while we debug\n    loop\n}\n',
    ))
  test('not where the server opens on the line', () =>
    expect(withoutDirectives('.:53 { log\n}\n', parseCorefile('.:53 { log\n}\n').servers[0]?.plugins ?? [])).toBeNull())
})

describe('other words', () => {
  test('the block and comments stay', () =>
    expect(withWords(corefile, plugin(corefile, 'forward'), ['forward', '.', '10.0.0.2', '10.0.0.3'])).toBe(
      corefile.replace('. /etc/resolv.conf {', '. 10.0.0.2 10.0.0.3 {'),
    ))
  test('a comment on the line stays', () =>
    expect(withWords(corefile, plugin(corefile, 'log'), ['log', '.'])).toBe(corefile.replace('log  #', 'log .  #')))
  test('not what is no such directive any more', () =>
    expect(withWords(corefile, plugin(corefile, 'log'), ['log', '}'])).toBeNull())
})

const word = fc.stringMatching(/^[a-z][a-z0-9.:/-]{0,8}$/)
const comment = fc.constantFrom('', ' # why', '  #{', '# }')
const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/)
const directive = fc
  .tuple(name, fc.array(word, { maxLength: 2 }), fc.option(fc.array(word, { maxLength: 2 })), comment)
  .map(([directiveName, args, block, after]) => {
    const first = [directiveName, ...args].join(' ')
    return block === null
      ? `    ${first} ${after}`
      : [`    ${first} { ${after}`, ...block.map((it) => `        ${it}`), '    }'].join('\n')
  })
const texts = fc
  .tuple(comment, fc.array(directive, { minLength: 1, maxLength: 5 }), comment)
  .map(([before, its, after]) => `${before}\n.:53 {\n${its.join('\n')}\n} ${after}\n`)

describe('any Corefile', () => {
  test('all other lines stay as they are, in order', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (text, choice) => {
        const plugins = parseCorefile(text).servers[0]?.plugins ?? []
        const it = plugins[choice % plugins.length]
        fc.pre(it !== undefined && it.name !== 'import')
        if (it === undefined) return
        const more = withDirectiveAfter(text, it, 'cache 30')
        expect(more?.split('\n').toSorted()).toEqual([...text.split('\n'), '    cache 30'].toSorted())
        const less = withoutDirectives(text, [it])
        expect(less).not.toBeNull()
        const left = less?.split('\n') ?? []
        let at = 0
        for (const line of text.split('\n')) if (line === left[at]) at += 1
        expect(at).toBe(left.length)
      }),
    )
  })
  test('taken out again, an added directive leaves the text as it was', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (text, choice) => {
        const plugins = parseCorefile(text).servers[0]?.plugins ?? []
        const index = choice % plugins.length
        const it = plugins[index]
        fc.pre(it !== undefined && it.name !== 'import')
        if (it === undefined) return
        const more = withDirectiveAfter(text, it, 'cache 30') ?? ''
        const added = parseCorefile(more).servers[0]?.plugins[index + 1]
        expect(added === undefined ? null : withoutDirectives(more, [added])).toBe(text)
      }),
    )
  })
})
