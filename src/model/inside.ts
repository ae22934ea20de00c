import type { Answer } from './lookups.ts'
import type { Known } from './known.ts'

/** What one application pod sees of DNS from inside, by exec into a container that is there. */
export interface InsideView {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** /etc/resolv.conf as it stands in the container. */
  readonly resolvConf: Known<string>
  /** A look-up with whatever the container has (getent, nslookup, node, python3); which one it was. */
  readonly lookup: Known<{ readonly tool: string; readonly name: string; readonly result: Answer; readonly ms: number }>
  /** TCP connect to the DNS Service, port 53. */
  readonly tcp53: Known<'open' | 'refused' | 'timeout'>
}
