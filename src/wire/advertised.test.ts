import { describe, expect, it } from 'vitest'
import { advertisedIn, advertisedInCommand, advertisedInConfig } from './advertised.ts'
import { isUncalled } from './uncalled.ts'

const kafka = 'kafka-headless.data.svc.cluster.local'

describe('what a server tells its clients', () => {
  it.each([
    ['KAFKA_ADVERTISED_LISTENERS', `CLIENT://$(POD_NAME).${kafka}:9092,LOCAL://localhost:9094`, kafka, 9092, true],
    ['KAFKA_CFG_ADVERTISED_LISTENERS', `SASL_PLAINTEXT://kafka-0.${kafka}:9092`, `kafka-0.${kafka}`, 9092, undefined],
    ['advertised.listeners', `PLAINTEXT://kafka.data.svc:9092`, 'kafka.data.svc', 9092, undefined],
    ['CASSANDRA_BROADCAST_ADDRESS', `cass-0.cass.data.svc.cluster.local`, undefined, null, undefined],
    ['ETCD_INITIAL_ADVERTISE_PEER_URLS', 'http://etcd-0.etcd.data.svc:2380', 'etcd-0.etcd.data.svc', 2380, undefined],
    ['network.publish_host', 'es-0.es.logs.svc', 'es-0.es.logs.svc', null, undefined],
  ])('%s=%s', (name, text, host = text, port, own) => {
    expect(advertisedIn(name, text)).toEqual([{ host, port, ...(own === undefined ? {} : { own }) }])
  })

  it.each([
    ['KAFKA_LISTENERS', `CLIENT://${kafka}:9092`],
    ['KAFKA_ADVERTISED_LISTENERS', 'EXTERNAL://kafka.example.com:9094,LOCAL://localhost:1,IN://kafka:9092'],
    ['KAFKA_ADVERTISED_LISTENERS', `CLIENT://$(POD_NAME).kafka.$(POD_NAMESPACE).svc.cluster.local:9092`],
    ['ADVERTISED_URL', `http://user:word@${kafka}:80`],
    ['BROADCAST_URL', `http://${kafka}:80`],
  ])('nothing of %s=%s', (name, text) => {
    expect(advertisedIn(name, text)).toEqual([])
  })

  it('by flags, with the value in the same word or in the next', () => {
    expect(
      advertisedInCommand(['etcd', '--advertise-client-urls=http://etcd.data.svc:2379', '--advertise-addr', 'a.b.svc']),
    ).toEqual([
      { flag: '--advertise-client-urls', host: 'etcd.data.svc', port: 2379 },
      { flag: '--advertise-addr', host: 'a.b.svc', port: null },
    ])
  })

  it('by files', () => {
    expect(advertisedInConfig('port 6379\ncluster-announce-hostname redis-0.redis.data.svc.cluster.local\n')).toEqual([
      { by: 'cluster-announce-hostname', line: 2, host: 'redis-0.redis.data.svc.cluster.local', port: null },
    ])
    expect(advertisedInConfig('listeners=A://:1\nadvertised.listeners=A://kafka.data.svc:9092')).toMatchObject([
      { by: 'advertised.listeners', line: 2, host: 'kafka.data.svc', port: 9092 },
    ])
    expect(advertisedInConfig('sentinel announce-ip s.data.svc.cluster.local')).toMatchObject([
      { by: 'sentinel announce-ip', line: 1 },
    ])
  })

  it('is nobody to call for the server itself', () => {
    for (const name of ['KAFKA_ADVERTISED_LISTENERS', 'KAFKA_LISTENERS', 'cluster-announce-hostname'])
      expect(isUncalled([name])).toBe(true)
    expect(isUncalled(['EVENT_LISTENERS'])).toBe(false)
  })
})
