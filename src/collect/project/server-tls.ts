import type { Call, Container } from '../../model/pod.ts'
import { postgresTls } from '../../wire/postgres-tls.ts'
import { serverTls } from '../../wire/server-tls.ts'
import { type Fields, fields, list, text, texts } from './json.ts'

/** Whether the server of this container speaks TLS, by its flags and its environment. */
export function securesOf(spec: Fields): Pick<Container, 'secures'> {
  const mounted = (['on', 'off'] as const).find((it) => it === spec['mountedSecures'])
  const told = mounted ?? flagged(spec)
  if (told !== null) return { secures: told }
  const env = list(spec['env']).map(fields)
  const secures = serverTls({
    image: text(spec['image']) ?? '',
    words: [...texts(spec['command']), ...texts(spec['args'])],
    env: env.flatMap((it) => {
      const name = text(it['name'])
      return name === null ? [] : [{ name, value: text(it['value']) ?? '' }]
    }),
    paths: list(spec['volumeMounts']).flatMap((it) => text(fields(it)['mountPath']) ?? []),
    isOpen: list(spec['envFrom']).length > 0,
  })
  return secures === null ? {} : { secures }
}

/** `postgres -c ssl=off`: a flag goes before all files. */
function flagged(spec: Fields): 'on' | 'off' | null {
  const words = [...texts(spec['command']), ...texts(spec['args'])]
  const isPostgres = /(?:^|\/)(?:postgres|postgresql|postgis)(?:[:@]|$)/.test((text(spec['image']) ?? '').slice(0, 400))
  return isPostgres ? postgresTls({ words, confs: [], hbas: [] }) : null
}

/** `sslmode` of libpq in a variable of its own, beside the host's (libpq, "Environment Variables"). */
const sslMode = /^(?:PG|(?:\w{1,40}_)?(?:PG|POSTGRES(?:QL)?|DB|DATABASE)_?)SSL_?MODE$/i
const modes: Readonly<Record<string, 'on' | 'off'>> = {
  disable: 'off',
  require: 'on',
  'verify-ca': 'on',
  'verify-full': 'on',
}

/** Of a call of PostgreSQL's port, where one variable alone says it. */
function modeOf({ port }: Pick<Call, 'port'>, spec: Fields): Pick<Call, 'tls'> {
  const said = list(spec['env'])
    .map(fields)
    .filter((it) => sslMode.test((text(it['name']) ?? '').slice(0, 100)))
  const [first] = said
  const tls = port === 5432 && said.length === 1 ? modes[text(first?.['value']) ?? ''] : undefined
  return tls === undefined ? {} : { tls }
}

/**
 * Another setting beside a URL may turn TLS on for a program: `REDIS_TLS=true` beside `redis://`. Then the scheme says
 * nothing.
 */
export function tlsOf(call: Pick<Call, 'tls' | 'port'>, spec: Fields): Pick<Call, 'tls'> {
  const { tls } = call
  if (tls === undefined) return modeOf(call, spec)
  if (tls !== 'off') return { tls }
  const names = list(spec['env']).flatMap((it) => text(fields(it)['name']) ?? [])
  const words = [...texts(spec['command']), ...texts(spec['args'])]
  const mayTurnOn =
    list(spec['envFrom']).length > 0 || [...names, ...words].some((it) => /tls|ssl/i.test(it.slice(0, 400)))
  return mayTurnOn ? {} : { tls }
}

/** How many variables a Secret holds that nobody here reads: whom such a one has called is not judged. */
export function fromSecretsOf(spec: Fields): Pick<Container, 'fromSecrets'> {
  const own = list(spec['env']).map((it) => fields(fields(it)['valueFrom']))
  const whole = list(spec['envFrom']).map(fields)
  const all = own.filter((it) => 'secretKeyRef' in it).length + whole.filter((it) => 'secretRef' in it).length
  return all === 0 ? {} : { fromSecrets: all }
}
