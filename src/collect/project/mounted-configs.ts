import type { Call, Container, MountedLookup, MountedRefusal } from '../../model/pod.ts'
import { speeches } from '../../wire/speeches.ts'
import { deniesOthers, type Listen, listenHosts } from '../../wire/listens.ts'
import { type Fields, fields, list, text, whole } from './json.ts'

/** Whom the ConfigMaps that a container mounts tell to call: what `bundle/mounted-configs.ts` found in a file. */
export function mountedCalls(spec: Fields): readonly Call[] {
  return list(spec['mountedCalls'])
    .map(fields)
    .flatMap((it) => {
      const [by, host, map, key] = [text(it['by']), text(it['host']), text(it['map']), text(it['key'])]
      const scheme = (['http', 'https'] as const).find((one) => one === it['scheme'])
      const [port, line] = [whole(it['port']), whole(it['line'])]
      if (by === null || host === null || map === null || key === null || line === null) return []
      const isUrl = it['isUrl'] === true ? { isUrl: true as const } : {}
      const over = (['TCP', 'UDP'] as const).find((one) => one === it['over'])
      const srv = text(it['srv'])
      const [speaks, replicaSet] = [speeches.find((one) => one === it['speaks']), text(it['replicaSet'])]
      return [
        {
          by,
          host,
          port,
          map,
          key,
          line,
          ...(scheme === undefined ? {} : { scheme }),
          ...isUrl,
          ...(over === undefined ? {} : { over }),
          ...(srv === null ? {} : { srv }),
          ...(speaks === undefined ? {} : { speaks }),
          ...(replicaSet === null ? {} : { replicaSet }),
        },
      ]
    })
}

/** Where they tell its server to listen; nothing where its flags say so, or the environment of a Spring program. */
export function mountedListens(spec: Fields, told: readonly Listen[]): readonly Listen[] {
  const found = list(spec['mountedListens']).map(fields).flatMap(listenOf)
  const isTold = (it: Listen): boolean => it.by.startsWith('-') || it.by === 'listen_addresses' || inEnv.test(it.by)
  return told.some(isTold) ? found.filter((it) => deniesOthers.test(it.by)) : found
}

/** Relaxed binding of Spring's, and what else goes before a file. */
const inEnv = /^(?:SERVER_|GF_SERVER_)/

function onlyOf(it: Fields): Pick<Listen, 'only'> {
  const only = (['IPv4', 'IPv6'] as const).find((one) => one === it['only'])
  return only === undefined ? {} : { only }
}

function listenOf(it: Fields): readonly Listen[] {
  const [by, map, key, line] = [text(it['by']), text(it['map']), text(it['key']), whole(it['line'])]
  if (by === null || map === null || key === null || line === null) return []
  const portBy = text(it['portBy'])
  return [
    {
      by,
      host: listenHosts.find((one) => one === it['host']) ?? null,
      port: whole(it['port']),
      ...(portBy === null ? {} : { portBy }),
      ...(it['isDefault'] === true ? { isDefault: true as const } : {}),
      map,
      key,
      line,
      ...(it['isGuess'] === true ? { isGuess: true as const } : {}),
      ...onlyOf(it),
    },
  ]
}

/** Whom they tell its nginx to keep out. */
export function refusalsOf(spec: Fields): Pick<Container, 'refusals'> {
  const refusals = list(spec['mountedRefusals']).map(fields).flatMap(refusalOf)
  return refusals.length === 0 ? {} : { refusals }
}

function refusalOf(it: Fields): readonly MountedRefusal[] {
  const [map, key, line] = [text(it['map']), text(it['key']), whole(it['line'])]
  const [port, status] = [whole(it['port']), whole(it['status'])]
  const by = (['deny', 'return', 'https'] as const).find((one) => one === it['by'])
  if (by === undefined || map === null || key === null || line === null || port === null || status === null) return []
  const rules = list(it['rules']).flatMap((one) => {
    const [rule, of] = [fields(one), text(fields(one)['of'])]
    const is = (['allow', 'deny'] as const).find((word) => word === rule['is'])
    return is === undefined ? [] : [{ is, of }]
  })
  return [{ by, status, rules, line, port, map, key }]
}

/** What they have its nginx look up itself. */
export function lookupsOf(spec: Fields): Pick<Container, 'lookups'> {
  const lookups = list(spec['mountedLookups']).map(fields).flatMap(lookupOf)
  return lookups.length === 0 ? {} : { lookups }
}

function lookupOf(it: Fields): readonly MountedLookup[] {
  const [host, by, map, key, line] = [
    text(it['host']),
    text(it['by']),
    text(it['map']),
    text(it['key']),
    whole(it['line']),
  ]
  if (host === null || by === null || map === null || key === null || line === null) return []
  const servers = it['servers'] === null ? null : list(it['servers']).flatMap((one) => text(one) ?? [])
  return [{ host, by, servers, line, map, key, ...(it['isGuess'] === true ? { isGuess: true as const } : {}) }]
}
