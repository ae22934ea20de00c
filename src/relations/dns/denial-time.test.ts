import { expect, test } from 'vitest'
import { parseCorefile } from '../../wire/corefile.ts'
import { denialTime } from './denial-time.ts'

const corefile = (ttl: string, cache: string, key = '.:53') =>
  `${key} {\n  kubernetes cluster.local in-addr.arpa ip6.arpa {\n    pods insecure\n    ${ttl}\n  }\n  ${cache}\n}\n`
const of = (text: string): number | null => denialTime(parseCorefile(text), 'cluster.local')?.seconds ?? null

// As clusters come: kubeadm, the chart and kops; k3s, EKS and RKE2, which leave `ttl` out; OpenShift.
test.each([
  ['kubeadm to 1.31', corefile('ttl 30', 'cache 30'), 30],
  [
    'kubeadm since',
    corefile('ttl 30', 'cache 30 {\n disable success cluster.local\n disable denial cluster.local\n }'),
    30,
  ],
  ['k3s, EKS', corefile('', 'cache 30'), 5],
  ['OpenShift', corefile('', 'cache 900 {\n denial 9984 30\n }'), 5],
  ['no cache', corefile('ttl 3600', ''), 300],

  ['a long ttl, and a cache of an hour', corefile('ttl 3600', 'cache 3600'), 300],
  ['a cache without a number keeps half an hour at most', corefile('ttl 3600', 'cache'), 300],
  ['the cache cuts it', corefile('ttl 3600', 'cache 30'), 30],
  ['`denial` cuts it', corefile('ttl 3600', 'cache 3600 {\n denial 9984 10\n }'), 10],
  ['`denial` raises it', corefile('ttl 30', 'cache 3600 {\n denial 9984 3600 3600\n }'), 3600],
  ['no further than its own most', corefile('ttl 30', 'cache 3600 {\n denial 9984 60 3600\n }'), 60],
  ['the least is 5', corefile('ttl 0', 'cache 30'), 5],
  ['a least of 0', corefile('ttl 0', 'cache 30 {\n denial 9984 30 0\n }'), 0],
  ['`denial` without a time', corefile('ttl 60', 'cache 3600 {\n denial 9984\n }'), 60],
  ['a cache for another zone', corefile('ttl 20', 'cache 3600 corp.example {\n denial 9984 3600 3600\n }'), 20],
  ['a cache for this zone', corefile('ttl 20', 'cache 3600 cluster.local {\n denial 9984 3600 3600\n }'), 3600],
  ['denials of all zones off', corefile('ttl 20', 'cache 60 {\n denial 9984 60 60\n disable denial\n }'), 20],
  ['denials of another zone off', corefile('ttl 20', 'cache 60 {\n denial 9984 60 60\n disable denial x.y\n }'), 60],
  ['two blocks: the longer', `${corefile('ttl 20', '')}${corefile('ttl 40', '', 'cluster.local:1053')}`, 40],
  ['no kubernetes', '.:53 {\n  forward . 10.0.0.2\n  cache 3600\n}\n', null],
  ['kubernetes of another domain', 'x.y:53 {\n  kubernetes x.y\n}\n', null],
])('%s', (_, text, seconds) => expect(of(text)).toBe(seconds))
