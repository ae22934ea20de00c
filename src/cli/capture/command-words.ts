export type Words =
  | { readonly kind: 'words'; readonly words: readonly [string, ...string[]] }
  | { readonly kind: 'refused'; readonly why: string }

/** In quotes, behind a backslash, bare, blank, and what a shell would do something with. */
const pieces = /"((?:[^"\\]|\\[^])*)"|'([^']*)'|\\([^])|([^\s"'\\|&;<>$`*?~]+)|([ \t]+)|([^])/g

/** A command line as its words: blanks separate, quotes and backslashes keep together. No shell is started here. */
export function commandWords(line: string): Words {
  const words: string[] = []
  let word: string | null = null
  for (const [whole, double, single, escaped, bare, blank] of line.matchAll(pieces)) {
    const part = double?.replaceAll(/\\(["\\])/g, '$1') ?? single ?? escaped ?? bare
    if (part !== undefined) word = `${word ?? ''}${part}`
    else if (blank === undefined) return { kind: 'refused', why: whyNot(whole) }
    else if (word !== null) {
      words.push(word)
      word = null
    }
  }
  if (word !== null) words.push(word)
  const [first = '', ...rest] = words
  return first === '' ? { kind: 'refused', why: 'it is empty' } : { kind: 'words', words: [first, ...rest] }
}

function whyNot(letter: string): string {
  if (letter === '"' || letter === "'") return 'a quote is not closed'
  return /\s/.test(letter) ? 'it has several lines' : `\`${letter}\` means something to a shell`
}
