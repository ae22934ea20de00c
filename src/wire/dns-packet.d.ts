/** The part of dns-packet 5.6 that hopscope uses; the package ships no types. */
declare module 'dns-packet' {
  export interface Question {
    readonly type: string
    readonly name: string
    readonly class?: string
  }
  export interface Answer {
    readonly type: string
    readonly name: string
    readonly ttl?: number
    readonly data?: unknown
  }
  export interface Opt {
    readonly type: 'OPT'
    readonly name: '.'
    readonly udpPayloadSize: number
    readonly flags: number
    readonly options: readonly unknown[]
  }
  export interface Packet {
    readonly id?: number
    readonly type?: 'query' | 'response'
    readonly flags?: number
    readonly questions?: readonly Question[]
    readonly answers?: readonly Answer[]
    readonly authorities?: readonly Answer[]
    readonly additionals?: readonly Opt[]
  }
  export interface DecodedPacket {
    readonly id: number
    readonly type: 'query' | 'response'
    readonly flags: number
    readonly flag_tc: boolean
    readonly rcode: string
    readonly questions: readonly Question[]
    readonly answers: readonly Answer[]
    readonly authorities: readonly Answer[]
  }
  export const RECURSION_DESIRED: number
  export const TRUNCATED_RESPONSE: number
  export function encode(packet: Packet): Buffer
  export function decode(bytes: Buffer): DecodedPacket
}
