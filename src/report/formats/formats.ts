import type { Severity } from '../../findings/verdict.ts'
import type { Call } from '../called.ts'
import type { Answer } from './answer.ts'
import { html } from './html.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import { name } from './name.ts'
import { prometheus } from './prometheus.ts'
import { withEscapes } from './unseen.ts'
import { yaml } from './yaml.ts'

/** What `-o` takes beside `text` where the answer holds a diagnosis. */
export const answerFormats = ['json', 'yaml', 'markdown', 'junit', 'prometheus', 'html', 'name'] as const
export type AnswerFormat = (typeof answerFormats)[number]

/** What `-o` takes beside `text` of any document. */
export const documentFormats = ['json', 'yaml'] as const
export type DocumentFormat = (typeof documentFormats)[number]

/** What the reader of a format needs beside the document. */
export interface Reader {
  /** How hopscope was called: commands are printed as they are to be typed. */
  readonly call: Call
  /** From which severity on a finding is a failed test. */
  readonly failOn: Severity
}

export function inFormat(format: AnswerFormat, answer: Answer, reader: Reader): string {
  switch (format) {
    case 'json':
    case 'yaml':
      return serialised(format, answer)
    case 'markdown':
      return markdown(answer, reader)
    case 'junit':
      return junit(answer, reader)
    case 'prometheus':
      return prometheus(answer)
    case 'html':
      return html(answer, reader)
    case 'name':
      return name(answer)
  }
}

export function serialised(format: DocumentFormat, document: unknown): string {
  return withEscapes(format === 'yaml' ? yaml(document) : `${JSON.stringify(document, null, 2)}\n`, format)
}
