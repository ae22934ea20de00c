import type { AdvertisedCall, Container } from '../../model/pod.ts'
import { advertisedIn, advertisedInCommand } from '../../wire/advertised.ts'
import type { Intern } from '../../wire/intern.ts'
import { expanded } from './expanded.ts'
import { type Fields, fields, list, text, texts, whole } from './json.ts'

const most = 20

/** What a container's environment, flags and mounted files have its server tell others to call it by. */
export function advertisesOf(spec: Fields, intern: Intern): Pick<Container, 'advertises'> {
  const env = list(spec['env']).map(fields)
  const byEnv = env.flatMap((it) => {
    const [by, value] = [text(it['name']), text(it['value'])]
    if (by === null || value === null) return []
    const map = text(it['map'])
    return advertisedIn(by, expanded(value, env)?.text ?? value).map((one) => ({
      by,
      ...one,
      ...(map === null ? {} : { map }),
    }))
  })
  const words = [...texts(spec['command']), ...texts(spec['args'])]
  const byFlag = advertisedInCommand(words).map(({ flag, ...it }) => ({ by: flag, ...it }))
  const mounted = list(spec['mountedAdvertised']).map(fields).flatMap(mountedOf)
  const kept: readonly AdvertisedCall[] = [...byEnv, ...byFlag, ...mounted].slice(0, most)
  return kept.length === 0
    ? {}
    : { advertises: kept.map((it) => ({ ...it, by: intern.text(it.by), host: intern.text(it.host) })) }
}

function mountedOf(it: Fields): readonly AdvertisedCall[] {
  const [by, host, map, key] = ['by', 'host', 'map', 'key'].map((one) => text(it[one]))
  const line = whole(it['line'])
  if (by == null || host == null || map == null || key == null || line === null) return []
  return [{ by, host, port: whole(it['port']), map, key, line, ...(it['own'] === true ? { own: true as const } : {}) }]
}

/** `mongod --replSet rs0`; Bitnami's images take it of MONGODB_REPLICA_SET_NAME. */
export function replicaSetOf(spec: Fields, intern: Intern): Pick<Container, 'replicaSet'> {
  const line = [...texts(spec['command']), ...texts(spec['args'])].slice(0, 100).join(' ').slice(0, 20_000)
  const [, flag] = /(?:^|\s)--replSet[=\s]\s{0,8}["']?([\w.-]{1,63})/.exec(line) ?? []
  const env = list(spec['env']).map(fields)
  const told = text(env.find((it) => it['name'] === 'MONGODB_REPLICA_SET_NAME')?.['value'])
  const isServer = env.some((it) => it['name'] === 'MONGODB_REPLICA_SET_MODE')
  const name = flag ?? (isServer && told !== null && /^[\w.-]{1,63}$/.test(told) ? told : undefined)
  return name === undefined ? {} : { replicaSet: intern.text(name) }
}
