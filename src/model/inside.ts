import type { Answer } from './lookups.ts'
import type { Known } from './known.ts'
import type { Libc } from './resolution.ts'

/** What one application pod sees of DNS from inside, by exec into a container that is there. */
export interface InsideView {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** /etc/resolv.conf as it stands in the container. */
  readonly resolvConf: Known<string>
  /** The C library by its files; null when neither or both are seen, absent in recordings that did not look. */
  readonly libc?: Libc | null
  /** A look-up with whatever the container has (getent, nslookup, node, python3); which one it was. */
  readonly lookup: Known<{ readonly tool: string; readonly name: string; readonly result: Answer; readonly ms: number }>
  /** TCP connect to the DNS Service, port 53. */
  readonly tcp53: Known<'open' | 'refused' | 'timeout'>
}
