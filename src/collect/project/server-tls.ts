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
