import type { InsideView } from '../../model/inside.ts'
import { block } from './script-output.ts'

/** Of more programs of one container the first tell. */
const most = 8

/** `full LIMIT OPEN`, as the script counted them; a container may write anything there. */
export function fullFilesOf(stdout: string): Pick<InsideView, 'fullFiles'> {
  const lines = (block(stdout, 'files') ?? '').split('\n')
  const found = lines.slice(0, 200).flatMap((line) => {
    const [, limit, open] = /^full (\d{1,6}) (\d{1,6})$/.exec(line) ?? []
    return limit === undefined || open === undefined ? [] : [{ limit: Number(limit), open: Number(open) }]
  })
  return found.length === 0 ? {} : { fullFiles: found.slice(0, most) }
}
