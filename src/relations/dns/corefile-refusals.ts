import { type Corefile, type CorefilePlugin, type CorefileServer, zoneOf } from '../../wire/corefile.ts'
import { isKnownPlugin, misspelt } from './corefile-plugins.ts'
import { type Option, pluginRules, removedOptions, removedPlugins } from './corefile-options.ts'
import { type CoreDnsRelease, isSince } from './coredns-release.ts'
import { upstreamAddress } from '../../wire/upstream-address.ts'

const namesSince = '1.14.4'

/** A line that no CoreDNS of this release starts with. */
export interface Refusal {
  readonly line: number
  readonly mark: string
  readonly text: string
}

export interface Judged {
  readonly refusals: readonly Refusal[]
  /** What may be refused or not, by how this CoreDNS was built, and by what the text does not show. */
  readonly doubts: readonly string[]
}

/** The text held against CoreDNS's own rules, as far as they are known here; null release: not known. */
export function judgeCorefile(corefile: Corefile, release: CoreDnsRelease | null): Judged {
  const refusals: Refusal[] = corefile.problems.map((it) => ({ ...it }))
  const doubts = new Set<string>()
  if (corefile.cutOff) doubts.add('its snippets multiply, and it was not read to the end')
  for (const { plugins } of corefile.servers) {
    for (const plugin of plugins) directive(plugin)
    twice(plugins)
  }
  refusals.push(...keysRefused(corefile.servers))
  return { refusals: refusals.toSorted((a, b) => a.line - b.line), doubts: [...doubts] }

  function directive(plugin: CorefilePlugin): void {
    const { name, line } = plugin
    if (name === 'import' || isVariable(name)) {
      doubts.add(
        name === 'import'
          ? 'it imports files that hopscope does not read'
          : `\`${name}\` is an environment variable of the server`,
      )
      return
    }
    const gone = removedPlugins.get(name)
    if (gone !== undefined) return removed(plugin, gone, `there is no plugin \`${name}\` since CoreDNS ${gone}`)
    const meant = misspelt(name)
    if (meant !== null) {
      refusals.push({ line, mark: name, text: `there is no plugin \`${name}\`: \`${meant}\` was meant` })
      return
    }
    const rules = Object.hasOwn(pluginRules, name) ? pluginRules[name] : undefined
    if (rules === undefined) {
      if (!isKnownPlugin(name)) doubts.add(`\`${name}\` is no plugin that CoreDNS is built with by itself`)
      return
    }
    // A brace on a line of its own is a second directive to `forward`, and one without a word.
    if (name === 'forward' && plugin.trailing?.[0] === '{')
      refusals.push({ line, mark: name, text: '`forward`: its `{` stands on the next line' })
    const wrong = plugin.args.some(isVariable) ? null : rules.args(plugin.args)
    if (wrong !== null) refusals.push({ line, mark: name, text: `\`${name}\`: ${wrong}` })
    if (name === 'forward') serverNames(plugin)
    if (name === 'hosts') entries(plugin)
    if (rules.options !== null) for (const it of plugin.block ?? []) option(plugin, it, rules.options)
  }

  /** Before 1.14.4 a server is an address or a file: `not an IP address or file` (plugin/pkg/parse/host.go). */
  function serverNames({ line, args }: CorefilePlugin): void {
    const named = args.slice(1).find((it) => upstreamAddress(it).kind === 'name')
    if (named === undefined || (release !== null && isSince(release, namesSince))) return
    if (release?.stock === true) {
      const text = `\`forward\`: \`${named}\` is no address, and CoreDNS before ${namesSince} looks no name up`
      refusals.push({ line, mark: named, text })
      return
    }
    doubts.add(`\`forward\` to a name is refused before CoreDNS ${namesSince}, and which one this is is not known`)
  }

  /** What follows `fallthrough` is no address of a name any more (plugin/hosts/setup.go). */
  function entries({ block }: CorefilePlugin): void {
    const lines = block ?? []
    const from = lines.findIndex((it) => it.name === 'fallthrough')
    const late = lines.slice(from + 1).find((it) => !hostsWords.has(it.name) && it.name !== 'import')
    if (from !== -1 && late !== undefined && !isVariable(late.name))
      refusals.push({ line: late.line, mark: late.name, text: '`hosts`: its entries stand before `fallthrough`' })
  }

  function removed({ name, line }: CorefilePlugin, since: string, text: string): void {
    if (release !== null && release.stock && isSince(release, since)) refusals.push({ line, mark: name, text })
    else if (release === null || isSince(release, since))
      doubts.add(`\`${name}\` is refused since CoreDNS ${since}, and which one this is is not known`)
  }

  function option(
    { name: plugin, line: opened }: CorefilePlugin,
    it: CorefilePlugin,
    options: Readonly<Record<string, Option>>,
  ): void {
    const { name, line } = it
    if (name === 'import' || isVariable(name)) {
      doubts.add('it imports files or environment variables into a plugin')
      return
    }
    const gone = removedOptions.get(`${plugin} ${name}`)
    if (gone !== undefined) return removed(it, gone, `\`${plugin}\` has no \`${name}\` since CoreDNS ${gone}`)
    const known = Object.hasOwn(options, name) ? options[name] : undefined
    if (known === undefined) {
      // The next plugin stands in the block of the one before: its brace was forgotten.
      if (isKnownPlugin(name)) return void refusals.push({ line: opened, mark: '{', text: '`{` is never closed' })
      // A later release may know it.
      doubts.add(`\`${name}\` is no word of \`${plugin}\` in CoreDNS 1.14`)
      if (release !== null && release.stock && !isSince(release, '1.15.0'))
        refusals.push({ line, mark: name, text: `\`${plugin}\` has no \`${name}\`` })
      return
    }
    const wrong = optionWrong(it, known, options)
    if (wrong !== null) refusals.push({ line, mark: name, text: `\`${name}\` of \`${plugin}\`: ${wrong}` })
  }

  function twice(plugins: readonly CorefilePlugin[]): void {
    const seen = new Set<string>()
    for (const plugin of plugins) {
      if (seen.has(plugin.name) || plugin.trailing !== undefined) again(plugin)
      seen.add(plugin.name)
    }
  }

  function again({ name, line }: CorefilePlugin): void {
    const once = Object.hasOwn(pluginRules, name) ? pluginRules[name]?.once : undefined
    if (once === undefined || once === false) return
    const may = `\`${name}\` may stand once in a server block`
    if (once === true) {
      refusals.push({ line, mark: name, text: `${may}, and stands there twice` })
      return
    }
    if (release !== null && isSince(release, once)) return
    if (release?.stock !== true)
      doubts.add(`\`${name}\` twice in a block is refused before CoreDNS ${once}, and which one this is is not known`)
    else refusals.push({ line, mark: name, text: `before CoreDNS ${once} ${may}, and stands there twice` })
  }
}

