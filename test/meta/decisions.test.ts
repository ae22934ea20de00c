import { expect, test } from 'vitest'
import { read, shipped } from './sources.ts'

/**
 * A sentence is for whoever reads it: what is decided by one breaks when somebody writes it better. A reason is a value
 * with its kind. Words of others, in which they say what nothing else says, are read in src/wire and src/kube, and
 * here.
 */
const wordsOfOthers: Readonly<Record<string, string>> = {
  'src/checks/ingress/reload-refused.ts': "nginx's own message",
  'src/relations/workload-refusal.ts': "the event of Kubernetes's controllers",
  'src/relations/pod-pull.ts': "the kubelet's event of a pull",
  'src/model/known.ts': 'what recordings hold, written and read in one place',
  'src/checks/dns/registry-lookup.ts': "Go's resolver: no such host",
}

const sentence = String.raw`(['"\x60])(?:(?!\1).)*[a-z]{2,} [a-z]{2,}(?:(?!\1).)*\1`
const decides = new RegExp(
  String.raw`(?:\.(?:startsWith|endsWith|includes|indexOf|search|match)\(\s*|[!=]==\s*)${sentence}`,
)

test('nothing is decided on a sentence', () => {
  const found = shipped
    .filter((path) => !/^src\/(?:wire|kube)\//.test(path))
    .filter((path) =>
      read(path)
        .split('\n')
        .some((line) => decides.test(line)),
    )
  expect(found.filter((path) => !(path in wordsOfOthers))).toEqual([])
  expect(Object.keys(wordsOfOthers).filter((path) => !found.includes(path))).toEqual([])
})

test.each([
  "why.startsWith('not allowed')",
  'it.detail.includes("no route to host")',
  "if (error === 'redirects in a circle') return",
  "what.startsWith('metrics of ')",
])('%s would be found', (line) => expect(line).toMatch(decides))

test.each(["it.startsWith('@start ')", "kind === 'not-asked'", "say('not allowed')", "code.startsWith('ETIMEDOUT')"])(
  '%s is none',
  (line) => expect(line).not.toMatch(decides),
)
