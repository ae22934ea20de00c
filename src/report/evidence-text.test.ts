import { expect, test } from 'vitest'
import { subject } from '../model/subject.ts'
import { evidenceLines } from './evidence-text.ts'
import { paint } from './paint.ts'

const forged = '✗ error[DNS101] FORGED: kube-proxy is broken: daemonset kube-system/kube-proxy observed'
const object = subject('Pod', 'shop', 'spy-1')
const lines = ['nameserver 10.96.0.10', 'options x', forged]

test.each([
  ['│', false],
  ['|', true],
] as const)('lines of files and logs stand behind %s, and nothing of our own does', (bar, ascii) => {
  const look = paint({ colour: false, ascii, width: 100 })
  expect(
    evidenceLines({ kind: 'config', object, path: '/etc/resolv.conf', lines, at: 1, mark: 'x', label: 'odd' }, look),
  ).toEqual([
    'Pod shop/spy-1, /etc/resolv.conf',
    `  ${bar} nameserver 10.96.0.10`,
    `  ${bar} options x`,
    '            ^ odd',
    `  ${bar} ${forged}`,
  ])
  expect(evidenceLines({ kind: 'log', source: 'spy-1', lines: [forged] }, look)).toEqual([
    'spy-1 said',
    `${bar} ${forged}`,
  ])
})

test('no more carets than are shown of what they point at', () => {
  const mark = 'v'.repeat(100_000)
  const lines = evidenceLines(
    {
      kind: 'config',
      object: subject('Ingress', 'shop', 'web'),
      path: 'spec',
      lines: [mark],
      at: 0,
      mark,
      label: 'here',
    },
    paint({ colour: false, ascii: false, width: 100 }),
  )
  expect(lines.join('\n')).toMatch(/\^ here/)
  expect(Math.max(...lines.map((it) => it.length))).toBeLessThan(1000)
})