const hostsWords: ReadonlySet<string> = new Set(['fallthrough', 'no_reverse', 'ttl', 'reload'])

function optionWrong(
  it: CorefilePlugin,
  { reads, rule }: Option,
  options: Readonly<Record<string, Option>>,
): string | null {
  if (it.args.some(isVariable) || it.block !== null) return null
  // To a plugin that reads to the line's end, a `}` there is one more word.
  const seen = it.closesBeside === true && reads !== 'next' ? [...it.args, '}'] : it.args
  if (reads !== 'next') return rule(seen)
  const [word, after] = seen
  if (word === undefined) return rule([]) === null ? null : 'a word is missing'
  if (after !== undefined && !Object.hasOwn(options, after)) return `\`${after}\` is one word too many`
  return rule([word])
}

/** What the server is told by its environment; it may be nothing, or several things. */
export function isVariable(word: string): boolean {
  return /\{[$%]/.test(word)
}

/** A label has 63 bytes, and what is wrong shows in the first. */
const mostMarked = 80

/** Two blocks, or two keys, for one zone at one port: `cannot serve dns://.:53 - it is already defined`. */
function keysRefused(servers: readonly CorefileServer[]): readonly Refusal[] {
  const refusals: Refusal[] = []
  const seen = new Map<string, number>()
  for (const { keys, line, plugins } of servers) {
    const odd = keys.find((it) => !isVariable(it) && !mayBeKey(it))
    if (odd !== undefined) {
      const mark = odd.slice(0, mostMarked)
      refusals.push({ line, mark, text: `\`${mark}${mark === odd ? '' : '…'}\` is no zone that can be served` })
    }
    // Others may stand at other addresses (bind), or answer only some (view), or be added to by a file.
    if (plugins.some((it) => ['bind', 'view', 'import'].includes(it.name) || isVariable(it.name))) continue
    for (const key of keys) {
      if (isVariable(key) || (key.includes('/') && !/^[a-z0-9]+:\/\/[^/]*$/.test(key))) continue
      const served = servedAt(key)
      const before = seen.get(served)
      if (before !== undefined)
        refusals.push({
          line,
          mark: key,
          text:
            (before === line ? 'this block names' : `line ${before} has a block for`) +
            ` the same zone and port as \`${key}\``,
        })
      seen.set(served, line)
    }
  }
  return refusals
}

const usualPorts: Readonly<Record<string, string>> = {
  dns: '53',
  tls: '853',
  quic: '853',
  grpc: '443',
  https: '443',
  https3: '443',
}

function servedAt(key: string): string {
  const transport = /^(dns|tls|quic|grpc|https3?):\/\//.exec(key)?.[1] ?? 'dns'
  const port = /:(\d+)$/.exec(key)?.[1] ?? usualPorts[transport] ?? ''
  return `${transport}://${zoneOf(key)}:${Number(port)}`
}

/** plugin.SplitHostPort: a colon at the end asks for a port, and a name of a zone has labels of 63 bytes at most. */
function mayBeKey(key: string): boolean {
  const bare = key.replace(/^(?:dns|tls|quic|grpc|https3?):\/\//, '')
  if (bare.endsWith(':')) return false
  const zone = bare.replace(/:\d+$/, '')
  // Escapes and networks are left to CoreDNS.
  if (zone.includes('\\') || zone.includes('/') || zone === '' || zone === '.') return true
  return (
    zone.length <= 255 &&
    zone
      .replace(/\.$/, '')
      .split('.')
      .every((it) => it !== '' && it.length <= 63)
  )
}
