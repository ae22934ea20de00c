import type { FilterCode } from '../wire/capture-bpf.ts'
import type { FilterText } from '../wire/capture-filter.ts'
import type { DnsName, IpAddress } from '../wire/dns-name.ts'
import type { NftFamily } from '../wire/nft-table.ts'
import type { DeviceName, NftName, PodUid } from '../wire/node-names.ts'

declare const made: unique symbol

/** A shell script whose whole text stands in the source of hopscope. */
export type ConstantScript = string & { readonly [made]: 'script' }

/** All that `exec` takes: made by `shell` and `cat` alone. */
export type ContainerCommand = readonly string[] & { readonly [made]: 'command' }

/** What a script may be told: values that were looked at, which it finds in "$1", "$2" and so on. */
export type Argument = DnsName | IpAddress | FilterText | FilterCode | DeviceName | PodUid | number | ''

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

/**
 * Who closes the connection of an exec does not end the command, and nobody comes back to look: so each script is
 * ended, with all that it started, after "$1" seconds, and what it forgot is ended a second after it. The watcher is
 * nobody's child, or a bare `wait` would wait for it. Runtimes make an exec'd process the leader of a group (setsid in
 * runc's nsexec.c); one that leads none is ended alone. Without sleep(1) there is no watcher: all that a script opens
 * then is a regular file.
 */
const watcher = script`
: $( (
  i=0
  while kill -0 $$; do
    [ $i -lt "$1" ] || { kill -9 -$$ || kill -9 $$; exit; }
    sleep 1 || exit
    i=$((i+1))
  done
  kill -9 -$$
) </dev/null >/dev/null 2>&1 & )
shift
`

/** What `exec` says to a script that it wants no more of. */
export const off = 'off\n'

/**
 * Ends the script, and all that it started, on that word: who wants no more of it does not wait for its time to be up,
 * whatever a container's own programs make of it, since none of them is asked. The end of the input alone ends nothing:
 * a runtime closes it with the output, too (containerd internal/cri/io/exec_io.go). The script has no input.
 */
const listener = script`
exec 3<&0 </dev/null
: $( (
  while read -r word; do
    [ "$word" != off ] || kill -9 -$$ || kill -9 $$
  done
) <&3 3<&- >/dev/null 2>&1 & )
exec 3<&-
`

const stoppable = new WeakSet<ContainerCommand>()

/** Whether `off` ends it. */
export function isStoppable(command: ContainerCommand): boolean {
  return stoppable.has(command)
}

/**
 * `sh -c SCRIPT sh SECONDS ARGUMENTS`: POSIX gives the script its arguments as they are, whatever is in them; it finds
 * them from "$1" on. `seconds`: when it ends itself.
 */
export function shell(text: ConstantScript, seconds: number, ...args: readonly Argument[]): ContainerCommand {
  const command = shellWithInput(joined(listener, text), seconds, ...args)
  stoppable.add(command)
  return command
}

/** The same for a script that reads its input, and ends by what it says. */
export function shellWithInput(text: ConstantScript, seconds: number, ...args: readonly Argument[]): ContainerCommand {
  const words = ['sh', '-c', joined(watcher, text), 'sh', String(seconds), ...args.map(String)]
  return words as readonly string[] as ContainerCommand
}

/** Firewall rules with their counters, of either family; it changes nothing, and prints what it has. */
export function savedRules(family: 'v4' | 'v6'): ContainerCommand {
  const program = family === 'v4' ? 'iptables-save' : 'ip6tables-save'
  return [program, '-c'] as readonly string[] as ContainerCommand
}

/** The tables of nftables, by name; it changes nothing. What nft is given as arguments it takes for its language. */
export function nftTables(): ContainerCommand {
  return ['nft', 'list', 'tables'] as readonly string[] as ContainerCommand
}

/** One table, without the elements of its sets and maps, which may be hundred thousands. */
export function nftTable(family: NftFamily, name: NftName): ContainerCommand {
  return ['nft', '-t', 'list', 'table', family, name] as readonly string[] as ContainerCommand
}

/** Files of Linux's own, named in our source. */
export type KernelFile = '/etc/resolv.conf' | '/etc/hosts' | `/proc/${string}`

export function cat(...paths: readonly KernelFile[]): ContainerCommand {
  return ['cat', ...paths] as readonly string[] as ContainerCommand
}
