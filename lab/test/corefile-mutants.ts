// Corefiles as somebody edits them at night: a word or a line too many, too few, or of another plugin.
import { triedCorefiles } from './corefiles.ts'

const words = [
  ...new Set(triedCorefiles.flatMap((it) => it.text.split(/\s+/))),
  ...'-1 0 1h abc 99999999999 tls://192.0.2.1 [::1]:53 "" {$HOME} fallthrough stop regex noendpoints IN AAAA'.split(
    ' ',
  ),
].filter((it) => it !== '')

const lines = [
  ...'whoami,any,local,minimal,debug,cancel,loop,reload,ready,errors,health,loadbalance,nsid x,bufsize 1232'.split(','),
  'prometheus :9153',
  'acl {\nallow net 10.0.0.0/8\nblock\n}',
  'template IN A {\nanswer "{{ .Name }} 60 IN A 192.0.2.1"\n}',
  'hosts {\n192.0.2.1 a.example\nfallthrough\n}',
  'hosts {\nfallthrough\n192.0.2.1 a.example\n}',
  'rewrite name a.example b.example',
  'timeouts {\nread 5s\n}',
  'transfer {\nto *\n}',
  'view x {\nexpr true\n}',
  'log . {\nclass error denial\n}',
  'errors {\nconsolidate 5m ".* i/o timeout$" warning\n}',
  'cache {\nsuccess 100 30\ndenial 10 5\nprefetch 10 1m 10%\nserve_stale 1h\n}',
  'forward . 192.0.2.1 192.0.2.2 {\npolicy sequential\nhealth_check 5s\nmax_fails 0\nexpire 10s\n}',
]

/** The nth of them; the same for the same number. Changed once to three times. */
export function changedCorefile(nth: number): string {
  const draw = drawer(nth)
  let text = draw.of(triedCorefiles).text
  for (let times = draw.below(3) + 1; times > 0; times -= 1) text = changed(text, draw)
  return text
}

interface Draw {
  readonly below: (end: number) => number
  readonly of: <T>(all: readonly [T, ...T[]] | readonly T[]) => T
}

/** Numbers that follow from the first one (mulberry32). */
function drawer(seed: number): Draw {
  let state = Math.imul(seed + 1, 0x9e37_79b1)
  const below = (end: number): number => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end)
  }
  return {
    below,
    of: (all) => {
      const [first] = all
      const drawn = all[below(all.length)] ?? first
      if (drawn === undefined) throw new Error('nothing to draw from')
      return drawn
    },
  }
}

function changed(text: string, draw: Draw): string {
  const all = text.split('\n')
  const at = draw.below(all.length)
  const line = (all[at] ?? '').split(/(\s+)/)
  const word = draw.below(line.length)
  const replaced = (...by: readonly string[]): string => line.toSpliced(word, 1, ...by).join('')
  const edits: readonly (() => readonly string[])[] = [
    () => all.toSpliced(at, 1),
    () => all.toSpliced(at, 0, all[at] ?? ''),
    () => all.with(at, replaced(draw.of(words))),
    () => all.with(at, `${all[at]} ${draw.of(words)}`),
    () => all.with(at, replaced()),
    () => all.toSpliced(Math.max(1, at), 0, draw.of(lines)),
    () => all.toSpliced(Math.max(1, at), 0, `${draw.of(lines).split('\n', 1)[0]} ${draw.of(words)}`),
  ]
  return draw.of(edits)().join('\n')
}
