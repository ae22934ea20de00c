import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { helpLines, isWrite, notAgain, withoutAltered } from './help.ts'

describe('what is printed of a help', () => {
  test('looking stands before changing', () => {
    expect(
      helpLines(['do it', 'kubectl -n a patch service b -p {}', 'kubectl -n a get pods', 'hopscope fix A --plan']),
    ).toEqual(['do it', 'kubectl -n a get pods', 'hopscope fix A --plan', 'kubectl -n a patch service b -p {}'])
  })
  test('one command a line, under the place where it is typed', () => {
    expect(helpLines(['look', 'on worker-1:  sysctl a    sysctl -w a=1', 'on worker-2:  dig x    # twice'])).toEqual([
      'look',
      'on worker-2:',
      '  dig x    # twice',
      'on worker-1:',
      '  sysctl a',
      '  sysctl -w a=1',
    ])
  })
  test('what leads to a command stays before it', () => {
    expect(helpLines(['a', 'and then:', 'kubectl edit service x', 'kubectl get pods'])).toEqual([
      'a',
      'kubectl get pods',
      'and then:',
      'kubectl edit service x',
    ])
  })
})

test.each([
  ['kubectl -n kube-system rollout restart deployment/coredns', true],
  ['kubectl -n kube-system rollout status deployment/coredns', false],
  ['kubectl -n shop delete pod web-1', true],
  ['kubectl -n shop logs patch-1', false],
  ['kubectl --context a -n shop edit service x', true],
  ['hopscope fix DNS101 --plan', false],
  ['hopscope fix --undo 1a', true],
  ['sysctl net.ipv4.ip_forward', false],
  ['sysctl -w net.ipv4.ip_forward=1', true],
])('%s changes something: %s', (command, expected) => expect(isWrite(command)).toBe(expected))

describe('a command that says what was just done', () => {
  const help = [
    'compare the paths',
    'hopscope dns --probe',
    'hopscope dns --node worker-2 --node-access',
    'hopscope diagnose dns --probe',
    'hopscope dns --probe --probe-name www.corp.example',
    'hopscope diagnose svc/cart -n shop --probe',
    'kubectl -n kube-system get pods',
  ] as const
  test.each([
    ['read', [0, 1, 2, 3, 4, 5, 6]],
    ['probe', [0, 2, 4, 5, 6]],
    ['node', [0, 4, 5, 6]],
  ] as const)('is left out of the help of a run with %s', (level, kept) => {
    expect(notAgain(help, level)).toEqual(kept.map((index) => help[index]))
  })
  test('no recording of the lab is told to do what it was', () => {
    const folder = join(import.meta.dirname, '../../scenarios')
    const runs = readdirSync(folder)
      .map((it) => join(folder, it, 'expect.txt'))
      .filter((it) => existsSync(it))
    expect(runs.length).toBeGreaterThan(100)
    const again = runs.filter((it) => {
      const text = readFileSync(it, 'utf8')
      const hasNodes = /^conntrack on /m.test(text)
      return hasNodes && /^ +hopscope dns [^\n]*--node-access$/m.test(text)
    })
    expect(again).toEqual([])
  })
})

describe('a name that was altered at the door', () => {
  const help = ['change the policy', 'kubectl -n shop edit networkpolicy web_id', 'kubectl get pods -A']
  test.each([
    ['its own', { namespace: 'shop', name: 'web_id' }, ['kubectl get pods -A']],
    ["its namespace's", { namespace: 'sh_op', name: 'web' }, help.slice(1)],
  ])('%s: no command names it, and it is said', (_, on, commands) => {
    const [sentence, ...rest] = withoutAltered(help, on)
    expect(sentence).toMatch(/^change the policy; no cluster has such a name/)
    expect(rest).toEqual(commands)
  })
  test.each([
    ['a name as the API has it', { namespace: 'shop', name: 'web-id.v2' }],
    ['what is no object of a namespace, as a name of DNS', { namespace: null, name: '_sip._tcp' }],
  ])('%s', (_, on) => expect(withoutAltered(help, on)).toEqual(help))
})
