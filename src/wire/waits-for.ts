import { type Destination, destinationsInCommand } from './destinations.ts'

/** Whom a script asks again and again before it ends. */
export interface WaitedFor {
  readonly host: string
  readonly port: number | null
}

const longest = 64 * 1024
const mostTold = 20
const word = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\.?$/

/** Flags of these programs that take a value of their own. */
const withValue: Readonly<Record<string, ReadonlySet<string>>> = {
  nc: new Set(['-w', '-i', '-q', '-p', '-s', '-X', '-x']),
  nslookup: new Set(),
  getent: new Set(),
  host: new Set(['-t', '-W', '-R']),
  dig: new Set(['-t', '-p']),
}
const askers: Readonly<Record<string, string>> = { ncat: 'nc', netcat: 'nc', nc: 'nc' }
/** Programs that name their host by `-h`, and what port they take where none is told. */
const byFlag: Readonly<Record<string, number>> = {
  pg_isready: 5432,
  psql: 5432,
  mysqladmin: 3306,
  mysql: 3306,
  mariadb: 3306,
  'redis-cli': 6379,
}

/**
 * The hosts that the command of an init container asks: `until nc -z db 5432`, `nslookup db`, `pg_isready -h db`,
 * `</dev/tcp/db/5432`, and what stands as a URL or as `host:port`. A host that a variable holds (`$DB_HOST`) is none
 * here. Nothing else of the command is kept. Linear; never throws.
 */
export function waitedForIn(words: readonly string[]): readonly WaitedFor[] {
  const text = words.join(' ').slice(0, longest)
  const told = destinationsInCommand(words.map((it) => it.slice(0, longest))).map((it: Destination) => ({
    host: it.host,
    port: it.port,
  }))
  const found = [...commandsIn(text).flatMap(ofCommand), ...throughBash(text), ...byWaiters(text), ...told]
  const hosts = new Map<string, WaitedFor>()
  for (const it of found) {
    const before = hosts.get(it.host)
    if (before === undefined || before.port === null) hosts.set(it.host, it)
  }
  return [...hosts.values()].filter(({ host }) => host !== 'localhost').slice(0, mostTold)
}

function commandsIn(text: string): readonly (readonly string[])[] {
  return text.split(/[;&|()\n`]+/).map((it) =>
    it
      .trim()
      .split(/\s+/)
      .map((one) => one.replace(/^["']|["']$/g, '')),
  )
}

function ofCommand(words: readonly string[]): readonly WaitedFor[] {
  const at = words.findIndex((it) => Object.hasOwn(withValue, nameOf(it)) || Object.hasOwn(byFlag, nameOf(it)))
  if (at === -1) return []
  const [program, rest] = [nameOf(words[at] ?? ''), words.slice(at + 1)]
  const usual = Object.hasOwn(byFlag, program) ? byFlag[program] : undefined
  if (usual !== undefined) return ofFlags(rest, usual)
  const bare = withoutFlags(rest, withValue[program] ?? new Set())
  if (program === 'getent') return /^(?:hosts|ahosts|ahostsv4)$/.test(bare[0] ?? '') ? hostOf(bare[1], null) : []
  if (program !== 'nc') return hostOf(bare[0], null)
  const port = Number(bare[1])
  return Number.isInteger(port) && port > 0 && port < 65_536 ? hostOf(bare[0], port) : []
}

function nameOf(told: string): string {
  const name = told.split('/').at(-1) ?? ''
  return Object.hasOwn(askers, name) ? (askers[name] ?? name) : name
}

function withoutFlags(words: readonly string[], taking: ReadonlySet<string>): readonly string[] {
  return words.filter((it, at) => !it.startsWith('-') && !it.startsWith('+') && !taking.has(words[at - 1] ?? ''))
}

function ofFlags(words: readonly string[], usual: number): readonly WaitedFor[] {
  const valueOf = (flags: readonly string[]): string | undefined => {
    const at = words.findIndex((it) => flags.includes(it))
    if (at !== -1) return words[at + 1]
    const set = words.find((it) => flags.some((one) => it.startsWith(`${one}=`)))
    return set?.slice(set.indexOf('=') + 1)
  }
  const told = valueOf(['-p', '-P', '--port'])
  const port = told === undefined ? usual : Number(told)
  return hostOf(valueOf(['-h', '--host', '--hostname']), Number.isInteger(port) ? port : null)
}

/** A word with a variable in it, or an address, names no host. */
function hostOf(told: string | undefined, port: number | null): readonly WaitedFor[] {
  const host = (told ?? '').toLowerCase()
  return word.test(host) && !/^[\d.]+$/.test(host) ? [{ host: host.replace(/\.$/, ''), port }] : []
}

/** `wait-for-it.sh db:5432`, `dockerize -wait tcp://db:5432`: programs that are made to wait. */
function byWaiters(text: string): readonly WaitedFor[] {
  if (!/wait-?for|wait4|dockerize/i.test(text)) return []
  return text.split(/[\s'"]+/).flatMap((it) => {
    const [, host, port] = /^(?:tcp:\/\/)?([a-z0-9][a-z0-9.-]{0,252}):(\d{1,5})$/i.exec(it) ?? []
    return host === undefined ? [] : hostOf(host, Number(port))
  })
}

function throughBash(text: string): readonly WaitedFor[] {
  return [...text.matchAll(/\/dev\/tcp\/([a-z0-9][a-z0-9.-]{0,252})\/(\d{1,5})\b/gi)].flatMap(([, host, port]) =>
    hostOf(host, Number(port)),
  )
}
