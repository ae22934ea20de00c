import { parseCaddyfile, type Token } from './caddyfile.ts'

/** What is taken to stand in files that the text imports by a glob. */
type ImportedFiles = 'unknown' | 'none'

/**
 * What CoreDNS hashes to tell one Corefile from another, so that its metric `coredns_reload_version_info` can be held
 * to a text: Go's JSON of the parsed server blocks (coredns plugin/reload parse, coredns/caddy caddyfile ServerBlock,
 * Token). Comments and spaces do not count, line numbers do. null for text with environment variables, and with
 * imported files unless they are taken for none (a glob that matches nothing is no error): what stands for them only
 * the server knows.
 */
export function corefileVersionText(text: string, files: ImportedFiles = 'unknown'): string | null {
  const { blocks, imports, problems, cutOff } = parseCaddyfile(text)
  if (problems.length > 0 || cutOff || /\{[$%]/.test(text)) return null
  const imported = [
    ...imports,
    ...blocks.flatMap((it) =>
      it.directives.filter(({ name }) => name === 'import').map(({ tokens }) => tokens[1]?.text ?? ''),
    ),
  ]
  if (imported.length > 0 && (files === 'unknown' || !imported.every((it) => it.includes('*')))) return null

  return goJson(
    blocks.map(({ keys, directives }) => {
      const held = new Map<string, Token[]>()
      for (const { name, tokens } of directives) {
        if (name === 'import') continue
        const its = held.get(name) ?? []
        for (const it of tokens) its.push(it)
        held.set(name, its)
      }
      const sorted = [...held].toSorted(([a], [b]) => (a < b ? -1 : 1))
      return {
        Keys: keys,
        Tokens: Object.fromEntries(
          sorted.map(([name, tokens]) => [
            name,
            tokens.map(({ line, text: word }) => ({ File: '', Line: line, Text: word })),
          ]),
        ),
      }
    }),
  )
}

/** encoding/json escapes for HTML, and two line ends that JSON allows. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
