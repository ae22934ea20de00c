/*
 * How much is read of what somebody else writes. A string of V8's has 512 MiB at most and its bytes stand in memory
 * several times over: without a limit one container, one proxy or one gzip bomb ends the process.
 */
const MiB = 2 ** 20

/** A page of a list: five hundred objects of etcd's 1.5 MiB are never seen; of 100 kB each they are. */
export const pageBytes = 64 * MiB
/** A metrics page, a version. */
export const rawBytes = 8 * MiB
/** What a server says of a refusal. */
export const refusalBytes = MiB
/** What a command in a container prints. */
export const execBytes = MiB
/** A line of a log: the kubelet cuts them at 16 KiB itself. */
export const lineBytes = MiB
/** An event of a watch holds an object. */
export const eventBytes = 8 * MiB
/** What a credential plugin prints. */
export const pluginBytes = MiB
/** Two million objects. */
export const mostPages = 4000

/** More came than is read. */
export class TooMuch extends Error {
  readonly bytes: number

  constructor(bytes: number) {
    super(`more than ${inMiB(bytes)}`)
    this.name = 'TooMuch'
    this.bytes = bytes
  }
}

export function inMiB(bytes: number): string {
  return `${Math.floor(bytes / MiB)} MiB`
}
