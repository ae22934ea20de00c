import type { Level, Scope } from '../model/sources.ts'
import type { Subject } from '../model/subject.ts'
import { anyOf } from '../wire/pattern.ts'

/** What changes something when it is pasted; everything else is only looked with. */
const kubectlWrites = anyOf(
  /annotate|apply|autoscale|cordon|create|delete|drain|edit|label|patch|replace/,
  /rollout (?:restart|undo)/,
  /run|scale|set|taint|uncordon/,
)
const writes = new RegExp(
  anyOf(
    new RegExp(String.raw`\bkubectl(?: -\S+(?: [^-\s]\S*)?)* ${kubectlWrites}\b`),
    /\bhopscope (?:fix .*--(?:apply|undo)\b|cleanup\b)/,
    /\bsysctl -w\b|\bmodprobe\b|\bsystemctl (?:restart|stop)\b/,
    /\b(?:iptables|ip6tables)(?: -t \w+)? -[ADIF]\b|\bconntrack -[DF]\b/,
    /\brm -/,
  ),
)

export function isWrite(command: string): boolean {
  return writes.test(command)
}

const asked = /\bhopscope (?:dns|diagnose dns)\b.*/
const flags = { read: [], probe: ['--probe'], node: ['--probe', '--node-access'] } as const

/**
 * Without the commands that say what this very run did: DNS was asked about with all that the command would ask with.
 * What names an object or a name of its own asks for more.
 */
export function notAgain(help: readonly string[], level: Level): readonly string[] {
  return help.filter((line, index) => index === 0 || !isRun(line, level))
}

/**
 * A name with what no API server takes in one has an underscore in its place (src/wire/outside.ts), and none of a pod,
 * a Service or their like has one of its own (RFC 1123). A command with it names nothing, or another object.
 */
export function withoutAltered(
  help: readonly string[],
  { namespace, name }: Pick<Subject, 'namespace' | 'name'>,
): readonly string[] {
  const altered = namespace === null ? [] : [namespace, name].filter((it) => it.includes('_'))
  const [sentence, ...commands] = help
  if (altered.length === 0 || sentence === undefined) return help
  const rest = commands.filter((it) => !altered.some((one) => it.includes(one)))
  return [
    `${sentence}; no cluster has such a name: \`_\` stands for what it may not hold, and no command here names it`,
    ...rest,
  ]
}

/** How DNS was asked about: a run about one object asks for that object's sake, and DNS by itself is another matter. */
export function levelOfDns({ level, target }: Pick<Scope, 'level' | 'target'>): Level {
  return target.kind === 'object' ? 'read' : level
}

function isRun(line: string, level: Level): boolean {
  const words = asked.exec(line)?.[0].split(/\s+/) ?? []
  const wants = words.filter((it) => it === '--probe' || it === '--node-access')
  const own = words.some((it) => it.startsWith('--probe-name') || it === '--pairs' || it === '--conntrack-from')
  return wants.length > 0 && !own && wants.every((it) => flags[level].some((had) => had === it))
}

/** `on worker-2:  A    B`: where to be, and what to type there. */
const there = /^((?:on|from|in) [^:]+):  (\S.*)$/

/**
 * What a finding says to do, for the eye: the sentence, then the commands, one a line, those that only look before
 * those that change something. What is to be typed elsewhere than here stands under the place.
 */
export function helpLines(help: readonly string[]): readonly string[] {
  const [sentence, ...rest] = help
  if (sentence === undefined) return []
  const steps = grouped(rest.flatMap(oneACommand))
  const later = (it: readonly string[]): boolean => it.some(isWrite)
  return [sentence, ...steps.filter((it) => !later(it)).flat(), ...steps.filter(later).flat()]
}

function oneACommand(line: string): readonly string[] {
  const [, where, commands] = there.exec(line) ?? []
  if (where === undefined || commands === undefined) return [line]
  return [`${where}:`, ...apart(commands).map((it) => `  ${it}`)]
}

/** Four spaces stand between commands; a comment belongs to its own. */
function apart(commands: string): readonly string[] {
  return commands.split(/ {4}(?! *#)/).map((it) => it.trim())
}

/** A line that ends in a colon leads to what follows, and stays with it. */
function grouped(lines: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = []
  for (const line of lines) {
    const last = groups.at(-1)
    const belongs = line.startsWith('  ') || (last?.length === 1 && last[0]?.endsWith(':') === true)
    if (belongs && last !== undefined) last.push(line)
    else groups.push([line])
  }
  return groups
}
