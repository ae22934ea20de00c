import { createServer } from 'node:net'
import { LabError } from './errors.ts'

/**
 * Two `up` at once would remove each other's work. An abstract socket (unix(7)) is a lock that leaves no file and is
 * free again whatever becomes of its holder.
 */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  const lock = createServer()
  await new Promise<void>((resolve, reject) => {
    lock.once('error', () =>
      reject(new LabError('another `up` or `down` of the lab is at work', 'wait until it has finished')),
    )
    lock.listen('\0hopscope-lab', resolve)
  })
  try {
    return await work()
  } finally {
    lock.close()
  }
}
