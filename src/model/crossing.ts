import type { ConnectResult } from './contacts.ts'

/** What a trace asks: can this pod reach that? The other end is the scope's target, or a host that no object is. */
export interface TraceAsk {
  readonly from: { readonly namespace: string; readonly pod: string }
  /** null: the scope's target is the other end. */
  readonly host: string | null
  /** null: every TCP port that the other end declares. */
  readonly port: number | null
}

/** Which part of the path a connect leads to: what the client would use, or one endpoint past the Service. */
export type CrossingTo =
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string; readonly port: number }
  | {
      readonly kind: 'endpoint'
      readonly namespace: string
      readonly service: string | null
      readonly pod: string | null
    }
  | { readonly kind: 'host' }

/** One TCP connect, made by exec in a container of the pod that a trace starts from, or that is told to make it. */
export interface Crossing {
  readonly from: { readonly namespace: string; readonly pod: string; readonly container: string }
  readonly to: CrossingTo
  /** An address, or the name of a host outside. */
  readonly host: string
  readonly port: number
  /** null: no tool of the container could make a connection. */
  readonly tool: string | null
  /** null: the tool does not say what became of it. `no-name`: the host's name led to no address. */
  readonly result: ConnectResult | 'no-name' | null
  readonly ms: number
  /** Of `no-name`: the tool says that nobody told whether the name is there (EAI_AGAIN). Absent in old recordings. */
  readonly again?: true
  /**
   * Of an open connection: whether the other side ended it at once, without a byte, and did the same to the one after
   * it. Absent: the tool does not tell.
   */
  readonly hungUp?: boolean
}
