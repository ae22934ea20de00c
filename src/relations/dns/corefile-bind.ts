import type { Corefile, CorefilePlugin, CorefileServer } from '../../wire/corefile.ts'

export interface Bound {
  readonly server: CorefileServer
  readonly bind: CorefilePlugin
}

/**
 * Whether each address that a server block is bound to is one of its own pod's loopback alone. A block without `bind`
 * listens everywhere; what an environment variable says is not known.
 */
export type Binding =
  | { readonly kind: 'open' }
  | { readonly kind: 'loopback'; readonly by: Bound }
  | { readonly kind: 'unknown'; readonly word: string }

/** The names of Linux and of the BSDs; every address of that interface is meant (plugin/bind setup.go listIP). */
const loopbackDevice = /^lo0?$/

/** IPv4, IPv6 in any spelling of 1, and IPv4 within IPv6. */
const loopbackAddress = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|[0:]*:0*1)$/i

/** All `bind` lines of a block count together (plugin/bind setup.go appends them). */
export function bindingOf(server: CorefileServer): Binding {
  const binds = server.plugins.filter((it) => it.name === 'bind')
  const words = binds.flatMap((it) => it.args)
  const [bind] = binds
  if (bind === undefined || words.length === 0) return { kind: 'open' }
  const others = words.filter((it) => !loopbackDevice.test(it) && !loopbackAddress.test(it))
  if (others.length === 0) return { kind: 'loopback', by: { server, bind } }
  return others.every((it) => /\{[$%]/.test(it)) ? { kind: 'unknown', word: others[0] ?? '' } : { kind: 'open' }
}

/** The blocks in which Services have their names. */
export function clusterServers(corefile: Corefile): readonly CorefileServer[] {
  return corefile.servers.filter(({ plugins }) => plugins.some((it) => it.name === 'kubernetes'))
}
