import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { corefileVersionText } from './corefile-version.ts'

const sha512 = (text: string): string =>
  createHash('sha512')
    .update(corefileVersionText(text) ?? 'null')
    .digest('hex')

/** Of the lab, with what CoreDNS 1.14.7 said that it runs: `coredns_reload_version_info{hash="sha512"}`. */
const seen = `.:53 {
    errors # all of them
    log
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . 198.18.0.53 {
       max_concurrent 1000
    }
    loop
    reload
    loadbalance
}
`

test('a text of which CoreDNS said its hash', () => {
  expect(sha512(seen)).toBe(
    '111393863027dd98f27896b4a7ee904b298c4d6522efe8be381489d91d4a7f6ab18e4a5c93028bb3451de8ce5663da4b9f51da9efa1bdd6f0c75b9a4a59993f9',
  )
})
test('comments and spaces do not count, lines and words do', () => {
  expect(sha512(seen.replace(' # all of them', '   '))).toBe(sha512(seen))
  expect(sha512(seen.replace('    log\n', '\n    log\n'))).not.toBe(sha512(seen))
  expect(sha512(seen.replace('ttl 30', 'ttl 31'))).not.toBe(sha512(seen))
})
test('each occurrence of a directive counts, in one list', () => {
  expect(
    JSON.parse(corefileVersionText('a.example, b.example {\n  log a\n  errors\n  log b\n}\n. {\n}\n') ?? ''),
  ).toEqual([
    {
      Keys: ['a.example', 'b.example'],
      Tokens: {
        errors: [{ File: '', Line: 3, Text: 'errors' }],
        log: [
          { File: '', Line: 2, Text: 'log' },
          { File: '', Line: 2, Text: 'a' },
          { File: '', Line: 4, Text: 'log' },
          { File: '', Line: 4, Text: 'b' },
        ],
      },
    },
    { Keys: ['.'], Tokens: {} },
  ])
})
test("signs that Go's JSON escapes", () =>
  expect(corefileVersionText('. {\n  template IN A {\n    answer "<&>"\n  }\n}\n')).toContain(
    String.raw`\u003c\u0026\u003e`,
  ))
test.each(['. {\n  import x\n}\n', 'import a/*.server\n', '. {\n  forward . {$UP}\n}\n', '. {\n'])(
  'what only the server knows: %j',
  (text) => expect(corefileVersionText(text)).toBeNull(),
)
test('a snippet is part of the text', () =>
  expect(corefileVersionText('(s) {\n  log\n}\n. {\n  import s\n}\n')).toBe(
    '[{"Keys":["."],"Tokens":{"log":[{"File":"","Line":2,"Text":"log"}]}}]',
  ))
test.each([
  [
    '. {\n  log\n  import x/*.override\n}\nimport x/*.server\n',
    '[{"Keys":["."],"Tokens":{"log":[{"File":"","Line":2,"Text":"log"}]}}]',
  ],
  ['. {\n  import x\n}\n', null],
])('%j with nothing to import', (text, version) => expect(corefileVersionText(text, 'none')).toBe(version))
