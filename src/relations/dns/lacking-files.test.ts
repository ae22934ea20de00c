import { expect, test } from 'vitest'
import { parseCorefile } from '../../wire/corefile.ts'
import { lackingFiles, type Mounts } from './lacking-files.ts'

const usual: Mounts = { conf: '/etc/coredns/Corefile', mounts: [{ at: '/etc/coredns', files: ['Corefile'] }] }
const lacking = (lines: string, ...servers: readonly Mounts[]) =>
  lackingFiles(parseCorefile(`.:53 {\n${lines}\n}\n`), servers.length === 0 ? [usual] : servers).map(
    ({ by, file, line }) => `${by} ${file} ${line}`,
  )

test.each([
  ['hosts /etc/k8shosts', ['hosts /etc/k8shosts 2']],
  ['hosts /etc/coredns/custom.hosts example.com {\n fallthrough\n}', ['hosts /etc/coredns/custom.hosts 2']],
  ['file /etc/coredns/db.example example.com', ['file /etc/coredns/db.example 2']],
  ['forward . /etc/upstream.conf', ['forward /etc/upstream.conf 2']],
  ['tls /certs/tls.crt /certs/tls.key', ['tls /certs/tls.crt 2', 'tls /certs/tls.key 2']],
  ['forward . /etc/resolv.conf', []],
  ['forward . 192.0.2.53', []],
  ['hosts /etc/hosts', []],
  ['hosts example.com', []],
  ['hosts {\n 192.0.2.1 a.example\n fallthrough\n}', []],
  ['hosts /etc/coredns/Corefile', []],
  ['file db.example example.com', []],
  ['hosts {$HOSTS}', []],
  ['import /etc/coredns/custom/*.override', []],
])('%s', (lines, wanted) => expect(lacking(lines)).toEqual(wanted))

test('what a volume holds that lists nothing is not known', () => {
  const whole: Mounts = { conf: '/etc/coredns/Corefile', mounts: [{ at: '/etc/coredns', files: null }] }
  expect(lacking('hosts /etc/coredns/custom.hosts', whole)).toEqual([])
  expect(lacking('hosts /etc/elsewhere', whole)).toEqual(['hosts /etc/elsewhere 2'])
  // One of two has it, as in a rollout.
  expect(lacking('hosts /etc/k8shosts', usual, { ...usual, mounts: [{ at: '/etc/k8shosts', files: null }] })).toEqual(
    [],
  )
})

test('the Corefile itself, where the volume has it under another name', () => {
  const other: Mounts = { ...usual, mounts: [{ at: '/etc/coredns', files: ['Corefile-backup'] }] }
  expect(lackingFiles(parseCorefile('. {\n}\n'), [other])).toEqual([
    {
      by: 'conf',
      file: '/etc/coredns/Corefile',
      line: null,
      beside: { at: '/etc/coredns', files: ['Corefile-backup'] },
    },
  ])
  expect(lacking('errors', other, usual)).toEqual([])
  expect(lacking('errors', { ...other, conf: null })).toEqual([])
})

test('no server, no word', () => expect(lackingFiles(parseCorefile('. {\n hosts /x\n}\n'), [])).toEqual([]))
