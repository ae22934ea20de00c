import type { Refusal } from '../../../model/contacts.ts'

/**
 * What servers say to whoever connects, before they hang up, where they take nobody more or not this one: by the words
 * that each has without anybody's change. null: a greeting, or words of others.
 */
export function refusalIn(first: Buffer): Refusal | null {
  const text = first.subarray(0, 200).toString('latin1')
  const byWord = words.find(([, pattern]) => pattern.test(text))
  return byWord?.[0] ?? refusalOfMysql(first)
}

const words: readonly (readonly [Refusal, RegExp])[] = [
  // Redis and its kin: networking.c, acceptCommonHandler and clientAcceptHandler.
  ['full', /^-ERR max number of clients reached/],
  ['not-welcome', /^-DENIED Redis is running in protected mode/],
  // memcached.c, drive_machine.
  ['full', /^ERROR Too many open connections/],
  // OpenSSH, sshd.c, drop_connection.
  ['full', /^Exceeded MaxStartups/],
  // SMTP (RFC 5321 3.8, 4.2.3) and FTP (RFC 959): closing at once; IMAP's `BYE` (RFC 3501 7.1.5).
  ['full', /^421[ -]/],
  ['not-welcome', /^554[ -]/],
  ['full', /^\* BYE [^\r\n]{0,80}(?:too many|maximum)/i],
  // NATS, server/errors.go.
  ['full', /^-ERR '(?:maximum connections exceeded|maximum account active connections exceeded)'/i],
]

/** ER_CON_COUNT_ERROR and ER_TOO_MANY_USER_CONNECTIONS; ER_HOST_IS_BLOCKED and ER_HOST_NOT_PRIVILEGED. */
const mysql: Readonly<Record<number, Refusal>> = {
  1040: 'full',
  1203: 'full',
  1129: 'not-welcome',
  1130: 'not-welcome',
}

/** An ERR packet in place of the greeting: three bytes of length, the number 0, and 0xff before the code. */
function refusalOfMysql(first: Buffer): Refusal | null {
  if (first.length < 7 || first[3] !== 0 || first[4] !== 0xff) return null
  return mysql[first.readUInt16LE(5)] ?? null
}
