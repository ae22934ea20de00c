import type { PodSockets } from '../../src/model/inside.ts'
import { type Known, known } from '../../src/model/known.ts'

/** Sockets of a pod that suffers nothing, unless told otherwise. */
export function podSockets(about: Partial<PodSockets> = {}): Known<PodSockets> {
  return known({
    connecting: [],
    unacknowledged: [],
    unaccepted: [],
    ports: { from: 32_768, to: 60_999 },
    crowds: [],
    ...about,
  })
}

/** A connect that nobody answered for three seconds, seen at both reads. */
export function waitsFor(
  ip: string,
  port: number,
  about: Partial<PodSockets['connecting'][number]> = {},
): PodSockets['connecting'][number] {
  return { ip, port, sockets: 1, ms: 3000, reads: 2, ...about }
}
