/*
 * How much is read of what somebody else writes. A string of V8's has 512 MiB at most and its bytes stand in memory
 * several times over: without a limit one container, one proxy or one gzip bomb ends the process.
 */
const MiB = 2 ** 20

/**
 * A page of a list. Five hundred usual pods have 5 MiB; of larger objects fewer are asked for (list.ts), down to five,
 * which etcd's 1.5 MiB allow.
 */
export const pageBytes = 12 * MiB
/** Values in a page, each of which takes up to some hundred bytes: five hundred usual pods have 200,000. */
export const mostNodes = 400 * 1024
/** Bodies beyond this are read one at a time: so many bytes for each connection, and one page beside them. */
export const largeBytes = 2 * MiB
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
/** Kubernetes is made for 150,000 pods (kubernetes.io/docs/setup/best-practices/cluster-large). */
export const mostObjects = 400_000

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
