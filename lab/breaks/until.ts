import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../lab.ts'

/** Asks again and again until the answer is yes. `what` is a clause: "cart has no endpoint". */
export async function until(
  what: string,
  yes: () => Promise<boolean>,
  { seconds = 90, everyMs = 250 } = {},
): Promise<void> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    if (await yes()) return
    if (Date.now() > end) throw new LabError(`waited ${seconds} s in vain until ${what}`)
    await sleep(everyMs)
  }
}
