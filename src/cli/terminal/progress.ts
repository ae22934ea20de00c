import { visible } from '../../report/visible.ts'
import { redactText } from '../../wire/secrets.ts'
import { spoken } from './called.ts'
import { isScreen } from './look.ts'

/**
 * One line on stderr for what is going on. On a terminal it is rewritten in place and wiped at the end; elsewhere only
 * `announce` lines are printed, so that a log holds what was done to the cluster and no animation.
 */
export interface Progress {
  readonly step: (line: string) => void
  /** What the reader must have seen: what is created in the cluster, and what was removed. */
  readonly announce: (line: string) => void
  readonly done: () => void
}

export function progressOn(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  const live = isScreen(stream)
  const wipe = (): void => void (live && stream.write('\r\u001B[K'))
  return {
    step: (line) => {
      if (!live || quiet) return
      stream.write(`\r\u001B[K${visible(redactText(line)).slice(0, Math.max(20, stream.columns - 1))}`)
    },
    announce: (line) => {
      wipe()
      stream.write(`${spoken(visible(redactText(line)))}\n`)
    },
    done: wipe,
  }
}
