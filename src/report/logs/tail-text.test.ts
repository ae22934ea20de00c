import { linearPattern } from '../../wire/linear-regex.ts'
import { expect, test } from 'vitest'
import * as v from 'valibot'
import { paint } from '../paint.ts'
import { logs } from '../schemas/logs.ts'
import type { TailMark } from '../../answers/tail/events.ts'
import { tailMarkJson, tailMarkText } from './mark-text.ts'
import { lineTemplate, rawLineText, type ShownLine, tailLineJson, tailLineText } from './tail-text.ts'

const plain = paint({ colour: false, ascii: false, width: 100 })
const colour = paint({ colour: true, ascii: false, width: 100 })
const line: ShownLine = {
  namespace: 'shop',
  pod: 'web-1',
  container: 'app',
  node: 'worker-1',
  time: '2026-11-28T10:56:37.000000001Z',
  text: 'GET /cart failed',
}
const look = { paint: plain, withTime: false, withNamespace: false, highlight: [] }

test.each([
  ['as stern prints it', look, 'web-1 app GET /cart failed\n'],
  ['with its time', { ...look, withTime: true }, `web-1 app ${line.time} GET /cart failed\n`],
  ['with its namespace', { ...look, withNamespace: true }, 'shop web-1 app GET /cart failed\n'],
  [
    'with what was looked for marked',
    {
      ...look,
      paint: { ...colour, hue: plain.hue },
      highlight: ['cart|car', 'failed'].flatMap((it) => linearPattern(it) ?? []),
    },
    'web-1 app GET /\u001b[31mcart\u001b[39m \u001b[31mfailed\u001b[39m\n',
  ],
])('%s', (_, how, expected) => expect(tailLineText(line, how)).toBe(expected))

test('each pod has a colour of its own, the same in each run', () => {
  const of = (pod: string): string => tailLineText({ ...line, pod }, { ...look, paint: colour }).slice(0, 5)
  expect(of('web-1')).toBe(of('web-1'))
  expect(new Set(Array.from({ length: 20 }, (_, n) => of(`web-${n}`))).size).toBeGreaterThan(4)
})

test('what a container writes is one line, and obeyed by no terminal', () => {
  const hostile = { ...line, text: '\u001b[2Ja\u202eb\rc\u009b31m\nd', pod: 'x\u001b]0;y\u0007' }
  const template = lineTemplate('{{.PodName}} {{.Message}}')
  for (const text of [
    tailLineText(hostile, look),
    rawLineText(hostile),
    `${template?.(hostile, plain)}\n`,
    tailLineJson(hostile),
  ]) {
    expect(text.slice(0, -1)).not.toMatch(/\p{Cc}/u)
    expect(text.endsWith('\n')).toBe(true)
  }
  expect(JSON.parse(tailLineJson(hostile))).toMatchObject({ message: hostile.text, podName: hostile.pod })
})

test.each([
  ['{{.PodName}} {{.ContainerName}} {{.Message}}{{"\\n"}}', 'web-1 app GET /cart failed\n'],
  ['{{color .PodColor .PodName}}|{{.Namespace}}|{{.NodeName}}|{{.Timestamp}}', `web-1|shop|worker-1|${line.time}`],
])('the template %s', (text, expected) => expect(lineTemplate(text)?.(line, plain)).toBe(expected))

test.each(['', 'no field', '{{.Nothing}}', '{{with .PodName}}', '{{.constructor}}', '{{.PodName}'])(
  'the template %j is not known',
  (text) => expect(lineTemplate(text)).toBeNull(),
)

const { time: _time, text: _text, ...shown } = line
const place = { ...shown, uid: 'u' }
const marks: readonly (readonly [TailMark, string])[] = [
  [{ kind: 'joined', place }, '+ shop/web-1 app'],
  [{ kind: 'left', place, why: 'deleted' }, '- shop/web-1 app (deleted)'],
  [
    { kind: 'restarted', place, run: 2, exit: { code: 137, reason: 'OOMKilled' } },
    '~ shop/web-1 app restarted (restart 2; OOMKilled, exit code 137)',
  ],
  [{ kind: 'restarted', place, run: 1, exit: null }, '~ shop/web-1 app restarted (restart 1)'],
  [
    { kind: 'gap', place, why: 'rotated', from: 'A', to: 'B' },
    '! shop/web-1 app: lines may be missing from A to B: the log was rotated before it was read on',
  ],
  [{ kind: 'unread', place, detail: 'get pods/log' }, '! shop/web-1 app: its log is not read: get pods/log'],
  [
    { kind: 'waiting', place, most: 50 },
    '! shop/web-1 app waits: 50 logs are read at once, more by --max-log-requests',
  ],
]

test.each(marks)('%j', (mark, expected) => {
  expect(tailMarkText(mark)).toBe(expected)
  for (const json of [tailMarkJson(mark), tailLineJson(line)])
    expect(v.safeParse(logs, JSON.parse(json)).issues?.map((it) => it.message) ?? []).toEqual([])
})
