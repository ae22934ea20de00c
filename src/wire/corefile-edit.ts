import { type Corefile, type CorefilePlugin, parseCorefile, tokensOf } from './corefile.ts'
import { withoutComment } from './resolv-conf.ts'

/*
 * Edits of a Corefile as text, line by line: comments, order and layout of everything else stay. Each returns the new
 * text, or null where the parser does not read in it exactly the change that was meant: two directives on one line, a
 * brace beside a directive, and whatever else somebody's layout may hold.
 */

/** `directive` (`cache 30`) on a line of its own after another one, indented as that one. */
export function withDirectiveAfter(text: string, after: CorefilePlugin, directive: string): string | null {
  const lines = text.split('\n')
  const first = lines[after.line - 1] ?? ''
  const [indent = ''] = /^[^\S\r\n]*/.exec(first) ?? []
  const end = lastLineOf(text, after)
  const added = `${indent}${directive}${first.endsWith('\r') ? '\r' : ''}`
  const edited = [...lines.slice(0, end), added, ...lines.slice(end)].join('\n')
  const [plugin] = parseCorefile(`.:53 {\n${directive}\n}\n`).servers[0]?.plugins ?? []
  return plugin === undefined
    ? null
    : asMeant(text, edited, (its) => its.flatMap((it) => (it.line === after.line ? [it, plugin] : [it])))
}

/** Without these directives and their blocks. */
export function withoutDirectives(text: string, gone: readonly CorefilePlugin[]): string | null {
  const starts = new Set(gone.map((it) => it.line))
  const dropped = new Set(
    gone.flatMap((it) => Array.from({ length: lastLineOf(text, it) - it.line + 1 }, (_, index) => it.line + index)),
  )
  const edited = text
    .split('\n')
    .filter((_, index) => !dropped.has(index + 1))
    .join('\n')
  return asMeant(text, edited, (its) => its.filter((it) => !starts.has(it.line)))
}

/** Other words on the line of a directive, its name among them; the block after it and comments stay. */
export function withWords(text: string, of: CorefilePlugin, words: readonly string[]): string | null {
  const lines = text.split('\n')
  const line = lines[of.line - 1] ?? ''
  const indent = line.slice(0, line.length - line.trimStart().length)
  const body = withoutComment(line, /[#{]/).trimEnd()
  const rest = line.slice(Math.max(body.length, indent.length))
  if (!/^\s*(?:\{\s*)?(?:#.*)?$/.test(rest)) return null
  const edited = lines
    .map((it, index) => (index === of.line - 1 ? `${indent}${words.join(' ')}${rest}` : it))
    .join('\n')
  const [name = '', ...args] = words
  return asMeant(text, edited, (its) => its.map((it) => (it.line === of.line ? { ...it, name, args } : it)))
}

/** The directive's own line, or that of the brace which closes its block. */
function lastLineOf(text: string, { line }: CorefilePlugin): number {
  let last = line
  let depth = 0
  for (const token of tokensOf(text)) {
    if (token.line < line) continue
    if (token.line > last && depth === 0) break
    if (token.text === '{') depth += 1
    if (token.text === '}') depth -= 1
    if (depth < 0) break
    last = token.line
  }
  return last
}

function asMeant(
  before: string,
  after: string,
  change: (plugins: readonly CorefilePlugin[]) => readonly CorefilePlugin[],
): string | null {
  const was = parseCorefile(before)
  const is = parseCorefile(after)
  const meant: Corefile = { ...was, servers: was.servers.map((it) => ({ ...it, plugins: change(it.plugins) })) }
  return shape(is) === shape(meant) ? after : null
}

/** All but the lines, which an edit moves. */
function shape({ servers, imports, problems }: Corefile): string {
  const plain = (it: CorefilePlugin): unknown => [it.name, it.args, it.block?.map(plain) ?? null]
  return JSON.stringify([servers.map((it) => [it.keys, it.plugins.map(plain)]), imports, problems.map((it) => it.text)])
}
