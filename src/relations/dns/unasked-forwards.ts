import { type Corefile, type CorefilePlugin, zoneOf } from '../../wire/corefile.ts'
import { isWithin } from '../../wire/dns-name.ts'
import { isVariable } from './corefile-refusals.ts'

/** A line `forward` that no query comes to, and the one before it that takes them all. */
export interface UnaskedForward {
  readonly line: CorefilePlugin
  readonly before: CorefilePlugin
}

/**
 * Each `forward` of a block is looked at in the order of the text, and the first whose zone has the name answers for
 * good (plugin/forward, ServeDNS; coredns#5127). Only what it excepts, and an answer that it is told to pass on by
 * `next`, goes to one after it. The same servers twice miss nobody.
 */
export function unaskedForwards({ servers }: Corefile): readonly UnaskedForward[] {
  return servers.flatMap(({ plugins }) => {
    const all = plugins.filter((it) => it.name === 'forward' && !it.args.some(isVariable))
    return all.flatMap((line, at): readonly UnaskedForward[] => {
      const before = all.slice(0, at).find((it) => takesAllOf(it, line))
      return before === undefined || serversOf(before) === serversOf(line) ? [] : [{ line, before }]
    })
  })
}

function takesAllOf(one: CorefilePlugin, other: CorefilePlugin): boolean {
  const [zone, inner] = [one, other].map((it) => zoneOf(it.args[0] ?? '.')) as [string, string]
  const passesOn = (one.block ?? []).some((it) => ['except', 'next', 'next_on_nodata', 'import'].includes(it.name))
  return !passesOn && (zone === '' || inner === zone || isWithin(inner, zone))
}

function serversOf({ args }: CorefilePlugin): string {
  return args.slice(1).toSorted().join(' ')
}
