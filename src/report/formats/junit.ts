import type { Severity } from '../../findings/verdict.ts'
import type { Call } from '../called.ts'
import { type Answer, type Found, type Parts, partsOf, reasonsOf } from './answer.ts'
import { type Markup, markup } from './markup.ts'
import { evidenceOf, helpOf, titleOf } from './words.ts'

/** What a CI shows as a test: one for each root cause, and one for each check that has none. */
interface Case {
  readonly code: string
  readonly markup: Markup
  readonly is: 'passed' | 'failed' | 'error' | 'skipped'
}

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }

const families: Readonly<Record<string, string>> = {
  DNS: 'dns',
  SVC: 'service',
  ING: 'ingress',
  GTW: 'gateway',
  POL: 'policy',
  NOD: 'node',
  PKT: 'capture',
  SPN: 'spans',
  TRB: 'trouble',
}

/**
 * As Jenkins, GitLab and GitHub's actions read it. A finding below `failOn` is no failure, and a check that could not
 * tell is skipped with its reason, since what was not seen has not passed.
 */
export function junit(answer: Answer, { failOn, call }: { readonly failOn: Severity; readonly call: Call }): string {
  const { diagnosis } = partsOf(answer)
  const cases = casesOf(diagnosis, failOn, call)
  const suites = [...Map.groupBy(cases, (it) => familyOf(it.code))]
  const seconds = (diagnosis.durationMs ?? 0) / 1000
  const out = markup`<testsuites name="hopscope" time="${seconds}"${counts(cases)}>
${suites.map(([family, its]) => suite(family, its, diagnosis))}</testsuites>
`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${out.toString()}`
}

function counts(cases: readonly Case[]): Markup {
  const of = (is: Case['is']): number => cases.filter((it) => it.is === is).length
  return markup` tests="${cases.length}" failures="${of('failed')}" errors="${of('error')}"`
}

function suite(family: string, cases: readonly Case[], { started, headline, cluster }: Parts['diagnosis']): Markup {
  const at = started === null ? '' : markup` timestamp="${started.slice(0, 19)}"`
  const skipped = cases.filter((it) => it.is === 'skipped').length
  return markup`  <testsuite name="hopscope.${family}"${counts(cases)} skipped="${skipped}"${at}>
    <properties>
      <property name="headline" value="${headline}"/>
      <property name="context" value="${cluster.context}"/>
      <property name="server" value="${cluster.version}"/>
      <property name="hopscope" value="${cluster.tool}"/>
    </properties>
${cases.map((it) => it.markup)}  </testsuite>
`
}

function casesOf(it: Parts['diagnosis'], failOn: Severity, call: Call): readonly Case[] {
  const found = it.findings.map((one) => {
    // Beside an earlier run, what was there already fails nothing.
    const isOld = it.baseline?.still.includes(one.id) === true
    const fails = rank[one.severity] <= rank[failOn] && !isOld
    const caused = it.explained.filter(({ cause }) => cause === one.id).map(causes)
    const said = [...(isOld ? ['not new: the earlier run had it'] : []), ...linesOf(one, call), ...new Set(caused)]
    return fails ? failed(one, said) : passed(one.code, titleOf(one), said)
  })
  const skipped = (codes: readonly (readonly [code: string, why: string])[]): readonly Case[] =>
    codes.map(([code, why]) => caseOf(code, code, 'skipped', markup`<skipped>${why}</skipped>`))
  const decided = new Set([...it.findings, ...it.explained, ...it.crashed].map((one) => one.code))
  const undecided = [...it.cannotTell, ...it.notAsked].filter((one) => !decided.has(one.code))
  return [
    ...found,
    ...it.crashed.map(({ code, stack }) =>
      caseOf(code, `${code} crashed`, 'error', markup`<error type="${code}" message="crashed">${stack}</error>`),
    ),
    ...skipped(
      [...Map.groupBy(undecided, ({ code }) => code)].map(([code, its]) => [
        code,
        reasonsOf(its)
          .map(({ why, settle }) => `${why}${settle === null ? '' : ` (${settle})`}`)
          .join('; '),
      ]),
    ),
    ...skipped(it.ignored.map((code) => [code, 'ignored'] as const)),
    ...it.ok.map((code) => passed(code, code, [])),
  ]
}

function failed(it: Found, said: readonly string[]): Case {
  return caseOf(
    it.code,
    titleOf(it),
    'failed',
    markup`<failure type="${it.severity}" message="${it.text}">${lines(said)}</failure>`,
  )
}

function passed(code: string, name: string, said: readonly string[]): Case {
  return caseOf(code, name, 'passed', said.length === 0 ? null : markup`<system-out>${lines(said)}</system-out>`)
}

function caseOf(code: string, name: string, is: Case['is'], inside: Markup | null): Case {
  const classname = `hopscope.${familyOf(code)}.${code}`
  const head = markup`<testcase classname="${classname}" name="${name}"`
  return {
    code,
    is,
    markup: inside === null ? markup`    ${head}/>\n` : markup`    ${head}>${inside}</testcase>\n`,
  }
}

function linesOf(it: Found, call: Call): readonly string[] {
  const { sentence, steps } = helpOf(it, call)
  return [
    `${it.severity}[${it.code}] ${it.confidence}`,
    it.detail,
    ...it.evidence.flatMap(evidenceOf),
    ...(it.note === null ? [] : [`note: ${it.note}`]),
    ...(sentence === null ? [] : [`help: ${sentence}`]),
    ...steps.map((step) => `  ${step}`),
  ]
}

function causes(it: Found): string {
  return `causes ${it.code} ${titleOf(it)}`
}

/** Each is made one line by `markup`. */
function lines(its: readonly string[]): readonly Markup[] {
  return its.map((it) => markup`${it}\n`)
}

function familyOf(code: string): string {
  return families[code.slice(0, 3)] ?? 'other'
}
