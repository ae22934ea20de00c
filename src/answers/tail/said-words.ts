import type { ErrorLine } from '../../wire/access-log/nginx-error.ts'
import { ownText } from './own-text.ts'

/** What nginx's error log says, by its own words. */
interface SaidWords {
  readonly add: (error: ErrorLine) => void
  readonly result: () => readonly { readonly words: string; readonly times: number }[]
}

const longest = 160
const mostKinds = 50
const shown = 3

/** Counts the words of errors that have no name here, and of those that name a place in nginx.conf. */
export function saidWords(): SaidWords {
  const found = new Map<string, number>()
  return {
    add({ trouble, said }) {
      if (trouble !== 'other' && trouble !== 'no-error-page') return
      const words = ownText(plainWords(said))
      if (found.has(words) || found.size < mostKinds) found.set(words, (found.get(words) ?? 0) + 1)
    },
    result: () =>
      [...found]
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, shown)
        .map(([words, times]) => ({ words, times })),
  }
}

/** In quotation marks stand paths and names that a client chose, but for those of nginx.conf's named locations. */
function plainWords(said: string): string {
  return said
    .slice(0, 1024)
    .replaceAll(/"([^"]*)"?/g, (all: string, inside: string) => (/^@[\w.-]{1,200}$/.test(inside) ? all : '"…"'))
    .replaceAll(/(?<![@\w.-])\d{4,}/g, 'N')
    .slice(0, longest)
}
