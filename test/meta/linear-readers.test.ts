import { describe, expect, test } from 'vitest'
import { firstLine } from '../../src/kube/redact.ts'
import { readExecCredential } from '../../src/kube/exec-plugin.ts'
import { readExecStatus } from '../../src/kube/exec-status.ts'
import { statusMessage } from '../../src/kube/failure.ts'
import { parsePage } from '../../src/kube/list.ts'
import { parseObject } from '../../src/kube/request.ts'
import { fromCat } from '../../src/probe/node/conntrack.ts'
import { readInside } from '../../src/probe/inside/inside.ts'
import { libcOf, nslookupResult } from '../../src/probe/inside/tool-words.ts'
import { readInsideLookups } from '../../src/probe/inside/inside-lookups.ts'
import { resolvingOf } from '../../src/probe/inside/inside-resolving.ts'
import { readRecord } from '../../src/probe/measure/read-record.ts'
import { readView } from '../../src/probe/inside/resolver-view.ts'
import { block, sections } from '../../src/probe/inside/script-output.ts'
import { createAliases } from '../../src/snapshot/aliases.ts'
import { upstreamsOf } from '../../src/relations/dns/upstream-servers.ts'
import { visible } from '../../src/report/visible.ts'
import { known, unknown } from '../../src/model/known.ts'
import { clusterDns } from '../build/dns.ts'
import { filesIn, read, shipped } from './sources.ts'

/*
 * A tenant, a container or a server chooses these texts: reading one must take time in proportion to its length. A
 * quadratic expression on 200 kB blocks the process for minutes, in which not even Ctrl-C is heard.
 */
type Reader = (text: string) => unknown
const unasked = unknown('not-asked', 'no metrics here')

/** By file and name. */
const byHand: Readonly<Record<string, Reader>> = {
  'src/kube/redact.ts firstLine': (text) => firstLine(text),
  'src/kube/exec-plugin.ts readExecCredential': readExecCredential,
  'src/kube/exec-status.ts readExecStatus': readExecStatus,
  'src/kube/failure.ts statusMessage': (text) => statusMessage(JSON.stringify({ message: text })),
  'src/kube/list.ts parsePage': (text) => parsePage(text, 'list'),
  'src/kube/request.ts parseObject': (text) => parseObject(text, 'get'),
  'src/probe/node/conntrack.ts fromCat': (text) => fromCat(text, 0),
  'src/probe/inside/tool-words.ts libcOf': libcOf,
  'src/probe/inside/tool-words.ts nslookupResult': (text) => nslookupResult(text, 1),
  'src/probe/inside/inside.ts readInside': (text) => readInside(text, 'a', true),
  'src/probe/inside/inside-lookups.ts readInsideLookups': readInsideLookups,
  'src/probe/inside/inside-resolving.ts resolvingOf': (text) => [
    resolvingOf(text, []),
    resolvingOf(`@resolv\n${text}\n@end\n@nsswitch\nhosts: ${text}\n@end\n`, []),
  ],
  'src/probe/measure/read-record.ts readRecord': readRecord,
  'src/probe/inside/resolver-view.ts readView': readView,
  'src/probe/inside/script-output.ts block': (text) => block(text, 'resolv'),
  'src/probe/inside/script-output.ts sections': (text) => sections(text, 'look'),
  'src/snapshot/aliases.ts createAliases': (text) => [
    createAliases().inText(text),
    createAliases().inFile(text),
    createAliases().name(text),
  ],
  'src/relations/dns/upstream-servers.ts upstreamsOf': (text) =>
    upstreamsOf(clusterDns({ corefile: known(text) }), 'example.com.', unasked, unasked),
  'src/report/visible.ts visible': visible,
}

const klogHead = 'E1128 10:56:37.1 7 controller.go:208] '

