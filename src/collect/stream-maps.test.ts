import { expect, test } from 'vitest'
import { container, pod } from '../../test/build/pod.ts'
import { known, unknown } from '../model/known.ts'
import type { Reader } from './few-at-once.ts'
import { projectStreams, streamMapsIn } from './stream-maps.ts'

/** A cluster of these ConfigMaps, and what it was asked for. */
function clusterOf(maps: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const asked: string[] = []
  const reader: Reader = {
    list: () => Promise.reject(new Error('nothing is listed')),
    get: (_, namespace, name, project) => {
      asked.push(`${namespace}/${name}`)
      const data = maps[`${namespace}/${name}`]
      const value = data === undefined ? null : project({ metadata: { name }, data })
      return Promise.resolve(value === null ? unknown('not-there', 'no such ConfigMap') : known(value))
    },
  }
  return { reader, asked }
}
const controller = (...args: readonly string[]) =>
  pod('controller-1', { namespace: 'ingress-nginx', containers: [container({ args })] })
const pg = { port: 5432, namespace: 'shop', service: 'db', target: 5432 }

test('what a flag tells, and what has the usual name and no flag', async () => {
  const { reader, asked } = clusterOf({
    'ingress-nginx/mine': { '5432': 'shop/db:5432' },
    'ingress-nginx/udp-services': { '53': 'shop/dns:dns-udp' },
    'ingress-nginx/tcp-services': { '80': 'shop/old:80' },
  })
  const of = streamMapsIn(reader)
  const wanted = [
    { protocol: 'TCP', namespace: 'ingress-nginx', name: 'mine', by: 'flag', ports: [pg] },
    {
      protocol: 'UDP',
      namespace: 'ingress-nginx',
      name: 'udp-services',
      by: 'name',
      ports: [{ port: 53, namespace: 'shop', service: 'dns', target: 'dns-udp' }],
    },
  ]
  const own = controller('--tcp-services-configmap=$(POD_NAMESPACE)/mine')
  expect(await of(own)).toEqual(wanted)
  expect(await of({ ...own, name: 'controller-2' })).toEqual(wanted)
  expect(asked).toEqual(['ingress-nginx/mine', 'ingress-nginx/udp-services'])
})

test('what is not there, or has nothing in it', async () => {
  const { reader } = clusterOf({ 'ingress-nginx/udp-services': {} })
  expect(await streamMapsIn(reader)(controller('--tcp-services-configmap=other/gone'))).toEqual([
    { protocol: 'TCP', namespace: 'other', name: 'gone', by: 'flag', ports: null },
  ])
})

test('lines that are none are left out', () => {
  expect(
    projectStreams({ '5432': 'shop/db:5432:PROXY', x: 'shop/db:1', '1': 'nothing', '2': 'a/b', '70000000': 'a/b:1' }),
  ).toEqual([pg])
})
