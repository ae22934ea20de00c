import { describe, expect, test } from 'vitest'
import { clusterDns } from '../../test/build/dns.ts'
import { asked, changesOf, found, object, propose, whyNot } from '../../test/build/remedies.ts'
import { subject } from '../model/subject.ts'
import { corefileEdit } from './corefile-edit.ts'
import { at, type Manifest } from '../manifest/object.ts'

const on = subject('ConfigMap', 'kube-system', 'coredns')
const corefile = (lines: readonly string[]): string =>
  ['# ours', '.:53 {', ...lines.map((it) => `    ${it}`), '}', ''].join('\n')
const well = [
  'errors',
  'kubernetes cluster.local',
  'prometheus :9153',
  'forward . 10.0.0.1 {',
  '   max_concurrent 1000',
  '}',
  'cache 30',
  'reload',
]
const without = (gone: string): readonly string[] => well.filter((it) => it !== gone)

const proposed = (code: string, text: string, about: Parameters<typeof asked>[1] = {}) =>
  propose(corefileEdit, asked(found(code, on), about), [
    object('ConfigMap', 'kube-system', 'coredns', { data: { Corefile: text, other: 'kept' } }),
  ])
const textAfter = (...args: Parameters<typeof proposed>): unknown => {
  const [change] = changesOf(proposed(...args))
  return change?.verb === 'replace' ? at(change.after, 'data', 'Corefile') : undefined
}

describe('DNS122', () => {
  test('cache after forward and its block; nothing else moves', () =>
    expect(textAfter('DNS122', corefile(without('cache 30')))).toBe(corefile(well)))
  test('the other keys of the ConfigMap stay', () => {
    const [change] = changesOf(proposed('DNS122', corefile(without('cache 30'))))
    expect(change?.verb === 'replace' && at(change.after, 'data', 'other')).toBe('kept')
  })
  test('its servers will be watched', () =>
    expect(changesOf(proposed('DNS122', corefile(without('cache 30'))))[0]).toMatchObject({
      reload: {
        namespace: 'kube-system',
        labels: { 'k8s-app': 'kube-dns' },
        port: 9153,
        by: { kind: 'Deployment', name: 'coredns' },
      },
    }))
  test('the port of the metrics is that of the Corefile', () =>
    expect(
      changesOf(proposed('DNS122', corefile(without('cache 30')).replace(':9153', '0.0.0.0:9253')))[0],
    ).toMatchObject({ reload: { port: 9253 } }))
  test('not beside an import', () =>
    expect(whyNot(proposed('DNS122', corefile([...without('cache 30'), 'import custom/*'])))).toContain(
      'imports files',
    ))
  test('it is there by now', () => expect(whyNot(proposed('DNS122', corefile(well)))).toContain('in every block'))
  test('a layout that is not one directive a line', () =>
    expect(whyNot(proposed('DNS122', '. {\n prometheus :9153\n reload\n forward . 10.0.0.1 }\n'))).toContain(
      'does not parse',
    ))
})

describe('DNS121', () => {
  test('log goes, with its comment, from each block', () =>
    expect(textAfter('DNS121', corefile(['log # while we debug', ...well]))).toBe(corefile(well)))
  test('what writes failures alone stays', () =>
    expect(textAfter('DNS121', corefile(['log', 'log bad.example {', '   class error', '}', ...well]))).toBe(
      corefile(['log bad.example {', '   class error', '}', ...well]),
    ))
  test('gone by now', () => expect(whyNot(proposed('DNS121', corefile(well)))).toContain('any more'))
})

describe('DNS114', () => {
  test('one word, spelt right', () =>
    expect(textAfter('DNS114', corefile(well).replace('kubernetes', 'kubernets'))).toBe(corefile(well)))
  test('a brace that is missing is for a person', () =>
    expect(whyNot(proposed('DNS114', '.:53 {\n errors\n'))).toContain('does not parse (line 1'))
  test('nothing is misspelt', () => expect(whyNot(proposed('DNS114', corefile(well)))).toContain('only you know'))
})

describe('DNS108', () => {
  const text = corefile(well)
  test('the addresses, and the block stays', () =>
    expect(textAfter('DNS108', text, { values: ['10.0.0.2', '10.0.0.3:5353'] })).toBe(
      text.replace('. 10.0.0.1 {', '. 10.0.0.2 10.0.0.3:5353 {'),
    ))
  test('a person must decide, with a value', () =>
    expect(proposed('DNS108', text, { values: ['10.0.0.2'] })).toMatchObject({
      applicability: 'needs-value',
      verify: { codes: ['DNS108'], level: 'probe' },
    }))
  test('IPv6 and TLS', () =>
    expect(textAfter('DNS108', text, { values: ['tls://10.0.0.2', '2001:db8::53'] })).toContain(
      '. tls://10.0.0.2 2001:db8::53 {',
    ))
  test('no value', () =>
    expect(proposed('DNS108', text)).toMatchObject({
      kind: 'not-offered',
      instead: expect.stringContaining('--value'),
    }))
  test.each(['dns.example', '10.0.0.300', '/etc/resolv.conf', ''])('%j is no address', (value) =>
    expect(whyNot(proposed('DNS108', text, { values: [value] }))).toContain('no address'),
  )
  test.each(['10.96.0.10', '10.2.0.2:53', '127.0.0.1'])('%s is CoreDNS itself', (value) =>
    expect(whyNot(proposed('DNS108', text, { values: [value] }))).toContain('round and round'),
  )
  test('asked already', () => expect(whyNot(proposed('DNS108', text, { values: ['10.0.0.1'] }))).toContain('already'))
})

describe('not offered when', () => {
  const text = corefile(without('cache 30'))
  test('nothing would take the change', () =>
    expect(whyNot(proposed('DNS122', text.replace('    reload\n', '')))).toContain('no `reload`'))
  test('nobody would see it taken', () =>
    expect(whyNot(proposed('DNS122', text.replace('    prometheus :9153\n', '')))).toContain('no `prometheus`'))
  test('CoreDNS would not start with it for another reason', () =>
    expect(whyNot(proposed('DNS122', text.replace('errors', 'erors')))).toContain('there is no plugin `erors`'))
  test('the servers are not known', () =>
    expect(whyNot(proposed('DNS122', text, { dns: { service: { ...serviceOf(), selector: null } } }))).toContain(
      'no selector',
    ))
  test('the ConfigMap is gone', () =>
    expect(whyNot(propose(corefileEdit, asked(found('DNS122', on)), []))).toContain('no key Corefile'))
  test('it may not be read', () =>
    expect(whyNot(propose(corefileEdit, asked(found('DNS122', on)), [] as readonly Manifest[], () => true))).toContain(
      'could not be read',
    ))
})

function serviceOf() {
  const { service } = clusterDns()
  if (service === null) throw new Error('no service')
  return service
}
