import type { DnsName, IpAddress } from '../wire/dns-name.ts'

declare const made: unique symbol

/** A shell script whose whole text stands in the source of hopscope. */
export type ConstantScript = string & { readonly [made]: 'script' }

/** All that `exec` takes: made by `shell` and `cat` alone. */
export type ContainerCommand = readonly string[] & { readonly [made]: 'command' }

/** What a script may be told: values that were looked at, which it finds in "$1", "$2" and so on. */
export type Argument = DnsName | IpAddress | number | ''

/**
 * Tag of a template without substitutions: text from a cluster, a file or a flag can't become part of a script. The
 * type refuses `${…}`; this refuses what got past it, and test/meta/constant-scripts.test.ts a call that is no tag.
 */
export function script(text: TemplateStringsArray): ConstantScript {
  const [only] = text
  if (text.length !== 1 || only === undefined || !Object.isFrozen(text))
    throw new TypeError('a script has no substitutions')
  return only as ConstantScript
}

/** Constant parts, one after the other. */
export function joined(...parts: readonly ConstantScript[]): ConstantScript {
  return parts.join('') as ConstantScript
}

/** `sh -c SCRIPT sh ARGUMENTS`: POSIX gives the script its arguments as they are, whatever is in them. */
export function shell(text: ConstantScript, ...args: readonly Argument[]): ContainerCommand {
  return ['sh', '-c', text, 'sh', ...args.map(String)] as readonly string[] as ContainerCommand
}

/** Files of Linux's own, named in our source. */
export type KernelFile = '/etc/resolv.conf' | '/etc/hosts' | `/proc/${string}`

export function cat(...paths: readonly KernelFile[]): ContainerCommand {
  return ['cat', ...paths] as readonly string[] as ContainerCommand
}
