import { createHmac, randomBytes } from 'node:crypto'

/** Of this process, and never told to anybody: hashes of two runs have nothing to do with each other. */
const key = randomBytes(32)

/**
 * What stands for a SHA-512 of a text that may hold a password. Equal ones are equal, which is all that they are for;
 * by the hash itself a short password could be guessed, one try after the other, by whoever has the file. Half as long,
 * so that no one takes it for one.
 */
export function sealedHash(sha512: string): string {
  return createHmac('sha256', key).update(sha512).digest('hex')
}
