import type { Mark, Shape } from '../../src/model/marks.ts'

/** A value of the shape with every field in it, two items a list; `text` says what stands in a text, by its place. */
export function ofShape(shape: Shape, text: (mark: Mark, path: string) => string, path: string = ''): unknown {
  switch (shape.kind) {
    case 'plain':
      return 1
    case 'one-of':
      return [...shape.words][0]
    case 'text':
      return text(shape.mark, path)
    case 'arguments':
      return [0, 1].map((at) => text('text', `${path}.${at}`))
    case 'list':
      return [0, 1].map((at) => ofShape(shape.of, text, `${path}.${at}`))
    case 'map':
      return { [text(shape.keys, `${path}.key`)]: ofShape(shape.of, text, `${path}.held`) }
    case 'object':
      return Object.fromEntries(
        Object.entries(shape.fields).map(([field, of]) => [field, ofShape(of, text, `${path}.${field}`)]),
      )
  }
}
