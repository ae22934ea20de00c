import { type Setting, settingsIn } from './config-lines.ts'
import type { ConfigListen } from './config-listens.ts'

/**
 * Redis with a `protected-mode yes` in its file and no password accepts others and answers -DENIED to all but its own
 * machine: since 7.0 whatever it is bound to, before where nothing binds it (redis src/networking.c,
 * clientAcceptHandler). `image`: what runs it. A file that it includes, users of its own (`user`, `aclfile`) and a
 * password leave it open. Linear; never throws.
 */
export function redisDenial(text: string, image: string): ConfigListen | null {
  const settings = settingsIn('words', text)
  const has = (key: RegExp): boolean => settings.some((it) => key.test(it.key))
  const mode = settings.findLast((it) => /^protected-mode$/i.test(it.key))
  if (mode?.value !== 'yes' || has(/^(?:requirepass|user|aclfile|include)$/i)) return null
  const [, told] = /(?:redis|valkey)[\w./-]{0,60}:v?(\d{1,3})\b/.exec(image) ?? []
  const isAlways = /valkey/.test(image) || Number(told ?? 0) >= 7
  if (!isAlways && has(/^bind$/i)) return null
  const port = Number(settings.findLast((it) => /^port$/i.test(it.key))?.value ?? 6379)
  return { by: 'protected-mode', host: '127.0.0.1', port: Number.isInteger(port) ? port : 6379, line: mode.line }
}

/**
 * A pg_hba.conf that lets nobody in by the network but from the machine itself (PostgreSQL, "The pg_hba.conf File").
 * What it includes may let others in. Linear; never throws.
 */
export function hbaDenial(text: string): ConfigListen | null {
  const records = settingsIn('words', text)
  if (records.some((it) => /^(?:@|include)/i.test(it.key) || it.value.includes('@'))) return null
  const hosts = records.filter((it) => /^host(?:no)?(?:ssl|gssenc)?$/i.test(it.key))
  const letIn = hosts.filter((it) => !/\sreject(?:\s|$)/i.test(it.value))
  const [first] = letIn
  if (first === undefined || !letIn.every(isLoopback)) return null
  return { by: 'pg_hba.conf', host: '127.0.0.1', port: 5432, line: first.line }
}

function isLoopback({ value }: Setting): boolean {
  const [, , from = ''] = value.split(/\s+/, 3)
  return /^(?:127(?:\.\d{1,3}){3}(?:\/\d{1,2})?|::1(?:\/128)?|localhost|samehost)$/i.test(from)
}
