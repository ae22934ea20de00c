// npm run lab -- fault list | on NAME | off NAME [--purge]
import { styleText } from 'node:util'
import { editDistance } from '../../src/closest.ts'
import { tableLines } from '../../src/report/table.ts'
import { LabError, openLab } from '../lab.ts'
import { faults } from './all.ts'
import type { Fault } from './fault.ts'
import { namesOfThoseOn, switchOff, switchOn } from './switch.ts'
import { throughNode } from '../breaks/outside.ts'

const USAGE = `npm run lab -- fault COMMAND

  list                what can be broken, and what is
  on NAME             breaks it; returns when the fault is really in effect
  off NAME [--purge]  fixes it; --purge also deletes the namespace that it made
`

export async function faultCommand(args: readonly string[]): Promise<number> {
  const [command = 'list', ...rest] = args
  const names = rest.filter((it) => !it.startsWith('--'))
  const flags = rest.filter((it) => it.startsWith('--'))
  const strange = flags.find((it) => it !== '--purge' || command !== 'off')
  if (strange !== undefined) return refuse(`${command} does not take ${strange}`)
  if (command === 'list') return list()
  if (command === 'on' || command === 'off') {
    const [name, more] = names
    if (name === undefined || more !== undefined) return refuse(`${command} takes one name`)
    const fault = faults.find((it) => it.name === name)
    if (fault === undefined) return refuse(`there is no fault ${name}; closest: ${closest(name).join(', ')}`)
    return command === 'on' ? on(fault) : off(fault, flags.includes('--purge'))
  }
  if (['help', '--help', '-h'].includes(command)) {
    process.stdout.write(USAGE)
    return 0
  }
  return refuse(`there is no command ${command}`)
}

function refuse(message: string): number {
  process.stderr.write(`error: ${message}\n\n${USAGE}`)
  return 2
}

async function list(): Promise<number> {
  const lab = await openLab().catch((error: unknown) => {
    if (error instanceof LabError) return undefined
    throw error
  })
  const marked = lab === undefined ? new Set<string>() : await namesOfThoseOn(lab)
  const rows = faults.map((it) => [
    marked.has(it.name) ? '●' : ' ',
    it.name,
    it.cause === null ? '–' : `${it.cause.code} ${it.cause.subject}`,
    it.breaks,
  ])
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY
  const cut = (text: string): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text)
  for (const kind of ['fault', 'risk', 'control'] as const) {
    const header = [' ', kind.toUpperCase(), 'KNOWN ROOT CAUSE', 'BREAKS']
    const its = rows.filter((_, index) => faults[index]?.kind === kind)
    const [head = '', ...lines] = tableLines([header, ...its], { indent: 0 }).map(cut)
    process.stdout.write(`${styleText('bold', head, { stream: process.stdout })}\n`)
    process.stdout.write(`${lines.map((it) => `${it}\n`).join('')}\n`)
  }
  process.stdout.write(
    lab === undefined
      ? 'The lab is not up: npm run lab -- up\n'
      : `● = on (${marked.size === 0 ? 'none is' : [...marked].toSorted().join(', ')})\n`,
  )
  return 0
}

async function on(fault: Fault): Promise<number> {
  const lab = await openLab()
  await switchOn(lab, fault)
  process.stdout.write(`${fault.name} is on: ${fault.breaks}
  a user would say   ${fault.symptom}
  look at it         hopscope diagnose ${[...throughNode(fault.diagnose), '--probe', '--node-access'].join(' ')}
  mend it            npm run lab -- fault off ${fault.name}
`)
  return 0
}

async function off(fault: Fault, purge: boolean): Promise<number> {
  await switchOff(await openLab(), fault, purge)
  process.stdout.write(`${fault.name} is off${purge ? ', and what it made is gone' : ''}\n`)
  return 0
}

/** The three names with the fewest letters to change (Levenshtein), those that contain what was typed first. */
function closest(typed: string): readonly string[] {
  const rank = (name: string): number => (name.includes(typed) ? 0 : editDistance(typed, name))
  return faults
    .map((it) => it.name)
    .toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en'))
    .slice(0, 3)
}
