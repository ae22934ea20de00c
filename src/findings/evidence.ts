import type { Subject } from '../model/subject.ts'

/** What convinces a reader, as data: the reports draw it, each in its own way. */
export type Evidence =
  /** Lookup or reply times. `samples` in milliseconds; `comb` = the resolver's own timeouts found in them. */
  | {
      readonly kind: 'latency'
      readonly label: string
      readonly samples: readonly number[]
      readonly comb: readonly { readonly ms: number; readonly meaning: string }[]
    }
  /** Kernel or process counters over a window, with the same counters elsewhere to compare. */
  | {
      readonly kind: 'counters'
      readonly label: string
      readonly windowMs: number
      readonly rows: readonly { readonly where: string; readonly values: Readonly<Record<string, number | null>> }[]
    }
  /** Lines of the user's own YAML, with a caret under `mark` in line `at`. */
  | {
      readonly kind: 'config'
      readonly object: Subject
      readonly path: string
      readonly lines: readonly string[]
      readonly at: number
      readonly mark: string
      readonly label: string
    }
  /** How many of how many, by place. */
  | {
      readonly kind: 'shares'
      readonly label: string
      readonly rows: readonly {
        readonly where: string
        readonly bad: number
        readonly of: number
        readonly note: string
      }[]
    }
  /** One exchange, question by question; `at` in milliseconds from its start. */
  | {
      readonly kind: 'exchange'
      readonly label: string
      readonly rows: readonly { readonly at: number; readonly text: string }[]
    }
  | { readonly kind: 'log'; readonly source: string; readonly lines: readonly string[] }
  | { readonly kind: 'fact'; readonly label: string; readonly value: string }
