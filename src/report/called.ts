import { quoted } from '../phrases.ts'

/** How hopscope was called: what a printed command has to say to mean the same program and the same cluster. */
export interface Call {
  /** `hopscope`, `kubectl hopscope`, `npx hopscope`, as the user types it. */
  readonly name: string
  /** Which cluster, as whom: `['--context', 'prod']`. Empty when the run was told nothing. */
  readonly flags: readonly (readonly [flag: string, value: string])[]
}

export const plainCall: Call = { name: 'hopscope', flags: [] }

/** Every command of hopscope, so that a sentence that begins with the name is not taken for one. */
export const verbs = [
  'diagnose',
  'dns',
  'resolve',
  'trace',
  'matrix',
  'ingress',
  'capture',
  'pcap',
  'logs',
  'spans',
  'report',
  'watch',
  'collect',
  'explain',
  'checks',
  'fix',
  'cleanup',
  'mcp',
  'ui',
  'monitor',
  'completion',
  'version',
  'start',
  'help',
] as const

/** These look at no cluster, and take no flag that names one. */
const clusterless: ReadonlySet<string> = new Set([
  'explain',
  'pcap',
  'report',
  'checks',
  'completion',
  'version',
  'start',
  'help',
])

/** These read a file, or another server, where they are told to. */
const fromFiles: ReadonlySet<string> = new Set(['diagnose', 'dns', 'spans'])

/** kubectl's own, of `kubectl --help`. */
const kubectlVerbs =
  'annotate|api-resources|apply|attach|auth|autoscale|certificate|cluster-info|config|cordon|cp|create|debug|delete|' +
  'describe|diff|drain|edit|events|exec|explain|expose|get|kustomize|label|logs|options|patch|plugin|port-forward|' +
  'proxy|replace|rollout|run|scale|set|taint|top|uncordon|version|wait'

/** A command in a line: the name, and the first word behind it. */
const wordEnd = String.raw`(?![\w.:/-])`
const ourCommand =
  String.raw`(?:kubectl )?(hopscope) (${verbs.join('|')}|-\S+)${wordEnd}` +
  String.raw`( (?:capacity|dns|conf|ls)(?![\w/.]))?`
const kubectls = String.raw`(kubectl) (?=(?:${kubectlVerbs}|-\S+)${wordEnd})`
const command = new RegExp(String.raw`(?<![\w./@-])(?:${ourCommand}|${kubectls})`, 'g')

/** Where a command ends, as far as its flags matter. */
const end = / {2}|[`;|)]|$/

export function hasCommand(line: string): boolean {
  return line.search(command) !== -1
}

/**
 * A line with each command in it as it is to be typed: hopscope by the name that it was called by, and both it and
 * kubectl with the flags that name the cluster. A patch without them goes to whatever context happens to be current.
 */
export function asCalled(line: string, call: Call): string {
  let [out, read] = ['', 0]
  for (const { 0: whole, 1: hop, 2: verb = '', 3: part = '', index } of line.matchAll(command)) {
    const rest = line.slice(index + whole.length)
    const said = rest.slice(0, end.exec(rest)?.index)
    const typed =
      hop === undefined ? `kubectl ${flagsFor(call, said)}` : `${call.name} ${ours(call, `${verb}${part}`, said)}`
    out += `${line.slice(read, index)}${typed}`
    read = index + whole.length
  }
  return `${out}${line.slice(read)}`
}

/** kubectl takes its own flags anywhere, but none before a plugin's name: hopscope's stand behind the verb. */
function ours(call: Call, verb: string, said: string): string {
  const isFile = fromFiles.has(verb) && / --(?:from|url) /.test(said)
  if (clusterless.has(verb) || verb === '--help' || verb === '--version' || isFile) return verb
  const flags = flagsFor(call, said)
  return verb.startsWith('-') ? `${flags}${verb}` : `${verb} ${flags}`.trimEnd()
}

function flagsFor({ flags }: Call, said: string): string {
  return flags
    .filter(([flag]) => !` ${said} `.includes(` ${flag} `) && !said.includes(`${flag}=`))
    .map(([flag, value]) => `${flag} ${quoted(value)} `)
    .join('')
}

/** One command a line: what is marked with three clicks and pasted is one, and not two that run as one. */
export function oneEach(line: string): readonly string[] {
  const found = [...line.matchAll(command)].map((it) => it.index)
  const second = found[1]
  if (second === undefined) return [line]
  const before = line.slice(0, second)
  const cut = Math.max(...[/ {2,}(?!.* {2})/, /[;,.] (?!.*[;,.] )/].map((it) => lastIndexOf(before, it)))
  if (cut <= (found[0] ?? 0)) return [line]
  const indent = /^ */.exec(line)?.[0] ?? ''
  return [
    before.slice(0, cut).replace(/[;,.]? *$/, ''),
    ...oneEach(`${indent}${line.slice(cut).replace(/^[;,.]? +/, '')}`),
  ]
}

function lastIndexOf(text: string, form: RegExp): number {
  return [...text.matchAll(new RegExp(form.source, 'g'))].at(-1)?.index ?? -1
}
