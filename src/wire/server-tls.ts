import { anyOf } from './pattern.ts'

/*
 * Whether a server that everybody knows speaks TLS alone, by the flags and the environment of its container. Only of
 * images whose own settings are known: without a word they speak plain (redis-server, "TLS Support"; PostgreSQL, `ssl`
 * is off by default; MongoDB, `net.tls.mode` is disabled by default). Linear; never throws.
 */

export interface TlsTold {
  readonly image: string
  readonly words: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  /** Where something is mounted. */
  readonly paths: readonly string[]
  /** Some of its environment stands elsewhere. */
  readonly isOpen: boolean
}

interface Known {
  readonly image: RegExp
  /** Its flags, as one text. */
  readonly on: RegExp
  /** Variables by which the image turns it on. */
  readonly env: RegExp
}

const before = '^(?:[\\w.:-]{1,200}/)?(?:library/|bitnami/|bitnamilegacy/)?'
const after = '(?:[:@]|$)'
const known: readonly Known[] = [
  {
    image: new RegExp(`${before}(?:redis|valkey|valkey/valkey|redis/redis-stack-server)${after}`),
    // With `--port 0` nothing else is served; else TLS has a port of its own beside the plain one.
    on: /^(?=.*--tls-port\s)(?=.*--port 0\s)/,
    env: /^(?:REDIS|VALKEY)_TLS_ENABLED$/,
  },
  {
    image: new RegExp(`${before}(?:postgres|postgresql|postgis/postgis)${after}`),
    // With TLS it takes both, unless its pg_hba.conf says otherwise.
    on: /^(?!)/,
    env: /^(?!)/,
  },
  {
    image: new RegExp(`${before}(?:mongo|mongodb)${after}`),
    on: /--(?:tls|ssl)Mode[=\s]{1,4}(?:requireTLS|requireSSL)\b/,
    env: /^(?!)/,
  },
]

/** A file of settings, or scripts that the image runs first, may say anything. */
const isData = new RegExp(
  anyOf(/^\/data$/, /^\/var\/lib\/[\w/-]{1,100}$/, /^\/bitnami\/[\w-]{1,40}(?:\/data)?$/, /^\/dev\/shm$/, /^\/tmp$/),
)

/** null: another image, or who knows. */
export function serverTls({ image, words, env, paths, isOpen }: TlsTold): 'on' | 'off' | null {
  const server = known.find((it) => it.image.test(image.slice(0, 400)))
  if (server === undefined) return null
  const line = `${words.slice(0, 200).join(' ').slice(0, longest)} `
  const isOn = (name: string, value: string): boolean => server.env.test(name) && /^(?:yes|true|1|on)$/i.test(value)
  const isBeside = env.some(({ name, value }) => /_TLS_PORT(?:_NUMBER)?$/.test(name) && value !== '6379')
  if (!isBeside && (server.on.test(line) || env.some(({ name, value }) => isOn(name, value)))) return 'on'
  const mayBe = isOpen || !paths.every((it) => isData.test(it)) || /tls|ssl|conf|include/i.test(line)
  return mayBe || env.some(({ name }) => /TLS|SSL|EXTRA_FLAGS|_ARGS$|_CONF/.test(name)) ? null : 'off'
}

const longest = 20_000
