import { isIP } from 'node:net'
import { wellKnown } from './well-known.ts'

export interface Aliases {
  /** A name, piece by piece: `cart.shop.svc` becomes `n1.n2.svc`, `registry.example/cart:v2` keeps its `v2`. */
  name(text: string): string
  /** A sentence: words that are known as names, and host names. */
  inText(text: string): string
  /** A configuration file: as a sentence, but the first word of each line only when it is a host name. */
  inFile(text: string): string
}

/**
 * Stand-ins by order of first sight: one piece, one stand-in. Pieces keep what separates them, so that equal names
 * stay equal, different ones different, and a name inside another (a namespace in a host name) is still found there.
 */
export function createAliases(): Aliases {
  const known = new Map<string, string>()

  function piece(text: string): string {
    if (text === '' || wellKnown.has(text) || /^v?\d+$/.test(text)) return text
    const seen = known.get(text)
    if (seen !== undefined) return seen
    const made = `n${known.size + 1}`
    known.set(text, made)
    return made
  }

  function name(text: string): string {
    return isIP(text) === 0
      ? text
          .split(/([./:@*])/)
          .map((it, index) => (index % 2 === 0 ? piece(it) : it))
          .join('')
      : text
  }

  function word(text: string, mayBeDirective: boolean): string {
    const [, host, rest = ''] = /^([^:/]*)(.*)$/s.exec(text) ?? []
    if (host === undefined || isIP(text) !== 0 || isIP(host) !== 0) return text
    if (/^[\w-]+(\.[\w-]+)+\.?$/.test(host) && !/^[\d.]+$/.test(host)) return name(host.toLowerCase()) + rest
    if (mayBeDirective) return text
    return text.replace(/[\w-]+/g, (it) => known.get(it) ?? it)
  }

  // A path such as /etc/resolv.conf is the image's, not the cluster's.
  // Line by line, since with the flag m each `\r` and `\u2028` of a run would begin the look at the rest of it anew.
  const inWords = (text: string, directives: boolean): string =>
    text
      .split('\n')
      .map((line) =>
        line.replace(
          /(^\s+)?([^\s"'`,;()[\]{}=/][^\s"'`,;()[\]{}=]*)/g,
          (_, start: string | undefined, it: string, at: number) => (start ?? '') + word(it, directives && at === 0),
        ),
      )
      .join('\n')

  return { name, inText: (text) => inWords(text, false), inFile: (text) => inWords(text, true) }
}