/** Readers of `src/wire` that take more than one text. */
const shaped: Readonly<Record<string, (reader: (...args: readonly unknown[]) => unknown) => Reader>> = {
  addressesInHosts: (it) => (text) => it(text, 'cart'),
  candidates: (it) => (text) => it('glibc', { search: text.split(' ', 100), ndots: 5 }, 'cart'),
  coreDnsRates: (it) => (text) => it(text, text, 1),
  controllerSigns: (it) => (text) => [it([text]), it(text.split('\n')), it([klogHead + text])],
  coreDnsSigns: (it) => (text) => [it([text]), it(text.split('\n'))],
  eachDirective: (it) => (text) => it(text, { directive: () => {}, close: () => {}, comment: () => {} }),
  hostFits: (it) => (text) => [it('*.example.com', text), it(text, 'web.example.com')],
  localIps: (it) => (text) => [it([text]), it(text.split(' '))],
  redactArgs: (it) => (text) => [it([text]), it(text.split(' '))],
  runningConfig: (it) => (text) => [it([text]), it(text.split('\n'))],
  settingsOf: (it) => (text) => [it('glibc', text), it('musl', text)],
  withoutComment: (it) => (text) => it(text, /[#;]/),
  withoutTrailing: (it) => (text) => [it(text, '/'), it(`${text}x`, '/')],
}

/** Of `src/wire`: what takes no text, or what one of the others has read already. */
const noReaders = [
  'afterwards',
  'askByHand',
  'clusterDomain',
  'conntrackDelta',
  'createIntern',
  'queriesPerLookup',
  'quantileOf',
  'sameLine',
  'stubZoneNames',
  'sumOf',
  'sumOfDurations',
  'verdict',
  'withDirectiveAfter',
  'withoutDirectives',
  'withWords',
]

/** Named as a reader, and none of text from outside as a whole: files of ours, streams, values. */
const elsewhere =
  /^src\/(?:kube\/(?:logs|kubeconfig-file|watch|lines|stream)|snapshot\/(?:read|redact)|kube\/container-command|probe\/(?:logs\/|pods\/pod-manifest|pod\/)|collect\/|plan\/|cli\/)/

const wire = filesIn(
  'src/wire',
  (path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('.d.ts'),
)
const modules = await Promise.all(
  wire.map(async (path) => ({
    path,
    it: (await import(/* @vite-ignore */ `../../${path}`)) as Readonly<Record<string, unknown>>,
  })),
)
const inWire = modules.flatMap(({ path, it }) =>
  Object.entries(it).flatMap(([name, held]) =>
    typeof held === 'function' ? [{ path, name, call: held as (...args: readonly unknown[]) => unknown }] : [],
  ),
)

const readers: readonly (readonly [string, Reader])[] = [
  ...Object.entries(byHand),
  ...inWire
    .filter((it) => !noReaders.includes(it.name))
    .map(
      ({ path, name, call }) => [`${path} ${name}`, shaped[name]?.(call) ?? ((text: string) => call(text))] as const,
    ),
]

const units = [
  ' ',
  '\t',
  'a',
  '1',
  'A1',
  'a-',
  'a.',
  'a ',
  'a=',
  'a:',
  'a/',
  '/',
  '-',
  '=',
  '.',
  ':',
  '@',
  '://',
  'a://',
  'a:b@',
  '#',
  ';',
  '"',
  "'",
  '\\',
  '\\"',
  '"a',
  '{',
  '}',
  '{\n',
  '}\n',
  '(',
  '[',
  ',',
  '\n',
  ' \n',
  '\r',
  '\r\n',
  '\u2028',
  '#\r',
  'token',
  'token ',
  'token=',
  '-token ',
  'password: ',
  'bearer ',
  'Bearer',
  'eyJ',
  'eyJ-',
  'eyJa.',
  '-----BEGIN A-----',
  '-----BEGIN ',
  'AKIA',
  'options ',
  'search a\n',
  'nameserver 1\n',
  'Name:\n',
  'Address: ',
  'a_by_lua_block {',
  'location / {',
  '[=',
  '[[',
  '--[',
  '${',
  '@resolv\n',
  '@libc\n',
  '@look a\n@start 1\n',
  '@stop 1\n',
  '@end',
  '@l 1.1 ',
  'forward ',
  'forward . a\n',
  'autopath\n',
  'import a\n',
  'a.is forbidden: User "',
  'w.',
  'plugin/kubernetes: ',
  'plugin/kubernetes: Failed to list ',
  'Loop (',
  ') detected for zone ',
  'read udp ',
  'a{a="',
  'a="b",',
  'a 1\n',
  '1.',
  ':1',
  'Udp: ',
]

const size = { small: 10_000, large: 100_000 }

function ofLength(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
}

/** Milliseconds of this thread's own processor time, the least of some tries: the machine is shared. */
function cpu(reader: Reader, text: string, tries: number): number {
  const each = Array.from({ length: tries }, () => {
    const before = process.threadCpuUsage()
    reader(text)
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / 1000
  })
  return Math.min(...each)
}

/**
 * Processor time is told in ticks of 4 ms. A hundred thousand characters take a linear reader less than this, and a
 * quadratic one seconds.
 */
const soon = 150
const tick = 4
const hopeless = 100

describe('reading takes time in proportion to the text', () => {
  test.each(readers)(
    '%s',
    (_name, reader) => {
      const slow = units.flatMap((unit) =>
        [(it: string) => it, (it: string) => `options ${it}`, (it: string) => `{"${it}\n`].flatMap((around) => {
          // The square of what takes this long would take minutes.
          const first = cpu(reader, around(ofLength(unit, size.small)), 1)
          if (first > hopeless) return [`${JSON.stringify(unit)}: ${first.toFixed(0)} ms for ten thousand characters`]
          const large = around(ofLength(unit, size.large))
          const once = cpu(reader, large, 1)
          if (once < soon) return []
          const small = around(ofLength(unit, size.small))
          const ratio = cpu(reader, large, 3) / Math.max(tick, cpu(reader, small, 5))
          return ratio > 15 && once > soon
            ? [
                `${JSON.stringify(unit)}: ${ratio.toFixed(0)} times as long for ten times as much (${once.toFixed(0)} ms)`,
              ]
            : []
        }),
      )
      expect(slow).toEqual([])
    },
    60_000,
  )

  test('the check sees one that is quadratic', () => {
    const quadratic: Reader = (text) => /\/+$/.test(`${text}x`)
    const ratio = cpu(quadratic, ofLength('/', 30_000), 2) / cpu(quadratic, ofLength('/', 3000), 3)
    expect(ratio).toBeGreaterThan(30)
  })
})

describe('no reader is forgotten', () => {
  test('of src/wire each function is timed, or reads no text', () => {
    expect(noReaders.filter((it) => !inWire.some(({ name }) => name === it))).toEqual([])
    expect(Object.keys(shaped).filter((it) => !inWire.some(({ name }) => name === it))).toEqual([])
  })

  test('of the other folders each that is named as one', () => {
    const named = shipped
      .filter((path) => /^src\/(?:kube|probe|snapshot|collect)\//.test(path) && !elsewhere.test(path))
      .flatMap((path) =>
        [...read(path).matchAll(/^export function (\w+)\((?:text|stdout|line|body)\b/gm)].map(
          ([, name]) => `${path} ${name ?? ''}`,
        ),
      )
    expect(named.filter((it) => !(it in byHand) && !it.includes('/local-cluster.ts'))).toEqual([])
  })
})

describe('expressions that take the square of a text', () => {
  const shapes: readonly (readonly [RegExp, string])[] = [
    [
      /\/\^\\s[*+][^/\n]*\/[a-z]*m/,
      'with the flag m, `^\\s*` looks over all lines that follow, from each line anew: [^\\S\\n]*',
    ],
    [
      /\.replace(?:All)?\(\/(?:\\?.|\[[^\]]*\])[+*]\$\//,
      '`x+$` begins anew at each x of a run: wire/trim-end.ts, trimEnd()',
    ],
    [
      /\.replace(?:All)?\(\/(?:\\?.|\[[^\]]*\])\.\*\$\//,
      '`#.*$` begins anew at each #: withoutComment of wire/resolv-conf.ts',
    ],
  ]
  test.each(shapes)('%s', (shape, why) => {
    const found = shipped.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, index) => (shape.test(line) ? [`${path}:${index + 1}`] : [])),
    )
    expect(found, why).toEqual([])
  })
})
