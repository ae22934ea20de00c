import { type Matrix, type MatrixCell, type MatrixColumn, type MatrixRow, nameOf } from '../../answers/matrix.ts'
import { count, some } from '../../phrases.ts'
import type { Paint } from '../paint.ts'
import { tableLines } from '../table.ts'
import { page } from '../visible.ts'
import type { MatrixAsked } from './matrix-json.ts'

/** One sign a cell: capital letters and dots were measured, small ones are what policies say. */
export const legend: readonly (readonly [sign: string, means: string])[] = [
  ['.', 'open'],
  ['P', 'denied by policy, and stopped'],
  ['x', 'refused by the pod'],
  ['h', 'opens, and is hung up on at once'],
  ['!', 'disagrees with the policies'],
  ['e', 'the tool failed'],
  ['+', 'allowed, not measured'],
  ['p', 'denied by policy, not measured'],
  ['~', 'differs from pod to pod, not measured'],
  ['?', 'left to the CNI, not measured'],
]

export function signOf({ measured, disagrees, policies }: MatrixCell): string {
  if (disagrees !== null) return '!'
  if (measured === null) return unmeasured[policies]
  if (measured === 'open') return '.'
  if (measured === 'refused') return 'x'
  if (measured === 'hung-up') return 'h'
  if (measured === 'error') return 'e'
  return policies === 'allow' ? '!' : 'P'
}

const unmeasured: Readonly<Record<MatrixCell['policies'], string>> = {
  allow: '+',
  deny: 'p',
  differs: '~',
  'left-to-cni': '?',
}

/** The answer first, the table, what its signs mean, what disagrees, and what was not asked. */
export function matrixText(matrix: Matrix, how: MatrixAsked, paint: Paint): string {
  const signs = new Set(matrix.cells.map(signOf))
  return page(
    [
      headline(matrix, how, paint),
      '',
      ...table(matrix),
      '',
      paint.dim(legend.flatMap(([sign, means]) => (signs.has(sign) ? [`${sign} ${means}`] : [])).join('   ')),
      ...disagreeing(matrix),
      ...notAsked(matrix, how).map((it) => paint.dim(it)),
    ],
    paint,
  )
}

function headline({ cells, measured }: Matrix, { asked }: MatrixAsked, paint: Paint): string {
  const wrong = cells.filter((it) => it.disagrees !== null).length
  const of = count(cells.length, 'pair')
  if (!asked) return `${paint.mark('cannot-tell')} ${paint.strong(`${of} by policy alone: no connection was tried.`)}`
  if (measured === 0)
    return `${paint.mark('cannot-tell')} ${paint.strong(`${of} by policy alone: no connection could be tried.`)}`
  if (wrong > 0)
    return (
      `${paint.mark('error')} ` +
      `${paint.strong(`${wrong} of ${measured} measured pairs ${wrong === 1 ? 'is' : 'are'} not as the policies say.`)}`
    )
  // What was not tried is not known to be as they say.
  const mark = measured < cells.length ? 'cannot-tell' : 'ok'
  return `${paint.mark(mark)} ${paint.strong(`${measured} of ${of} measured, each as the policies say.`)}`
}

/** Wider than a screen, the columns are numbered, and told below. */
const widest = 96

function table({ rows, columns, cells, namespace }: Matrix): readonly string[] {
  const at = new Map(cells.map((it) => [`${it.row} ${it.column}`, signOf(it)]))
  const names = columns.map((it) => columnName(it, namespace))
  const first = Math.max(...rows.map((it) => rowName(it, namespace).length))
  const isWide = first + names.reduce((sum, it) => sum + it.length + 2, 0) > widest
  const heads = isWide ? columns.map((_, index) => String(index + 1)) : names
  const signs = rows.map((it, row) => [
    rowName(it, namespace),
    ...columns.map((_, column) => at.get(`${row} ${column}`) ?? ' '),
  ])
  const legend = names.map((it, index) => [String(index + 1), it])
  return [
    ...tableLines([['', ...heads], ...signs], { indent: 0 }),
    ...(isWide ? ['', ...tableLines(legend, { right: [0], least: [3], indent: 0 })] : []),
  ]
}

export function rowName({ workload }: MatrixRow, namespace: string | null): string {
  if (workload === null) return 'world'
  return namespace === null ? nameOf(workload) : workload.name
}

export function columnName(it: MatrixColumn, namespace: string | null): string {
  return `${rowName(it, namespace)}:${it.port}`
}

const shown = 10

function disagreeing({ cells, rows, columns, namespace }: Matrix): readonly string[] {
  const wrong = cells.filter((it) => it.disagrees !== null)
  const lines = wrong.slice(0, shown).map(({ row, column, disagrees, by, measured }) => {
    const [from, to] = [rows[row], columns[column]]
    const pair =
      `${from === undefined ? '' : rowName(from, namespace)} -> ` +
      `${to === undefined ? '' : columnName(to, namespace)}`
    return disagrees === 'not-enforced'
      ? `${pair}: ${some(by, 2)} denies it, and it opens`
      : `${pair}: policies allow it, and it ends in ${measured === 'timeout' ? 'a timeout' : 'no route'}`
  })
  const more = wrong.length - lines.length
  return lines.length === 0 ? [] : ['', ...lines, ...(more > 0 ? [`and ${more} more`] : [])]
}

function notAsked({ leftOut, cells, measured }: Matrix, { asked, left, unasked }: MatrixAsked): readonly string[] {
  const inside = cells.length - measured
  const lines = [
    ...(asked ? [] : ['not measured: --probe connects from inside the pods, by what tools they have']),
    ...(asked && inside > 0
      ? [`${inside} of ${cells.length} pairs were not measured: those with the world never are`]
      : []),
    ...(left > 0 ? [`${count(left, 'pair')} past the bound ${left === 1 ? 'was' : 'were'} not asked`] : []),
    ...(unasked.length > 0
      ? [
          `could not be asked: ${some(
            unasked.map((it) => `${it.workload} (${it.why.detail})`),
            2,
          )}`,
        ]
      : []),
    ...(leftOut.withoutPort.length > 0
      ? [`no column, since they declare no TCP port: ${some(leftOut.withoutPort)}; --port names one`]
      : []),
    ...(leftOut.cronJobs.length > 0
      ? [
          `${count(leftOut.cronJobs.length, 'CronJob')} without a pod now ` +
            `${leftOut.cronJobs.length === 1 ? 'is' : 'are'} left out: ${some(leftOut.cronJobs, 5)}`,
        ]
      : []),
    ...(leftOut.withoutPod > 0
      ? [`${count(leftOut.withoutPod, 'pod')} without an address ${leftOut.withoutPod === 1 ? 'is' : 'are'} left out`]
      : []),
    ...(leftOut.rows > 0 || leftOut.columns > 0
      ? [`past the bound: ${count(leftOut.rows, 'row')} and ${count(leftOut.columns, 'column')}; -n narrows it`]
      : []),
  ]
  return lines.length === 0 ? [] : ['', ...lines]
}
