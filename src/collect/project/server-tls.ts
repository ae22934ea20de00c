import type { Call, Container } from '../../model/pod.ts'
import { serverTls } from '../../wire/server-tls.ts'
import { type Fields, fields, list, text, texts } from './json.ts'

/** Whether the server of this container speaks TLS, by its flags and its environment. */
export function securesOf(spec: Fields): Pick<Container, 'secures'> {
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

/**
 * Another setting beside a URL may turn TLS on for a program: `REDIS_TLS=true` beside `redis://`. Then the scheme says
 * nothing.
 */
export function tlsOf({ tls }: Pick<Call, 'tls'>, spec: Fields): Pick<Call, 'tls'> {
  if (tls !== 'off') return tls === undefined ? {} : { tls }
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
