import type { HttpEnd } from './contacts.ts'

/** A GET of the URL that was asked about, from the machine that hopscope runs on, as a user outside sends it. */
export interface OutsideAnswer extends HttpEnd {
  /** `dns`: what this machine's resolver says to the host. `lb`: the address that the user named. */
  readonly by: 'dns' | 'lb'
  readonly ip: string
  readonly port: number
  readonly host: string
  readonly path: string
}

export interface Outside {
  /** null: the host was looked up and found; else how the lookup ended: `ENOTFOUND`. */
  readonly lookupError: string | null
  readonly answers: readonly OutsideAnswer[]
}
