import { plain } from './plain.ts'

/** Text that is markup already. Only `markup` makes it, so what came from outside can't be it. */
export class Markup {
  readonly #text: string
  private constructor(text: string) {
    this.#text = text
  }
  toString(): string {
    return this.#text
  }
  static of(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
    return new Markup(strings.reduce((out, it, index) => `${out}${written(values[index - 1] ?? null)}${it}`))
  }
}

type Value = string | number | Markup | readonly (string | Markup)[] | null

/**
 * XML and HTML: whatever is put into the template is text or the value of an attribute, and is escaped for both; what
 * is markup has gone through here itself. There is no other way in.
 */
export const markup = Markup.of

function written(value: Value): string {
  if (value === null) return ''
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'object') return value.map(written).join('')
  return escaped(String(value))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return plain(text).replaceAll(/[&<>"']/g, (it) => entities[it] ?? '')
}
