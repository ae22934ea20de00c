import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asCalled, type Call, oneEach, plainCall } from './called.ts'
import { quoted } from '../phrases.ts'

const prod: Call = {
  name: 'kubectl hopscope',
  flags: [
    ['--kubeconfig', '/home/me/my config'],
    ['--context', 'prod'],
  ],
}
const flags = "--kubeconfig '/home/me/my config' --context prod"

describe('a command in a line', () => {
  test.each(
    [
      ['kubectl -n shop get pods', `kubectl ${flags} -n shop get pods`],
      ['kubectl get pods -A -o wide | grep web', `kubectl ${flags} get pods -A -o wide | grep web`],
      ['sa=$(kubectl -n a get pod b -o name)', `sa=$(kubectl ${flags} -n a get pod b -o name)`],
      ['it was there a moment ago: kubectl get pods', `it was there a moment ago: kubectl ${flags} get pods`],
      ['  help: hopscope fix DNS101 --plan', `  help: kubectl hopscope fix ${flags} DNS101 --plan`],
      ['kubectl hopscope dns', `kubectl hopscope dns ${flags}`],
      ['hopscope dns capacity', `kubectl hopscope dns capacity ${flags}`],
      ['hopscope watch dns', `kubectl hopscope watch dns ${flags}`],
      ['`hopscope cleanup` removes them', `\`kubectl hopscope cleanup ${flags}\` removes them`],
      ['hopscope resolve a --from pod/x', `kubectl hopscope resolve ${flags} a --from pod/x`],
      ['kubectl --context prod get pods', `kubectl --kubeconfig '/home/me/my config' --context prod get pods`],
    ].filter(([line]) => line !== 'hopscope -n shop'),
  )('%s', (line, expected) => expect(asCalled(line, prod)).toBe(expected))
  test.each([
    ['hopscope explain DNS101', 'kubectl hopscope explain DNS101'],
    ['hopscope --help', 'kubectl hopscope --help'],
    ['hopscope diagnose --from a.hops', 'kubectl hopscope diagnose --from a.hops'],
  ])('%s looks at no cluster', (line, expected) => expect(asCalled(line, prod)).toBe(expected))
  test.each([
    "hopscope can't say whether it is well",
    'the probe of hopscope-1a2b3c4d-worker-1 was late',
    'see what kubectl makes of it',
    'any kubectl command renews it',
    'hopscope.dev/run',
  ])('%s: none', (line) => expect(asCalled(line, prod)).toBe(line))
})

test('who was called plainly and told nothing says commands as they are written', () => {
  fc.assert(
    fc.property(fc.string(), (line) => {
      expect(asCalled(line, plainCall)).toBe(line)
    }),
  )
  expect(asCalled('hopscope fix DNS101 --plan', plainCall)).toBe('hopscope fix DNS101 --plan')
})

test('one command a line, and none lost', () => {
  expect(oneEach('  go on: hopscope fix --apply 1    go back: hopscope fix --undo 1')).toEqual([
    '  go on: hopscope fix --apply 1',
    '  go back: hopscope fix --undo 1',
  ])
  expect(oneEach('if so: hopscope dns; if not: kubectl get pods')).toEqual([
    'if so: hopscope dns',
    'if not: kubectl get pods',
  ])
  expect(oneEach('kubectl get a | kubectl apply -f -')).toHaveLength(1)
})

test('a value of a flag is one word to a shell', () => {
  expect(quoted("it's")).toBe(String.raw`'it'\''s'`)
  expect(quoted('arn:aws:eks:eu-west-1:123:cluster/prod')).toBe('arn:aws:eks:eu-west-1:123:cluster/prod')
  expect(quoted('')).toBe("''")
})
