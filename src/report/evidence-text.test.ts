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
