import { withEscapes } from '../formats/unseen.ts'

/** One line of JSON that no terminal obeys. */
export function jsonLine(value: object): string {
  return `${withEscapes(JSON.stringify(value), 'json')}\n`
}
