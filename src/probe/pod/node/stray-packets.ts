import { readFileSync } from 'node:fs'
import { noPorts } from '../../../wire/net-snmp.ts'

/**
 * UDP packets that no socket of this network namespace was waiting for, since it was made; null where the file is not
 * there.
 */
export function strayPackets(path = '/proc/net/snmp'): number | null {
  try {
    return noPorts(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
